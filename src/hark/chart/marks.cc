#include "hark/chart/marks.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

void draw_rect(Canvas& canvas, const Prepared& data, std::size_t row, const Box& box) {
  canvas.add("<rect");
  add_key(canvas, row);
  canvas.add_attribute("x", box.left);
  canvas.add_attribute("y", box.top);
  canvas.add_attribute("width", std::max(0.1, box.width()));
  canvas.add_attribute("height", std::max(0.1, box.height()));
  close_with_title(canvas, data, row, "rect");
  canvas.cover(box);
}

/// Values above vertical bars, if there is room above every one.
void draw_labels_above(Canvas& canvas, const Frame& frame, const Prepared& data) {
  if (data.value_axis != Axis::kY || !data.x.is_discrete || data.has_series() || !data.y2.empty())
    return;
  std::vector<Label> labels;
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    const bool is_down = data.stack_to[row] < data.stack_from[row];
    const std::vector<double>& ends = is_down ? data.low : data.high;
    double end = data.stack_to[row];
    if (!ends.empty() && std::isfinite(ends[row]))
      end = is_down ? std::min(end, ends[row]) : std::max(end, ends[row]);
    labels.push_back({.text = value_label(data, row),
                      .x = frame.x.at(data.x.values[row]),
                      .baseline = frame.y.at(end) + (is_down ? 14 : -5),
                      .size = kTickSize,
                      .anchor = Anchor::kMiddle});
    if (box_of(labels.back()).width() > frame.x.step - 3) return;
  }
  const Box limits{0, frame.plot.top - 14, frame.width, frame.plot.bottom + 2};
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (const Label& label : labels)
    if (canvas.is_free(label, limits)) canvas.draw_text(label);
  canvas.close_group();
}

Box turned(bool is_horizontal, double base_low, double base_high, double from, double to) {
  const auto [low, high] = std::minmax({from, to});
  return is_horizontal ? Box{low, base_low, high, base_high} : Box{base_low, low, base_high, high};
}

}  // namespace

void draw_value_label(Canvas& canvas, const Frame& frame, const Prepared& data, std::size_t row,
                      double end, double start, double middle) {
  Label label{
      .text = value_label(data, row), .x = end + 6, .baseline = middle + 4, .size = kTickSize};
  const Box limits{frame.plot.left, frame.plot.top, frame.width, frame.plot.bottom};
  if (end < start) {
    label.x = end - 6;
    label.anchor = Anchor::kEnd;
    if (!canvas.is_free(label, limits)) {
      label.x = start + 6;
      label.anchor = Anchor::kStart;
    }
  }
  if (canvas.is_free(label, limits)) canvas.draw_text(label);
}

void add_key(Canvas& canvas, std::string_view key) {
  if (canvas.has_keys()) canvas.add_attribute("data-k", key);
}

void add_key(Canvas& canvas, std::size_t row) { add_key(canvas, std::to_string(row)); }

std::string mark_title(const Prepared& data, std::size_t row) {
  const ChartSpec& spec = *data.spec;
  const Locale& locale = *data.locale;
  const auto value_of = [&](double value) { return data.figure_text(value); };
  std::string out = data.where(row);
  out += out.empty() ? "" : ": ";
  out += value_of(data.figure(row));
  if (const auto& ends = data.value_axis == Axis::kX ? data.x2 : data.y2; !ends.empty())
    out += concat("–", value_of(ends[row]));
  if (!data.low.empty() && std::isfinite(data.low[row]) && std::isfinite(data.high[row]))
    out += concat(" (", value_of(data.low[row]), "–", value_of(data.high[row]), ")");
  const auto add_field = [&](std::string_view field) {
    const Column* extra = find_column(spec, field);
    if (extra == nullptr) return;
    const std::string text =
        extra->texts() ? (*extra->texts())[row]
                       : format_value((*extra->numbers())[row], extra->format, extra->unit, locale);
    out += concat(", ", extra->title.empty() ? extra->name : extra->title, ": ", text);
  };
  add_field(spec.encoding.n);
  for (const std::string& field : spec.encoding.tooltip) add_field(field);
  if (data.is_few[row]) out += concat(" (", locale.few, ")");
  return out;
}

void close_with_title(Canvas& canvas, const Prepared& data, std::size_t row, std::string_view tag) {
  std::string title;
  append_escaped(title, mark_title(data, row));
  canvas.add(concat("><title>", title, "</title></", tag, ">\n"));
}

void draw_label_on_ground(Canvas& canvas, const Label& label) {
  const Box box = box_of(label);
  canvas.add("<rect");
  canvas.add_paint({{"hk-bg", "fill", canvas.palette().background}});
  canvas.add_attribute("fill-opacity", ".85");
  canvas.add_attribute("x", box.left - 2);
  canvas.add_attribute("y", box.top - 1);
  canvas.add_attribute("width", box.width() + 4);
  canvas.add_attribute("height", box.height() + 2);
  canvas.add("/>\n");
  canvas.draw_text(label);
}

void draw_whisker(Canvas& canvas, const Frame& frame, const Prepared& data, std::size_t row,
                  double across) {
  if (data.low.empty() || !std::isfinite(data.low[row]) || !std::isfinite(data.high[row])) return;
  const AxisLayout& axis = frame.value_axis(data);
  const double least = axis.scale.low, most = axis.scale.high;
  const double from = axis.at(std::clamp(data.low[row], least, most));
  const double to = axis.at(std::clamp(data.high[row], least, most));
  constexpr double kCap = 4;
  PathBuilder path;
  const auto line = [&](double along_1, double across_1, double along_2, double across_2) {
    if (data.value_axis == Axis::kX) {
      path.move_to(along_1, across_1);
      path.line_to(along_2, across_2);
    } else {
      path.move_to(across_1, along_1);
      path.line_to(across_2, along_2);
    }
  };
  line(from, across, to, across);
  line(from, across - kCap, from, across + kCap);
  line(to, across - kCap, to, across + kCap);
  canvas.add_grounded_line(path.text(), 1.5,
                           canvas.has_keys() ? concat(" data-k=\"", row, "\"") : std::string());
}

