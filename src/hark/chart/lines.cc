#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "hark/chart/marks.h"
#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr std::size_t kMaxPointMarks = 40;  // beyond it points are too close to be pointed at
constexpr double kLineWidth = 1.8, kThinnedLineWidth = 1;

struct Point {
  std::size_t row = 0;
  double x = 0, y = 0;
};
/// Points without a gap between them.
using Segment = std::vector<Point>;

double drawn_value(const Prepared& data, std::size_t row) noexcept {
  return data.stack_to.empty() ? data.y.values[row] : data.stack_to[row];
}

/// Keeps of each pixel column the lowest and the highest point, in their order.
Segment thin(const Segment& segment) {
  Segment out;
  for (std::size_t first = 0; first < segment.size();) {
    const double column = std::floor(segment[first].x);
    std::size_t last = first, low = first, high = first;
    for (; last < segment.size() && std::floor(segment[last].x) == column; ++last) {
      if (segment[last].y < segment[low].y) low = last;
      if (segment[last].y > segment[high].y) high = last;
    }
    out.push_back(segment[std::min(low, high)]);
    if (low != high) out.push_back(segment[std::max(low, high)]);
    first = last;
  }
  return out;
}

std::vector<Segment> segments_of(const Frame& frame, const Prepared& data, std::size_t series) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < data.num_rows; ++row)
    if (data.series_of_row[row] == series && !std::isnan(data.x.values[row])) rows.push_back(row);
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) { return data.x.values[row]; });
  std::vector<Segment> segments(1);
  for (const std::size_t row : rows) {
    if (data.is_drawn[row]) {
      segments.back().push_back(
          {row, frame.x.at(data.x.values[row]), frame.y.at(drawn_value(data, row))});
    } else if (!segments.back().empty()) {
      segments.emplace_back();
    }
  }
  if (segments.back().empty()) segments.pop_back();
  if (is_thinned(data))
    for (Segment& segment : segments) segment = thin(segment);
  return segments;
}

/// Closed shapes between the points and `lower(row)`.
template <typename Lower>
std::string area_path(const std::vector<Segment>& segments, const Lower& lower) {
  PathBuilder path;
  for (const Segment& segment : segments) {
    // A single point would have no width: give it a pixel to each side.
    const double margin = segment.size() == 1 ? 1 : 0;
    path.move_to(segment.front().x - margin, segment.front().y);
    for (const Point& point : segment) path.line_to(point.x, point.y);
    path.line_to(segment.back().x + margin, segment.back().y);
    path.line_to(segment.back().x + margin, lower(segment.back().row));
    for (std::size_t i = segment.size(); i-- > 0;)
      path.line_to(segment[i].x, lower(segment[i].row));
    path.line_to(segment.front().x - margin, lower(segment.front().row));
    path.close();
  }
  return path.text();
}

void draw_interval_band(Canvas& canvas, const Frame& frame, const std::vector<double>& low,
                        const std::vector<double>& high, std::vector<Segment> segments,
                        const SeriesStyle& style) {
  // A stretch without any interval has no band.
  std::erase_if(segments, [&](const Segment& segment) {
    return std::ranges::all_of(segment, [&](const Point& p) { return std::isnan(low[p.row]); });
  });
  if (segments.empty()) return;
  const auto y_at = [&](const std::vector<double>& ends, const Point& point) {
    const double value = ends[point.row];
    // Where there is no interval the band has no height.
    if (std::isnan(value)) return point.y;
    return std::clamp(frame.y.at(value), frame.plot.top, frame.plot.bottom);
  };
  std::vector<double> lower(low.size(), 0);
  for (Segment& segment : segments)
    for (Point& point : segment) {
      lower[point.row] = y_at(low, point);
      point.y = y_at(high, point);
    }
  canvas.add("<path");
  canvas.add_paint({{style.fill_class, "fill", style.color}});
  canvas.add_attribute("fill-opacity", ".22");
  canvas.add_attribute("d", area_path(segments, [&](std::size_t row) { return lower[row]; }));
  canvas.add("/>\n");
}

void draw_area(Canvas& canvas, const Frame& frame, const Prepared& data, std::size_t series,
               const std::vector<Segment>& segments) {
  const bool is_stacked = data.series.size() > 1 && data.y2.empty();
  canvas.add("<path");
  add_key(canvas, data.series[series]);
  add_series_fill(canvas, data, series);
  if (!is_stacked) canvas.add_attribute("fill-opacity", ".25");
  canvas.add_attribute(
      "d", area_path(segments, [&](std::size_t row) { return frame.y.at(data.stack_from[row]); }));
  canvas.add("/>\n");
}

/// Notes where the line runs, so that labels can keep off it.
void cover_line(Canvas& canvas, const Segment& segment) {
  constexpr double kStep = 6;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const Point& to = segment[i];
    const Point& from = segment[i == 0 ? 0 : i - 1];
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    for (double at = 0; at <= length; at += kStep) {
      const double share = length > 0 ? at / length : 0;
      const double x = from.x + share * (to.x - from.x), y = from.y + share * (to.y - from.y);
      canvas.cover({x - 2, y - 2, x + 2, y + 2});
    }
  }
}

