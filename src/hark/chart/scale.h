// Scales of continuous axes and their ticks: nice steps, decades, human durations, calendar dates.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hark/chart/chart_spec.h"
#include "hark/chart/format.h"

namespace hark::chart {

/// Values from `low` to `high` (low < high; > 0 for kLog, >= 0 for kSqrt) onto pixels.
struct Scale {
  ScaleType type = ScaleType::kLinear;
  double low = 0, high = 1;
  double first_pixel = 0, last_pixel = 1;  ///< of `low` and `high`; falling for upward axes

  /// On kLog, what lies below `low` is at `low`.
  double at(double value) const noexcept;
};

struct Tick {
  double value = 0;
  std::string label;
};

/// Everything that decides the ticks of an axis.
struct TickStyle {
  FieldType type = FieldType::kQuantitative;
  Format format = Format::kNumber;
  std::size_t max_count = 8;  ///< wished; at least 2
};

/// Widens [low, high] to a domain that can be drawn: never empty, ends at ticks on linear axes.
/// Requires finite values below 1e15, > 0 for kLog.
void make_nice(Scale& scale, const TickStyle& style);

/// Ticks inside the domain in rising order, with labels: "1,000", "20 %", "10 min", "7 d",
/// "Mar 2024". Units that the labels do not name belong to the axis title.
std::vector<Tick> ticks(const Scale& scale, const TickStyle& style, const Locale& locale);

}  // namespace hark::chart
