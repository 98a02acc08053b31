#include "hark/chart/svg_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <set>

#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart::testing {
namespace {

/// Reads the numbers and commands of a path one by one.
class PathReader {
 public:
  explicit PathReader(std::string_view d) : d_(d) {}
  bool is_done() {
    skip();
    return at_ >= d_.size();
  }
  char command() {
    skip();
    if (at_ < d_.size() && std::isalpha(static_cast<unsigned char>(d_[at_])) != 0)
      last_ = d_[at_++];
    return last_;
  }
  double number() {
    skip();
    double value = 0;
    const auto end = std::from_chars(d_.data() + at_, d_.data() + d_.size(), value);
    if (end.ec != std::errc()) is_valid_ = false;
    const auto length = static_cast<std::size_t>(end.ptr - (d_.data() + at_));
    if (d_.substr(at_, length).find_first_not_of("-.0123456789") != std::string_view::npos)
      is_valid_ = false;
    // One decimal is the promise.
    const std::size_t point = d_.substr(at_, length).find('.');
    if (point != std::string_view::npos && length - point > 2) is_valid_ = false;
    at_ += length;
    if (length == 0) at_ = d_.size();
    return value;
  }
  bool is_valid() const { return is_valid_; }

 private:
  void skip() {
    while (at_ < d_.size() && (d_[at_] == ' ' || d_[at_] == ',')) ++at_;
  }
  std::string_view d_;
  std::size_t at_ = 0;
  char last_ = 0;
  bool is_valid_ = true;
};

struct Walk {
  std::vector<std::vector<std::pair<double, double>>> lines;
  bool is_valid = true;
};

Walk walk(std::string_view d) {
  Walk out;
  PathReader reader(d);
  double x = 0, y = 0, start_x = 0, start_y = 0;
  const auto add = [&] {
    if (out.lines.empty())
      out.is_valid = false;
    else
      out.lines.back().emplace_back(x, y);
  };
  while (!reader.is_done()) {
    switch (reader.command()) {
      case 'M':
        start_x = x = reader.number();
        start_y = y = reader.number();
        out.lines.emplace_back();
        add();
        break;
      case 'l':
        x += reader.number();
        y += reader.number();
        add();
        break;
      case 'h':
        x += reader.number();
        add();
        break;
      case 'v':
        y += reader.number();
        add();
        break;
      case 'a': {  // half circles: as wide as their radius
        const double rx = reader.number(), ry = reader.number();
        for (int i = 0; i < 3; ++i) reader.number();
        const double dx = reader.number(), dy = reader.number();
        const double middle_x = x + dx / 2, middle_y = y + dy / 2;
        x = middle_x - rx, y = middle_y - ry, add();
        x = middle_x + rx, y = middle_y + ry, add();
        x = middle_x + dx / 2, y = middle_y + dy / 2, add();
        break;
      }
      case 'z':
        x = start_x, y = start_y;
        break;
      default:
        out.is_valid = false;
        return out;
    }
  }
  out.is_valid = out.is_valid && reader.is_valid();
  return out;
}

double luminance(std::string_view color) {
  double out = 0;
  const std::array weights = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    int value = 0;
    std::from_chars(color.data() + 1 + 2 * i, color.data() + 3 + 2 * i, value, 16);
    const double c = value / 255.0;
    out += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return out;
}

/// What an element inherits.
struct Inherited {
  std::string fill = "#000000", stroke = "none", fill_class, fill_opacity = "1";
  std::string font_size, text_anchor;
  bool is_in_defs = false;
};

struct Text {
  Bounds box;
  std::string text;
};

class Checker {
 public:
  Checker(const std::string& svg, const Palette& palette) : svg_(svg), palette_(palette) {}

  std::vector<std::string> run() {
    const auto root = parse_xml(svg_);
    if (!root) return {"not well-formed"};
    if (root->name != "svg" || root->attribute("role") != "img") add("no svg with role img");
    check_references(*root);
    const std::string view = root->attribute("viewBox");
    const auto parts = split(view, ' ');
    if (parts.size() != 4) return {"no viewBox"};
    view_ = {0, 0, parse_double(parts[2]).value_or(0), parse_double(parts[3]).value_or(0)};
    if (!(view_.right >= 240 && view_.bottom >= 60)) add("view box too small");
    if (root->children.size() < 2 || root->children[0].name != "title" ||
        root->children[1].name != "desc" || root->children[1].text.empty())
      add("no title or description");
    for (const Element& child : root->children) visit(child, {});
    check_overlaps();
    return std::move(problems_);
  }

