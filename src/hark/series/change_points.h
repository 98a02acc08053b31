// Where the mean of values shifts, and how much of their movement is noise.
//
// Source: pelt.h. Model card: docs/models/change-points.md. Threads: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::series {

/// pelt() with the sum of squares around the mean as the cost of a segment.
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

/// What is left of a correlation of neighbours when `num_levels` means were taken off `n` values is
/// too low: the correlation without that (Kendall, Biometrika 41, 1954).
double unfitted_memory(double memory, double num_levels, double n);
/// Larger correlations of neighbours are taken for this: levels that move, not noise.
inline constexpr double kMostMemory = 0.9;

/// Where the level of values without seasons shifts: pelt() with penalty 3 log(n) · long-run
/// variance. Errors: kInvalidInput if there are fewer than 2 · least_segment values.
Result<std::vector<std::size_t>> shifts_in(std::span<const double> values,
                                           std::size_t least_segment);

}  // namespace hark::series
