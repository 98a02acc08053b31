#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include "hark/chart/marks.h"
#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr double kEdge = 10;

/// Pointy-top hexagons: `width` from flat side to flat side, `radius` from the centre to a corner.
struct Hexagon {
  double width, radius;
  explicit Hexagon(double across) : width(across), radius(across * std::numbers::inv_sqrt3) {}
};

/// Place of a cell in the grid, relative to another cell: columns lean right going north.
using GridPlace = std::pair<double, double>;

GridPlace place_of(double dx, double dy, const Hexagon& hexagon) {
  const double row = std::floor(dy / (1.5 * hexagon.radius) + 0.5);
  return {std::floor(dx / hexagon.width - row / 2 + 0.5), row};
}

/// The path of one cell without its starting point, the upper corner.
std::string cell_outline(const Hexagon& hexagon) {
  const double w = hexagon.width / 2, r = hexagon.radius;
  PathBuilder path;
  path.move_to(0, 0);
  path.line_to(w, r / 2);
  path.line_to(w, 1.5 * r);
  path.line_to(0, 2 * r);
  path.line_to(-w, 1.5 * r);
  path.line_to(-w, r / 2);
  path.close();
  return path.text().substr(std::string_view("M0 0").size());
}

void draw_cells(Canvas& canvas, const Frame& frame, const Prepared& data, const Hexagon& pixels) {
  const Palette& palette = canvas.palette();
  const auto& colors = frame.classes.is_diverging ? palette.diverging : palette.sequential;
  const std::string outline = cell_outline(pixels);
  const auto draw_group = [&](bool is_few, std::size_t index) {
    const std::size_t color = is_few ? 0 : frame.classes.colors[index];
    const std::string name = concat(frame.classes.is_diverging ? "hk-d" : "hk-q", color + 1);
    bool is_open = false;
    for (std::size_t row = 0; row < data.num_rows; ++row) {
      if (!data.is_drawn[row] || data.is_few[row] != is_few ||
          (!is_few && frame.classes.class_of(data.color[row]) != index))
        continue;
      if (!is_open) {
        canvas.begin_group();
        if (is_few) {
          add_few_fill(canvas);
        } else {
          canvas.add_paint(
              {{name, "fill", colors[color]}, {"hk-edge", "stroke", palette.cell_edge}});
          canvas.add(" stroke-width=\".6\"");
        }
        canvas.enter_group();
      }
      is_open = true;
      canvas.add("<path");
      add_key(canvas, row);
      canvas.add(" d=\"M");
      canvas.add_number(frame.x.at(data.x.values[row]));
      canvas.add(" ");
      canvas.add_number(frame.y.at(data.y.values[row]) - pixels.radius);
      canvas.add(outline);
      canvas.add("\"");
      close_with_title(canvas, data, row, "path");
    }
    if (is_open) canvas.close_group();
  };
  for (std::size_t i = 0; i < frame.classes.labels.size(); ++i) draw_group(false, i);
  draw_group(true, 0);
}

/// Lines between neighbours of different districts: outlines without any imported map.
void draw_borders(Canvas& canvas, const Frame& frame, const Prepared& data,
                  const std::vector<std::string>& districts, const Hexagon& km,
                  const Hexagon& pixels) {
  std::map<GridPlace, std::size_t> row_at;
  std::size_t origin = data.num_rows;
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    if (origin == data.num_rows) origin = row;
    row_at.emplace(place_of(data.x.values[row] - data.x.values[origin],
                            data.y.values[row] - data.y.values[origin], km),
                   row);
  }
  PathBuilder path;
  const double w = pixels.width / 2, r = pixels.radius;
  for (const auto& [place, row] : row_at) {
    const double x = frame.x.at(data.x.values[row]), y = frame.y.at(data.y.values[row]);
    const auto border = [&](double columns, double rows, std::pair<double, double> from,
                            std::pair<double, double> to) {
      const auto other = row_at.find({place.first + columns, place.second + rows});
      if (other == row_at.end() || districts[other->second] == districts[row]) return;
      path.move_to(x + from.first, y + from.second);
      path.line_to(x + to.first, y + to.second);
    };
    border(1, 0, {w, -r / 2}, {w, r / 2});  // east
    border(0, 1, {w, -r / 2}, {0, -r});     // north-east
    border(-1, 1, {0, -r}, {-w, -r / 2});   // north-west
  }
  if (path.is_empty()) return;
  canvas.add_grounded_line(path.text(), 1.4, {});
}

