// Days on which the level of a series shifts.
//
// Source: Killick, Fearnhead, Eckley, "Optimal Detection of Changepoints with a Linear
// Computational Cost", JASA 107 (2012). Model card: docs/models/change-points.md. Threads: pure
// functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "hark/core/result.h"
#include "hark/stats/descriptive.h"

namespace hark::series {

/// The first indices of the segments after the first, so that the sum of squares around segment
/// means plus `penalty` per change is least. No segment is shorter than `least_segment` (at least
/// 1). Exact; time near linear where there are changes, O(n²) at worst.
std::vector<std::size_t> pelt(std::span<const double> values, double penalty,
                              std::size_t least_segment);

/// The day-to-day noise of a series with memory: y = level + AR(1). Robust to shifts and strays.
struct NoiseLevel {
  double sd = 0;            ///< of one day
  double memory = 0;        ///< correlation of neighbouring days, 0 to 0.9
  double long_run_var = 0;  ///< variance of a mean of n days, times n
};
NoiseLevel noise_level(std::span<const double> values);
/// The same from what is left around the means of segments that begin at `changes`: sharper, if the
/// segments are right, and with a long-run variance not below what the means of weeks tell.
NoiseLevel noise_around(std::span<const double> values, std::span<const std::size_t> changes);

struct LevelShift {
  std::size_t index = 0;  ///< first value of the new level
  double before = 0;      ///< mean of the segment before; not below 0
  double after = 0;
  std::optional<double> relative;  ///< after / before − 1; absent unless before is above 0
  stats::Interval relative_ci95;   ///< of `relative`; not below −1
};

/// Shifts of the level of a deseasonalised series: pelt() with penalty 3 log(n) · long-run
/// variance.
///
/// @param season  0, or days of a season that was taken off as the mean of few cycles (a year out
///   of three, say): it took a share of the noise with it, which the intervals give back. A season
///   of many cycles takes next to nothing.
/// Errors: kInvalidInput if there are fewer than 2 · least_segment values.
Result<std::vector<LevelShift>> level_shifts(std::span<const double> values,
                                             std::size_t least_segment, std::size_t season = 0);

}  // namespace hark::series
