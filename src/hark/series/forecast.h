// Forecasts of daily counts with intervals, and the backtest that says how good they are.
//
// METRICS section 4. Candidates: seasonal naive, ETS, Theta, dynamic regression, and the mean of
// the last three. At every origin the model is chosen, and its intervals are measured, by the
// errors of forecasts whose days all lie before that origin. Model card: docs/models/forecasts.md.
// Threads: a forecast belongs to one thread; features are shared.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "hark/series/calendar_features.h"
#include "hark/series/daily_series.h"
#include "hark/series/scores.h"

namespace hark::series {

enum class Model { kSeasonalNaive, kEts, kTheta, kRegression, kMean };
inline constexpr std::size_t kNumModels = 5;
/// "seasonal_naive", "ets", "theta", "regression", "mean".
std::string_view name_of(Model model);

/// Days that a backtest forecasts from each origin.
inline constexpr std::size_t kScoredHorizon = 28;
/// Days before the first origin that can be forecast at all.
inline constexpr std::size_t kLeastTraining = 56;

struct ForecastOptions {
  std::size_t horizon = kScoredHorizon;  ///< days to forecast after the series
  std::vector<std::size_t> origins;      ///< indices into the series, ascending
  std::size_t refit_days = 28;           ///< days between estimations before the first origin
  /// ETS begins each estimation at the one before instead of anew.
  bool has_warm_starts = false;
};

/// The last `count` origins, `step` days apart, that leave room for kScoredHorizon days and
/// kLeastTraining before; fewer where the series is short.
std::vector<std::size_t> backtest_origins(std::size_t num_days, std::size_t count,
                                          std::size_t step);

struct OriginScore {
  std::size_t origin = 0;
  double mase_scale = 0;
  Model chosen = Model::kSeasonalNaive;
  std::array<double, kNumModels> mase{};
  double recent_error = 0;        ///< mean absolute error of the chosen model that was known
  std::vector<DayForecast> days;  ///< of the chosen model, those that the series tells
};

struct Forecast {
  std::array<Scores, kNumModels> scores;
  Scores chosen_scores;  ///< of the model chosen at each origin
  std::vector<OriginScore> origins;
  Model chosen = Model::kSeasonalNaive;  ///< for the days after the series
  std::vector<DayForecast> days;
  double recent_error = 0;  ///< mean absolute error of its forecasts in the last 400 days

  const Scores& of(Model model) const { return scores[static_cast<std::size_t>(model)]; }
};

/// What MASE divides by: mean |y(t) - y(t-7)| of the days before `origin`, which is above 7.
double mase_scale(const DailySeries& series, std::size_t origin);

/// @param features  covers the series and max(horizon, kScoredHorizon) days after it.
/// Errors: kInvalidInput if the series has fewer than kLeastTraining + kScoredHorizon days, or does
/// not change from one week to the next (no scale to measure errors by); kInvalidArgument for
/// origins outside [kLeastTraining, size - 1].
Result<Forecast> forecast_series(const DailySeries& series, const CalendarFeatures& features,
                                 const ForecastOptions& options);

}  // namespace hark::series
