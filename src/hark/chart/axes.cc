#include "hark/chart/axes.h"

#include <algorithm>
#include <cmath>

#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr double kLineHeight = 13;
constexpr double kTickGap = 8;  ///< between two labels of an axis

/// Moves a label sideways until it is inside the picture.
void keep_inside(Label& label, double width) {
  const Box box = box_of(label);
  if (box.left < 2) label.x += 2 - box.left;
  if (box.right > width - 2) label.x -= box.right - (width - 2);
}

std::vector<Label> place_tick_labels(const Frame& frame) {
  std::vector<Label> out;
  for (const Tick& tick : frame.x.ticks) {
    Label label{.text = tick.label,
                .x = frame.x.at(tick.value),
                .baseline = kLineHeight + 3,
                .size = kTickSize,
                .anchor = Anchor::kMiddle};
    keep_inside(label, frame.width);
    if (out.empty() || !box_of(label).overlaps(box_of(out.back()), kTickGap))
      out.push_back(std::move(label));
  }
  return out;
}

/// One label line per category, every k-th so that none touch.
std::vector<Label> place_every_kth(const Frame& frame, const std::vector<std::string>& names) {
  constexpr double kMaxWidth = 110;
  for (std::size_t stride = 1;; ++stride) {
    std::vector<Label> out;
    bool is_crowded = false;
    for (std::size_t i = 0; i < names.size(); i += stride) {
      Label label{.text = shorten(names[i], kMaxWidth, kTickSize),
                  .x = frame.x.at(static_cast<double>(i)),
                  .baseline = kLineHeight + 3,
                  .size = kTickSize,
                  .anchor = Anchor::kMiddle};
      if (label.text != names[i]) label.full = names[i];
      keep_inside(label, frame.width);
      is_crowded = is_crowded || (!out.empty() && box_of(label).overlaps(box_of(out.back()), 5));
      out.push_back(std::move(label));
    }
    if (!is_crowded) return out;
  }
}

std::vector<Label> place_wrapped(const Frame& frame, const std::vector<std::string>& names) {
  constexpr std::size_t kMaxLines = 3;
  std::vector<Label> out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto lines = wrap(names[i], frame.x.step - 6, kTickSize, kMaxLines);
    const bool is_short = lines.back().ends_with("…");
    for (std::size_t line = 0; line < lines.size(); ++line)
      out.push_back({.text = lines[line],
                     .x = frame.x.at(static_cast<double>(i)),
                     .baseline = kLineHeight * static_cast<double>(line + 1) + 3,
                     .size = kTickSize,
                     .anchor = Anchor::kMiddle,
                     .full = is_short ? names[i] : std::string()});
  }
  return out;
}

std::string x_title(const Prepared& data) { return axis_title(*data.spec, *data.x.channel); }

void draw_lines(Canvas& canvas, const PathBuilder& path, const Paint& paint, double width) {
  if (path.is_empty()) return;
  canvas.add("<path");
  canvas.add_paint({paint});
  canvas.add_attribute("stroke-width", width);
  canvas.add_attribute("fill", "none");
  canvas.add_attribute("d", path.text());
  canvas.add("/>\n");
}

}  // namespace

CategoryLabels wrap_categories(const Prepared& data, double max_width) {
  CategoryLabels out;
  for (const std::string& name : data.y.categories) {
    auto lines = wrap(name, max_width, kLabelSize, 2);
    out.max_lines = std::max(out.max_lines, lines.size());
    for (const std::string& line : lines)
      out.width = std::max(out.width, text_width(line, kLabelSize));
    out.lines.push_back(std::move(lines));
  }
  return out;
}

std::vector<Label> place_x_labels(const Frame& frame, const Prepared& data) {
  if (!data.x.is_discrete) return place_tick_labels(frame);
  constexpr double kMinWrapWidth = 40;
  const auto& names = data.x.categories;
  double widest = 0;
  for (const std::string& name : names) widest = std::max(widest, text_width(name, kTickSize));
  const bool needs_wrapping = widest + 6 > frame.x.step;
  if (needs_wrapping && data.x.channel->type == FieldType::kNominal &&
      frame.x.step >= kMinWrapWidth)
    return place_wrapped(frame, names);
  return place_every_kth(frame, names);
}

