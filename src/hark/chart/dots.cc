#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "hark/chart/marks.h"
#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"

namespace hark::chart {
namespace {

/// Where the dots of a chart stand, and how large they are.
class DotPlaces {
 public:
  DotPlaces(const Frame& frame, const Prepared& data) : frame_(frame), data_(data) {
    is_by_row_ = data.y.is_discrete && data.value_axis == Axis::kX;
    for (const double size : data.size)
      if (std::isfinite(size)) largest_ = std::max(largest_, size);
  }

  double x(std::size_t row) const noexcept { return frame_.x.at(data_.x.values[row]); }
  double y(std::size_t row) const noexcept {
    const double middle = frame_.y.at(data_.y.values[row]);
    // Intervals of several series would lie on each other.
    if (!is_by_row_ || data_.series.size() == 1 || data_.low.empty()) return middle;
    const auto series = static_cast<double>(data_.series_of_row[row]);
    return middle + (series - (static_cast<double>(data_.series.size()) - 1) / 2) * kRowPerSeries;
  }
  double radius(std::size_t row) const noexcept {
    if (data_.size.empty() || largest_ <= 0) return 4.5;
    const double size = data_.size[row];
    return 2.5 + (size > 0 ? 10 * std::sqrt(size / largest_) : 0);  // the area shows the size
  }

 private:
  const Frame& frame_;
  const Prepared& data_;
  bool is_by_row_ = false;
  double largest_ = 0;
};

/// The outermost rows of each category, with a faint line between them: p50 and p90, for example.
void draw_joined(Canvas& canvas, const Frame& frame, const Prepared& data,
                 const DotPlaces& places) {
  struct Ends {
    std::size_t first, last;
  };
  std::map<double, Ends> by_category;
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    Ends& ends = by_category.try_emplace(data.y.values[row], Ends{row, row}).first->second;
    if (places.x(row) < places.x(ends.first)) ends.first = row;
    if (places.x(row) > places.x(ends.last)) ends.last = row;
  }
  PathBuilder path;
  for (const auto& [category, ends] : by_category) {
    path.move_to(places.x(ends.first), frame.y.at(category));
    path.line_to(places.x(ends.last), frame.y.at(category));
  }
  canvas.add("<path");
  canvas.add_paint({{"hk-axis", "stroke", canvas.palette().axis}});
  canvas.add_attribute("d", path.text());
  canvas.add("/>\n");
  if (frame.value_labels == 0) return;
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (const auto& [category, ends] : by_category) {
    const double y = frame.y.at(category);
    draw_value_label(canvas, frame, data, ends.last, places.x(ends.last) + places.radius(ends.last),
                     frame.plot.left, y);
    const Label label{.text = value_label(data, ends.first),
                      .x = places.x(ends.first) - places.radius(ends.first) - 6,
                      .baseline = y + 4,
                      .size = kTickSize,
                      .anchor = Anchor::kEnd};
    if (ends.first != ends.last && canvas.is_free(label, frame.plot)) canvas.draw_text(label);
  }
  canvas.close_group();
}

}  // namespace

