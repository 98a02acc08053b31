// The colours of charts and pages, light and dark, and how far apart they are.
//
// Found by search (docs/UX, "Palettes"): every categorical colour has a contrast of at least 3:1
// with the background, and the six stay apart under three kinds of colour blindness.
// palette_test.cc keeps both true. librsvg ignores CSS variables, so colours are written as
// attributes next to a class; theme_css() gives pages the rules that recolour the classes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hark::chart {

using Color = std::string_view;  ///< "#RRGGBB"

struct Palette {
  Color background, ink, muted;
  Color axis;       ///< axis lines, whiskers' caps, borders
  Color grid;       ///< grid lines: decoration, may be faint
  Color band;       ///< tinted stretches behind the marks
  Color few;        ///< marks that rest on few rows
  Color cell_edge;  ///< around cells whose own colour is near the background
  std::array<Color, 6> categorical;
  std::array<Color, 5> sequential;  ///< one hue; from near the background to far from it
  std::array<Color, 5> diverging;   ///< blue, grey, orange; grey is the class around zero
};

enum class Theme : std::uint8_t { kLight, kDark };

/// Lives as long as the program.
const Palette& palette_of(Theme theme) noexcept;

/// WCAG 2.2 contrast ratio, 1 to 21.
double contrast(Color a, Color b) noexcept;

/// The one of `palette`'s background and ink that is easier to read on `fill`.
Color text_color_on(Color fill, const Palette& palette) noexcept;

/// CSS rules that give the chart classes the colours of `theme`, one rule per class, each selector
/// below `scope`: theme_css(kDark, ":root[data-theme=dark]").
std::string theme_css(Theme theme, std::string_view scope);

}  // namespace hark::chart
