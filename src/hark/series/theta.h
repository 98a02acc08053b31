// The Theta method with a season of a week.
//
// Source: Assimakopoulos and Nikolopoulos, International Journal of Forecasting 16 (2000); as
// simple exponential smoothing with drift: Hyndman and Billah, ibid. 19 (2003). Model card:
// docs/models/forecasts.md. Threads: pure functions.
#pragma once

#include <array>
#include <span>

#include "hark/series/origin_table.h"

namespace hark::series {

struct ThetaFit {
  bool is_multiplicative = true;
  std::array<double, 7> season{};  ///< of index modulo 7; factors, or differences
  double alpha = 0;                ///< of the smoothing
  double drift = 0;                ///< half the slope of the line through the deseasonalised days
};

/// At least 21 values. The season is that of the classical decomposition: factors, or differences
/// where a value of 0 allows no factor.
ThetaFit fit_theta(std::span<const double> values);

/// The smoothed level of the deseasonalised values, begun at the mean of their first week.
double theta_level(std::span<const double> values, const ThetaFit& fit);

/// Forecasts from every origin of `out`; season, alpha and drift are estimated at each of `refits`
/// (ascending, the first at most the table's first origin), the level moves on every day.
void forecast_by_theta(std::span<const double> values, std::span<const std::size_t> refits,
                       OriginTable& out);

}  // namespace hark::series
