// Axes, their labels, grid lines and tinted bands.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hark/chart/canvas.h"
#include "hark/chart/frame.h"
#include "hark/chart/prepare.h"

namespace hark::chart {

/// The labels of a discrete y axis, broken into lines.
struct CategoryLabels {
  std::vector<std::vector<std::string>> lines;
  double width = 0;
  std::size_t max_lines = 1;
};
CategoryLabels wrap_categories(const Prepared& data, double max_width);

/// Labels below the plot; baselines count from the plot's lower edge.
std::vector<Label> place_x_labels(const Frame& frame, const Prepared& data);
double x_axis_height(const std::vector<Label>& labels, const Prepared& data);
void draw_x_labels(Canvas& canvas, const Frame& frame, const Prepared& data,
                   std::vector<Label> labels);
void draw_y_labels(Canvas& canvas, const Frame& frame, const Prepared& data,
                   const CategoryLabels& categories);

/// The y axis' title, written level above the axis. Returns the new top.
double draw_axis_title_above(Canvas& canvas, const Prepared& data, double top);

/// Labels of the vertical rule lines, above the plot, in as many rows as it takes.
std::vector<Label> place_rule_labels(const Frame& frame, const Prepared& data, double top);

/// "p90 9.4 d": a rule's label with its value.
std::string rule_text(const Prepared& data, const RuleLine& rule);

void draw_grid(Canvas& canvas, const Frame& frame, const Prepared& data);
void draw_bands(Canvas& canvas, const Frame& frame, const Prepared& data);

}  // namespace hark::chart