 private:
  void add(std::string problem) { problems_.push_back(std::move(problem)); }

  void check_references(const Element& root) {
    std::set<std::string> ids;
    for (const Element* element : root.all())
      if (!element->attribute("id").empty() && !ids.insert(element->attribute("id")).second)
        add("id twice: " + element->attribute("id"));
    for (const Element* element : root.all()) {
      for (const char* key : {"aria-labelledby", "aria-describedby"})
        if (element->attributes.contains(key) && !ids.contains(element->attribute(key)))
          add("refers to nothing: " + element->attribute(key));
      const std::string fill = element->attribute("fill");
      if (fill.starts_with("url(#")) {
        const std::string id = fill.substr(5, fill.size() - 6);
        if (!ids.contains(id)) add("no pattern " + id);
        for (const Element* pattern : root.all())
          if (pattern->attribute("id") == id)
            pattern_fills_[fill] = pattern->children[0].attribute("fill");
      }
    }
  }

  void visit(const Element& element, Inherited from) {
    if (element.name == "defs") from.is_in_defs = true;
    if (element.attributes.contains("fill")) {
      from.fill = element.attribute("fill");
      from.fill_class = element.attribute("class");
    }
    if (element.attributes.contains("stroke")) from.stroke = element.attribute("stroke");
    if (element.attributes.contains("fill-opacity"))
      from.fill_opacity = element.attribute("fill-opacity");
    if (element.attributes.contains("font-size")) from.font_size = element.attribute("font-size");
    if (element.attributes.contains("text-anchor"))
      from.text_anchor = element.attribute("text-anchor");
    for (const char* property : {"fill", "stroke"}) {
      const std::string color = element.attribute(property);
      if (color.starts_with("#") && !element.attribute("class").starts_with("hk-"))
        add(concat("no class beside ", property, " of ", element.name));
    }
    if (!from.is_in_defs) check_geometry(element, from);
    for (const Element& child : element.children) visit(child, from);
  }

  double number(const Element& element, const std::string& key) {
    const auto value = parse_double(element.attribute(key));
    if (!value) add(concat(element.name, " ", key, " is no number: ", element.attribute(key)));
    return value.value_or(0);
  }

  void check_geometry(const Element& element, const Inherited& from) {
    Bounds box;
    if (element.name == "rect") {
      box.left = element.attributes.contains("x") ? number(element, "x") : 0;
      box.top = element.attributes.contains("y") ? number(element, "y") : 0;
      const double width = number(element, "width"), height = number(element, "height");
      if (width <= 0 || height <= 0) add("rect without extent");
      box.right = box.left + width;
      box.bottom = box.top + height;
    } else if (element.name == "path") {
      box = bounds_of_path(element.attribute("d"));
      if (!box.is_valid) add("bad path: " + element.attribute("d").substr(0, 60));
    } else if (element.name == "text") {
      check_text(element, from);
      return;
    } else {
      return;
    }
    check_inside(box, element.name);
    if (element.attributes.contains("data-k") && from.fill_opacity == "1")
      check_mark_contrast(from);
  }

  void check_inside(const Bounds& box, const std::string& what) {
    constexpr double kRounding = 0.2;
    if (!(box.left >= -kRounding && box.top >= -kRounding && box.right <= view_.right + kRounding &&
          box.bottom <= view_.bottom + kRounding))
      add(concat(what, " outside: ", box.left, " ", box.top, " ", box.right, " ", box.bottom,
                 " in ", view_.right, " ", view_.bottom));
  }

  void check_text(const Element& element, const Inherited& from) {
    const double size = parse_double(from.font_size).value_or(0);
    if (size < 11) add("text below 11 px");
    const bool is_bold = element.attribute("font-weight") == "bold";
    const double width = text_width(element.text, size, is_bold);
    const std::string& anchor = from.text_anchor;
    Bounds box;
    box.left = number(element, "x") - (anchor == "middle" ? width / 2
                                       : anchor == "end"  ? width
                                                          : 0);
    box.right = box.left + width;
    // DejaVu Sans: ascenders 0.76 em, descenders 0.24 em.
    box.top = number(element, "y") - 0.76 * size;
    box.bottom = number(element, "y") + 0.24 * size;
    check_inside(box, "text '" + element.text + "'");
    texts_.push_back({box, element.text});
    // Text on a cell has the class of its ground: hk-on-q3 stands on hk-q3.
    std::string ground(palette_.background);
    const std::string& name = from.fill_class;
    if (name.starts_with("hk-on-")) {
      const auto index = static_cast<std::size_t>(name.back() - '1');
      ground = name[6] == 'q' ? palette_.sequential.at(index) : palette_.diverging.at(index);
    }
    if (wcag_contrast(from.fill, ground) < 4.5)
      add(concat("text contrast: ", from.fill, " on ", ground));
  }