void draw_dots(Canvas& canvas, const Frame& frame, const Prepared& data) {
  const DotPlaces places(frame, data);
  if (has_joined_dots(data)) draw_joined(canvas, frame, data, places);
  for (std::size_t row = 0; row < data.num_rows; ++row)
    if (data.is_drawn[row])
      draw_whisker(canvas, frame, data, row,
                   data.value_axis == Axis::kX ? places.y(row) : places.x(row));
  // A pale rim keeps dots apart that lie on each other.
  canvas.open_group({{"hk-gap", "stroke", canvas.palette().background}});
  for_each_series(canvas, data, [&](std::size_t row, std::size_t series) {
    const double x = places.x(row), y = places.y(row), radius = places.radius(row);
    canvas.add("<path");
    add_key(canvas, row);
    canvas.add_attribute("d", symbol_path(series, x, y, radius));
    close_with_title(canvas, data, row, "path");
    canvas.cover({x - radius, y - radius, x + radius, y + radius});
  });
  canvas.close_group();
  if (frame.value_labels == 0 || has_joined_dots(data)) return;
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    double end = places.x(row) + places.radius(row);
    if (!data.high.empty() && std::isfinite(data.high[row]))
      end = std::max(end, frame.x.at(data.high[row]));
    // A rule that would strike through the number: the number goes behind it.
    constexpr double kLabelRoom = 48;
    for (const RuleLine& rule : data.spec->rules) {
      if (rule.axis != Axis::kX) continue;
      const double at = frame.x.at(rule.value);
      if (at > end - 2 && at < end + kLabelRoom) end = at;
    }
    draw_value_label(canvas, frame, data, row, end, frame.plot.left, places.y(row));
  }
  canvas.close_group();
}

void draw_strips(Canvas& canvas, const Frame& frame, const Prepared& data) {
  const double half = std::min(9.0, frame.y.step * 0.3);
  for (std::size_t series = 0; series < data.series.size(); ++series) {
    const SeriesStyle style = series_style(canvas.palette(), series);
    canvas.open_group({{style.line_class, "stroke", style.color}}, " stroke-width=\"1.5\"");
    for (std::size_t row = 0; row < data.num_rows; ++row) {
      if (!data.is_drawn[row] || data.series_of_row[row] != series) continue;
      PathBuilder path;
      const double x = frame.x.at(data.x.values[row]), y = frame.y.at(data.y.values[row]);
      path.move_to(x, y - half);
      path.line_to(x, y + half);
      canvas.add("<path");
      add_key(canvas, row);
      canvas.add_attribute("d", path.text());
      close_with_title(canvas, data, row, "path");
    }
    canvas.close_group();
  }
}

void draw_ranges(Canvas& canvas, const Frame& frame, const Prepared& data) {
  for (std::size_t series = 0; series < data.series.size(); ++series) {
    const SeriesStyle style = series_style(canvas.palette(), series);
    canvas.open_group({{style.line_class, "stroke", style.color}}, " stroke-width=\"5\"");
    for (std::size_t row = 0; row < data.num_rows; ++row) {
      if (!data.is_drawn[row] || data.series_of_row[row] != series) continue;
      const double x = frame.x.at(data.x.values[row]), y = frame.y.at(data.y.values[row]);
      PathBuilder path;
      path.move_to(x, y);
      path.line_to(data.x2.empty() ? x : frame.x.at(data.x2[row]),
                   data.y2.empty() ? y : frame.y.at(data.y2[row]));
      canvas.add("<path");
      add_key(canvas, row);
      canvas.add_attribute("d", path.text());
      close_with_title(canvas, data, row, "path");
    }
    canvas.close_group();
  }
}

void draw_texts(Canvas& canvas, Frame& frame, const Prepared& data) {
  const Column& column = *find_column(*data.spec, data.spec->encoding.text);
  const Box limits{0, frame.plot.top - 10, frame.width, frame.plot.bottom + 10};
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    const std::string text =
        column.texts() ? (*column.texts())[row]
                       : format_value((*column.numbers())[row], column.format, {}, *data.locale);
    Label label{.text = shorten(text, frame.width * 0.4, kTickSize),
                .x = frame.x.at(data.x.values[row]),
                .baseline = frame.y.at(data.y.values[row]) + 4,
                .size = kTickSize};
    if (label.text != text) label.full = text;
    bool is_drawn = false;
    for (const Anchor anchor : {Anchor::kMiddle, Anchor::kStart, Anchor::kEnd}) {
      label.anchor = anchor;
      if (is_drawn || !canvas.is_free(label, limits)) continue;
      canvas.draw_text(label);
      is_drawn = true;
    }
    if (!is_drawn) ++frame.num_texts_left_out;
  }
  canvas.close_group();
}

}  // namespace hark::chart
