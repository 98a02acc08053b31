#include "hark/calendar/holidays.h"

#include <algorithm>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::calendar {
namespace {

/// The n-th Monday (from 1) of a month.
std::int32_t nth_monday(std::int32_t year, unsigned month, std::int32_t n) {
  const std::int32_t first = days_from_civil(year, month, 1);
  const auto to_monday = static_cast<std::int32_t>((7 - weekday_from_days(first)) % 7);
  return first + to_monday + 7 * (n - 1);
}

std::vector<Holiday> british_columbia(std::int32_t year) {
  std::vector<Holiday> days;
  days.reserve(11);
  days.push_back({days_from_civil(year, 1, 1), "New Year's Day"});
  if (year >= 2013) days.push_back({nth_monday(year, 2, year <= 2018 ? 2 : 3), "Family Day"});
  days.push_back({easter_sunday(year) - 2, "Good Friday"});
  // The Monday before 25 May: 18 to 24 May.
  const std::int32_t may_24 = days_from_civil(year, 5, 24);
  days.push_back({may_24 - static_cast<std::int32_t>(weekday_from_days(may_24)), "Victoria Day"});
  days.push_back({days_from_civil(year, 7, 1), "Canada Day"});
  days.push_back({nth_monday(year, 8, 1), "British Columbia Day"});
  days.push_back({nth_monday(year, 9, 1), "Labour Day"});
  if (year >= 2023) {
    days.push_back({days_from_civil(year, 9, 30), "National Day for Truth and Reconciliation"});
  }
  days.push_back({nth_monday(year, 10, 2), "Thanksgiving Day"});
  days.push_back({days_from_civil(year, 11, 11), "Remembrance Day"});
  days.push_back({days_from_civil(year, 12, 25), "Christmas Day"});
  return days;
}

}  // namespace

std::int32_t easter_sunday(std::int32_t year) noexcept {
  const std::int32_t a = year % 19, b = year / 100, c = year % 100;
  const std::int32_t g = (8 * b + 13) / 25;
  const std::int32_t h = (19 * a + b - b / 4 - g + 15) % 30;
  const std::int32_t l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const std::int32_t m = (a + 11 * h + 22 * l) / 451;
  const std::int32_t month_and_day = h + l - 7 * m + 114;
  return days_from_civil(year, static_cast<unsigned>(month_and_day / 31),
                         static_cast<unsigned>(month_and_day % 31 + 1));
}

Result<HolidayCalendar> HolidayCalendar::named(std::string_view name) {
  if (name == "CA-BC") return HolidayCalendar(british_columbia);
  return Error(ErrorCode::kNotFound, concat("no holiday calendar '", name, "'"))
      .hint("known: CA-BC (British Columbia)");
}

std::vector<Holiday> HolidayCalendar::in_year(std::int32_t year) const { return rule_(year); }

std::optional<std::string_view> HolidayCalendar::on(std::int32_t day) const {
  const auto days = rule_(civil_from_days(day).year);
  const auto found = std::ranges::find(days, day, &Holiday::day);
  if (found == days.end()) return std::nullopt;
  return found->name;
}

}  // namespace hark::calendar
