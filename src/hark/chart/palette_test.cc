#include "hark/chart/palette.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "hark/chart/svg_checks.h"

namespace hark::chart::testing {
namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

Triple linear_rgb(Color color) {
  Triple out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(std::string(color.substr(1 + 2 * i, 2)), nullptr, 16) / 255.0;
    out[i] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  }
  return out;
}

Triple seen_by(const Matrix& m, const Triple& v) {
  Triple out{};
  for (std::size_t i = 0; i < 3; ++i)
    out[i] = std::clamp(m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2], 0.0, 1.0);
  return out;
}

/// CIE L*a*b*, white D65, from linear sRGB.
Triple lab(const Triple& rgb) {
  const double x = (0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047;
  const double y = 0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2];
  const double z = (0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883;
  const auto f = [](double t) {
    return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  };
  return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

double difference(const Triple& a, const Triple& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB; the first is normal sight.
const std::array<Matrix, 4> kSights = {
    Matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    Matrix{{{0.152286, 1.052583, -0.204868},
            {0.114503, 0.786281, 0.099216},
            {-0.003882, -0.048116, 1.051998}}},  // protanopia
    Matrix{{{0.367322, 0.860646, -0.227968},
            {0.280085, 0.672501, 0.047413},
            {-0.011820, 0.042940, 0.968881}}},  // deuteranopia
    Matrix{{{1.255528, -0.076749, -0.178779},
            {-0.078411, 0.930809, 0.147602},
            {0.004733, 0.691367, 0.303900}}},  // tritanopia
};

double smallest_distance(const Palette& palette) {
  double least = 1000;
  for (const Matrix& sight : kSights)
    for (std::size_t i = 0; i < palette.categorical.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        least =
            std::min(least, difference(lab(seen_by(sight, linear_rgb(palette.categorical[i]))),
                                       lab(seen_by(sight, linear_rgb(palette.categorical[j])))));
  return least;
}

constexpr Theme kThemes[] = {Theme::kLight, Theme::kDark};

}  // namespace

TEST(Palette, SeriesStayApartUnderColourBlindness) {
  // The values the search of docs/UX found; Okabe-Ito has 16.
  EXPECT_GE(smallest_distance(palette_of(Theme::kLight)), 29);
  EXPECT_GE(smallest_distance(palette_of(Theme::kDark)), 34);
}

TEST(Palette, MarksAndLinesHaveContrastThree) {
  for (const Theme theme : kThemes) {
    const Palette& palette = palette_of(theme);
    for (const Color color : palette.categorical)
      EXPECT_GE(wcag_contrast(color, palette.background), 3) << color;
    for (const Color color : {palette.axis, palette.few, palette.cell_edge})
      EXPECT_GE(wcag_contrast(color, palette.background), 3) << color;
  }
}

TEST(Palette, TextsHaveContrastFourAndAHalf) {
  for (const Theme theme : kThemes) {
    const Palette& palette = palette_of(theme);
    for (const Color ground : {palette.background, palette.band})
      for (const Color text : {palette.ink, palette.muted})
        EXPECT_GE(wcag_contrast(text, ground), 4.5) << text << " on " << ground;
    for (const auto& cells : {palette.sequential, palette.diverging})
      for (const Color cell : cells)
        EXPECT_GE(wcag_contrast(text_color_on(cell, palette), cell), 4.5) << cell;
  }
}

TEST(Palette, SequentialColoursGoEvenlyAwayFromTheGround) {
  for (const Theme theme : kThemes) {
    const Palette& palette = palette_of(theme);
    const double ground = lab(linear_rgb(palette.background))[0];
    double last = 0;
    for (const Color color : palette.sequential) {
      const double away = std::abs(lab(linear_rgb(color))[0] - ground);
      EXPECT_GE(away, last + 7) << color;
      last = away;
    }
  }
}

TEST(Palette, DivergingEndsAreFartherFromTheGroundThanTheMiddle) {
  for (const Theme theme : kThemes) {
    const Palette& palette = palette_of(theme);
    const auto away = [&](std::size_t i) {
      return wcag_contrast(palette.diverging[i], palette.background);
    };
    EXPECT_GT(away(0), away(1));
    EXPECT_GT(away(1), away(2));
    EXPECT_GT(away(3), away(2));
    EXPECT_GT(away(4), away(3));
  }
}

TEST(Palette, ContrastIsThatOfTheStandard) {
  EXPECT_NEAR(contrast("#FFFFFF", "#000000"), 21, 1e-9);
  EXPECT_NEAR(contrast("#777777", "#FFFFFF"), 4.48, 0.005);  // the example of WCAG's own pages
  for (const Theme theme : kThemes)
    for (const Color color : palette_of(theme).categorical)
      EXPECT_NEAR(contrast(color, "#FFFFFF"), wcag_contrast(color, "#FFFFFF"), 1e-9);
}

TEST(Palette, CssRecoloursBelowItsScopeOnly) {
  const std::string css = theme_css(Theme::kDark, ":root[data-theme=dark]");
  EXPECT_NE(css.find(":root[data-theme=dark] .hk-c1{fill:#7AB8F5}\n"), std::string::npos);
  for (std::size_t at = 0; at < css.size(); at = css.find('\n', at) + 1)
    EXPECT_TRUE(css.substr(at).starts_with(":root[data-theme=dark] .hk-"));
}

}  // namespace hark::chart::testing
