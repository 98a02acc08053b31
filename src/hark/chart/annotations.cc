#include <algorithm>
#include <array>

#include "hark/chart/axes.h"
#include "hark/chart/marks.h"
#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"

namespace hark::chart {
namespace {

/// Draws `label` at the first place that is free and hides no marks, else at the first that is
/// free; counts it as left out if none is.
void draw_where_free(Canvas& canvas, Frame& frame, Label label,
                     std::initializer_list<Label> places) {
  const Box limits{2, 2, frame.width - 2, frame.plot.bottom};
  for (const bool may_hide_marks : {false, true}) {
    if (label.text.empty()) break;  // there is not even room for "…"
    for (const Label& place : places) {
      label.x = place.x;
      label.baseline = place.baseline;
      label.anchor = place.anchor;
      if (!canvas.is_free(label, limits) || (!may_hide_marks && canvas.hides_marks(label)))
        continue;
      draw_label_on_ground(canvas, label);
      return;
    }
  }
  ++frame.num_texts_left_out;
}

Label annotation_label(const Frame& frame, const std::string& text) {
  Label label{.text = shorten(text, frame.plot.width() * 0.6, kTickSize), .size = kTickSize};
  if (label.text != text) label.full = text;
  return label;
}

void draw_rule_lines(Canvas& canvas, const Frame& frame, const Prepared& data) {
  PathBuilder path;
  for (const RuleLine& rule : data.spec->rules) {
    if (rule.axis == Axis::kX) {
      path.move_to(frame.x.at(rule.value), frame.plot.top - 3);
      path.line_to(frame.x.at(rule.value), frame.plot.bottom);
    } else {
      path.move_to(frame.plot.left, frame.y.at(rule.value));
      path.line_to(frame.plot.right, frame.y.at(rule.value));
    }
  }
  if (path.is_empty()) return;
  canvas.add_grounded_line(path.text(), 1.3, " stroke-dasharray=\"5 3\"");
}

}  // namespace

void draw_annotations(Canvas& canvas, Frame& frame, const Prepared& data) {
  const ChartSpec& spec = *data.spec;
  const Box& plot = frame.plot;
  draw_rule_lines(canvas, frame, data);
  if (!spec.notes.empty()) {
    canvas.open_group({{"hk-ink-line", "stroke", canvas.palette().ink}},
                      " fill=\"none\" stroke-width=\"1.5\"");
    for (const Note& note : spec.notes) {
      canvas.add("<path");
      canvas.add_attribute("d", symbol_path(0, frame.x.at(note.x), frame.y.at(note.y), 6));
      canvas.add("/>\n");
    }
    canvas.close_group();
  }
  const bool has_labels =
      std::ranges::any_of(spec.rules, [](const RuleLine& rule) { return rule.axis == Axis::kY; }) ||
      !spec.bands.empty() || !spec.notes.empty();
  if (!has_labels) return;
  canvas.open_group({{"hk-ink", "fill", canvas.palette().ink}});
  for (const RuleLine& rule : spec.rules) {
    if (rule.axis != Axis::kY) continue;
    const double y = frame.y.at(rule.value), middle = (plot.left + plot.right) / 2;
    draw_where_free(canvas, frame, annotation_label(frame, rule_text(data, rule)),
                    {{.x = plot.right - 4, .baseline = y - 6, .anchor = Anchor::kEnd},
                     {.x = plot.right - 4, .baseline = y + 14, .anchor = Anchor::kEnd},
                     {.x = plot.left + 6, .baseline = y - 6},
                     {.x = plot.left + 6, .baseline = y + 14},
                     {.x = middle, .baseline = y - 6, .anchor = Anchor::kMiddle},
                     {.x = middle, .baseline = y + 14, .anchor = Anchor::kMiddle}});
  }
  for (const Note& note : spec.notes) {
    if (note.label.empty()) continue;
    const double x = frame.x.at(note.x), y = frame.y.at(note.y);
    draw_where_free(canvas, frame, annotation_label(frame, note.label),
                    {{.x = x + 10, .baseline = y + 4},
                     {.x = x - 10, .baseline = y + 4, .anchor = Anchor::kEnd},
                     {.x = x, .baseline = y - 11, .anchor = Anchor::kMiddle},
                     {.x = x, .baseline = y + 20, .anchor = Anchor::kMiddle},
                     {.x = x + 10, .baseline = y - 10},
                     {.x = x - 10, .baseline = y - 10, .anchor = Anchor::kEnd}});
  }
  for (const Band& band : spec.bands) {
    if (band.label.empty()) continue;
    const Label label = annotation_label(frame, band.label);
    if (band.axis == Axis::kX) {
      const double middle = (frame.x.at(band.from) + frame.x.at(band.to)) / 2;
      const double half = box_of(label).width() / 2;
      const double x =
          std::clamp(middle, plot.left + half, std::max(plot.left + half, plot.right - half));
      draw_where_free(canvas, frame, label,
                      {{.x = x, .baseline = plot.top + 12, .anchor = Anchor::kMiddle},
                       {.x = x, .baseline = plot.top + 28, .anchor = Anchor::kMiddle},
                       {.x = x, .baseline = plot.bottom - 6, .anchor = Anchor::kMiddle}});
    } else {
      const double top = std::min(frame.y.at(band.from), frame.y.at(band.to));
      draw_where_free(canvas, frame, label,
                      {{.x = plot.left + 6, .baseline = top + 13},
                       {.x = plot.right - 4, .baseline = top + 13, .anchor = Anchor::kEnd},
                       {.x = plot.left + 6, .baseline = top - 5}});
    }
  }
  canvas.close_group();
}

}  // namespace hark::chart
