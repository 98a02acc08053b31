#include "hark/chart/canvas.h"

#include <algorithm>

#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"

namespace hark::chart {

Box box_of(const Label& label) noexcept {
  const double width = text_width(label.text, label.size, label.is_bold);
  double left = label.x;
  if (label.anchor == Anchor::kMiddle) left -= width / 2;
  if (label.anchor == Anchor::kEnd) left -= width;
  return {left, label.baseline - 0.78 * label.size, left + width,
          label.baseline + 0.24 * label.size};
}

void Canvas::add_number(double pixels) { append_pixels(body_, pixels); }

void Canvas::add_attribute(std::string_view name, double pixels) {
  body_ += ' ';
  body_ += name;
  body_ += "=\"";
  append_pixels(body_, pixels);
  body_ += '"';
}

void Canvas::add_attribute(std::string_view name, std::string_view text) {
  body_ += ' ';
  body_ += name;
  body_ += "=\"";
  append_escaped(body_, text);
  body_ += '"';
}

void Canvas::add_paint(std::initializer_list<Paint> paints) {
  if (paints.size() == 0) return;
  std::string names;
  for (const Paint& paint : paints) {
    if (!names.empty()) names += ' ';
    names += paint.name;
  }
  add_attribute("class", names);
  for (const Paint& paint : paints) add_attribute(paint.property, paint.color);
}

void Canvas::open_group(std::initializer_list<Paint> paints, std::string_view attributes) {
  begin_group();
  add_paint(paints);
  body_ += attributes;
  enter_group();
}

void Canvas::begin_group() {
  if (!groups_.empty()) groups_.back().has_groups = true;
  groups_.push_back({.start = body_.size(), .content = 0});
  body_ += "<g";
}

void Canvas::enter_group() {
  body_ += ">\n";
  groups_.back().content = body_.size();
}

std::string Canvas::style_text(const TextStyle& style, bool with_start) {
  std::string out = " font-size=\"";
  append_pixels(out, style.size);
  out += '"';
  if (style.anchor == Anchor::kMiddle) out += " text-anchor=\"middle\"";
  if (style.anchor == Anchor::kEnd) out += " text-anchor=\"end\"";
  if (style.anchor == Anchor::kStart && with_start) out += " text-anchor=\"start\"";
  return out;
}

void Canvas::share_text_style(const Group& group) {
  constexpr std::size_t kWorthIt = 3;
  const auto is_like = [](const TextStyle& a, const TextStyle& b) {
    return a.size == b.size && a.anchor == b.anchor;
  };
  const TextStyle* common = nullptr;
  std::size_t most = kWorthIt - 1;
  for (const TextStyle& text : group.texts) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(
        group.texts, [&](const TextStyle& other) { return is_like(other, text); }));
    if (count > most) {
      most = count;
      common = &text;
    }
  }
  if (common == nullptr) return;
  // The tag of the group ends with ">\n" before its content.
  std::string out = body_.substr(0, group.content - 2) + style_text(*common, false) + ">\n";
  std::size_t copied = group.content;
  for (const TextStyle& text : group.texts) {
    out.append(body_, copied, text.start - copied);
    if (!is_like(text, *common)) out += style_text(text, common->anchor != Anchor::kStart);
    copied = text.end;
  }
  out.append(body_, copied);
  body_ = std::move(out);
}

void Canvas::close_group() {
  const Group group = std::move(groups_.back());
  groups_.pop_back();
  if (body_.size() == group.content) {
    body_.resize(group.start);
    return;
  }
  if (!group.has_groups) share_text_style(group);
  body_ += "</g>\n";
}

void Canvas::add_grounded_line(std::string_view path, double width, std::string_view attributes) {
  for (const bool is_ground : {true, false}) {
    body_ += "<path";
    add_paint({is_ground ? Paint{"hk-gap", "stroke", palette_.background}
                         : Paint{"hk-ink-line", "stroke", palette_.ink}});
    add_attribute("stroke-width", is_ground ? width + 2 : width);
    if (!is_ground) body_ += attributes;
    add_attribute("fill", "none");
    add_attribute("d", path);
    body_ += "/>\n";
  }
}

void Canvas::draw_text(const Label& label) {
  if (label.text.empty()) return;
  body_ += "<text";
  add_attribute("x", label.x);
  add_attribute("y", label.baseline);
  TextStyle style{.start = body_.size(), .end = 0, .size = label.size, .anchor = label.anchor};
  body_ += style_text(style, false);
  style.end = body_.size();
  if (!groups_.empty()) groups_.back().texts.push_back(style);
  if (label.is_bold) add_attribute("font-weight", "bold");
  body_ += '>';
  if (!label.full.empty()) {
    body_ += "<title>";
    append_escaped(body_, label.full);
    body_ += "</title>";
  }
  append_escaped(body_, label.text);
  body_ += "</text>\n";
  taken_.push_back(box_of(label));
}

bool Canvas::is_free(const Label& label, const Box& limits) const noexcept {
  const Box box = box_of(label);
  return limits.contains(box) &&
         std::ranges::none_of(taken_, [&](const Box& other) { return box.overlaps(other, 2); });
}

bool Canvas::hides_marks(const Label& label) const noexcept {
  const Box box = box_of(label);
  return std::ranges::any_of(covered_, [&](const Box& mark) { return box.overlaps(mark); });
}

}  // namespace hark::chart
