// Numbers as sentences have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hark::report {

std::string say_count(std::int64_t value);                ///< 182,734
std::string say_percent(double share, int decimals = 1);  ///< 81.4 %
/// 12 min, 31.2 h or 9.4 d; of days: 9.4 days.
std::string say_duration(double value, bool is_in_days);
std::string say_seconds(double seconds);  ///< 58 s, 2 min 5 s
std::string say_day(std::int32_t day);    ///< 31 January 2024
/// "Monday" for 0.
std::string weekday_name(unsigned weekday);

}  // namespace hark::report
