// Reading a batch's columns by what the contract says they are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/insight/selection.h"

namespace hark::insight {

/// The columns to ask a source for: each once, and only those it offers.
class ColumnWish {
 public:
  explicit ColumnWish(const columnar::BatchSource& source) : fields_(source.fields()) {}
  /// Returns whether the source offers the column.
  bool add(std::string_view name);
  /// A clock comes with `<name>_offset_s`, `<name>_fold` and `<name>_gap` where they are offered.
  bool add_clock(std::string_view name);
  /// What the selection's condition reads, and the flags where there are any.
  void add_where(const Selection& selection);
  const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  std::span<const columnar::Field> fields_;
  std::vector<std::string> names_;
};

/// A numeric column of any type, row by row. Dies with the batch.
class Numbers {
 public:
  Numbers(const columnar::Batch& batch, std::string_view name);
  /// Nothing where the column is absent, not numeric, or has no value.
  std::optional<double> number(std::size_t row) const;
  /// The same as a whole number; nothing where it has a fraction or leaves 64 bits.
  std::optional<std::int64_t> integer(std::size_t row) const;
  /// A text stood there that is no number.
  bool is_unreadable(std::size_t row) const {
    return column_ != nullptr && column_->presence()[row] == columnar::Presence::kInvalid;
  }

 private:
  const columnar::Column* column_;
};

/// A clock or date column, row by row. Dies with the batch.
class ClockColumn {
 public:
  /// `name` may be empty or absent from the batch: then no row has a value.
  ClockColumn(const columnar::Batch& batch, std::string_view name);
  bool is_present() const noexcept { return clock_ != nullptr; }
  /// The column holds dates, no times.
  bool is_date() const noexcept;
  columnar::Presence presence(std::size_t row) const {
    return clock_ == nullptr ? columnar::Presence::kNull : clock_->presence()[row];
  }
  // For rows with a value:
  /// Microseconds since the epoch; not of a date column.
  std::int64_t instant_us(std::size_t row) const { return clock_->int64s()[row]; }
  std::int32_t offset_s(std::size_t row) const;
  std::int32_t local_day(std::size_t row) const;
  /// 0 to 23; not of a date column.
  std::uint8_t local_hour(std::size_t row) const;
  bool is_fold(std::size_t row) const { return is_set(fold_, row); }
  bool is_gap(std::size_t row) const { return is_set(gap_, row); }
  /// Whether any row may be in a fold or a gap.
  bool may_be_in_doubt() const { return has_set(fold_) || has_set(gap_); }

  /// Instants and distances from UTC of all rows; where a row has no value, `no_value` and 0. Not
  /// of a date column.
  void copy_instants(std::span<std::int64_t> us, std::span<std::int32_t> offsets_s,
                     std::int64_t no_value) const;

 private:
  static bool is_set(const columnar::Column* flag, std::size_t row) {
    return flag != nullptr && flag->is_value(row) && flag->bools()[row] != 0;
  }
  static bool has_set(const columnar::Column* flag);
  const columnar::Column* clock_ = nullptr;
  const columnar::Column* offset_ = nullptr;
  const columnar::Column* fold_ = nullptr;
  const columnar::Column* gap_ = nullptr;
};

/// Broken rules and unreadable values of a row, separated by commas ("invalid:closed_date").
inline constexpr const char* kFlagsColumn = "_flags";

/// Makes a batch from a lake say what the file said: a value that its row's flags call invalid is
/// null in the lake and Presence::kInvalid here. Nothing to do for a batch without flags.
void restore_invalid(columnar::Batch& batch);

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kSecondsPerDay = 86'400;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// The role's column name, or "" where the contract has none.
std::string_view name_with_role(const contract::Contract& contract, contract::Role role) noexcept;

}  // namespace hark::insight
