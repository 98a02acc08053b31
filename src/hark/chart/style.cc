#include <algorithm>
#include <array>

#include "hark/chart/frame.h"
#include "hark/chart/marks.h"
#include "hark/chart/svg_text.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr std::array<std::string_view, kMaxSeries> kDashes = {"",         "7 4", "2 3",
                                                              "10 3 2 3", "4 2", "12 4 2 4 2 4"};
/// What the patterns of series 2 to 6 and of "few" draw over their colour, in an 8 by 8 tile.
constexpr std::array<std::string_view, kMaxSeries> kTiles = {"",
                                                             "M-1 9l10-10M-1 1l2-2M7 9l2-2",
                                                             "M1 2h2M5 6h2",
                                                             "M-1-1l10 10M-1 7l2 2M7-1l2 2",
                                                             "M0 2h8M0 6h8",
                                                             "M2 0v8M6 0v8"};
constexpr std::string_view kFewTile = "M-1 9l10-10M-1 1l2-2M7 9l2-2";

void add_pattern(Canvas& canvas, std::string_view name, const Paint& fill, std::string_view tile,
                 double line_width) {
  canvas.add("<pattern id=\"");
  canvas.add(canvas.id());
  canvas.add(name);
  canvas.add(
      "\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect width=\"8\" height=\"8\"");
  canvas.add_paint({fill});
  canvas.add("/><path");
  canvas.add_paint({{"hk-gap", "stroke", canvas.palette().background}});
  canvas.add_attribute("stroke-width", line_width);
  canvas.add_attribute("d", tile);
  canvas.add("/></pattern>\n");
}

}  // namespace

SeriesStyle series_style(const Palette& palette, std::size_t index) {
  const std::size_t i = std::min(index, kMaxSeries - 1);
  return {concat("hk-c", i + 1), concat("hk-l", i + 1), palette.categorical[i], kDashes[i]};
}

bool uses_patterns(const Prepared& data) noexcept {
  return data.series.size() > 1 &&
         (data.spec->mark == Mark::kBar || data.spec->mark == Mark::kArea);
}

void add_patterns(Canvas& canvas, const Prepared& data) {
  const bool has_series = uses_patterns(data);
  if (!has_series && data.num_few == 0) return;
  canvas.add("<defs>\n");
  if (has_series)
    for (std::size_t i = 1; i < std::min(data.series.size(), kMaxSeries); ++i) {
      const SeriesStyle style = series_style(canvas.palette(), i);
      add_pattern(canvas, concat("-p", i + 1), {style.fill_class, "fill", style.color}, kTiles[i],
                  1);
    }
  if (data.num_few > 0)
    add_pattern(canvas, "-few", {"hk-few", "fill", canvas.palette().few}, kFewTile, 1.4);
  canvas.add("</defs>\n");
}

void add_series_fill(Canvas& canvas, const Prepared& data, std::size_t index) {
  const SeriesStyle style = series_style(canvas.palette(), index);
  if (uses_patterns(data) && index > 0) {
    canvas.add_attribute("fill", concat("url(#", canvas.id(), "-p", index + 1, ")"));
  } else {
    canvas.add_paint({{style.fill_class, "fill", style.color}});
  }
}

void add_few_fill(Canvas& canvas) {
  canvas.add_attribute("fill", concat("url(#", canvas.id(), "-few)"));
}

std::string symbol_path(std::size_t index, double x, double y, double radius) {
  const double r = radius;
  std::string out;
  PathBuilder path;
  const auto polygon = [&](std::initializer_list<std::pair<double, double>> corners) {
    bool is_first = true;
    for (const auto& [dx, dy] : corners) {
      if (is_first)
        path.move_to(x + dx, y + dy);
      else
        path.line_to(x + dx, y + dy);
      is_first = false;
    }
    path.close();
  };
  switch (index) {
    case 0: {
      // Two half circles: unlike <circle> it fits where the other symbols go.
      const auto arc = [&](double to) {
        out += 'a';
        append_pixels(out, r);
        out += ' ';
        append_pixels(out, r);
        out += " 0 1 0 ";
        append_pixels(out, to);
        out += " 0";
      };
      out += 'M';
      append_pixels(out, x - r);
      out += ' ';
      append_pixels(out, y);
      arc(2 * r);
      arc(-2 * r);
      out += 'z';
      return out;
    }
    case 1:
      polygon({{-.9 * r, -.9 * r}, {.9 * r, -.9 * r}, {.9 * r, .9 * r}, {-.9 * r, .9 * r}});
      break;
    case 2:
      polygon({{0, -1.15 * r}, {1.1 * r, .85 * r}, {-1.1 * r, .85 * r}});
      break;
    case 3:
      polygon({{0, -1.3 * r}, {1.3 * r, 0}, {0, 1.3 * r}, {-1.3 * r, 0}});
      break;
    case 4:
      polygon({{-1.1 * r, -.85 * r}, {1.1 * r, -.85 * r}, {0, 1.15 * r}});
      break;
    default: {
      const double a = .4 * r, b = 1.2 * r;  // a cross
      polygon({{-a, -b},
               {a, -b},
               {a, -a},
               {b, -a},
               {b, a},
               {a, a},
               {a, b},
               {-a, b},
               {-a, a},
               {-b, a},
               {-b, -a},
               {-a, -a}});
    }
  }
  return path.text();
}

}  // namespace hark::chart
