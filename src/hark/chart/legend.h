// What stands above and below the plot: titles, the legend, the footnote.
#pragma once

#include "hark/chart/canvas.h"
#include "hark/chart/frame.h"
#include "hark/chart/prepare.h"

namespace hark::chart {

/// Title and description of a standalone picture. Returns the new top.
double draw_titles(Canvas& canvas, const ChartSpec& spec, double top);

/// Series that are not named at their lines, colour classes, and "few" where marks are. Returns the
/// new top.
double draw_legend(Canvas& canvas, const Prepared& data, const Frame& frame, double top);

double footnote_height(const ChartSpec& spec);
void draw_footnote(Canvas& canvas, const ChartSpec& spec, double picture_height);

}  // namespace hark::chart
