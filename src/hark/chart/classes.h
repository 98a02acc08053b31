// The five classes of a quantitative colour: where they are cut and what the legend says.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hark/chart/chart_spec.h"
#include "hark/chart/format.h"

namespace hark::chart {

struct ColorClasses {
  bool is_diverging = false;
  std::vector<double> breaks;       ///< rising; class i holds breaks[i-1] <= value < breaks[i]
  std::vector<std::size_t> colors;  ///< index into the palette's five colours, one per class
  std::vector<std::string> labels;  ///< "below 1,000", "1,000–1,999", "4,000 and more"

  std::size_t class_of(double value) const noexcept;
};

/// Cuts at round numbers, so that the legend can be read: equal steps (by ratio on a log scale),
/// equal shares of the values, or symmetrically around zero, where the middle class is "about
/// zero". Fewer than five classes if the values do not give more. NaN are left out.
ColorClasses color_classes(const std::vector<double>& values, const Channel& channel,
                           const Column& column, const Locale& locale);

}  // namespace hark::chart
