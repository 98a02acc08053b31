#include "hark/chart/palette.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr Palette kLight{
    .background = "#FFFFFF",
    .ink = "#1B1B1F",
    .muted = "#55575D",
    .axis = "#7C7F87",
    .grid = "#E1E3E8",
    .band = "#EDF0F4",
    .few = "#8A8D93",
    .cell_edge = "#7F8EA0",
    .categorical = {"#005EA2", "#DF5C22", "#7B2317", "#512B42", "#A409F8", "#D87690"},
    .sequential = {"#DCEAF7", "#A6CBE9", "#5FA0D3", "#1F6FB2", "#0B3A6B"},
    .diverging = {"#0B5394", "#7FB2DC", "#E3E4E8", "#F0A070", "#B0400A"},
};

constexpr Palette kDark{
    .background = "#16181D",
    .ink = "#FFFFFF",
    .muted = "#B4B7BF",
    .axis = "#8A8E98",
    .grid = "#2C3038",
    .band = "#23272F",
    .few = "#80848D",
    .cell_edge = "#71839A",
    .categorical = {"#7AB8F5", "#D24B01", "#954F64", "#7A34EE", "#F2B484", "#BEE926"},
    .sequential = {"#1D3448", "#2B5A84", "#4585BF", "#7AB8F5", "#D3E9FF"},
    .diverging = {"#8EC5FA", "#3A78B0", "#34373E", "#B5562A", "#FFB08A"},
};

double channel(Color color, std::size_t at) noexcept {
  const auto digit = [](char c) {
    return c <= '9' ? c - '0' : (c & ~32) - 'A' + 10;  // "#RRGGBB" is our own text
  };
  const double value = (digit(color[at]) * 16 + digit(color[at + 1])) / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(Color color) noexcept {
  return 0.2126 * channel(color, 1) + 0.7152 * channel(color, 3) + 0.0722 * channel(color, 5);
}

}  // namespace

const Palette& palette_of(Theme theme) noexcept { return theme == Theme::kDark ? kDark : kLight; }

double contrast(Color a, Color b) noexcept {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

Color text_color_on(Color fill, const Palette& palette) noexcept {
  return contrast(fill, palette.ink) >= contrast(fill, palette.background) ? palette.ink
                                                                           : palette.background;
}

std::string theme_css(Theme theme, std::string_view scope) {
  const Palette& palette = palette_of(theme);
  std::string css;
  const auto rule = [&](std::string_view name, std::string_view property, Color color) {
    css += concat(scope, " .", name, "{", property, ":", color, "}\n");
  };
  rule("hk-bg", "fill", palette.background);
  rule("hk-ink", "fill", palette.ink);
  rule("hk-muted", "fill", palette.muted);
  rule("hk-ink-line", "stroke", palette.ink);
  rule("hk-axis", "stroke", palette.axis);
  rule("hk-grid", "stroke", palette.grid);
  rule("hk-band", "fill", palette.band);
  rule("hk-few", "fill", palette.few);
  rule("hk-edge", "stroke", palette.cell_edge);
  rule("hk-gap", "stroke", palette.background);
  const auto numbered = [](std::string_view stem, std::size_t i) { return concat(stem, i + 1); };
  for (std::size_t i = 0; i < palette.categorical.size(); ++i) {
    rule(numbered("hk-c", i), "fill", palette.categorical[i]);
    rule(numbered("hk-l", i), "stroke", palette.categorical[i]);
  }
  for (std::size_t i = 0; i < palette.sequential.size(); ++i) {
    rule(numbered("hk-q", i), "fill", palette.sequential[i]);
    rule(numbered("hk-d", i), "fill", palette.diverging[i]);
    rule(numbered("hk-on-q", i), "fill", text_color_on(palette.sequential[i], palette));
    rule(numbered("hk-on-d", i), "fill", text_color_on(palette.diverging[i], palette));
  }
  return css;
}

}  // namespace hark::chart
