// Dates and instants in the log's spelling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hark::lake {

/// "2024-03-10" for days since 1970-01-01; nullopt outside the years 1 to 9999.
std::optional<std::string> date_text(std::int64_t days);
/// "2024-03-10T07:00:00.000Z" with 3 or 6 decimals, cut off, for microseconds since 1970; nullopt
/// outside the years 1 to 9999.
std::optional<std::string> timestamp_text(std::int64_t micros, int decimals);

}  // namespace hark::lake
