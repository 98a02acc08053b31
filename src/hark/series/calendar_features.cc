#include "hark/series/calendar_features.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <string_view>

#include "hark/calendar/civil.h"

namespace hark::series {
namespace {

using calendar::weekday_from_days;

constexpr int kHarmonics = 3;
// Standard deviations in units of the noise: wide enough for a closed office, narrow enough that
// one strange Family Day is not taken for a rule.
constexpr double kWeekdaySd = 10;
constexpr double kWeekdayDailyVariance = 1e-4;
constexpr double kYearlySd = 1;
constexpr double kAnyHolidaySd = 10;
constexpr double kOneHolidaySd = 3;
constexpr double kYearEndSd = 3;
constexpr double kBesideHolidaySd = 1;
/// A holiday's own effect on a weekend is a fraction of that on a working day.
constexpr double kWeekendPart = 0.3;

/// What days are off in a range of years.
struct DaysOff {
  std::map<std::int32_t, std::string_view> holidays;
  std::vector<std::int32_t> in_lieu;  ///< ascending

  DaysOff(std::int32_t first_day, std::int32_t last_day, const calendar::HolidayCalendar& rules) {
    const std::int32_t last_year = calendar::civil_from_days(last_day).year + 1;
    for (std::int32_t year = calendar::civil_from_days(first_day).year - 1; year <= last_year;
         ++year) {
      for (const calendar::Holiday& holiday : rules.in_year(year))
        holidays.emplace(holiday.day, holiday.name);
      for (const std::int32_t day : rules.in_lieu(year)) in_lieu.push_back(day);
    }
    std::ranges::sort(in_lieu);
  }
  bool is_in_lieu(std::int32_t day) const { return std::ranges::binary_search(in_lieu, day); }
  bool is_off(std::int32_t day) const { return holidays.contains(day) || is_in_lieu(day); }
};

std::int32_t working_day_before(std::int32_t day) {
  return day - (weekday_from_days(day) == 0 ? 3 : 1);
}
std::int32_t working_day_after(std::int32_t day) {
  return day + (weekday_from_days(day) == 4 ? 3 : 1);
}

/// 0 to 4: 24, 26, 27 to 30, 31 December, 2 January.
std::optional<unsigned> year_end_part(const calendar::Date& date) {
  if (date.month == 1 && date.day == 2) return 4;
  if (date.month != 12 || date.day < 24 || date.day == 25) return std::nullopt;
  if (date.day == 24) return 0;
  if (date.day == 26) return 1;
  return date.day == 31 ? 3 : 2;
}

}  // namespace

CalendarFeatures::CalendarFeatures(std::int32_t first_day, std::size_t num_days,
                                   const calendar::HolidayCalendar* holidays)
    : first_day_(first_day) {
  const auto add_columns = [&](unsigned count, double sd, double daily_variance = 0) {
    const auto first = static_cast<std::uint32_t>(prior_variance_.size());
    prior_variance_.insert(prior_variance_.end(), count, sd * sd);
    daily_variance_.insert(daily_variance_.end(), count, daily_variance);
    return first;
  };
  const std::uint32_t weekday = add_columns(6, kWeekdaySd, kWeekdayDailyVariance);
  const auto yearly = static_cast<std::uint32_t>(prior_variance_.size());
  for (int k = 1; k <= kHarmonics; ++k) add_columns(2, kYearlySd / k);

  std::optional<DaysOff> off;
  std::map<std::string_view, std::uint32_t> by_name;
  std::uint32_t working = 0, weekend = 0, lieu = 0, beside = 0, year_end = 0, easter_monday = 0;
  if (holidays != nullptr) {
    off.emplace(first_day, first_day + static_cast<std::int32_t>(num_days), *holidays);
    working = add_columns(1, kAnyHolidaySd);
    weekend = add_columns(1, kOneHolidaySd);
    lieu = add_columns(1, kOneHolidaySd);
    beside = add_columns(2, kBesideHolidaySd);
    year_end = add_columns(5, kYearEndSd);
    easter_monday = add_columns(1, kYearEndSd);
    for (const auto& [day, name] : off->holidays) {
      if (!by_name.contains(name)) by_name.emplace(name, add_columns(1, kOneHolidaySd));
    }
  }

  starts_.reserve(num_days + 1);
  starts_.push_back(0);
  const auto put = [&](std::uint32_t column, double value) { entries_.push_back({column, value}); };
  for (std::size_t i = 0; i < num_days; ++i) {
    const std::int32_t day = first_day + static_cast<std::int32_t>(i);
    const unsigned dow = weekday_from_days(day);
    if (dow < 6) {
      put(weekday + dow, 1);
    } else {
      for (std::uint32_t k = 0; k < 6; ++k) put(weekday + k, -1);
    }
    const double angle = 2 * std::numbers::pi * day / 365.25;
    for (std::uint32_t k = 1; k <= kHarmonics; ++k) {
      put(yearly + 2 * k - 2, std::cos(k * angle));
      put(yearly + 2 * k - 1, std::sin(k * angle));
    }
    if (off) {
      const bool is_working = dow < 5;
      if (const auto found = off->holidays.find(day); found != off->holidays.end()) {
        put(is_working ? working : weekend, 1);
        put(by_name.at(found->second), is_working ? 1 : kWeekendPart);
      } else if (off->is_in_lieu(day)) {
        put(working, 1);
        put(lieu, 1);
      } else {
        if (is_working && off->is_off(working_day_before(day))) put(beside, 1);
        if (is_working && off->is_off(working_day_after(day))) put(beside + 1, 1);
        const calendar::Date date = calendar::civil_from_days(day);
        if (const auto part = year_end_part(date)) put(year_end + *part, 1);
        if (day == calendar::easter_sunday(date.year) + 1) put(easter_monday, 1);
      }
    }
    starts_.push_back(entries_.size());
  }
}

}  // namespace hark::series
