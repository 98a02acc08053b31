// ChartSpec -> SVG: inline in a page, or as a file of its own.
//
// Every colour is written as an attribute (librsvg ignores CSS variables) and as a class, by which
// pages recolour it: theme_css() in palette.h. Every mark carries data-k, the row of the data it
// stands for (of a line: its series), so that a page can patch it. The same spec gives the same
// bytes on every machine.
#pragma once

#include <string>

#include "hark/chart/chart_spec.h"
#include "hark/chart/format.h"
#include "hark/chart/palette.h"

namespace hark::chart {

struct SvgOptions {
  /// A file: with XML namespace, background, title, description and footnote in the picture. A
  /// fragment has none of these, since its page writes them.
  bool is_standalone = false;
  /// Whether marks carry data-k. A page without scripts does not need them.
  bool has_keys = true;
  Theme theme = Theme::kLight;
  Language language = Language::kEnglish;
};

/// Draws the chart. Never fails: data that cannot be drawn give an empty frame that says so, a spec
/// that validate() refuses gives a frame with its message.
std::string to_svg(const ChartSpec& spec, const SvgOptions& options = {});

/// What the chart shows in sentences, for <desc>, alt texts and screen readers: the spec's own
/// description, kind of chart and axes, highest and lowest values, marked lines, and all that was
/// left out (gaps, values off the scale, thinned points). Requires validate().
std::string describe(const ChartSpec& spec, Language language = Language::kEnglish);

}  // namespace hark::chart
