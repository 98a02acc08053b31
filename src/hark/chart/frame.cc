#include "hark/chart/frame.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "hark/chart/axes.h"
#include "hark/chart/legend.h"
#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr double kMargin = 10;
constexpr double kPixelsPerYTick = 44, kPixelsPerXTick = 86;  // wished
constexpr double kMaxLabelShare = 0.36;                       // of the width, for category labels

/// The range of the values an axis must show.
class Extent {
 public:
  Extent(ScaleType scale, std::optional<double> floor) : scale_(scale), floor_(floor) {}
  void add(double value) noexcept {
    if (floor_ && value < *floor_) value = *floor_;
    if (!std::isfinite(value) || (scale_ == ScaleType::kLog && value <= 0) ||
        (scale_ == ScaleType::kSqrt && value < 0))
      return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  bool is_empty() const noexcept { return low_ > high_; }
  double low() const noexcept { return low_; }
  double high() const noexcept { return high_; }

 private:
  ScaleType scale_;
  std::optional<double> floor_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

Scale domain_of(const Prepared& data, Axis which) {
  const ChartSpec& spec = *data.spec;
  const AxisData& axis = which == Axis::kX ? data.x : data.y;
  const Channel& channel = *axis.channel;
  const bool is_value_axis = which == data.value_axis;
  const bool is_quantitative = channel.type == FieldType::kQuantitative;
  Scale scale{.type = is_quantitative ? channel.scale : ScaleType::kLinear};
  const bool is_log = scale.type == ScaleType::kLog;
  const bool is_bar = spec.mark == Mark::kBar || spec.mark == Mark::kArea;
  Extent extent(scale.type, is_log ? channel.floor : std::nullopt);
  const std::vector<double>& ends = which == Axis::kX ? data.x2 : data.y2;
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    if (!data.is_drawn[row]) continue;
    if (is_value_axis && is_bar) {
      extent.add(data.stack_from[row]);
      extent.add(data.stack_to[row]);
    } else {
      extent.add(axis.values[row]);
      if (!ends.empty()) extent.add(ends[row]);
    }
    if (is_value_axis && !data.low.empty()) {
      extent.add(data.low[row]);
      extent.add(data.high[row]);
    }
  }
  const bool is_bar_base = !is_value_axis && spec.mark == Mark::kBar && data.x2.empty();
  if (is_bar_base) {
    const double margin = smallest_gap(data) / 2;
    const double low = extent.low(), high = extent.high();
    extent.add(low - margin);
    extent.add(high + margin);
  }
  for (const RuleLine& rule : spec.rules)
    if (rule.axis == which) extent.add(rule.value);
  for (const Band& band : spec.bands)
    if (band.axis == which) {
      extent.add(band.from);
      extent.add(band.to);
    }
  for (const Note& note : spec.notes) extent.add(which == Axis::kX ? note.x : note.y);
  if (channel.domain_min) extent.add(*channel.domain_min);
  if (channel.domain_max) extent.add(*channel.domain_max);
  if (is_quantitative && !is_log && is_value_axis && channel.zero) extent.add(0);
  if (!extent.is_empty()) {
    scale.low = extent.low();
    scale.high = extent.high();
  } else if (is_log) {
    scale.low = 1;
    scale.high = 10;
  }
  return scale;
}

TickStyle tick_style(const AxisData& axis, double pixels, double per_tick) {
  const double count = std::floor(pixels / per_tick);
  return {.type = axis.channel->type,
          .format = axis.column->format,
          .max_count = static_cast<std::size_t>(std::clamp(count, 2.0, 10.0))};
}

/// Room for the value written right of a horizontal mark.
double value_label_room(const Prepared& data) {
  const Mark mark = data.spec->mark;
  const bool is_horizontal = data.value_axis == Axis::kX && data.y.is_discrete;
  const bool has_one_value_per_place =
      !data.has_series() || mark == Mark::kDot || data.spec->stack == Stack::kGrouped;
  if (!is_horizontal || !has_one_value_per_place || !data.x2.empty() ||
      (mark != Mark::kBar && mark != Mark::kDot))
    return 0;
  double room = 0;
  for (std::size_t row = 0; row < data.num_rows; ++row)
    if (data.is_drawn[row])
      room = std::max(room, text_width(value_label(data, row), kTickSize) + 8);
  return room;
}

AxisLayout lay_out_axis(const Prepared& data, Axis which, double first, double last,
                        double pixels_per_tick) {
  const AxisData& axis = which == Axis::kX ? data.x : data.y;
  AxisLayout out;
  out.is_discrete = axis.is_discrete;
  if (axis.is_discrete) {
    out.start = std::min(first, last);
    out.step = std::abs(last - first) /
               static_cast<double>(std::max<std::size_t>(1, axis.categories.size()));
    return out;
  }
  out.scale = domain_of(data, which);
  const TickStyle style = tick_style(axis, std::abs(last - first), pixels_per_tick);
  const bool is_value_axis = which == data.value_axis;
  // A base axis ends where the data end; only the axis of the figure gets round ends.
  if (is_value_axis || out.scale.low == out.scale.high || out.scale.type == ScaleType::kLog)
    make_nice(out.scale, style);
  // Symbols and words have a size: their middles stay off the edges.
  const Mark mark = data.spec->mark;
  const bool needs_inset = mark == Mark::kDot || mark == Mark::kText || mark == Mark::kStrip;
  const double inset = needs_inset ? 10 : 0;
  // Joined dots also have a label left of the first one.
  const bool is_joined = has_joined_dots(data) && which == Axis::kX;
  const double side = last > first ? 1 : -1;
  out.scale.first_pixel = first + side * (is_joined ? value_label_room(data) + inset : inset);
  out.scale.last_pixel = last - side * inset;
  out.ticks = ticks(out.scale, style, *data.locale);
  return out;
}

/// Height of one row of a discrete y axis.
double row_height(const Prepared& data, std::size_t num_label_lines) {
  const auto num_series = static_cast<double>(data.series.size());
  double height = num_label_lines > 1 ? 32 : 25;
  if (data.spec->mark == Mark::kBar && data.spec->stack == Stack::kGrouped && num_series > 1)
    height = std::max(height, 14 * num_series / kGroupShare);
  if (data.spec->mark == Mark::kDot && num_series > 1 && !data.low.empty())
    height = std::max(height, kRowPerSeries * num_series + 8);
  return height;
}

/// Width of the widest label that a continuous y axis may get. Its height is not known yet: it
/// depends on the x labels, which depend on this width.
double widest_y_tick(const Prepared& data) {
  double width = 0;
  for (const double height : {60.0, kPixelsPerYTick * 4, kPixelsPerYTick * 6, kPixelsPerYTick * 10})
    for (const Tick& tick : lay_out_axis(data, Axis::kY, height, 0, kPixelsPerYTick).ticks)
      width = std::max(width, text_width(tick.label, kTickSize));
  return width;
}

double series_label_room(const Prepared& data, double width) {
  const Mark mark = data.spec->mark;
  if ((mark != Mark::kLine && mark != Mark::kArea) || !data.has_series()) return 0;
  double room = 0;
  for (const std::string& name : data.series) room = std::max(room, text_width(name, kLabelSize));
  return std::min(room, width * 0.28) + 28;  // a piece of the line before each name
}

}  // namespace

