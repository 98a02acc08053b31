#include "hark/insight/compared_periods.h"

#include <algorithm>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::insight {
namespace {

constexpr std::int32_t kWeek = 7;
constexpr std::int32_t kYearInWeeks = 52;

calendar::Period weeks(std::int32_t first_day, std::int32_t num_weeks) {
  const std::int32_t end = first_day + num_weeks * kWeek;
  return {first_day, end,
          concat(calendar::format_date(first_day), "..", calendar::format_date(end - 1))};
}

bool is_covered(const DailyCounts& whole, const calendar::Period& period) {
  const std::int32_t end = whole.first_day + static_cast<std::int32_t>(whole.values.size());
  if (period.first_day < whole.first_day || period.end_day > end) return false;
  const auto first = whole.values.begin() + (period.first_day - whole.first_day);
  const auto missing = std::count_if(first, first + period.num_days(),
                                     [](double value) { return std::isnan(value); });
  return missing * 10 <= period.num_days();
}

}  // namespace

std::optional<ComparedPeriods> comparable_periods(const DailyCounts& whole) {
  const std::int32_t end = whole.first_day + static_cast<std::int32_t>(whole.values.size());
  // The Monday after the last whole week.
  const std::int32_t monday = end - static_cast<std::int32_t>(calendar::weekday_from_days(end));
  struct Choice {
    std::int32_t weeks;
    std::int32_t weeks_back;
  };
  for (const Choice& choice : {Choice{13, kYearInWeeks}, Choice{13, 13}, Choice{4, 4}}) {
    ComparedPeriods pair;
    pair.b = weeks(monday - choice.weeks * kWeek, choice.weeks);
    pair.a = weeks(pair.b.first_day - choice.weeks_back * kWeek, choice.weeks);
    pair.is_a_year_apart = choice.weeks_back == kYearInWeeks;
    if (is_covered(whole, pair.a) && is_covered(whole, pair.b)) return pair;
  }
  return std::nullopt;
}

}  // namespace hark::insight
