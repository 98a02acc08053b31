// What the pictures of the samples must show, read from the SVG.
#include "hark/chart/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <regex>
#include <set>

#include "hark/chart/svg_checks.h"
#include "hark/chart/table.h"
#include "hark/chart/test_support.h"
#include "hark/core/text.h"

namespace hark::chart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

ChartSpec sample(std::string_view id) {
  for (ChartSpec& spec : sample_charts())
    if (spec.id == id) return std::move(spec);
  ADD_FAILURE() << "no sample " << id;
  return {};
}

Element picture(const ChartSpec& spec, const SvgOptions& options = {}) {
  auto root = parse_xml(to_svg(spec, options));
  EXPECT_TRUE(root) << spec.id;
  return root ? std::move(*root) : Element{};
}

/// The elements that stand for rows or series: those with data-k of this name.
std::vector<const Element*> marks(const Element& root, std::string_view name) {
  std::vector<const Element*> out;
  for (const Element* element : root.all())
    if (element->name == name && element->attributes.contains("data-k")) out.push_back(element);
  return out;
}

std::vector<std::string> words(const Element& root) {
  std::vector<std::string> out;
  for (const Element* element : root.all())
    if (element->name == "text") out.push_back(element->text);
  return out;
}

std::string description(const Element& root) { return root.children.at(1).text; }

double number(const Element* element, const std::string& key) {
  return parse_double(element->attribute(key)).value_or(kMissing);
}

std::size_t index_of(const Element* element) {
  return static_cast<std::size_t>(parse_int(element->attribute("data-k")).value_or(-1));
}

ChartSpec line_of(std::vector<double> values) {
  ChartSpec spec{.id = "line", .title = "Line", .mark = Mark::kLine};
  spec.encoding.x = {.field = "x"};
  spec.encoding.y = {.field = "y"};
  std::vector<double> x;
  for (std::size_t i = 0; i < values.size(); ++i) x.push_back(static_cast<double>(i));
  spec.data = {numbers("x", "X", x), numbers("y", "Y", std::move(values))};
  return spec;
}

ChartSpec bars_of(std::vector<std::string> names, std::vector<double> values) {
  ChartSpec spec{.id = "bars", .title = "Bars", .mark = Mark::kBar};
  spec.encoding.x = {.field = "v"};
  spec.encoding.y = {.field = "name", .type = FieldType::kNominal};
  spec.data = {texts("name", "Name", std::move(names)), numbers("v", "Value", std::move(values))};
  return spec;
}

}  // namespace

TEST(Svg, SamplesHaveNoProblemsInAnyThemeAndLanguage) {
  for (const ChartSpec& spec : sample_charts()) {
    for (const Theme theme : {Theme::kLight, Theme::kDark})
      for (const bool is_standalone : {false, true})
        for (const Language language :
             {Language::kEnglish, Language::kFrench, Language::kSpanish}) {
          const SvgOptions options{
              .is_standalone = is_standalone, .theme = theme, .language = language};
          EXPECT_THAT(problems_of(to_svg(spec, options), palette_of(theme)), IsEmpty()) << spec.id;
        }
  }
}

TEST(Svg, OnlyAFileHasNamespaceGroundTitleAndFootnote) {
  const ChartSpec spec = sample("requests-per-day");
  const Element fragment = picture(spec), file = picture(spec, {.is_standalone = true});
  EXPECT_EQ(file.attribute("xmlns"), "http://www.w3.org/2000/svg");
  EXPECT_EQ(fragment.attribute("xmlns"), "");
  EXPECT_THAT(words(file), ::testing::IsSupersetOf({spec.title, spec.description, spec.footnote}));
  EXPECT_THAT(words(fragment), Not(::testing::Contains(spec.title)));
  EXPECT_EQ(fragment.children[0].text, spec.title);  // <title>, for screen readers
}

