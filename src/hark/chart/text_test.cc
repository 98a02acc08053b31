// Texts: how numbers and dates are written, how wide words are, how SVG is spelt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "hark/chart/format.h"
#include "hark/chart/svg_text.h"
#include "hark/chart/text_metrics.h"
#include "hark/core/text.h"

namespace hark::chart::testing {
namespace {

const Locale& kEnglish = locale_of(Language::kEnglish);
const Locale& kFrench = locale_of(Language::kFrench);
const Locale& kSpanish = locale_of(Language::kSpanish);
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::string shown(double value, Format format, std::string_view unit = {}) {
  return format_value(value, format, unit, kEnglish);
}

/// Advance widths straight from a TrueType file: cmap format 4 and hmtx.
class Font {
 public:
  explicit Font(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }
  bool is_open() const { return bytes_.size() > 1000; }

  std::optional<unsigned> advance(std::uint32_t code) const {
    const std::size_t cmap = table("cmap"), hmtx = table("hmtx");
    const unsigned num_metrics = u16(table("hhea") + 34);
    for (unsigned i = 0; i < u16(cmap + 2); ++i) {
      const std::size_t record = cmap + 4 + 8 * i;
      if (u16(record) != 3 || u16(record + 2) != 1) continue;
      const std::size_t sub = cmap + (u16(record + 4) << 16 | u16(record + 6));
      const unsigned twice = u16(sub + 6);
      for (unsigned s = 0; s < twice; s += 2) {
        if (code > u16(sub + 14 + s)) continue;
        const unsigned start = u16(sub + 16 + twice + s);
        if (code < start) return std::nullopt;
        unsigned glyph = code;
        const std::size_t range_at = sub + 16 + 3 * twice + s;
        if (const unsigned range = u16(range_at); range != 0)
          glyph = u16(range_at + range + 2 * (code - start));
        glyph = (glyph + u16(sub + 16 + 2 * twice + s)) & 0xFFFF;
        return u16(hmtx + 4 * std::min(glyph, num_metrics - 1));
      }
    }
    return std::nullopt;
  }