double x_axis_height(const std::vector<Label>& labels, const Prepared& data) {
  double height = 0;
  for (const Label& label : labels) height = std::max(height, label.baseline + 4);
  return height + (x_title(data).empty() ? 0 : 18);
}

void draw_x_labels(Canvas& canvas, const Frame& frame, const Prepared& data,
                   std::vector<Label> labels) {
  canvas.open_group({{"hk-muted", "fill", canvas.palette().muted}});
  const double title_baseline = frame.plot.bottom + x_axis_height(labels, data) - 3;
  for (Label& label : labels) {
    label.baseline += frame.plot.bottom;
    canvas.draw_text(label);
  }
  const std::string title = x_title(data);
  if (!title.empty()) {
    Label label{.text = shorten(title, frame.width - 20, kLabelSize),
                .x = (frame.plot.left + frame.plot.right) / 2,
                .baseline = title_baseline,
                .anchor = Anchor::kMiddle};
    if (label.text != title) label.full = title;
    keep_inside(label, frame.width);
    canvas.draw_text(label);
  }
  canvas.close_group();
}

void draw_y_labels(Canvas& canvas, const Frame& frame, const Prepared& data,
                   const CategoryLabels& categories) {
  const double right = frame.plot.left - 8;
  if (!data.y.is_discrete) {
    canvas.open_group({{"hk-muted", "fill", canvas.palette().muted}});
    double last = frame.plot.bottom + 2 * kLineHeight;
    for (const Tick& tick : frame.y.ticks) {
      const double baseline = frame.y.at(tick.value) + 4;
      if (last - baseline < kLineHeight + 1) continue;
      last = baseline;
      canvas.draw_text({.text = tick.label,
                        .x = right,
                        .baseline = baseline,
                        .size = kTickSize,
                        .anchor = Anchor::kEnd});
    }
    canvas.close_group();
    return;
  }
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  // Where a given height leaves no room for two lines, names have one; where not even for one,
  // every k-th is written.
  const double needed = kLineHeight * static_cast<double>(categories.max_lines) + 1;
  const bool is_tight = frame.y.step < needed;
  const auto one_line = [&](std::size_t i) {
    return wrap(data.y.categories[i], categories.width, kLabelSize, 1);
  };
  const auto stride =
      static_cast<std::size_t>(std::ceil((kLineHeight + 1) / std::max(1.0, frame.y.step)));
  for (std::size_t i = 0; i < categories.lines.size(); i += std::max<std::size_t>(1, stride)) {
    const std::vector<std::string> lines = is_tight ? one_line(i) : categories.lines[i];
    const double middle = frame.y.at(static_cast<double>(i));
    const double first = middle + 4.2 - kLineHeight * static_cast<double>(lines.size() - 1) / 2;
    const bool is_short = lines.back().ends_with("…");
    for (std::size_t line = 0; line < lines.size(); ++line)
      canvas.draw_text({.text = lines[line],
                        .x = right,
                        .baseline = first + kLineHeight * static_cast<double>(line),
                        .anchor = Anchor::kEnd,
                        .full = is_short ? data.y.categories[i] : std::string()});
  }
  canvas.close_group();
}

double draw_axis_title_above(Canvas& canvas, const Prepared& data, double top) {
  const std::string title = axis_title(*data.spec, *data.y.channel);
  if (title.empty()) return top;
  Label label{.text = shorten(title, data.spec->width - 20, kLabelSize),
              .x = 10,
              .baseline = top + kLabelSize};
  if (label.text != title) label.full = title;
  canvas.open_group({{"hk-muted", "fill", canvas.palette().muted}});
  canvas.draw_text(label);
  canvas.close_group();
  return top + kLabelSize + 8;
}

std::string rule_text(const Prepared& data, const RuleLine& rule) {
  const AxisData& axis = rule.axis == Axis::kX ? data.x : data.y;
  if (axis.channel->type == FieldType::kTemporal) return rule.label;
  const std::string value =
      format_value(rule.value, axis.column->format, axis.column->unit, *data.locale);
  return rule.label.empty() ? value : concat(rule.label, " ", value);
}