void draw_bars(Canvas& canvas, const Frame& frame, const Prepared& data) {
  const bool is_horizontal = data.value_axis == Axis::kX;
  const AxisLayout& base = is_horizontal ? frame.y : frame.x;
  const AxisLayout& value = frame.value_axis(data);
  const bool is_grouped = data.spec->stack == Stack::kGrouped && data.series.size() > 1;
  const std::vector<double>& base_ends = is_horizontal ? data.y2 : data.x2;
  const Scale& scale = base.scale;
  const double step = base.is_discrete
                          ? base.step
                          : smallest_gap(data) * std::abs(scale.last_pixel - scale.first_pixel) /
                                (scale.high - scale.low);
  // Thin bars stand side by side; the wider they are, the more room is between them.
  const double share = is_grouped ? kGroupShare : kBarShare;
  const double thickness = step * (step < 4 ? 1 : share);
  const double part = is_grouped ? thickness / static_cast<double>(data.series.size()) : thickness;
  const auto box_of_row = [&](std::size_t row, std::size_t series) {
    const double at = base.at(data.base_data().values[row]);
    double low = at - thickness / 2, high = at + thickness / 2;
    if (!base_ends.empty()) {
      std::tie(low, high) = std::minmax({at, base.at(base_ends[row])});
      const double gap = high - low > 3 ? 1 : 0;
      high -= gap;
    } else if (is_grouped) {
      low += part * static_cast<double>(series);
      high = low + part - (part > 4 ? 1 : 0);
    }
    return turned(is_horizontal, low, high, value.at(data.stack_from[row]),
                  value.at(data.stack_to[row]));
  };
  for_each_series(canvas, data, [&](std::size_t row, std::size_t series) {
    draw_rect(canvas, data, row, box_of_row(row, series));
  });
  const bool is_stacked = data.series.size() > 1 && !is_grouped;
  if (is_stacked) return;
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    const Box box = box_of_row(row, data.series_of_row[row]);
    const double middle = is_horizontal ? (box.top + box.bottom) / 2 : (box.left + box.right) / 2;
    draw_whisker(canvas, frame, data, row, middle);
    if (frame.value_labels == 0 || !is_horizontal) continue;
    const double start = value.at(data.stack_from[row]);
    double end = value.at(data.stack_to[row]);
    if (!data.high.empty() && std::isfinite(data.high[row]) && end >= start)
      end = std::max(end, value.at(data.high[row]));
    draw_value_label(canvas, frame, data, row, end, start, middle);
  }
  canvas.close_group();
  draw_labels_above(canvas, frame, data);
}

void draw_heat(Canvas& canvas, const Frame& frame, const Prepared& data) {
  const Palette& palette = canvas.palette();
  const bool is_diverging = frame.classes.is_diverging;
  const auto& colors = is_diverging ? palette.diverging : palette.sequential;
  const auto cell = [&](std::size_t row) {
    const double x = frame.x.at(data.x.values[row]), y = frame.y.at(data.y.values[row]);
    const double inset_x = frame.x.step > 4 ? 0.7 : 0, inset_y = frame.y.step > 4 ? 0.7 : 0;
    return Box{x - frame.x.step / 2 + inset_x, y - frame.y.step / 2 + inset_y,
               x + frame.x.step / 2 - inset_x, y + frame.y.step / 2 - inset_y};
  };
  const auto text = [&](std::size_t row) {
    return format_value(data.color[row], data.figure_column().format, {}, *data.locale);
  };
  double widest = 0;
  for (std::size_t row = 0; row < data.num_rows; ++row)
    if (data.is_drawn[row]) widest = std::max(widest, text_width(text(row), kTickSize));
  const bool has_texts = widest + 4 <= frame.x.step && frame.y.step >= 15;

  const auto draw_group = [&](bool is_few, std::size_t index) {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < data.num_rows; ++row)
      if (data.is_drawn[row] && data.is_few[row] == is_few &&
          (is_few || frame.classes.class_of(data.color[row]) == index))
        rows.push_back(row);
    if (rows.empty()) return;
    const std::size_t color = is_few ? 0 : frame.classes.colors[index];
    const std::string name = concat(is_diverging ? "hk-d" : "hk-q", color + 1);
    canvas.begin_group();
    if (is_few) {
      add_few_fill(canvas);
    } else {
      canvas.add_paint({{name, "fill", colors[color]}, {"hk-edge", "stroke", palette.cell_edge}});
      canvas.add(" stroke-width=\".6\"");
    }
    canvas.enter_group();
    for (const std::size_t row : rows) draw_rect(canvas, data, row, cell(row));
    canvas.close_group();
    if (!has_texts || is_few) return;
    const std::string on = concat(is_diverging ? "hk-on-d" : "hk-on-q", color + 1);
    canvas.open_group({{on, "fill", text_color_on(colors[color], palette)}});
    for (const std::size_t row : rows) {
      const Label label{.text = text(row),
                        .x = frame.x.at(data.x.values[row]),
                        .baseline = frame.y.at(data.y.values[row]) + 4,
                        .size = kTickSize,
                        .anchor = Anchor::kMiddle};
      if (canvas.is_free(label, frame.plot)) canvas.draw_text(label);
    }
    canvas.close_group();
  };
  for (std::size_t i = 0; i < frame.classes.labels.size(); ++i) draw_group(false, i);
  draw_group(true, 0);
}

}  // namespace hark::chart