void draw_line(Canvas& canvas, const Prepared& data, std::size_t series,
               const std::vector<Segment>& segments, const SeriesStyle& style) {
  PathBuilder path;
  for (const Segment& segment : segments) {
    cover_line(canvas, segment);
    if (segment.size() < 2) continue;
    path.move_to(segment[0].x, segment[0].y);
    for (std::size_t i = 1; i < segment.size(); ++i) path.line_to(segment[i].x, segment[i].y);
  }
  if (path.is_empty()) return;
  canvas.add("<path");
  if (data.spec->mark == Mark::kLine) add_key(canvas, data.series[series]);
  canvas.add_paint({{style.line_class, "stroke", style.color}});
  canvas.add_attribute("fill", "none");
  canvas.add_attribute("stroke-width", is_thinned(data) ? kThinnedLineWidth : kLineWidth);
  canvas.add_attribute("stroke-linejoin", "round");
  if (!style.dash.empty()) canvas.add_attribute("stroke-dasharray", style.dash);
  canvas.add_attribute("d", path.text());
  canvas.add("/>\n");
}

/// Dots on lines of few points, and on points that stand alone between gaps.
void draw_points(Canvas& canvas, const Prepared& data, std::size_t series,
                 const std::vector<Segment>& segments, const SeriesStyle& style) {
  std::size_t num_points = 0, num_alone = 0;
  for (const Segment& segment : segments) {
    num_points += segment.size();
    if (segment.size() == 1) ++num_alone;
  }
  if (num_points > kMaxPointMarks && num_alone == 0) return;
  canvas.open_group({{style.fill_class, "fill", style.color}});
  for (const Segment& segment : segments)
    for (const Point& point : segment) {
      if (num_points > kMaxPointMarks && segment.size() > 1) continue;
      canvas.add("<path");
      add_key(canvas, point.row);
      if (data.is_few[point.row]) add_few_fill(canvas);
      canvas.add_attribute("d", symbol_path(series, point.x, point.y, 2.8));
      close_with_title(canvas, data, point.row, "path");
    }
  canvas.close_group();
}

/// Names right of the lines' ends, moved apart where they would touch.
void draw_series_names(Canvas& canvas, const Frame& frame, const Prepared& data,
                       const std::vector<std::optional<double>>& ends) {
  constexpr double kDistance = 15;
  struct Name {
    std::size_t series;
    double y;
  };
  std::vector<Name> names;
  for (std::size_t i = 0; i < ends.size(); ++i)
    if (ends[i]) names.push_back({i, *ends[i]});
  std::ranges::stable_sort(names, {}, &Name::y);
  const double top = frame.plot.top + 6, bottom = frame.plot.bottom - 4;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i].y = std::max(names[i].y, top);
    if (i > 0) names[i].y = std::max(names[i].y, names[i - 1].y + kDistance);
  }
  double limit = bottom;
  for (std::size_t i = names.size(); i-- > 0; limit -= kDistance)
    names[i].y = std::min(names[i].y, limit);
  const double left = frame.plot.right + 6;
  for (const Name& name : names) {
    const SeriesStyle style = series_style(canvas.palette(), name.series);
    if (data.spec->mark == Mark::kArea && data.series.size() > 1) {
      canvas.add("<rect");
      canvas.add_attribute("x", left);
      canvas.add_attribute("y", name.y - 5);
      canvas.add_attribute("width", 12);
      canvas.add_attribute("height", 10);
      add_series_fill(canvas, data, name.series);
      canvas.add("/>\n");
    } else {
      canvas.add("<path");
      canvas.add_paint({{style.line_class, "stroke", style.color}});
      canvas.add_attribute("stroke-width", kLineWidth);
      if (!style.dash.empty()) canvas.add_attribute("stroke-dasharray", style.dash);
      PathBuilder path;
      path.move_to(left, name.y);
      path.line_to(left + 16, name.y);
      canvas.add_attribute("d", path.text());
      canvas.add("/>\n");
    }
  }
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (const Name& name : names) {
    const std::string& full = data.series[name.series];
    Label label{.text = shorten(full, frame.series_labels - 28, kLabelSize),
                .x = left + 20,
                .baseline = name.y + 4.2};
    if (label.text != full) label.full = full;
    canvas.draw_text(label);
  }
  canvas.close_group();
}

}  // namespace

bool is_thinned(const Prepared& data) noexcept {
  if (data.spec->mark != Mark::kLine && data.spec->mark != Mark::kArea) return false;
  return static_cast<double>(data.num_drawn) >
         2 * data.spec->width * static_cast<double>(data.series.size());
}

void draw_lines_and_areas(Canvas& canvas, Frame& frame, const Prepared& data) {
  std::vector<std::optional<double>> ends(data.series.size());
  for (std::size_t series = 0; series < data.series.size(); ++series) {
    const SeriesStyle style = series_style(canvas.palette(), series);
    const std::vector<Segment> segments = segments_of(frame, data, series);
    if (segments.empty()) continue;
    const bool is_area = data.spec->mark == Mark::kArea;
    const bool is_stacked = is_area && data.series.size() > 1 && data.y2.empty();
    if (!data.low.empty()) draw_interval_band(canvas, frame, data.low, data.high, segments, style);
    if (!data.inner_low.empty())
      draw_interval_band(canvas, frame, data.inner_low, data.inner_high, segments, style);
    if (is_area) draw_area(canvas, frame, data, series, segments);
    if (!is_stacked) {
      draw_line(canvas, data, series, segments, style);
      draw_points(canvas, data, series, segments, style);
    }
    const Point& last = segments.back().back();
    ends[series] = is_stacked ? (last.y + frame.y.at(data.stack_from[last.row])) / 2 : last.y;
  }
  if (frame.series_labels > 0) draw_series_names(canvas, frame, data, ends);
}

}  // namespace hark::chart
