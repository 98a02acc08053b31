// A stretch of whole days as people write it: "2024", "2024-Q3", "2024-02", "2024-02-28",
// "2024-01..2024-07".
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hark/core/result.h"

namespace hark::calendar {

struct Period {
  std::int32_t first_day = 0;  ///< days since 1970-01-01
  std::int32_t end_day = 0;    ///< the day after the last
  std::string text;            ///< as written

  std::int32_t num_days() const noexcept { return end_day - first_day; }
  bool holds(std::int32_t day) const noexcept { return day >= first_day && day < end_day; }
};

/// A year, quarter, month or day, or a first and a last one with two dots between; the last belongs
/// to it. Errors: kInvalidArgument with what can be written.
Result<Period> parse_period(std::string_view text);

/// Errors: kInvalidArgument if the periods have a day in common and so cannot be compared.
Result<void> require_apart(const Period& a, const Period& b);

}  // namespace hark::calendar
