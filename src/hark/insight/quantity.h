// A number of calls, seconds or a share that a contact centre tells, row by row.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "hark/insight/columns.h"

namespace hark::insight {

/// Values of a column, in rows of the selection, that count as none.
struct NoValues {
  std::string column;
  std::int64_t impossible = 0;  ///< outside 0 to contract::greatest_quantity()
  std::int64_t unreadable = 0;

  bool any() const noexcept { return impossible + unreadable > 0; }
  NoValues& operator+=(const NoValues& other) noexcept {
    impossible += other.impossible;
    unreadable += other.unreadable;
    return *this;
  }
};

/// A column by its role. What cannot be such a quantity is counted and is no value. Dies with the
/// batch and with `no_values`.
class Quantity {
 public:
  Quantity(const columnar::Batch& batch, const contract::Contract& contract, contract::Role role,
           NoValues& no_values)
      : numbers_(batch, name_with_role(contract, role)),
        greatest_(contract::greatest_quantity(role)),
        no_values_(no_values) {}

  std::optional<double> number(std::size_t row) {
    const auto value = numbers_.number(row);
    if (value && *value >= 0 && *value <= greatest_) return value;
    if (value) {
      ++no_values_.impossible;
    } else if (numbers_.is_unreadable(row)) {
      ++no_values_.unreadable;
    }
    return std::nullopt;
  }
  /// Of a whole number.
  std::optional<std::int64_t> count(std::size_t row) {
    const auto value = number(row);
    if (!value || *value == std::floor(*value)) return value;
    ++no_values_.impossible;
    return std::nullopt;
  }

 private:
  Numbers numbers_;
  double greatest_;
  NoValues& no_values_;
};

}  // namespace hark::insight
