// A series of counts by day, as a plain array.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::series {

struct DailySeries {
  std::int32_t first_day = 0;           ///< days since 1970-01-01
  std::vector<double> values;           ///< none missing
  std::vector<std::uint8_t> is_filled;  ///< 1 where the day was missing: never scored

  std::size_t size() const noexcept { return values.size(); }
  std::int32_t day(std::size_t index) const noexcept {
    return first_day + static_cast<std::int32_t>(index);
  }
};

/// The sum of the days that were not filled.
double known_sum(const DailySeries& series) noexcept;

/// A gap longer than this is not filled: the series begins after it.
inline constexpr std::size_t kLongestFilledGap = 28;

/// Makes a series of days with gaps (NaN) whole: a missing day takes the value of the weekday
/// before (at the very start: after). A weekday without a single value is a day of rest: 0, and not
/// filled. Days before the last gap of more than kLongestFilledGap days
/// are dropped, missing days at both ends too. Errors: kInvalidInput if no day has a value.
Result<DailySeries> fill_missing(std::int32_t first_day, std::span<const double> values);

}  // namespace hark::series
