#include "hark/report/time_points.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hark/calendar/civil.h"

namespace hark::report {
namespace {

constexpr std::size_t kMostPoints = 400;

/// The first day of the week (Monday) or month that holds `day`, and of the one after.
struct Span {
  std::int32_t first = 0;
  std::int32_t end = 0;
};

Span span_around(std::int32_t day, TimeStep step) {
  if (step == TimeStep::kDay) return {day, day + 1};
  if (step == TimeStep::kWeek) {
    const std::int32_t monday = day - static_cast<std::int32_t>(calendar::weekday_from_days(day));
    return {monday, monday + 7};
  }
  const calendar::Date date = calendar::civil_from_days(day);
  const std::int32_t first = calendar::days_from_civil(date.year, date.month, 1);
  return {first, first + static_cast<std::int32_t>(calendar::days_in_month(date.year, date.month))};
}

}  // namespace

std::string_view name_of(TimeStep step) {
  return step == TimeStep::kDay ? "day" : step == TimeStep::kWeek ? "week" : "month";
}

std::string_view said(TimeStep step) {
  switch (step) {
    case TimeStep::kDay:
      return {};
    case TimeStep::kWeek:
      return "Each point is the mean day of a whole week, from Monday on.";
    case TimeStep::kMonth:
      break;
  }
  return "Each point is the mean day of a whole month.";
}

TimePoints time_points(std::int32_t first_day, std::span<const double> values, TimeStep finest) {
  TimePoints points;
  points.step = values.size() <= kMostPoints       ? TimeStep::kDay
                : values.size() <= 7 * kMostPoints ? TimeStep::kWeek
                                                   : TimeStep::kMonth;
  points.step = std::max(points.step, finest);
  const std::int32_t end_day = first_day + static_cast<std::int32_t>(values.size());
  for (std::int32_t day = first_day; day < end_day;) {
    const Span span = span_around(day, points.step);
    const std::int32_t next = span.end;
    if (span.first >= first_day && next <= end_day) {
      double sum = 0;
      int counted = 0;
      for (std::int32_t at = day; at < next; ++at) {
        const double value = values[static_cast<std::size_t>(at - first_day)];
        if (std::isnan(value)) continue;
        sum += value;
        ++counted;
      }
      points.days.push_back(span.first);
      points.values.push_back(counted > 0 ? sum / counted
                                          : std::numeric_limits<double>::quiet_NaN());
    }
    day = next;
  }
  return points;
}

}  // namespace hark::report