void draw_district_names(Canvas& canvas, Frame& frame, const Prepared& data,
                         const std::vector<std::string>& districts) {
  struct Centre {
    double x = 0, y = 0;
    std::size_t count = 0;
  };
  std::map<std::string_view, Centre> centres;
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row] || districts[row].empty()) continue;
    Centre& centre = centres[districts[row]];
    centre.x += frame.x.at(data.x.values[row]);
    centre.y += frame.y.at(data.y.values[row]);
    ++centre.count;
  }
  std::vector<std::pair<std::string_view, Centre>> by_size(centres.begin(), centres.end());
  std::ranges::stable_sort(by_size, std::greater<>{},
                           [](const auto& entry) { return entry.second.count; });
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (const auto& [name, centre] : by_size) {
    const auto count = static_cast<double>(centre.count);
    Label label{.text = shorten(name, frame.width * 0.4, kLabelSize),
                .x = centre.x / count,
                .baseline = centre.y / count + 4,
                .anchor = Anchor::kMiddle,
                .is_bold = true};
    const double half = box_of(label).width() / 2 + 2;
    label.x = std::clamp(label.x, half, std::max(half, frame.width - half));
    if (canvas.is_free(label, {0, 0, frame.width, frame.plot.bottom + 10})) {
      draw_label_on_ground(canvas, label);
    } else {
      ++frame.num_texts_left_out;
    }
  }
  canvas.close_group();
}

void draw_scale_bar(Canvas& canvas, const Frame& frame, const Locale& locale) {
  double length = 1e-3;  // km
  constexpr double kSteps[] = {2, 2.5, 2};
  for (std::size_t i = 0; length * kSteps[i % 3] * frame.pixels_per_km < frame.width * 0.2; ++i)
    length *= kSteps[i % 3];
  const double pixels = length * frame.pixels_per_km;
  if (pixels > frame.width * 0.5) return;  // the map is smaller than a metre
  const double y = frame.plot.bottom + 14;
  PathBuilder path;
  path.move_to(kEdge, y - 4);
  path.line_to(kEdge, y);
  path.line_to(kEdge + pixels, y);
  path.line_to(kEdge + pixels, y - 4);
  canvas.add("<path");
  canvas.add_paint({{"hk-axis", "stroke", canvas.palette().axis}});
  canvas.add_attribute("fill", "none");
  canvas.add_attribute("d", path.text());
  canvas.add("/>\n");
  canvas.open_group({{"hk-muted", "fill", canvas.palette().muted}});
  const std::string text = length < 1 ? concat(format_significant(length * 1000, 3, locale), " m")
                                      : concat(format_significant(length, 3, locale), " km");
  canvas.draw_text({.text = text, .x = kEdge + pixels + 6, .baseline = y + 2, .size = kTickSize});
  canvas.close_group();
}

}  // namespace

void lay_out_map(Frame& frame, const Prepared& data, double top) {
  constexpr double kLargestCell = 60;  // pixels across, so that one cell does not fill the picture
  double left = std::numeric_limits<double>::infinity(), right = -left, south = left, north = -left;
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    left = std::min(left, data.x.values[row]);
    right = std::max(right, data.x.values[row]);
    south = std::min(south, data.y.values[row]);
    north = std::max(north, data.y.values[row]);
  }
  const double cell = data.spec->hex_width;
  const double across = right - left + cell, up = north - south + 2 * Hexagon(cell).radius;
  const double room_x = frame.width - 2 * kEdge;
  const double room_y =
      data.spec->height > 0 ? std::max(60.0, data.spec->height - top - 40) : frame.width * 0.85;
  frame.pixels_per_km = std::min({room_x / across, room_y / up, kLargestCell / cell});
  frame.plot.top = top;
  frame.plot.bottom = top + up * frame.pixels_per_km;
  frame.plot.left = (frame.width - across * frame.pixels_per_km) / 2;
  frame.plot.right = frame.width - frame.plot.left;
  const double half_x = cell / 2 * frame.pixels_per_km;
  const double half_y = Hexagon(cell).radius * frame.pixels_per_km;
  const auto linear = [](double low, double high, double first, double last) {
    // One column or row of cells has no extent: any scale through its middle will do.
    if (low == high)
      return Scale{.low = low - 1,
                   .high = low + 1,
                   .first_pixel = (first + last) / 2,
                   .last_pixel = (first + last) / 2};
    return Scale{.low = low, .high = high, .first_pixel = first, .last_pixel = last};
  };
  frame.x.scale = linear(left, right, frame.plot.left + half_x, frame.plot.right - half_x);
  frame.y.scale = linear(south, north, frame.plot.bottom - half_y, frame.plot.top + half_y);
}

void draw_map(Canvas& canvas, Frame& frame, const Prepared& data) {
  const Hexagon km(data.spec->hex_width);
  const Hexagon pixels(data.spec->hex_width * frame.pixels_per_km);
  draw_cells(canvas, frame, data, pixels);
  if (const Column* column = find_column(*data.spec, data.spec->encoding.detail)) {
    draw_borders(canvas, frame, data, *column->texts(), km, pixels);
    draw_district_names(canvas, frame, data, *column->texts());
  }
  draw_scale_bar(canvas, frame, *data.locale);
}

}  // namespace hark::chart
