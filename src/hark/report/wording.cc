#include "hark/report/wording.h"

#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::report {

std::string say_count(std::int64_t value) { return with_thousands(value); }

std::string say_things(std::int64_t value, std::string_view thing) {
  return say_count(value) + plural(value, thing);
}

std::string say_percent(double share, int decimals) { return fixed(share * 100, decimals) + " %"; }

std::string say_duration(double value, bool is_in_days) {
  if (is_in_days)
    return fixed(value, value == std::floor(value) ? 0 : 1) + (value == 1 ? " day" : " days");
  if (value == 0) return "at once";
  if (value < 1.0 / 60) return fixed(value * 3600, 0) + " s";
  if (value < 1) return fixed(value * 60, value * 60 < 10 ? 1 : 0) + " min";
  if (value < 72) return fixed(value, 1) + " h";
  return fixed(value / 24, 1) + " days";
}

std::string_view within(double duration) { return duration == 0 ? "" : "within "; }

std::string say_seconds(double seconds) {
  if (seconds < 90) return fixed(seconds, 0) + " s";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  return concat(whole / 60, " min ", whole % 60, " s");
}

std::string say_day(std::int32_t day) {
  static constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};
  const calendar::Date date = calendar::civil_from_days(day);
  return concat(static_cast<int>(date.day), " ", kMonths[date.month - 1], " ", date.year);
}

std::string say_days(std::int32_t first_day, std::int32_t end_day) {
  const std::string last = say_day(end_day - 1);
  std::string first = say_day(first_day);
  const bool is_one_year =
      calendar::civil_from_days(first_day).year == calendar::civil_from_days(end_day - 1).year;
  if (is_one_year) first.resize(first.rfind(' '));
  return concat(first, " to ", last);
}

std::string say_mean(double value) {
  return std::abs(value) < 100 ? fixed(value, 1) : say_count(std::llround(value));
}

std::string say_change(double relative) {
  const double size = std::abs(relative) * 100;
  const std::string text = size < 100 ? fixed(size, 1) : say_count(std::llround(size));
  return concat(relative < 0 ? "−" : "+", text, " %");
}

std::string weekday_name(unsigned weekday) {
  static constexpr const char* kNames[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};
  return kNames[weekday % 7];
}

}  // namespace hark::report
