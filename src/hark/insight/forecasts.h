// Forecasts of daily counts of calls and requests, whole and by group: METRICS section 4.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hark/insight/series.h"
#include "hark/series/hierarchy.h"
#include "hark/series/hourly.h"

namespace hark::insight {

struct ForecastRequest {
  std::size_t horizon = series::kScoredHorizon;
  std::size_t num_origins = 12;
  std::size_t origin_step = 28;
  unsigned threads = 1;
};

/// The forecast of one group, made to add up with the others to the whole.
struct GroupForecast {
  std::optional<std::string> key;  ///< absent: requests without a value
  std::string label;
  std::int64_t n = 0;  ///< requests in the series
  series::Forecast forecast;
  series::Scores scores;  ///< of the forecasts that add up
};

struct ForecastReport {
  SeriesName name = SeriesName::kContactOffered;
  series::DailySeries series;
  std::int64_t missing_days = 0;
  series::Forecast forecast;
  std::string holidays;  ///< name of the calendar used; empty: none
  // Where groups were asked for; `forecast` then adds up with them, its scores are from before.
  std::string by;
  std::vector<GroupForecast> groups;  ///< most requests first, then what was pooled
  series::Scores reconciled_scores;

  /// Does the model chosen at each origin do better than seasonal naive?
  bool beats_naive() const {
    return forecast.chosen_scores.mase < forecast.of(series::Model::kSeasonalNaive).mase;
  }
};

/// Errors: kInvalidInput if the series is too short for one origin (84 days), or never changes.
Result<ForecastReport> forecast_report(SeriesName name, series::DailySeries series,
                                       const contract::Contract& contract,
                                       const ForecastRequest& request);

/// The same with groups that add up. Groups with less than one request a day, and those beyond the
/// 50 largest, are forecast together as kOtherGroup. Errors: also kInvalidInput where no group is
/// large enough.
Result<ForecastReport> forecast_report_by(const RequestTable& table, const Grouping& grouping,
                                          const DailyCounts& whole,
                                          std::optional<std::int32_t> train_from,
                                          const contract::Contract& contract,
                                          const ForecastRequest& request);

/// The hours of a report's forecast, which add up to its days; checked from the report's origins,
/// with bounds from the errors at these and at as many before.
///
/// @param hours  of the report's series. Errors: forecast_hours()'s.
Result<series::HourlyForecast> forecast_report_hours(const ForecastReport& report,
                                                     const series::HourlySeries& hours,
                                                     const contract::Contract& contract,
                                                     const ForecastRequest& request);

/// What a reader should know of the hours: as forecast_warnings().
std::vector<Warning> hours_warnings(const series::HourlyForecast& forecast);

/// What a reader should know: no model beats seasonal naive, fewer origins than METRICS asks for.
std::vector<Warning> forecast_warnings(const ForecastReport& report);

/// CLI.md, `forecast`.
Json to_json(const ForecastReport& report);
/// The object `hourly` of `forecast --every hour`.
Json to_json(const series::HourlyForecast& forecast);

}  // namespace hark::insight
