// Seasonal-trend decomposition by loess: y = trend + seasonal + remainder.
//
// Source: Cleveland, Cleveland, McRae, Terpenning, "STL: A Seasonal-Trend Decomposition Procedure
// Based on Loess", Journal of Official Statistics 6 (1990); several seasons: Bandara, Hyndman,
// Bergmeir, "MSTL", arXiv 2107.13462. Model card: docs/models/stl.md. Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::series {

/// One loess smoother: how many neighbours, a line (1) or a constant (0), and at which distance it
/// is computed; values between are interpolated.
struct Smoother {
  int window = 7;  ///< odd, at least 3
  int degree = 1;  ///< 0 or 1
  int jump = 1;    ///< at least 1
};

struct StlOptions {
  int period = 7;  ///< observations per season, at least 2
  Smoother seasonal{7, 1, 1};
  Smoother trend{15, 1, 1};
  Smoother low_pass{9, 1, 1};
  int inner_loops = 2;
  int outer_loops = 0;  ///< 15 is robust: days far from the fit lose their weight

  /// METRICS section 3: windows 7, 15, 9 for a week of days.
  static StlOptions weekly(bool is_robust);
};

struct Decomposition {
  std::vector<double> trend;
  std::vector<double> seasonal;
  std::vector<double> remainder;
  std::vector<double> weights;  ///< robustness, 0 to 1; empty unless robust
};

/// Errors: kInvalidArgument for options out of range; kInvalidInput if `values` is not longer than
/// two periods. Time O(n · (windows) · loops); memory O(n), taken once.
Result<Decomposition> stl(std::span<const double> values, const StlOptions& options);

struct MultiDecomposition {
  std::vector<double> periods;                ///< those used, ascending
  std::vector<std::vector<double>> seasonal;  ///< one per period
  std::vector<double> trend;
  std::vector<double> remainder;
};

/// Several seasons, each taken out by STL in turn, twice; a period that does not fit twice into the
/// series is left out. Windows are those of R's forecast::mstl: 11, 15, 19 … for the seasons in
/// ascending order, constants within a season, the trend window from the longest period. A
/// fractional period (365.25 days) counts whole observations within STL.
/// Errors: kInvalidInput where no period fits.
Result<MultiDecomposition> mstl(std::span<const double> values, std::vector<double> periods);

/// 1 − var(remainder) / var(component + remainder), floored at 0: near 1, the component explains
/// nearly all of the movement. nullopt for a constant series.
/// Source: Wang, Smith, Hyndman, Data Mining and Knowledge Discovery 13 (2006).
std::optional<double> strength(std::span<const double> component,
                               std::span<const double> remainder);

}  // namespace hark::series
