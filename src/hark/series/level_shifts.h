// Days since which counts are at another level, told apart from the week and the time of year.
//
// Each day is expected to have level · weekday · time of year, all three fitted together, so that a
// shift of one year bends no other year. Source: quasi-likelihood of counts, McCullagh and Nelder,
// Generalized Linear Models (1989); where to cut: pelt.h. Model card: docs/models/change-points.md.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "hark/core/result.h"
#include "hark/series/daily_series.h"
#include "hark/stats/descriptive.h"

namespace hark::series {

struct LevelShift {
  std::size_t index = 0;  ///< first day of the new level
  double before = 0;  ///< counts a day of the segment before, weekday and time of year taken out
  double after = 0;
  std::optional<double> relative;  ///< after / before − 1; absent where there was nothing before
  stats::Interval relative_ci95;   ///< of `relative`; not below −1
};

/// Shifts of the level of counts a day. A filled day is not learned from; a stray day (beyond four
/// robust deviations) counts as the edge of what is usual. The time of year is taken out where the
/// series is longer than two years.
///
/// Errors: kInvalidInput if there are fewer than 2 · least_segment days.
Result<std::vector<LevelShift>> level_shifts(const DailySeries& series, std::size_t least_segment);

}  // namespace hark::series