std::vector<Label> place_rule_labels(const Frame& frame, const Prepared& data, double top) {
  std::vector<Label> out;
  std::vector<const RuleLine*> rules;
  for (const RuleLine& rule : data.spec->rules)
    if (rule.axis == Axis::kX) rules.push_back(&rule);
  std::ranges::stable_sort(rules, {}, [](const RuleLine* rule) { return rule->value; });
  for (const RuleLine* rule : rules) {
    const std::string text = rule_text(data, *rule);
    Label label{.text = shorten(text, frame.width * 0.6, kTickSize),
                .x = frame.x.at(rule->value),
                .baseline = top + kTickSize,
                .size = kTickSize,
                .anchor = Anchor::kMiddle};
    if (label.text != text) label.full = text;
    keep_inside(label, frame.width);
    const auto is_taken = [&] {
      return std::ranges::any_of(
          out, [&](const Label& other) { return box_of(label).overlaps(box_of(other), 4); });
    };
    while (is_taken()) label.baseline += kLineHeight + 4;
    out.push_back(std::move(label));
  }
  std::ranges::stable_sort(out, {}, &Label::baseline);
  return out;
}

void draw_grid(Canvas& canvas, const Frame& frame, const Prepared& data) {
  const Mark mark = data.spec->mark;
  if (mark == Mark::kRect) return;
  const Box& plot = frame.plot;
  const bool is_scatter =
      !data.x.is_discrete && !data.y.is_discrete && (mark == Mark::kDot || mark == Mark::kText);
  PathBuilder grid, axis;
  if (!data.x.is_discrete && (data.value_axis == Axis::kX || is_scatter))
    for (const Tick& tick : frame.x.ticks) {
      grid.move_to(frame.x.at(tick.value), plot.top);
      grid.line_to(frame.x.at(tick.value), plot.bottom);
    }
  if (!data.y.is_discrete && (data.value_axis == Axis::kY || is_scatter))
    for (const Tick& tick : frame.y.ticks) {
      grid.move_to(plot.left, frame.y.at(tick.value));
      grid.line_to(plot.right, frame.y.at(tick.value));
    }
  // The base line: where bars start, else the edge.
  const Scale& scale = frame.value_axis(data).scale;
  const bool has_zero = !frame.value_axis(data).is_discrete && scale.type != ScaleType::kLog &&
                        scale.low <= 0 && scale.high >= 0;
  if (data.value_axis == Axis::kY) {
    const double base = has_zero ? frame.y.at(0) : plot.bottom;
    axis.move_to(plot.left, base);
    axis.line_to(plot.right, base);
    if (!data.x.is_discrete)
      for (const Tick& tick : frame.x.ticks) {
        axis.move_to(frame.x.at(tick.value), plot.bottom);
        axis.line_to(frame.x.at(tick.value), plot.bottom + 4);
      }
  } else {
    const double base = has_zero ? frame.x.at(0) : plot.left;
    axis.move_to(base, plot.top);
    axis.line_to(base, plot.bottom);
  }
  draw_lines(canvas, grid, {"hk-grid", "stroke", canvas.palette().grid}, 1);
  draw_lines(canvas, axis, {"hk-axis", "stroke", canvas.palette().axis}, 1);
}

void draw_bands(Canvas& canvas, const Frame& frame, const Prepared& data) {
  if (data.spec->bands.empty()) return;
  canvas.open_group({{"hk-band", "fill", canvas.palette().band}});
  for (const Band& band : data.spec->bands) {
    Box box = frame.plot;
    const bool is_x = band.axis == Axis::kX;
    const AxisLayout& axis = is_x ? frame.x : frame.y;
    const auto [low, high] = std::minmax({axis.at(band.from), axis.at(band.to)});
    // A stretch too short to be seen is a pixel wide.
    const double widening = std::max(0.0, (1 - (high - low)) / 2);
    (is_x ? box.left : box.top) = low - widening;
    (is_x ? box.right : box.bottom) = high + widening;
    canvas.add("<rect");
    canvas.add_attribute("x", box.left);
    canvas.add_attribute("y", box.top);
    canvas.add_attribute("width", box.width());
    canvas.add_attribute("height", box.height());
    canvas.add("/>\n");
  }
  canvas.close_group();
}

}  // namespace hark::chart
