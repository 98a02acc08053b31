// Dynamic regression: a slow level, a short-lived disturbance, weekdays, time of year, holidays.
//
// The root of the count is level + disturbance + effects of the calendar + noise. The level is a
// random walk, the disturbance an autoregression of order 1, effects have normal priors. One pass
// of the Kalman filter gives, at every day, the estimate from all days before it: every day is an
// origin, estimated anew.
// Source: West and Harrison, Bayesian Forecasting and Dynamic Models (1997); outlying days:
// Masreliez and Martin, IEEE TAC 22 (1977). Model card: docs/models/forecasts.md.
#pragma once

#include "hark/series/calendar_features.h"
#include "hark/series/daily_series.h"
#include "hark/series/origin_table.h"

namespace hark::series {

struct RegressionOptions {
  double level_variance = 0.002;      ///< of the level's daily step, in units of the noise's
  double disturbance_variance = 0.3;  ///< of the disturbance's daily step, likewise
  double disturbance_memory = 0.8;    ///< what is left of a disturbance the day after
};

/// Forecasts of the root of the count (to_root) from every origin of `out`.
///
/// @param features  covers the series' days and the last origin's horizon.
/// A filled day is not learned from. Time O(days · columns²); memory O(columns²), taken once.
void forecast_by_regression(const DailySeries& series, const CalendarFeatures& features,
                            const RegressionOptions& options, OriginTable& out);

}  // namespace hark::series
