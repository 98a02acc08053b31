#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "hark/chart/test_support.h"
#include "hark/core/text.h"

namespace hark::chart::testing {
namespace {

/// A recursive-descent reader; `at_` is where it is, `is_wrong_` that it gave up.
class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  std::optional<Element> read() {
    if (find_invalid_utf8(text_) != std::string_view::npos) return std::nullopt;
    for (const char c : text_)
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r')
        return std::nullopt;
    for (const std::string_view bad : {"\uFFFE", "\uFFFF"})
      if (text_.find(bad) != std::string_view::npos) return std::nullopt;
    if (take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")) skip_space();
    Element root = element();
    skip_space();
    if (is_wrong_ || at_ != text_.size()) return std::nullopt;
    return root;
  }

 private:
  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') ++at_;
  }
  bool expect(std::string_view token) {
    if (!take(token)) is_wrong_ = true;
    return !is_wrong_;
  }
  std::string name() {
    const std::size_t start = at_;
    while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '-' || peek() == ':')
      ++at_;
    if (at_ == start || std::isalpha(static_cast<unsigned char>(text_[start])) == 0)
      is_wrong_ = true;
    return std::string(text_.substr(start, at_ - start));
  }
  /// One character of content or of an attribute, with entities resolved.
  void character(std::string& out) {
    if (peek() != '&') {
      out += text_[at_++];
      return;
    }
    for (const auto& [entity, value] : {std::pair{"&amp;", '&'}, std::pair{"&lt;", '<'},
                                        std::pair{"&gt;", '>'}, std::pair{"&quot;", '"'}})
      if (take(entity)) {
        out += value;
        return;
      }
    is_wrong_ = true;
  }
  Element element() {
    Element out;
    if (!expect("<")) return out;
    out.name = name();
    while (!is_wrong_) {
      const std::size_t before = at_;
      skip_space();
      if (take("/>")) return out;
      if (take(">")) break;
      if (at_ == before) is_wrong_ = true;  // attributes need white space before them
      const std::string key = name();
      std::string value;
      if (!expect("=\"")) return out;
      while (!is_wrong_ && at_ < text_.size() && peek() != '"') {
        if (peek() == '<') is_wrong_ = true;
        character(value);
      }
      expect("\"");
      if (!out.attributes.emplace(key, value).second) is_wrong_ = true;
    }
    while (!is_wrong_) {
      if (at_ >= text_.size()) {
        is_wrong_ = true;
      } else if (take("</")) {
        if (name() != out.name) is_wrong_ = true;
        expect(">");
        return out;
      } else if (peek() == '<') {
        out.children.push_back(element());
      } else if (text_.substr(at_).starts_with("]]>")) {
        is_wrong_ = true;
      } else {
        character(out.text);
      }
    }
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_wrong_ = false;
};

void collect(const Element& element, std::vector<const Element*>& out) {
  out.push_back(&element);
  for (const Element& child : element.children) collect(child, out);
}

}  // namespace

std::vector<const Element*> Element::all() const {
  std::vector<const Element*> out;
  collect(*this, out);
  return out;
}

std::string Element::attribute(const std::string& key) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? std::string() : found->second;
}

std::optional<Element> parse_xml(std::string_view text) { return XmlReader(text).read(); }

std::uint64_t Random::next() {  // SplitMix64
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

double Random::unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Random::normal() {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += unit();
  return sum - 6;
}

Column numbers(std::string name, std::string title, std::vector<double> values, std::string unit,
               Format format) {
  return {.name = std::move(name),
          .title = std::move(title),
          .unit = std::move(unit),
          .format = format,
          .values = std::move(values)};
}

Column texts(std::string name, std::string title, std::vector<std::string> values) {
  return {.name = std::move(name), .title = std::move(title), .values = std::move(values)};
}

TEST(XmlReader, RefusesWhatIsNotWellFormed) {
  EXPECT_TRUE(parse_xml("<a b=\"1\"><c/>x &amp; y</a>"));
  for (const std::string_view bad :
       {"<a>", "<a></b>", "<a b=\"1\" b=\"2\"/>", "<a>&nbsp;</a>", "<a>&</a>", "<a b=\"<\"/>",
        "<a b=\"1\"c=\"2\"/>", "<a/><b/>", "<a>]]></a>", "<a>\x01</a>", "<a>\xFF</a>", "<1/>"})
    EXPECT_FALSE(parse_xml(bad)) << bad;
}

}  // namespace hark::chart::testing
