// Counts by hour out of calls and requests, and what they show: METRICS sections 3 and 4. The
// mathematics is in series/hourly.h; the forecast is in forecasts.h.
#pragma once

#include <optional>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/series.h"
#include "hark/series/hourly.h"

namespace hark::insight {

/// What is counted by hour: rows with a time of day. Their days are sums of their hours.
struct HourCounts {
  DailyCounts days;
  std::vector<series::HoursOfDay> hours;  ///< of the same days
  std::int64_t at_midnight = 0;           ///< left out: stamps that a form filled in
  std::int64_t at_noon = 0;
};

/// Requests in scope on whole days; days are missing as for daily_created(). Errors: kInvalidInput
/// where creation is told by date only.
Result<HourCounts> hourly_created(const RequestTable& table, const Selection& selection);
/// Offered calls; a day without one is missing. Errors: kInvalidInput where the source is no list
/// of single calls, or tells their date only.
Result<HourCounts> hourly_offered(const ContactTable& table);

/// The hours of the days of `days`, which training_series() made of `counts.days`.
series::HourlySeries hours_of(const HourCounts& counts, series::DailySeries days);

struct HoursReport {
  std::size_t num_hours = 0;
  std::optional<double> trend_strength;   ///< MSTL with 24 and 168
  std::optional<double> daily_strength;   ///< 24
  std::optional<double> weekly_strength;  ///< 168
  std::vector<series::HourOfWeek> week;   ///< 168 from Monday 0 h; empty under four whole weeks
};
/// Errors: kInvalidInput if there are fewer than 15 days.
Result<HoursReport> hours_report(const series::HourlySeries& hours);

/// The object `hourly` of `series --every hour`.
Json to_json(const HoursReport& report, const HourCounts& counts);

}  // namespace hark::insight
