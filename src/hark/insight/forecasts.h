// Forecasts of daily counts of calls and requests, whole and by group: METRICS section 4.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hark/insight/series.h"
#include "hark/series/forecast.h"

namespace hark::insight {

struct ForecastRequest {
  std::size_t horizon = series::kScoredHorizon;
  std::size_t num_origins = 12;
  std::size_t origin_step = 28;
  unsigned threads = 1;
};

struct ForecastReport {
  SeriesName name = SeriesName::kContactOffered;
  series::DailySeries series;
  std::int64_t missing_days = 0;
  series::Forecast forecast;
  std::string holidays;  ///< name of the calendar used; empty: none

  /// Does the model chosen at each origin do better than seasonal naive?
  bool beats_naive() const {
    return forecast.chosen_scores.mase < forecast.of(series::Model::kSeasonalNaive).mase;
  }
};

/// Errors: kInvalidInput if the series is too short for one origin (84 days), or never changes.
Result<ForecastReport> forecast_report(SeriesName name, series::DailySeries series,
                                       const contract::Contract& contract,
                                       const ForecastRequest& request);

/// What a reader should know: no model beats seasonal naive, fewer origins than METRICS asks for.
std::vector<Warning> forecast_warnings(const ForecastReport& report);

/// CLI.md, `forecast`.
Json to_json(const ForecastReport& report);

}  // namespace hark::insight
