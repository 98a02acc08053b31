// Dates as day numbers: the arithmetic every hot path needs, without a library call.
//
// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil,
// civil_from_days).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hark::calendar {

struct Date {
  std::int32_t year = 1970;
  std::uint8_t month = 1;  ///< 1 to 12
  std::uint8_t day = 1;    ///< 1 to 31
  friend auto operator<=>(const Date&, const Date&) = default;
};

/// Days since 1970-01-01 of a proleptic Gregorian date, which must be valid.
constexpr std::int32_t days_from_civil(std::int32_t year, unsigned month, unsigned day) noexcept {
  year -= month <= 2 ? 1 : 0;
  const std::int32_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int32_t>(day_of_era) - 719468;
}

constexpr Date civil_from_days(std::int32_t days) noexcept {
  days += 719468;
  const std::int32_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned mp = (5 * day_of_year + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int32_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0),
          static_cast<std::uint8_t>(month),
          static_cast<std::uint8_t>(day_of_year - (153 * mp + 2) / 5 + 1)};
}

constexpr bool is_leap_year(std::int32_t year) noexcept {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr unsigned days_in_month(std::int32_t year, unsigned month) noexcept {
  constexpr unsigned char kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

constexpr bool is_valid_date(std::int32_t year, unsigned month, unsigned day) noexcept {
  return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/// The first day of each month from January 1900 to January 2100, for find_day().
inline constexpr auto kMonthStarts = [] {
  std::array<std::int32_t, 200 * 12 + 1> starts{};
  for (std::size_t i = 0; i < starts.size(); ++i) {
    starts[i] = days_from_civil(1900 + static_cast<std::int32_t>(i / 12),
                                static_cast<unsigned>(i % 12) + 1, 1);
  }
  return starts;
}();

/// Days since 1970-01-01 of a date that may not exist: then false. For the hot path: what exports
/// are about needs no division.
constexpr bool find_day(std::int32_t year, unsigned month, unsigned day,
                        std::int32_t& days) noexcept {
  const auto year_of_table = static_cast<std::uint32_t>(year) - 1900;
  if (year_of_table < 200 && month - 1 < 12) {
    const std::size_t i = std::size_t{year_of_table} * 12 + month - 1;
    days = kMonthStarts[i] + static_cast<std::int32_t>(day) - 1;
    return day >= 1 && days < kMonthStarts[i + 1];
  }
  if (!is_valid_date(year, month, day)) return false;
  days = days_from_civil(year, month, day);
  return true;
}

/// 0 = Monday to 6 = Sunday (ISO order).
constexpr unsigned weekday_from_days(std::int32_t days) noexcept {
  return static_cast<unsigned>((days % 7 + 7 + 3) % 7);
}

/// "2024-03-10".
std::string format_date(std::int32_t days);

}  // namespace hark::calendar