std::string value_label(const Prepared& data, std::size_t row) {
  const AxisData& axis = data.value_data();
  std::string text = axis.channel->type == FieldType::kTemporal
                         ? data.figure_text(axis.values[row])
                         : format_value(axis.values[row], axis.column->format, {}, *data.locale);
  if (data.is_few[row]) text += concat(" · ", data.locale->few);
  return text;
}

bool has_joined_dots(const Prepared& data) noexcept {
  return data.spec->mark == Mark::kDot && data.y.is_discrete && data.value_axis == Axis::kX &&
         data.series.size() > 1 && data.low.empty();
}

double smallest_gap(const Prepared& data) {
  std::vector<double> positions;
  for (std::size_t row = 0; row < data.num_rows; ++row)
    if (data.is_drawn[row]) positions.push_back(data.base_data().values[row]);
  std::ranges::sort(positions);
  double gap = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < positions.size(); ++i)
    if (positions[i] > positions[i - 1]) gap = std::min(gap, positions[i] - positions[i - 1]);
  return std::isfinite(gap) ? gap : 1;
}

Frame draw_frame(Canvas& canvas, const Prepared& data, const SvgOptions& options) {
  const ChartSpec& spec = *data.spec;
  Frame frame;
  frame.width = spec.width;
  if (!data.color.empty())
    frame.classes = color_classes(data.color, spec.encoding.color,
                                  *find_column(spec, spec.encoding.color.field), *data.locale);

  double top = kMargin;
  if (options.is_standalone) top = draw_titles(canvas, spec, top);
  top = draw_legend(canvas, data, frame, top);
  const double footer = options.is_standalone ? footnote_height(spec) : 0;

  if (spec.mark == Mark::kHex) {
    lay_out_map(frame, data, top);
    frame.height = frame.plot.bottom + 30 + footer;
  } else {
    const CategoryLabels categories = wrap_categories(data, spec.width * kMaxLabelShare);
    const double left_room = data.y.is_discrete ? categories.width : widest_y_tick(data);
    frame.plot.left = kMargin + left_room + 8;
    frame.value_labels = value_label_room(data);
    frame.series_labels = series_label_room(data, spec.width);
    const auto set_right = [&] {
      frame.plot.right =
          spec.width - kMargin - std::max({frame.value_labels, frame.series_labels, 8.0});
    };
    set_right();
    if (frame.plot.width() < spec.width * 0.3) {
      // Too little is left for the plot: it goes before its labels.
      frame.value_labels = 0;
      frame.series_labels = std::min(frame.series_labels, 60.0);
      set_right();
    }
    frame.x = lay_out_axis(data, Axis::kX, frame.plot.left, frame.plot.right, kPixelsPerXTick);

    top = draw_axis_title_above(canvas, data, top);
    const std::vector<Label> rule_labels = place_rule_labels(frame, data, top);
    if (!rule_labels.empty()) top = rule_labels.back().baseline + 8;
    frame.plot.top = top + 4;

    const std::vector<Label> x_labels = place_x_labels(frame, data);
    const double below = x_axis_height(x_labels, data) + footer + 6;
    double plot_height = std::max(140.0, spec.width * 0.42);
    if (spec.height > 0)
      plot_height = std::max(60.0, spec.height - frame.plot.top - below);
    else if (data.y.is_discrete)
      plot_height = row_height(data, categories.max_lines) *
                    static_cast<double>(std::max<std::size_t>(1, data.y.categories.size()));
    frame.plot.bottom = frame.plot.top + plot_height;
    frame.height = frame.plot.bottom + below;
    frame.y =
        data.y.is_discrete
            ? lay_out_axis(data, Axis::kY, frame.plot.top, frame.plot.bottom, kPixelsPerYTick)
            : lay_out_axis(data, Axis::kY, frame.plot.bottom, frame.plot.top, kPixelsPerYTick);
    draw_bands(canvas, frame, data);
    draw_grid(canvas, frame, data);
    draw_x_labels(canvas, frame, data, x_labels);
    draw_y_labels(canvas, frame, data, categories);
    canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
    for (const Label& label : rule_labels) canvas.draw_text(label);
    canvas.close_group();
  }
  if (options.is_standalone) draw_footnote(canvas, spec, frame.height);
  return frame;
}

}  // namespace hark::chart
