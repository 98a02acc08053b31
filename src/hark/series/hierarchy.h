// Forecasts of a whole and of its parts that add up.
//
// Each series is forecast by itself; then the gap between the whole and the sum of the parts is
// shared out by how wrong each was before the origin: trace minimisation with a diagonal matrix,
// in closed form. Bounds stay, widened where the forecast left them.
// Source: Wickramasuriya, Athanasopoulos, Hyndman, "MinT", JASA 114 (2019), WLS with variances.
// Model card: docs/models/forecasts.md.
#pragma once

#include <span>
#include <vector>

#include "hark/series/forecast.h"

namespace hark::series {

/// Shares out the gap of one day. Afterwards the whole is the sum of the parts and nothing is
/// negative.
///
/// @param part_error   how wrong each part was before (mean absolute error), same order.
void reconcile_day(DayForecast& whole, double whole_error, std::span<DayForecast> parts,
                   std::span<const double> part_error);

struct HierarchyForecast {
  Forecast whole;
  std::vector<Forecast> parts;
  Scores whole_scores;  ///< of the reconciled forecasts; those in `whole` are from before
  std::vector<Scores> part_scores;
};

/// Forecasts whole and parts and makes them add up, in the backtest and after the series.
///
/// @param parts  the same days as the whole, and its sum. Errors: those of forecast_series().
Result<HierarchyForecast> forecast_hierarchy(const DailySeries& whole,
                                             std::span<const DailySeries> parts,
                                             const CalendarFeatures& features,
                                             const ForecastOptions& options, unsigned threads);

}  // namespace hark::series
