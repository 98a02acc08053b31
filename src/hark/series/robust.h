// Middle and spread that a few strange values do not move.
//
// Source: Rousseeuw, Croux, "Alternatives to the Median Absolute Deviation", JASA 88 (1993).
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <span>

namespace hark::series {

/// 1 / the 0.75 quantile of the normal distribution: from median size to standard deviation.
inline constexpr double kMedianToSd = 1.482602218505602;

/// The median; of an even number of values the upper of the two in the middle; 0 of none. Reorders
/// them.
inline double upper_median(std::span<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace hark::series
