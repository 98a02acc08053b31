// One value of a column, outside of a batch: bounds in statistics, the value of a partition.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace hark::lake {

/// bool for kBool; std::int64_t for kInt32, kInt64, kDate (days since 1970-01-01) and kTimestamp
/// (microseconds since 1970-01-01T00:00:00Z); double for kDouble; std::string for kString.
using Scalar = std::variant<bool, std::int64_t, double, std::string>;

}  // namespace hark::lake
