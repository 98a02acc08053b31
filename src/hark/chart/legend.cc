#include "hark/chart/legend.h"

#include <algorithm>
#include <functional>

#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr double kEdge = 10, kSwatch = 12;

/// Draws `lines` below `top`; returns the new top.
double draw_lines(Canvas& canvas, const std::vector<std::string>& lines, double size, bool is_bold,
                  double top, std::string_view full) {
  for (const std::string& line : lines) {
    top += size * 1.25;
    Label label{
        .text = line, .x = kEdge, .baseline = top - size * 0.25, .size = size, .is_bold = is_bold};
    if (lines.back().ends_with("…")) label.full = full;
    canvas.draw_text(label);
  }
  return top;
}

struct Entry {
  std::string text;
  std::function<void(double, double)> draw_swatch;  ///< left, middle; empty for a heading
};

void draw_square(Canvas& canvas, double left, double middle, const std::function<void()>& paint) {
  canvas.add("<rect");
  canvas.add_attribute("x", left);
  canvas.add_attribute("y", middle - kSwatch / 2);
  canvas.add_attribute("width", kSwatch);
  canvas.add_attribute("height", kSwatch);
  paint();
  canvas.add("/>\n");
}

void draw_series_swatch(Canvas& canvas, const Prepared& data, std::size_t series, double left,
                        double middle) {
  const Mark mark = data.spec->mark;
  if (mark == Mark::kBar || mark == Mark::kArea) {
    draw_square(canvas, left, middle, [&] { add_series_fill(canvas, data, series); });
    return;
  }
  const SeriesStyle style = series_style(canvas.palette(), series);
  canvas.add("<path");
  if (mark == Mark::kRule || mark == Mark::kStrip) {
    canvas.add_paint({{style.line_class, "stroke", style.color}});
    canvas.add_attribute("stroke-width", mark == Mark::kRule ? 4 : 2);
    if (!style.dash.empty()) canvas.add_attribute("stroke-dasharray", style.dash);
    canvas.add(" d=\"M");
    canvas.add_number(left);
    canvas.add(" ");
    canvas.add_number(middle);
    canvas.add("h14\"/>\n");
    return;
  }
  canvas.add_paint({{style.fill_class, "fill", style.color}});
  canvas.add_attribute("d", symbol_path(series, left + kSwatch / 2, middle, 5));
  canvas.add("/>\n");
}

std::vector<Entry> legend_entries(Canvas& canvas, const Prepared& data, const Frame& frame) {
  const ChartSpec& spec = *data.spec;
  const Palette& palette = canvas.palette();
  std::vector<Entry> out;
  const bool has_names_at_lines = spec.mark == Mark::kLine || spec.mark == Mark::kArea;
  if (data.has_series() && !has_names_at_lines)
    for (std::size_t i = 0; i < data.series.size(); ++i)
      out.push_back({data.series[i], [&canvas, &data, i](double left, double middle) {
                       draw_series_swatch(canvas, data, i, left, middle);
                     }});
  if (!data.color.empty()) {
    const std::string title = axis_title(spec, spec.encoding.color);
    if (!title.empty()) out.push_back({title, nullptr});
    const auto& colors = frame.classes.is_diverging ? palette.diverging : palette.sequential;
    for (std::size_t i = 0; i < frame.classes.labels.size(); ++i) {
      const std::size_t index = frame.classes.colors[i];
      out.push_back({frame.classes.labels[i], [&, index](double left, double middle) {
                       draw_square(canvas, left, middle, [&] {
                         const std::string name =
                             concat(frame.classes.is_diverging ? "hk-d" : "hk-q", index + 1);
                         canvas.add_paint({{name, "fill", colors[index]},
                                           {"hk-edge", "stroke", palette.cell_edge}});
                       });
                     }});
    }
  }
  if (data.num_few > 0)
    out.push_back({std::string(data.locale->few_legend), [&](double left, double middle) {
                     draw_square(canvas, left, middle, [&] { add_few_fill(canvas); });
                   }});
  return out;
}

}  // namespace

double draw_titles(Canvas& canvas, const ChartSpec& spec, double top) {
  const double room = spec.width - 2 * kEdge;
  if (!spec.title.empty()) {
    canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
    top = draw_lines(canvas, wrap(spec.title, room, kTitleSize, 3, true), kTitleSize, true, top,
                     spec.title);
    canvas.close_group();
  }
  if (!spec.description.empty()) {
    canvas.open_group({{"hk-muted", "fill", canvas.palette().muted}});
    top = draw_lines(canvas, wrap(spec.description, room, kSubtitleSize, 3), kSubtitleSize, false,
                     top + 3, spec.description);
    canvas.close_group();
  }
  return top + 10;
}

double draw_legend(Canvas& canvas, const Prepared& data, const Frame& frame, double top) {
  const std::vector<Entry> entries = legend_entries(canvas, data, frame);
  if (entries.empty()) return top;
  constexpr double kRowHeight = 20, kGap = 16;
  const double right = data.spec->width - kEdge;
  double x = kEdge;
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (const Entry& entry : entries) {
    const double swatch = entry.draw_swatch ? kSwatch + 6 : 0;
    const std::string text = shorten(entry.text, right - kEdge - swatch, kLabelSize);
    const double width = swatch + text_width(text, kLabelSize);
    if (x > kEdge && x + width > right) {
      x = kEdge;
      top += kRowHeight;
    }
    const double middle = top + 8;
    if (entry.draw_swatch) {
      entry.draw_swatch(x, middle);
      canvas.occupy({x, middle - kSwatch / 2, x + kSwatch, middle + kSwatch / 2});
    }
    canvas.draw_text({.text = text,
                      .x = x + swatch,
                      .baseline = middle + 4.2,
                      .full = text == entry.text ? std::string() : entry.text});
    x += width + kGap;
  }
  canvas.close_group();
  return top + kRowHeight + 4;
}

double footnote_height(const ChartSpec& spec) {
  if (spec.footnote.empty()) return 0;
  const auto lines = wrap(spec.footnote, spec.width - 2 * kEdge, kTickSize, 3);
  return static_cast<double>(lines.size()) * kTickSize * 1.25 + 8;
}

void draw_footnote(Canvas& canvas, const ChartSpec& spec, double picture_height) {
  if (spec.footnote.empty()) return;
  canvas.open_group({{"hk-muted", "fill", canvas.palette().muted}});
  draw_lines(canvas, wrap(spec.footnote, spec.width - 2 * kEdge, kTickSize, 3), kTickSize, false,
             picture_height - footnote_height(spec), spec.footnote);
  canvas.close_group();
}

}  // namespace hark::chart
