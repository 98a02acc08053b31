// One column's profile in the making: fed by one thread, then merged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// How often each different text occurs; gives up counting at ColumnProfile::kMaxExactDistinct and
/// estimates how many there are. Texts come with their hashes, many at a time.
class TextCounts {
 public:
  /// `counts`: of each text, above 0. Calls `is_new(i)` for texts that may not have come before:
  /// all of them, once counting was given up.
  template <typename IsNew>
  void add(std::span<const columnar::HashedText> texts, std::span<const std::int64_t> counts,
           const IsNew& is_new);
  void merge(const TextCounts& other);
  bool is_exact() const noexcept { return is_exact_; }
  std::int64_t distinct() const noexcept;
  /// Calls `take(text, count)` for each text, while they are counted.
  template <typename Take>
  void for_each(const Take& take) const;

 private:
  columnar::DictionaryBuilder texts_;
  std::vector<std::int64_t> counts_;  ///< by code of texts_
  std::vector<std::uint32_t> codes_;  ///< scratch
  DistinctSketch sketch_;
  bool is_exact_ = true;
};

/// The same of whole numbers, one at a time.
class NumberCounts {
 public:
  void add(std::int64_t value, std::int64_t count = 1);
  void merge(const NumberCounts& other);
  bool is_exact() const noexcept { return is_exact_; }
  std::int64_t distinct() const noexcept;
  template <typename Take>
  void for_each(const Take& take) const {
    for (const Slot& slot : slots_)
      if (slot.count > 0) take(slot.value, slot.count);
  }

 private:
  struct Slot {
    std::int64_t value = 0;
    std::int64_t count = 0;  ///< 0: an empty slot
  };
  Slot& slot_of(std::int64_t value, std::uint64_t hash);

  std::vector<Slot> slots_;  ///< a power of two, half full at most
  std::size_t size_ = 0;
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
  /// `other` is done with.
  void merge(ColumnCollector& other);
  ColumnProfile finish();

 private:
  struct Range {
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> greatest;
  };
  /// Looks at the texts counted so far.
  void flush_texts();
  void take_texts(const columnar::Column& column, std::span<const std::uint64_t> row_hashes);
  void look_at(std::string_view text);
  /// Counts the values as whole numbers; `value_of(row)`.
  template <typename ValueOf>
  void take_whole(const columnar::Column& column, const ValueOf& value_of);
  /// Ranges and quantiles of a column of numbers.
  template <typename ValueOf>
  void take_numbers(const columnar::Column& column, const ValueOf& value_of,
                    std::span<const std::uint64_t> row_hashes);
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

  // Columns of text. Batches share dictionaries: their codes are counted, and looked at when
  // another dictionary comes.
  TextCounts texts_;
  std::shared_ptr<const columnar::Dictionary> counted_;
  std::vector<std::int64_t> code_counts_;
  std::vector<columnar::HashedText> new_texts_;  ///< scratch
  std::vector<std::int64_t> new_counts_;         ///< scratch
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
  NumberCounts values_;
  Range value_range_;

  // Numbers of either.
  std::optional<double> least_number_;
  std::optional<double> greatest_number_;
  RowSample sample_;
};

}  // namespace hark::insight
