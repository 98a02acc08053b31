// Dates and wall-clock times as people write them in expressions.
#pragma once

#include <cstdint>
#include <string_view>

#include "hark/core/result.h"

namespace hark::contract {

struct Moment {
  bool is_date = true;
  /// Days since 1970-01-01, or microseconds of wall time since 1970-01-01T00:00.
  std::int64_t value = 0;
};

/// Reads "2024-01-31", "2024-01-31 17:30", "2024-01-31T17:30:15.25". Errors: kInvalidArgument
/// saying what to write.
Result<Moment> parse_moment(std::string_view text);

}  // namespace hark::contract
