// Numbers as sentences have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hark::report {

std::string say_count(std::int64_t value);  ///< 182,734
/// "1 request", "182,734 requests".
std::string say_things(std::int64_t value, std::string_view thing);
std::string say_percent(double share, int decimals = 1);  ///< 81.4 %
/// 12 min, 31.2 h or 9.4 d; of days: 9.4 days.
std::string say_duration(double value, bool is_in_days);
/// What stands before a duration in "closed within 2.3 h", "closed at once".
std::string_view within(double duration);
std::string say_seconds(double seconds);  ///< 58 s, 2 min 5 s
std::string say_day(std::int32_t day);    ///< 31 January 2024
/// 31 January to 6 February 2024; the last day is `end_day` - 1.
std::string say_days(std::int32_t first_day, std::int32_t end_day);
std::string say_mean(double value);       ///< 1,139; below a hundred 12.4
std::string say_change(double relative);  ///< +8.0 %, −8.0 %
/// "Monday" for 0.
std::string weekday_name(unsigned weekday);

}  // namespace hark::report
