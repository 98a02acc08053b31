// What a file holds, column by column, before anybody decides anything about it.
//
// With a contract the columns have their types; without one every column is text and its type is
// guessed from all its values. One pass, several threads, the same answer for any number of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/core/json.h"

namespace hark::insight {

struct ColumnProfile {
  /// Different values counted exactly up to this many, estimated beyond.
  static constexpr std::size_t kMaxExactDistinct = 16'384;
  static constexpr std::array<double, 5> kQuantiles = {0.05, 0.25, 0.5, 0.75, 0.95};
  struct TopValue {
    std::string value;
    std::int64_t count = 0;
  };

  std::string name;
  /// "integer", "number", "boolean", "date", "timestamp", "string"; "empty" without any value.
  std::string type;
  std::int64_t nulls = 0;
  std::int64_t invalid = 0;  ///< values that are none of the contract's type
  double null_share = 0;     ///< of rows, invalid ones not counted
  std::int64_t distinct = 0;
  bool is_distinct_exact = true;  ///< false: a HyperLogLog estimate, standard error 0.8 %
  /// Numbers by size, clocks by time (as local ISO text), texts by their bytes. Null where there is
  /// no value, and in a personal column.
  Json min;
  Json max;
  std::optional<std::array<double, 5>> quantiles;  ///< of numbers, at kQuantiles
  bool are_quantiles_exact = true;                 ///< false: of a sample of 16,384 values
  std::vector<TopValue> top;  ///< at most 10, by count; empty where distinct is an estimate
  bool is_personal = false;   ///< by contract: its values are not shown
  struct Finding {
    std::string kind;
    std::int64_t count = 0;  ///< rows whose text holds it
  };
  std::vector<Finding> findings;  ///< of a TextScreen, in its order; kinds without rows left out
};

struct SourceProfile {
  std::int64_t rows = 0;
  std::vector<ColumnProfile> columns;  ///< in the source's order
};

/// Looks for personal data in the texts of a profile. There are no detectors yet; this is their
/// place in the pass.
class TextScreen {
 public:
  virtual ~TextScreen() = default;
  /// Names of the kinds it can find, 32 at most: "email", "phone".
  virtual std::span<const std::string_view> kinds() const noexcept = 0;
  /// The kinds found in a text, bit i for kinds()[i]. Called once for each different text of a
  /// block, by many threads. Must not keep the text.
  virtual std::uint32_t find(std::string_view text) const noexcept = 0;
};

/// A profile in the making, for one who reads the batches anyway: no value is looked at in another
/// pass. Threads: each worker calls take() with its own number.
class Profiler {
 public:
  /// Profiles the data columns of `fields`: no places of records, no parts of clocks; or those
  /// `wanted`. `contract`, where there is one, and `screen` must outlive the profiler.
  Profiler(std::span<const columnar::Field> fields, const contract::Contract* contract,
           unsigned num_workers, std::span<const std::string> wanted = {},
           const TextScreen* screen = nullptr);
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// The columns that a batch must have; a clock's offset stands behind them.
  const std::vector<std::string>& columns() const noexcept;
  void take(const columnar::Batch& batch, unsigned worker);
  /// What all workers saw; once, when all are done.
  SourceProfile finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Profiles the columns named, or all but the places and clock parts that a reader adds. Errors:
/// the source's.
Result<SourceProfile> profile(columnar::BatchSource& source, const contract::Contract* contract,
                              unsigned threads, std::span<const std::string> columns = {});

/// CLI.md, `profile`: rows and columns[].
Json to_json(const SourceProfile& profile);

}  // namespace hark::insight
