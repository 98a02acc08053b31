// The layout of a chart: where the plot is, how data become pixels, and what stands around it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hark/chart/canvas.h"
#include "hark/chart/classes.h"
#include "hark/chart/prepare.h"
#include "hark/chart/scale.h"
#include "hark/chart/svg.h"

namespace hark::chart {

struct AxisLayout {
  bool is_discrete = false;
  Scale scale;                 ///< continuous
  double start = 0, step = 0;  ///< discrete: category i covers start + i * step, one step wide
  std::vector<Tick> ticks;

  /// Pixel of a value, or of the middle of a category.
  double at(double value) const noexcept {
    return is_discrete ? start + (value + 0.5) * step : scale.at(value);
  }
};

struct Frame {
  double width = 0, height = 0;
  Box plot;
  AxisLayout x, y;
  ColorClasses classes;      ///< of a quantitative colour
  double value_labels = 0;   ///< room kept right of horizontal bars and dots, 0: no labels there
  double series_labels = 0;  ///< room kept right of lines for their names, 0: no names there
  double pixels_per_km = 0;  ///< kHex
  std::size_t num_texts_left_out = 0;

  const AxisLayout& value_axis(const Prepared& data) const noexcept {
    return data.value_axis == Axis::kX ? x : y;
  }
};

/// Shares of the step of a discrete axis that bars and groups of bars take.
inline constexpr double kBarShare = 0.72, kGroupShare = 0.85;
/// Pixels between the intervals of the series of one category.
inline constexpr double kRowPerSeries = 14;

/// The value of a row as written next to its mark, with "few" where it is.
std::string value_label(const Prepared& data, std::size_t row);

/// The smallest distance between two base positions, 1 if there is only one: the room of a bar on
/// an axis of dates.
double smallest_gap(const Prepared& data);

/// Categories down the side with several dots each: they are joined by a line.
bool has_joined_dots(const Prepared& data) noexcept;

/// Hexagon maps: equal scales on both axes, as large as the width allows.
void lay_out_map(Frame& frame, const Prepared& data, double top);

/// Lays the chart out and draws everything but the marks: titles, legend, grid, axes, bands.
Frame draw_frame(Canvas& canvas, const Prepared& data, const SvgOptions& options);

/// The classes and attributes of series `index`; patterns tell stacked and grouped bars apart
/// without colour.
struct SeriesStyle {
  std::string fill_class, line_class;
  Color color;
  std::string_view dash;  ///< "" for solid
};
SeriesStyle series_style(const Palette& palette, std::size_t index);

/// Bars and areas of several series, and marks that rest on few rows, are filled with patterns.
bool uses_patterns(const Prepared& data) noexcept;
/// ` fill="url(#id-p2)"` for series `index` (0-based), or the plain colour where patterns are not
/// used.
void add_series_fill(Canvas& canvas, const Prepared& data, std::size_t index);
void add_few_fill(Canvas& canvas);

/// The path of the symbol of series `index` around (x, y), of about `radius` pixels.
std::string symbol_path(std::size_t index, double x, double y, double radius);

}  // namespace hark::chart