 private:
  unsigned u16(std::size_t at) const {
    return static_cast<unsigned>(static_cast<unsigned char>(bytes_.at(at))) << 8 |
           static_cast<unsigned char>(bytes_.at(at + 1));
  }
  std::size_t table(std::string_view tag) const {
    for (unsigned i = 0; i < u16(4); ++i) {
      const std::size_t at = 12 + 16 * i;
      if (bytes_.compare(at, 4, tag) == 0) return u16(at + 8) << 16 | u16(at + 10);
    }
    return 0;
  }
  std::string bytes_;
};

std::string utf8(std::uint32_t code) {
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  if (code < 0x800)
    return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
  return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

}  // namespace

TEST(Format, NumbersHaveSeparatorsAndThreeDigits) {
  EXPECT_EQ(shown(182734, Format::kNumber), "182,734");
  EXPECT_EQ(shown(1234.56, Format::kNumber), "1,235");
  EXPECT_EQ(shown(31.24, Format::kNumber, "h"), "31.2\u00A0h");
  EXPECT_EQ(shown(0.5, Format::kNumber), "0.5");
  EXPECT_EQ(shown(0.012345, Format::kNumber), "0.0123");
  EXPECT_EQ(shown(0, Format::kNumber), "0");
  EXPECT_EQ(shown(-0.0, Format::kNumber), "0");
  EXPECT_EQ(shown(-1234, Format::kNumber), "-1,234");
  EXPECT_EQ(shown(-1e-20, Format::kNumber), "0");
  EXPECT_EQ(shown(999999.6, Format::kNumber), "1,000,000");
  EXPECT_EQ(shown(kMissing, Format::kNumber, "calls"), "–");
}

TEST(Format, MoneyIsWrittenAsTheLanguageDoes) {
  EXPECT_EQ(shown(4.87, Format::kNumber, "$"), "$4.87");
  EXPECT_EQ(shown(-1200, Format::kNumber, "$"), "-$1,200");
  EXPECT_EQ(format_value(4.87, Format::kNumber, "$", kFrench), "4,87\u00A0$");
}

TEST(Format, OtherLanguagesHaveTheirSeparators) {
  EXPECT_EQ(format_value(182734.0, Format::kNumber, {}, kFrench), "182\u202F734");
  EXPECT_EQ(format_value(182734.0, Format::kNumber, {}, kSpanish), "182.734");
  EXPECT_EQ(format_value(0.8144, Format::kPercent, {}, kSpanish), "81,4\u00A0%");
}

TEST(Format, SharesJustBelowAllAreNotAll) {
  EXPECT_EQ(shown(0.8144, Format::kPercent), "81.4\u00A0%");
  EXPECT_EQ(shown(0.06, Format::kPercent), "6\u00A0%");
  EXPECT_EQ(shown(0.00555, Format::kPercent), "0.56\u00A0%");
  EXPECT_EQ(shown(0.99971, Format::kPercent), "99.97\u00A0%");
  EXPECT_EQ(shown(0.999999, Format::kPercent), "99.99\u00A0%");
  EXPECT_EQ(shown(1, Format::kPercent), "100\u00A0%");
}

TEST(Format, DurationsChangeUnitAtAnHourAndAtThreeDays) {
  EXPECT_EQ(shown(252, Format::kSeconds), "4:12\u00A0min");
  EXPECT_EQ(shown(0, Format::kSeconds), "0:00\u00A0min");
  EXPECT_EQ(shown(0.9, Format::kHours), "54\u00A0min");
  EXPECT_EQ(shown(9, Format::kSeconds), "0:09\u00A0min");
  EXPECT_EQ(shown(3599.6, Format::kSeconds), "1\u00A0h");
  EXPECT_EQ(shown(31.2, Format::kHours), "31.2\u00A0h");
  EXPECT_EQ(shown(225.6, Format::kHours), "9.4\u00A0d");
  EXPECT_EQ(shown(-0.1, Format::kHours), "-6\u00A0min");
}

TEST(Format, TableCellsAreExactNumbersWithoutUnit) {
  EXPECT_EQ(format_cell(225.6, Format::kHours, kEnglish), "225.6");
  EXPECT_EQ(format_cell(0.92927165, Format::kPercent, kEnglish), "92.927");
  EXPECT_EQ(format_cell(kMissing, Format::kNumber, kEnglish), "");
}

TEST(Format, DatesAreWrittenInEachLanguage) {
  EXPECT_EQ(format_date(19786, kEnglish), "4 Mar 2024");
  EXPECT_EQ(format_date(19786, kFrench), "4 mars 2024");
  EXPECT_EQ(format_date(19786.5625, kSpanish), "4 mar 2024 13:30");
  EXPECT_EQ(format_iso_date(19786.5625), "2024-03-04T13:30");
  EXPECT_EQ(format_iso_date(-1), "1969-12-31");
  EXPECT_EQ(format_iso_date(0.99999), "1970-01-02");  // the nearest minute
  EXPECT_EQ(format_date(1e9, kEnglish), "–");
  EXPECT_EQ(format_date(kMissing, kEnglish), "–");
}

TEST(Format, FillPutsPartsIntoSlots) {
  EXPECT_EQ(fill("{1} of {0}, {2} {", {"a", "b"}), "b of a, {2} {");
}

TEST(TextMetrics, WidthsAreThoseOfTheFont) {
  const std::string folder = "/usr/share/fonts/truetype/dejavu/";
  const Font regular(folder + "DejaVuSans.ttf"), bold(folder + "DejaVuSans-Bold.ttf");
  if (!regular.is_open() || !bold.is_open()) GTEST_SKIP() << "fonts-dejavu-core is not installed";
  std::vector<std::uint32_t> codes = {0x2009, 0x2013, 0x2019, 0x2026, 0x202F, 0x20AC, 0x2265};
  for (std::uint32_t code = 0x20; code < 0x7F; ++code) codes.push_back(code);
  for (std::uint32_t code = 0xA0; code < 0x100; ++code) codes.push_back(code);
  for (const std::uint32_t code : codes) {
    EXPECT_EQ(text_width(utf8(code), 2048), regular.advance(code)) << code;
    EXPECT_EQ(text_width(utf8(code), 2048, true), bold.advance(code)) << code;
  }
}

TEST(TextMetrics, ShortensBetweenCharacters) {
  EXPECT_EQ(shorten("short", 100, 12), "short");
  const std::string name = "Überraschungsmoment";
  for (double room = 0; room < 150; room += 1) {
    const std::string out = shorten(name, room, 12);
    EXPECT_LE(text_width(out, 12), room);
    EXPECT_EQ(find_invalid_utf8(out), std::string::npos);
    if (out != name && !out.empty()) {
      EXPECT_TRUE(out.ends_with("…"));
    }
  }
}

TEST(TextMetrics, WrapsBetweenWords) {
  EXPECT_THAT(wrap("  one two three ", text_width("one two", 12), 12, 3),
              ::testing::ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("", 100, 12, 2), ::testing::ElementsAre(""));
  for (const std::string& line : wrap("Incomprehensibilities of bureaucracy", 70, 12, 2))
    EXPECT_LE(text_width(line, 12), 70);
}

TEST(SvgText, EscapesWhatXmlDoesNotAllow) {
  std::string out;
  append_escaped(out, "a<b>&\"c\"\x01\xFFü\uFFFE");
  EXPECT_EQ(out, "a&lt;b&gt;&amp;&quot;c&quot;\uFFFD\uFFFDü\uFFFD");
}

TEST(SvgText, CoordinatesAreShort) {
  const auto text = [](double pixels) {
    std::string out;
    append_pixels(out, pixels);
    return out;
  };
  EXPECT_EQ(text(12.34), "12.3");
  EXPECT_EQ(text(12), "12");
  EXPECT_EQ(text(0.5), ".5");
  EXPECT_EQ(text(-0.5), "-.5");
  EXPECT_EQ(text(-0.04), "0");
  EXPECT_EQ(text(-12.06), "-12.1");
}

TEST(SvgText, TiesDoNotHangOnTheLastBit) {
  EXPECT_EQ(to_tenths(10.05), to_tenths(std::nextafter(10.05, 0)));
  EXPECT_EQ(to_tenths(10.05), to_tenths(std::nextafter(10.05, 20)));
}

TEST(SvgText, RelativePathsDoNotDrift) {
  PathBuilder path;
  path.move_to(0, 0);
  for (int i = 1; i <= 1000; ++i) path.line_to(i * 0.333, i % 2);
  // The sum of the rounded steps is the rounded sum.
  double x = 0;
  for (std::size_t at = path.text().find('l'); at < path.text().size();) {
    std::size_t end = path.text().find_first_of("l -", at + 1);
    x += parse_double(path.text().substr(at + 1, end - at - 1)).value_or(0);
    end = path.text().find_first_of("l ", end + 1);
    at = std::min(end, path.text().size());
  }
  EXPECT_NEAR(x, 333, 0.06);
}

}  // namespace hark::chart::testing
