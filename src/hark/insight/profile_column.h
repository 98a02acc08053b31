// One column's profile in the making: fed by one thread, then merged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hark/insight/profile.h"
#include "hark/insight/sketch.h"
#include "hark/tabular/clock_parser.h"

namespace hark::insight {

/// The ways of writing clocks and dates that are recognised without a contract.
class ClockGuess {
 public:
  ClockGuess();
  static std::size_t num_known();
  std::uint32_t all_patterns() const noexcept { return (1U << parsers_.size()) - 1; }
  /// Those of `patterns` (bits) that read the text.
  std::uint32_t matching(std::string_view text, std::uint32_t patterns) const;
  /// The wall clock as seconds since 1970-01-01T00:00:00; the pattern must match.
  std::int64_t read(std::string_view text, std::size_t pattern) const;

 private:
  std::vector<tabular::ClockParser> parsers_;
};

/// Values as a set that gives up counting at ColumnProfile::kMaxExactDistinct.
template <typename Key>
class ValueCounts {
 public:
  /// `key`: anything a Key is made of; nothing is made of it once the counts were given up.
  template <typename View>
  void add(const View& key, std::uint64_t hash, std::int64_t count);
  void merge(const ValueCounts& other);
  bool is_exact() const noexcept { return is_exact_; }
  std::int64_t distinct() const noexcept;
  const std::unordered_map<Key, std::int64_t>& counts() const noexcept { return counts_; }

 private:
  std::unordered_map<Key, std::int64_t> counts_;
  DistinctSketch sketch_;
  bool is_exact_ = true;
};

class ColumnCollector {
 public:
  /// `guess`: for a column of text without a contract; else nullptr. `screen`: or nullptr.
  ColumnCollector(columnar::Field field, const ClockGuess* guess,
                  const TextScreen* screen = nullptr);

  /// Takes the column's share of a batch; `offsets`: of a clock, or nullptr; one hash per row.
  void take(const columnar::Column& column, const columnar::Column* offsets,
            std::span<const std::uint64_t> row_hashes);
  void merge(const ColumnCollector& other);
  ColumnProfile finish() const;

 private:
  struct Range {
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> greatest;
  };
  void take_texts(const columnar::Column& column, std::span<const std::uint64_t> row_hashes);
  void look_at(std::string_view text);
  void take_values(const columnar::Column& column, const columnar::Column* offsets,
                   std::span<const std::uint64_t> row_hashes);
  void take_number(double value, std::uint64_t row_hash);
  std::string type() const;
  void set_range(ColumnProfile& profile) const;
  void set_top(ColumnProfile& profile) const;
  Json shown(std::int64_t value) const;

  columnar::Field field_;
  const ClockGuess* guess_;
  const TextScreen* screen_;
  std::vector<std::int64_t> found_;  ///< rows by the screen's kind
  std::int64_t rows_ = 0;
  std::int64_t nulls_ = 0;
  std::int64_t invalid_ = 0;

  // Columns of text.
  ValueCounts<std::string> texts_;
  std::optional<std::string> least_text_;
  std::optional<std::string> greatest_text_;
  // What all texts so far could be; markers such as NA are passed over.
  bool has_typed_text_ = false;
  bool can_be_integer_ = true;
  bool can_be_number_ = true;
  bool can_be_boolean_ = true;
  std::uint32_t patterns_ = 0;
  std::vector<Range> clock_ranges_;  ///< by pattern: which one it is shows only at the end

  // Typed columns: whole numbers, days, local seconds, booleans; doubles by their bits.
  ValueCounts<std::int64_t> values_;
  Range value_range_;

  // Numbers of either.
  std::optional<double> least_number_;
  std::optional<double> greatest_number_;
  RowSample sample_;
};

}  // namespace hark::insight
