#include "hark/chart/svg.h"

#include <cmath>

#include "hark/chart/canvas.h"
#include "hark/chart/describe.h"
#include "hark/chart/frame.h"
#include "hark/chart/legend.h"
#include "hark/chart/marks.h"
#include "hark/chart/prepare.h"
#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr std::string_view kFonts = "DejaVu Sans,Verdana,Arial,sans-serif";

/// The whole <svg> element around the body of a canvas.
std::string wrap_up(const ChartSpec& spec, const SvgOptions& options, const Canvas& canvas,
                    double width, double height, std::string_view description) {
  std::string out;
  const auto attribute = [&](std::string_view name, std::string_view value) {
    out += concat(" ", name, "=\"");
    append_escaped(out, value);
    out += '"';
  };
  const auto pixels = [](double value) {
    std::string text;
    append_pixels(text, value);
    return text;
  };
  const std::string w = pixels(width), h = pixels(std::ceil(height));
  if (options.is_standalone) out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += "<svg";
  if (options.is_standalone) attribute("xmlns", "http://www.w3.org/2000/svg");
  attribute("class", "hk-chart");
  attribute("viewBox", concat("0 0 ", w, " ", h));
  attribute("width", w);
  attribute("height", h);
  attribute("role", "img");
  attribute("lang", locale_of(options.language).code);
  attribute("aria-labelledby", concat(canvas.id(), "-title"));
  attribute("aria-describedby", concat(canvas.id(), "-desc"));
  attribute("font-family", kFonts);
  out += ">\n<title";
  attribute("id", concat(canvas.id(), "-title"));
  out += '>';
  append_escaped(out, spec.title);
  out += "</title>\n<desc";
  attribute("id", concat(canvas.id(), "-desc"));
  out += '>';
  append_escaped(out, description);
  out += "</desc>\n";
  if (options.is_standalone)
    out += concat("<rect class=\"hk-bg\" fill=\"", canvas.palette().background, "\" width=\"", w,
                  "\" height=\"", h, "\"/>\n");
  out += canvas.body();
  out += "</svg>\n";
  return out;
}

/// A frame with a message instead of marks.
std::string message_frame(const ChartSpec& spec, const SvgOptions& options, std::string_view id,
                          std::string_view message, std::string_view description) {
  Canvas canvas(palette_of(options.theme), id);
  const double width = spec.width >= 240 && spec.width <= 2000 ? spec.width : 640;
  ChartSpec titles = spec;
  titles.width = width;
  const double top = options.is_standalone ? draw_titles(canvas, titles, 10) : 10;
  const double height = top + 140;
  canvas.add("<rect x=\"10\"");
  canvas.add_attribute("y", top);
  canvas.add_attribute("width", width - 20);
  canvas.add_attribute("height", 130);
  canvas.add_attribute("fill", "none");
  canvas.add_paint({{"hk-axis", "stroke", canvas.palette().axis}});
  canvas.add_attribute("stroke-dasharray", "4 4");
  canvas.add("/>\n");
  canvas.open_group({{"hk-muted", "fill", canvas.palette().muted}});
  const auto lines = wrap(message, width - 60, kLabelSize, 4);
  double baseline = top + 69 - 8 * static_cast<double>(lines.size() - 1);
  for (const std::string& line : lines) {
    canvas.draw_text(
        {.text = line, .x = width / 2, .baseline = baseline, .anchor = Anchor::kMiddle});
    baseline += 16;
  }
  canvas.close_group();
  return wrap_up(spec, options, canvas, width, height, description);
}

}  // namespace

std::string to_svg(const ChartSpec& spec, const SvgOptions& options) {
  const Locale& locale = locale_of(options.language);
  if (const auto ok = validate(spec); !ok) {
    const std::string message = fill(locale.cannot_draw, {ok.error().message()});
    return message_frame(spec, options, "invalid-chart", message, message);
  }
  const Prepared data = prepare(spec, locale);
  if (data.num_drawn == 0)
    return message_frame(spec, options, spec.id, locale.no_data, describe(data));

  Canvas canvas(palette_of(options.theme), spec.id, options.has_keys);
  add_patterns(canvas, data);
  Frame frame = draw_frame(canvas, data, options);
  switch (spec.mark) {
    case Mark::kLine:
    case Mark::kArea:
      draw_lines_and_areas(canvas, frame, data);
      break;
    case Mark::kBar:
      draw_bars(canvas, frame, data);
      break;
    case Mark::kRect:
      draw_heat(canvas, frame, data);
      break;
    case Mark::kHex:
      draw_map(canvas, frame, data);
      break;
    case Mark::kDot:
      draw_dots(canvas, frame, data);
      break;
    case Mark::kStrip:
      draw_strips(canvas, frame, data);
      break;
    case Mark::kRule:
      draw_ranges(canvas, frame, data);
      break;
    case Mark::kText:
      draw_texts(canvas, frame, data);
      break;
  }
  draw_annotations(canvas, frame, data);
  std::string description = describe(data);
  if (frame.num_texts_left_out > 0)
    description +=
        concat(" ", fill(locale.texts_left_out, {std::to_string(frame.num_texts_left_out)}));
  return wrap_up(spec, options, canvas, frame.width, frame.height, description);
}

std::string describe(const ChartSpec& spec, Language language) {
  return describe(prepare(spec, locale_of(language)));
}

}  // namespace hark::chart