TEST(Svg, BandsAreDrawnWhereThereAreIntervalsTheInnerOneWithinTheOther) {
  ChartSpec spec = line_of({5, 5, 5, 5});
  const double none = std::nan("");
  spec.data.push_back(numbers("low", "Low", {none, none, 1, 1}));
  spec.data.push_back(numbers("high", "High", {none, none, 9, 9}));
  spec.data.push_back(numbers("low80", "Low", {none, none, 4, 4}));
  spec.data.push_back(numbers("high80", "High", {none, none, 6, 6}));
  const auto bands = [&] {
    std::size_t count = 0;
    const auto drawn = picture(spec);
    for (const Element* element : drawn.all())
      count += element->attributes.contains("fill-opacity") ? 1 : 0;
    return count;
  };
  spec.encoding.low = "low";
  spec.encoding.high = "high";
  EXPECT_EQ(bands(), 1u);
  spec.encoding.inner_low = "low80";
  spec.encoding.inner_high = "high80";
  EXPECT_EQ(bands(), 2u);
  spec.encoding.low = spec.encoding.high = spec.encoding.inner_low = spec.encoding.inner_high =
      "none";
  spec.data.push_back(numbers("none", "None", {none, none, none, none}));
  EXPECT_EQ(bands(), 0u) << "nothing to draw";
}

TEST(Svg, WhatTextsHaveInCommonIsWrittenOnceByTheirGroup) {
  const Element root = picture(sample("hour-weekday"));
  std::size_t num_texts = 0, num_sizes = 0;
  for (const Element* element : root.all()) {
    num_texts += element->name == "text" ? 1 : 0;
    num_sizes += element->attributes.contains("font-size") ? 1 : 0;
  }
  EXPECT_GT(num_texts, 24u);
  EXPECT_LT(num_sizes * 2, num_texts);
}

TEST(Svg, WithoutKeysItIsTheSamePicture) {
  for (const ChartSpec& spec : sample_charts()) {
    const std::string bare = to_svg(spec, {.has_keys = false});
    EXPECT_EQ(bare.find("data-k"), std::string::npos) << spec.id;
    EXPECT_EQ(std::regex_replace(to_svg(spec), std::regex(" data-k=\"[^\"]*\""), ""), bare)
        << spec.id;
  }
}

TEST(Svg, EveryColourHasARuleInBothThemes) {
  for (const Theme theme : {Theme::kLight, Theme::kDark}) {
    const std::string css = theme_css(theme, ".page");
    for (const ChartSpec& spec : sample_charts()) {
      const Element drawing = picture(spec, {.is_standalone = true, .theme = theme});
      for (const Element* element : drawing.all())
        for (const char* property : {"fill", "stroke"}) {
          const std::string color = element->attribute(property);
          if (!color.starts_with("#")) continue;
          const std::string names = element->attribute("class");
          bool has_rule = false;
          for (const auto name : split(names, ' '))
            has_rule = has_rule || css.find(concat(".page .", name, "{", property, ":", color,
                                                   "}")) != std::string::npos;
          EXPECT_TRUE(has_rule) << spec.id << " " << element->attribute("class") << " " << color;
        }
    }
  }
}

TEST(Svg, SameSpecGivesSameBytesWhateverTheLocale) {
  struct Odd : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\1"; }
  };
  const auto samples = sample_charts();
  std::vector<std::string> before;
  for (const ChartSpec& spec : samples) before.push_back(to_svg(spec));
  const std::locale old = std::locale::global(std::locale(std::locale(), new Odd));
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(to_svg(samples[i]), before[i]);
  std::locale::global(old);
}

