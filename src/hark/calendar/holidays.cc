#include "hark/calendar/holidays.h"

#include <algorithm>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::calendar {
namespace {

/// The n-th (from 1) of a weekday (0 = Monday) in a month.
std::int32_t nth_weekday(std::int32_t year, unsigned month, unsigned weekday, std::int32_t n) {
  const std::int32_t first = days_from_civil(year, month, 1);
  const auto ahead = static_cast<std::int32_t>((weekday + 7 - weekday_from_days(first)) % 7);
  return first + ahead + 7 * (n - 1);
}

std::int32_t nth_monday(std::int32_t year, unsigned month, std::int32_t n) {
  return nth_weekday(year, month, 0, n);
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

std::vector<Holiday> united_states(std::int32_t year) {
  // The Uniform Monday Holiday Act took effect in 1971.
  const bool has_mondays = year >= 1971;
  const std::int32_t may_31 = days_from_civil(year, 5, 31);
  std::vector<Holiday> days;
  days.reserve(12);
  days.push_back({days_from_civil(year, 1, 1), "New Year's Day"});
  if (year >= 1986) days.push_back({nth_monday(year, 1, 3), "Martin Luther King Jr. Day"});
  days.push_back({has_mondays ? nth_monday(year, 2, 3) : days_from_civil(year, 2, 22),
                  "Washington's Birthday"});
  days.push_back({has_mondays ? may_31 - static_cast<std::int32_t>(weekday_from_days(may_31))
                              : days_from_civil(year, 5, 30),
                  "Memorial Day"});
  if (year >= 2021) days.push_back({days_from_civil(year, 6, 19), "Juneteenth"});
  days.push_back({days_from_civil(year, 7, 4), "Independence Day"});
  days.push_back({nth_monday(year, 9, 1), "Labor Day"});
  days.push_back(
      {has_mondays ? nth_monday(year, 10, 2) : days_from_civil(year, 10, 12), "Columbus Day"});
  const bool is_in_october = year >= 1971 && year <= 1977;
  days.push_back(
      {is_in_october ? nth_monday(year, 10, 4) : days_from_civil(year, 11, 11), "Veterans Day"});
  days.push_back({nth_weekday(year, 11, 3, 4), "Thanksgiving Day"});
  days.push_back({days_from_civil(year, 12, 25), "Christmas Day"});
  return days;
}

std::vector<Holiday> new_york_city(std::int32_t year) {
  auto days = united_states(year);
  days.push_back({nth_monday(year, 11, 1) + 1, "Election Day"});
  std::ranges::sort(days, {}, &Holiday::day);
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
  if (name == "CA-BC") return HolidayCalendar(british_columbia, false);
  if (name == "US") return HolidayCalendar(united_states, true);
  if (name == "US-NYC") return HolidayCalendar(new_york_city, true);
  return Error(ErrorCode::kNotFound, concat("no holiday calendar '", name, "'"))
      .hint("known: CA-BC (British Columbia), US (federal), US-NYC (New York City)");
}

std::vector<Holiday> HolidayCalendar::in_year(std::int32_t year) const { return rule_(year); }

std::vector<std::int32_t> HolidayCalendar::in_lieu(std::int32_t year) const {
  const auto holidays = rule_(year);
  std::vector<std::int32_t> days;
  const auto is_off = [&](std::int32_t day) {
    return std::ranges::find(holidays, day, &Holiday::day) != holidays.end() ||
           std::ranges::find(days, day) != days.end();
  };
  for (const Holiday& holiday : holidays) {
    const unsigned weekday = weekday_from_days(holiday.day);
    if (weekday < 5) continue;
    if (is_friday_for_saturday_ && weekday == 5) {
      days.push_back(holiday.day - 1);
      continue;
    }
    std::int32_t day = holiday.day + static_cast<std::int32_t>(7 - weekday);
    while (is_off(day)) ++day;
    days.push_back(day);
  }
  std::ranges::sort(days);
  return days;
}

std::optional<std::string_view> HolidayCalendar::on(std::int32_t day) const {
  const auto days = rule_(civil_from_days(day).year);
  const auto found = std::ranges::find(days, day, &Holiday::day);
  if (found == days.end()) return std::nullopt;
  return found->name;
}

}  // namespace hark::calendar