  void check_mark_contrast(const Inherited& from) {
    const auto pattern = pattern_fills_.find(from.fill);
    const std::string fill = pattern == pattern_fills_.end() ? from.fill : pattern->second;
    const auto is_visible = [&](const std::string& color) {
      return color.starts_with("#") && wcag_contrast(color, palette_.background) >= 3;
    };
    if (!is_visible(fill) && !is_visible(from.stroke))
      add(concat("mark contrast: ", fill, " ", from.stroke));
  }

  void check_overlaps() {
    constexpr double kRounding = 0.3;
    for (std::size_t i = 0; i < texts_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const Bounds &a = texts_[i].box, &b = texts_[j].box;
        if (a.left + kRounding < b.right && b.left + kRounding < a.right &&
            a.top + kRounding < b.bottom && b.top + kRounding < a.bottom)
          add(concat("texts overlap: '", texts_[j].text, "' and '", texts_[i].text, "'"));
      }
  }

  const std::string& svg_;
  const Palette& palette_;
  Bounds view_;
  std::map<std::string, std::string> pattern_fills_;
  std::vector<Text> texts_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::vector<std::pair<double, double>>> corners_of_path(std::string_view d) {
  return walk(d).lines;
}

Bounds bounds_of_path(std::string_view d) {
  const Walk path = walk(d);
  if (!path.is_valid || path.lines.empty()) return {.is_valid = false};
  Bounds out{1e300, 1e300, -1e300, -1e300, true};
  for (const auto& line : path.lines)
    for (const auto& [x, y] : line) {
      out.left = std::min(out.left, x);
      out.right = std::max(out.right, x);
      out.top = std::min(out.top, y);
      out.bottom = std::max(out.bottom, y);
    }
  return out;
}

double wcag_contrast(std::string_view a, std::string_view b) {
  const double low = std::min(luminance(a), luminance(b));
  const double high = std::max(luminance(a), luminance(b));
  return (high + 0.05) / (low + 0.05);
}

std::vector<std::string> problems_of(const std::string& svg, const Palette& palette) {
  return Checker(svg, palette).run();
}

TEST(SvgChecks, FindWhatIsWrong) {
  const Palette& light = palette_of(Theme::kLight);
  const auto picture = [](std::string_view body) {
    return concat("<svg role=\"img\" viewBox=\"0 0 300 100\"><title>t</title><desc>d</desc>", body,
                  "</svg>");
  };
  EXPECT_THAT(problems_of(picture(""), light), ::testing::IsEmpty());
  for (const std::string_view bad :
       {"<rect x=\"290\" y=\"0\" width=\"20\" height=\"5\"/>",
        "<rect x=\"nan\" y=\"0\" width=\"20\" height=\"5\"/>", "<path d=\"M1 2lx\"/>",
        "<path d=\"M1 2l3.25 1\"/>", "<path d=\"M1 200l3 1\"/>",
        "<text x=\"5\" y=\"50\" font-size=\"10\">small</text>",
        "<text x=\"5\" y=\"50\" font-size=\"12\">one</text>"
        "<text x=\"9\" y=\"55\" font-size=\"12\">two</text>",
        "<g class=\"hk-q1\" fill=\"#DCEAF7\"><text x=\"5\" y=\"50\" font-size=\"12\">a</text></g>",
        "<rect data-k=\"0\" x=\"0\" y=\"0\" width=\"9\" height=\"5\" class=\"hk-q1\" "
        "fill=\"#DCEAF7\"/>",
        "<rect x=\"0\" y=\"0\" width=\"9\" height=\"5\" fill=\"#000000\"/>",
        "<rect x=\"0\" y=\"0\" width=\"9\" height=\"5\" fill=\"url(#none)\"/>",
        "<g id=\"a\"/><g id=\"a\"/>"})
    EXPECT_THAT(problems_of(picture(bad), light), ::testing::Not(::testing::IsEmpty())) << bad;
}

}  // namespace hark::chart::testing