TEST(Svg, StaysSmall) {
  EXPECT_LT(to_svg(sample("requests-per-day")).size(), 15'000u);  // 5,479 days
  const ChartSpec map = sample("hot-spots");
  const double cells = static_cast<double>(map.data.front().size());
  EXPECT_GT(cells, 300);
  // 800 cells of the same size are below 110 KB.
  EXPECT_LT(static_cast<double>(to_svg(map).size()) / cells * 800, 110'000);
}

TEST(Svg, BarLengthsAreProportionalToValues) {
  const std::vector<double> values = {100, 50, 12.5, 0};
  const Element root = picture(bars_of({"a", "b", "c", "d"}, values));
  const auto bars = marks(root, "rect");
  ASSERT_EQ(bars.size(), 4u);
  const double full = number(bars[0], "width");
  EXPECT_GT(full, 200);
  for (const Element* bar : bars)
    EXPECT_NEAR(number(bar, "width"), full * values[index_of(bar)] / 100, 0.2);
  for (std::size_t i = 1; i < bars.size(); ++i)
    EXPECT_GT(number(bars[i], "y"), number(bars[i - 1], "y") + number(bars[i - 1], "height"));
}

TEST(Svg, NegativeBarsRunTheOtherWayFromZero) {
  const Element root = picture(bars_of({"up", "down"}, {10, -5}));
  const auto bars = marks(root, "rect");
  const double zero = number(bars[0], "x");
  EXPECT_NEAR(number(bars[1], "x") + number(bars[1], "width"), zero, 0.2);
  EXPECT_NEAR(number(bars[1], "width"), number(bars[0], "width") / 2, 0.2);
}

TEST(Svg, StackedPartsOfABarTouchAndAddUp) {
  const ChartSpec spec = sample("status-by-borough");
  const Element root = picture(spec);
  std::map<std::string, std::vector<const Element*>> by_row;
  for (const Element* bar : marks(root, "rect")) by_row[bar->attribute("y")].push_back(bar);
  EXPECT_EQ(by_row.size(), 5u);
  for (const auto& [y, bars] : by_row) {
    ASSERT_EQ(bars.size(), 6u);
    for (std::size_t i = 1; i < bars.size(); ++i)
      EXPECT_NEAR(number(bars[i], "x"), number(bars[i - 1], "x") + number(bars[i - 1], "width"),
                  0.2);
  }
}

TEST(Svg, GroupedBarsDoNotOverlap) {
  const Element root = picture(sample("grouped"));
  std::vector<std::pair<double, double>> spans;
  for (const Element* bar : marks(root, "rect"))
    spans.emplace_back(number(bar, "y"), number(bar, "y") + number(bar, "height"));
  EXPECT_EQ(spans.size(), 30u);
  std::ranges::sort(spans);
  for (std::size_t i = 1; i < spans.size(); ++i)
    EXPECT_GE(spans[i].first + 0.1, spans[i - 1].second);
}

TEST(Svg, CategoriesAreSortedAsAsked) {
  ChartSpec spec = bars_of({"b", "c", "a"}, {1, 3, 2});
  const auto order = [&](Sort sort) {
    spec.encoding.y.sort = sort;
    std::string out;
    for (const std::string& word : words(picture(spec)))
      if (word == "a" || word == "b" || word == "c") out += word;
    return out;
  };
  EXPECT_EQ(order(Sort::kData), "bca");
  EXPECT_EQ(order(Sort::kAscending), "abc");
  EXPECT_EQ(order(Sort::kDescending), "cba");
  EXPECT_EQ(order(Sort::kValueAscending), "bac");
  EXPECT_EQ(order(Sort::kValueDescending), "cab");
}

TEST(Svg, LineGoesThroughItsValues) {
  const Element root = picture(line_of({0, 10, 5}));
  const Element* line = nullptr;
  for (const Element* path : marks(root, "path"))
    if (path->attribute("fill") == "none") line = path;
  ASSERT_NE(line, nullptr);
  const auto corners = corners_of_path(line->attribute("d"));
  ASSERT_EQ(corners.size(), 1u);
  ASSERT_EQ(corners[0].size(), 3u);
  EXPECT_NEAR(corners[0][1].first - corners[0][0].first, corners[0][2].first - corners[0][1].first,
              0.2);
  EXPECT_NEAR(corners[0][0].second - corners[0][2].second,
              (corners[0][0].second - corners[0][1].second) / 2, 0.2);
}

TEST(Svg, MissingValuesAreGapsAndCounted) {
  std::vector<double> values(60, 5);
  values[20] = values[21] = values[40] = kMissing;
  values[50] = std::numeric_limits<double>::infinity();
  const Element root = picture(line_of(values));
  for (const Element* path : marks(root, "path"))
    if (path->attribute("fill") == "none") {
      EXPECT_EQ(corners_of_path(path->attribute("d")).size(), 4u);
    }
  EXPECT_THAT(description(root), HasSubstr("Missing values, drawn as gaps: 4."));
}

TEST(Svg, ValueThatStandsAloneIsADot) {
  std::vector<double> values(60, kMissing);
  values[30] = 7;
  const Element root = picture(line_of(values));
  EXPECT_EQ(marks(root, "path").size(), 1u);
  EXPECT_THAT(description(root), HasSubstr("One value: 7 (30)."));
}

TEST(Svg, LogarithmicAxisSaysWhatItCannotShow) {
  ChartSpec spec = line_of({1, 10, 0, -3, 100});
  spec.encoding.y.scale = ScaleType::kLog;
  const Element root = picture(spec);
  EXPECT_THAT(description(root), HasSubstr("the scale cannot show, such as zero on a logarithmic"));
  EXPECT_THAT(description(root), HasSubstr(": 2."));
}

TEST(Svg, WhatIsBelowTheFloorOfALogarithmicAxisStandsAtItsBeginningAndIsToldAsItIs) {
  ChartSpec spec = bars_of({"a", "b", "c", "d"}, {100, 0, 0.5, 0.001});
  spec.mark = Mark::kDot;
  spec.encoding.x.scale = ScaleType::kLog;
  spec.encoding.x.floor = 0.5;
  const Element root = picture(spec);
  const auto place = [&](std::size_t dot) {
    return std::stod(marks(root, "path").at(dot)->attribute("d").substr(1));
  };
  EXPECT_EQ(place(1), place(3));
  EXPECT_LT(place(1), place(2));  // the axis begins at a round number, 0.3
  EXPECT_LT(place(2), place(0));
  EXPECT_THAT(description(root), HasSubstr("lowest 0 (b)"));
  EXPECT_THAT(description(root), Not(HasSubstr("cannot show")));
  EXPECT_THAT(to_html_table(spec), HasSubstr("<td>0</td>"));
  const Json scale = to_json(spec)["layer"].items().front()["encoding"]["x"]["scale"];
  EXPECT_EQ(scale["domainMin"].as_double(), 0.5);
  EXPECT_TRUE(scale["clamp"].as_bool());
}

TEST(Svg, LogarithmicAxisSpacesEqualRatiosEqually) {
  const Element root = picture(sample("time-to-close"));  // 64 bins of equal ratio
  const auto bars = marks(root, "rect");
  ASSERT_EQ(bars.size(), 64u);
  for (const Element* bar : bars) EXPECT_NEAR(number(bar, "width"), number(bars[0], "width"), 0.2);
  const auto all = words(root);
  for (const char* label : {"1\u00A0min", "10\u00A0min", "1\u00A0h", "1\u00A0d", "7\u00A0d",
                            "30\u00A0d", "1\u00A0y", "p50 2.1\u00A0h", "p90 9.4\u00A0d"})
    EXPECT_THAT(all, ::testing::Contains(label));
}

TEST(Svg, LongSeriesKeepsTheExtremesOfEachPixelColumn) {
  std::vector<double> values;
  Random random(1);
  for (int i = 0; i < 5479; ++i) values.push_back(std::floor(1000 * random.unit()));
  values[2500] = 9999;
  const Element root = picture(line_of(values));
  const auto lines = marks(root, "path");
  ASSERT_EQ(lines.size(), 1u);
  const auto corners = corners_of_path(lines[0]->attribute("d"));
  ASSERT_EQ(corners.size(), 1u);
  EXPECT_LE(corners[0].size(), 2u * 640);
  // The oracle: where every value would be drawn, from the ends of the grid lines. Each must lie
  // between two corners less than a pixel column away.
  Bounds grid;
  for (const Element* path : root.all())
    if (path->attribute("class") == "hk-grid") grid = bounds_of_path(path->attribute("d"));
  double top = 1e9, bottom = 0;
  for (const auto& [x, y] : corners[0]) {
    top = std::min(top, y);
    bottom = std::max(bottom, y);
  }
  const auto [lowest, highest] = std::ranges::minmax(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = grid.left + grid.width() * static_cast<double>(i) / 5478;
    const double y = bottom - (values[i] - lowest) / (highest - lowest) * (bottom - top);
    bool is_above = false, is_below = false;
    for (const auto& [corner_x, corner_y] : corners[0]) {
      if (std::abs(corner_x - x) > 1.1) continue;
      is_above = is_above || corner_y <= y + 0.2;
      is_below = is_below || corner_y >= y - 0.2;
    }
    ASSERT_TRUE(is_above && is_below) << "value " << i;
  }
  EXPECT_THAT(description(root),
              HasSubstr("the lowest and the highest of the 5,479 values in each pixel column"));
}

TEST(Svg, MarksOnFewRowsAreGreyAndSaySo) {
  const Element root = picture(sample("median-by-agency"));
  std::size_t num_few = 0;
  for (const Element* element : root.all())
    if (element->attribute("fill") == "url(#median-by-agency-few)" && element->name == "g")
      num_few += marks(*element, "rect").size();
  EXPECT_EQ(num_few, 2u);
  EXPECT_THAT(words(root), ::testing::Contains("33\u00A0h · few"));
  EXPECT_THAT(words(root), ::testing::Contains("few (n < 30)"));
  EXPECT_THAT(description(root), HasSubstr("fewer than 30 rows, drawn grey: 2."));
}

TEST(Svg, WhiskersSpanTheInterval) {
  ChartSpec spec = bars_of({"a"}, {50});
  spec.data.push_back(numbers("low", "Low", {25}));
  spec.data.push_back(numbers("high", "High", {100}));
  spec.encoding.low = "low";
  spec.encoding.high = "high";
  const Element root = picture(spec);
  const auto bars = marks(root, "rect"), whiskers = marks(root, "path");
  ASSERT_EQ(bars.size(), 1u);
  ASSERT_EQ(whiskers.size(), 1u);
  const Bounds box = bounds_of_path(whiskers[0]->attribute("d"));
  const double zero = number(bars[0], "x"), length = number(bars[0], "width");
  EXPECT_NEAR(box.left, zero + length / 2, 0.2);
  EXPECT_NEAR(box.right, zero + length * 2, 0.2);
}

TEST(Svg, HeatMapHasACellPerRowAndALegendOfRanges) {
  const Element root = picture(sample("hour-weekday"));
  EXPECT_EQ(marks(root, "rect").size(), 7u * 24);
  EXPECT_THAT(words(root),
              ::testing::IsSupersetOf({"Mon", "Sun", "0", "23", "1,000–1,999", "4,000 and more"}));
}

TEST(Svg, HexagonsFormAGrid) {
  const ChartSpec spec = sample("hot-spots");
  const Element root = picture(spec);
  const auto cells = marks(root, "path");
  EXPECT_EQ(cells.size(), spec.data.front().size());
  std::map<std::size_t, Bounds> box_of_row;
  for (const Element* cell : cells)
    box_of_row[index_of(cell)] = bounds_of_path(cell->attribute("d"));
  const std::vector<double>& x = *spec.data[0].numbers();
  const std::vector<double>& y = *spec.data[1].numbers();
  // A kilometre is as long to the east as to the north.
  const auto middle_x = [&](std::size_t row) {
    return (box_of_row[row].left + box_of_row[row].right) / 2;
  };
  const auto middle_y = [&](std::size_t row) {
    return (box_of_row[row].top + box_of_row[row].bottom) / 2;
  };
  const std::size_t last = x.size() - 1;
  const auto east = static_cast<std::size_t>(std::ranges::max_element(x) - x.begin());
  const double scale_x = (middle_x(east) - middle_x(0)) / (x[east] - x[0]);
  const double scale_y = -(middle_y(last) - middle_y(0)) / (y[last] - y[0]);
  EXPECT_NEAR(scale_x / scale_y, 1, 0.01);
  EXPECT_THAT(words(root), ::testing::IsSupersetOf({"North", "Harbour", "South Shore"}));
}

TEST(Svg, EmptyDataGivesAFrameThatSaysSo) {
  const Element root = picture(sample("empty"));
  EXPECT_THAT(words(root), ::testing::ElementsAre("No data"));
  EXPECT_TRUE(marks(root, "rect").empty());
  EXPECT_THAT(words(picture(sample("empty"), {.language = Language::kFrench})),
              ::testing::ElementsAre("Aucune donnée"));
}

TEST(Svg, InvalidSpecGivesAFrameWithTheReason) {
  const Element root = picture(sample("invalid"));
  EXPECT_THAT(join(words(root), " "), HasSubstr("no column 'no such column'"));
}

TEST(Svg, HostileTextStaysText) {
  const std::string hostile = "</text><script>alert(\"1\")</script> & 'x' ]]>";
  ChartSpec spec = bars_of({hostile, "b"}, {1, 2});
  spec.title = spec.description = spec.footnote = hostile;
  spec.data[1].title = hostile;
  spec.rules = {{.axis = Axis::kX, .value = 1, .label = hostile}};
  const Element root = picture(spec, {.is_standalone = true});
  for (const Element* element : root.all()) EXPECT_NE(element->name, "script");
  EXPECT_EQ(root.children[0].text, hostile);
  EXPECT_THAT(description(root), HasSubstr(hostile));
}

TEST(Svg, LongCategoryIsShortenedAndToldInFull) {
  const std::string name(300, 'x');
  const Element root = picture(bars_of({name, "b"}, {1, 2}));
  bool is_told = false;
  for (const Element* element : root.all())
    if (element->name == "text" && !element->children.empty())
      is_told = is_told || (element->children[0].text == name && element->text.ends_with("…"));
  EXPECT_TRUE(is_told);
}

TEST(Svg, ManyCategoriesAreCutAndCounted) {
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("category " + std::to_string(i));
  const Element root = picture(bars_of(names, std::vector<double>(200, 1)));
  EXPECT_EQ(marks(root, "rect").size(), kMaxCategoryRows);
  EXPECT_THAT(description(root), HasSubstr("60 of 200 rows are drawn"));
}

TEST(Svg, RuleLabelsNameTheirValue) {
  const Element root = picture(sample("chp"));
  EXPECT_THAT(words(root), ::testing::Contains("target 92\u00A0%"));
  EXPECT_THAT(description(root), HasSubstr("Marked: target 92\u00A0%."));
  EXPECT_THAT(description(root), HasSubstr("The value axis does not start at zero."));
}

TEST(Svg, DescriptionTellsExtremes) {
  EXPECT_EQ(describe(bars_of({"NYPD", "HPD"}, {1200, 31})),
            "Bar chart: Value by Name. Highest 1,200 (NYPD), lowest 31 (HPD).");
  EXPECT_EQ(describe(bars_of({"NYPD", "HPD"}, {1200, 31}), Language::kSpanish),
            "Gráfico de barras: Value por Name. Máximo 1.200 (NYPD), mínimo 31 (HPD).");
}

TEST(Svg, SeriesAreToldApartWithoutColour) {
  std::set<std::string> dashes, names;
  const Element root = picture(sample("calls-by-outcome"));
  for (const Element* path : marks(root, "path"))
    if (path->attribute("fill") == "none") dashes.insert(path->attribute("stroke-dasharray"));
  EXPECT_EQ(dashes.size(), 4u);
  EXPECT_THAT(words(root),
              ::testing::IsSupersetOf({"Offered", "Handled", "Abandoned", "Unaccounted"}));
}

TEST(Svg, ANumberBesideADotIsNotStruckThroughByARule) {
  ChartSpec spec{.id = "ratio", .title = "Who is faster?", .mark = Mark::kDot};
  spec.encoding.x = {.field = "ratio"};
  spec.encoding.y = {.field = "agency", .type = FieldType::kNominal};
  spec.data = {{.name = "agency", .values = std::vector<std::string>{"A", "B"}},
               {.name = "ratio", .values = std::vector<double>{0.9, 3}}};
  const auto x_of_label = [&] {
    const std::string svg = to_svg(spec);
    const auto text = svg.find(">0.9<");
    EXPECT_NE(text, std::string::npos) << svg;
    return std::stod(svg.substr(svg.rfind(" x=\"", text) + 4));
  };
  const double without = x_of_label();
  spec.rules = {{.axis = Axis::kX, .value = 1, .label = "expected"}};
  EXPECT_GT(x_of_label(), without + 5);
}

}  // namespace hark::chart::testing
