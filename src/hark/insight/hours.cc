#include "hark/insight/hours.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "hark/core/text.h"
#include "hark/series/stl.h"

namespace hark::insight {
namespace {

double sum_of(const series::HoursOfDay& hours) {
  return static_cast<double>(std::accumulate(hours.begin(), hours.end(), std::int64_t{0}));
}

}  // namespace

Result<HourCounts> hourly_created(const RequestTable& table, const Selection& selection) {
  auto hours = creation_hours(table, selection);
  if (!hours) {
    return Error(ErrorCode::kInvalidInput, "the source tells the date of creation, and no hour")
        .hint("leave --every hour out");
  }
  HourCounts out;
  out.days = daily_created(table, selection);
  for (std::size_t i = 0; i < out.days.values.size(); ++i) {
    double& count = out.days.values[i];
    const double with_hour = sum_of(hours->days[i]);
    // Of a day whose stamps are all heaped no hour is known.
    const bool is_known = with_hour > 0 || count == 0;
    count = is_known && !std::isnan(count) ? with_hour : std::numeric_limits<double>::quiet_NaN();
  }
  out.hours = std::move(hours->days);
  out.at_midnight = hours->at_midnight;
  out.at_noon = hours->at_noon;
  return out;
}

Result<HourCounts> hourly_offered(const ContactTable& table) {
  if (table.hours.empty()) {
    return Error(ErrorCode::kInvalidInput, "the source has no hours: its periods are days")
        .hint("--every hour needs one row per call with a time, or requests");
  }
  HourCounts out;
  out.days.first_day = table.hours.front().day;
  const auto num_days =
      static_cast<std::size_t>(table.hours.back().day - table.hours.front().day + 1);
  out.days.values.assign(num_days, std::numeric_limits<double>::quiet_NaN());
  out.hours.resize(num_days);
  for (const DayHours& day : table.hours) {
    const auto at = static_cast<std::size_t>(day.day - out.days.first_day);
    out.hours[at] = day.offered;
    out.days.values[at] = sum_of(day.offered);
  }
  return out;
}

series::HourlySeries hours_of(const HourCounts& counts, series::DailySeries days) {
  return series::hourly_series(std::move(days), counts.days.first_day, counts.hours);
}

Result<HoursReport> hours_report(const series::HourlySeries& hours) {
  HoursReport report;
  report.num_hours = hours.values.size();
  if (hours.days.size() < 15) {
    return Error(ErrorCode::kInvalidInput,
                 concat(hours.days.size(),
                        " days are too few to take hours apart: at least 15 are "
                        "needed"));
  }
  HARK_TRY(const auto parts, series::mstl(hours.values, {24, 168}));
  report.trend_strength = series::strength(parts.trend, parts.remainder);
  report.daily_strength = series::strength(parts.seasonal[0], parts.remainder);
  report.weekly_strength = series::strength(parts.seasonal[1], parts.remainder);
  report.week = series::hours_of_week(hours);
  return report;
}

Json to_json(const HoursReport& report, const HourCounts& counts) {
  Json week = Json::array();
  for (std::size_t h = 0; h < report.week.size(); ++h) {
    const series::HourOfWeek& hour = report.week[h];
    week.push_back(Json::object({{"weekday", h / series::kHours + 1},
                                 {"hour", h % series::kHours},
                                 {"mean", hour.mean},
                                 {"lift", hour.lift},
                                 {"ci95", Json::Array{hour.ci95.low, hour.ci95.high}}}));
  }
  return Json::object({{"n", report.num_hours},
                       {"left_out", Json::object({{"at_midnight", counts.at_midnight},
                                                  {"at_noon", counts.at_noon}})},
                       {"strength", Json::object({{"trend", report.trend_strength},
                                                  {"daily", report.daily_strength},
                                                  {"weekly", report.weekly_strength}})},
                       {"hours_of_week", std::move(week)}});
}

}  // namespace hark::insight
