// Specs, their JSON and their tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "hark/chart/chart_spec.h"
#include "hark/chart/table.h"
#include "hark/chart/test_support.h"
#include "hark/core/text.h"

namespace hark::chart::testing {
namespace {

using ::testing::HasSubstr;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

ChartSpec bars() {
  ChartSpec spec{.id = "bars", .title = "Who & what?", .mark = Mark::kBar};
  spec.encoding.x = {.field = "hours"};
  spec.encoding.y = {.field = "agency", .type = FieldType::kNominal};
  spec.data = {texts("agency", "Agency", {"NYPD", "HPD|X"}),
               numbers("hours", "Median", {1.5, kMissing}, "", Format::kHours)};
  return spec;
}

std::string refusal(const std::function<void(ChartSpec&)>& change) {
  ChartSpec spec = bars();
  change(spec);
  const auto ok = validate(spec);
  if (ok) return "accepted";
  EXPECT_EQ(ok.error().code(), ErrorCode::kInvalidArgument);
  return ok.error().message();
}

ChartSpec sample(std::string_view id) {
  for (ChartSpec& spec : sample_charts())
    if (spec.id == id) return std::move(spec);
  ADD_FAILURE() << "no sample " << id;
  return {};
}

}  // namespace

TEST(ChartSpec, SamplesAreValidExceptTheInvalidOne) {
  for (const ChartSpec& spec : sample_charts()) {
    const auto ok = validate(spec);
    EXPECT_EQ(ok.has_value(), spec.id != "invalid") << (ok ? spec.id : ok.error().message());
  }
}

TEST(ChartSpec, MistakesAreNamed) {
  EXPECT_EQ(refusal([](ChartSpec&) {}), "accepted");
  EXPECT_THAT(refusal([](ChartSpec& s) { s.id = "Bars 1"; }), HasSubstr("id must be"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.width = kMissing; }), HasSubstr("width"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.x.field = "hour"; }),
              HasSubstr("x has no column 'hour'"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.data[1].values = std::vector<double>{1}; }),
              HasSubstr("has 1 rows, the first one has 2"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.data[1].name = "agency"; }),
              HasSubstr("two columns are named 'agency'"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.x.field = "agency"; }),
              HasSubstr("x needs numbers"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.y.field = "hours"; }),
              HasSubstr("holds numbers"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.x.scale = ScaleType::kLog; }),
              HasSubstr("bars start at zero"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.x.floor = 1; }),
              HasSubstr("x: a floor is above zero, on a log scale"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.low = "hours"; }), HasSubstr("go together"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.inner_high = "hours"; }),
              HasSubstr("inner_low and inner_high go together"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.inner_low = s.encoding.inner_high = "hours"; }),
              HasSubstr("only lines with low and high"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.encoding.color = {.field = "hours"}; }),
              HasSubstr("only rect and hex"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.mark = Mark::kLine; }), HasSubstr("quantitative y"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.mark = Mark::kHex; }), HasSubstr("color"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.rules = {{.axis = Axis::kY, .value = 1}}; }),
              HasSubstr("continuous"));
  EXPECT_THAT(refusal([](ChartSpec& s) { s.rules = {{.axis = Axis::kX, .value = kMissing}}; }),
              HasSubstr("not on its scale"));
}

TEST(ChartSpec, SevenColoursAreTooMany) {
  ChartSpec spec = bars();
  std::vector<std::string> agency, status;
  std::vector<double> hours;
  for (int i = 0; i < 7; ++i) {
    agency.push_back("a");
    hours.push_back(i);
    status.push_back("status " + std::to_string(i));
  }
  spec.data = {texts("agency", "Agency", agency), numbers("hours", "Hours", hours),
               texts("status", "Status", status)};
  spec.encoding.color = {.field = "status", .type = FieldType::kNominal};
  ASSERT_FALSE(validate(spec));
  EXPECT_THAT(validate(spec).error().message(), HasSubstr("more than 6 colours"));
}

TEST(ChartSpec, AxisTitleNamesTheUnitOnce) {
  ChartSpec spec = bars();
  spec.data[1] = numbers("hours", "Calls offered", {1, 2}, "calls");
  EXPECT_EQ(axis_title(spec, spec.encoding.x), "Calls offered (calls)");
  spec.data[1].title = "Offered calls";
  EXPECT_EQ(axis_title(spec, spec.encoding.x), "Offered calls");
  spec.encoding.x.title = "Load";
  EXPECT_EQ(axis_title(spec, spec.encoding.x), "Load (calls)");
}

TEST(VegaJson, HasTheNamesOfVegaLite) {
  const Json json = to_json(sample("sla-by-agency"));
  EXPECT_EQ(json["$schema"].as_string(), "https://vega.github.io/schema/vega-lite/v5.json");
  EXPECT_EQ(json["data"]["values"].items().size(), 7u);
  const auto& layers = json["layer"].items();
  ASSERT_EQ(layers.size(), 3u);  // dots, whiskers, the target
  EXPECT_EQ(layers[0]["mark"]["type"].as_string(), "point");
  EXPECT_EQ(layers[0]["encoding"]["x"]["field"].as_string(), "sla");
  EXPECT_EQ(layers[0]["encoding"]["y"]["type"].as_string(), "nominal");
  EXPECT_EQ(layers[1]["mark"].as_string(), "rule");
  EXPECT_EQ(layers[1]["encoding"]["x2"]["field"].as_string(), "high");
  EXPECT_EQ(layers[2]["data"]["values"].items()[0]["x"].as_double(), 0.85);
}

TEST(VegaJson, AnInnerBandIsALayerOfItsOwn) {
  const Json json = to_json(sample("calls-per-day"));
  const auto& layers = json["layer"].items();
  EXPECT_EQ(layers[1]["encoding"]["y2"]["field"].as_string(), "high");
  EXPECT_EQ(layers[2]["mark"]["type"].as_string(), "area");
  EXPECT_EQ(layers[2]["encoding"]["y"]["field"].as_string(), "low80");
  EXPECT_EQ(layers[2]["encoding"]["y2"]["field"].as_string(), "high80");
  EXPECT_EQ(layers[3]["encoding"]["y"]["field"].as_string(), "n");
}

TEST(VegaJson, DatesAreIsoAndMissingValuesNull) {
  const Json dates = to_json(sample("calls-per-day"));
  EXPECT_EQ(dates["data"]["values"].items()[0]["day"].as_string(), "2024-01-01");
  EXPECT_TRUE(dates["data"]["values"].items()[60]["n"].is_null());
  EXPECT_EQ(to_json(bars())["layer"].items()[0]["encoding"]["y"]["sort"].is_null(), true);
}

TEST(VegaJson, ColourClassesAreAThresholdScale) {
  const Json color = to_json(sample("hour-weekday"))["layer"].items()[0]["encoding"]["color"];
  EXPECT_EQ(color["scale"]["type"].as_string(), "threshold");
  EXPECT_EQ(color["scale"]["domain"].items().size() + 1, color["scale"]["range"].items().size());
}

TEST(Table, HtmlHasCaptionUnitsAndScopes) {
  const auto root = parse_xml(to_html_table(bars()));
  ASSERT_TRUE(root);
  EXPECT_EQ(root->children[0].name, "caption");
  EXPECT_EQ(root->children[0].text, "Who & what?");
  std::vector<std::string> headings, cells;
  for (const Element* element : root->all()) {
    if (element->attribute("scope") == "col") headings.push_back(element->text);
    if (element->name == "td" || element->attribute("scope") == "row")
      cells.push_back(element->text);
  }
  EXPECT_THAT(headings, ::testing::ElementsAre("Agency", "Median (h)"));
  EXPECT_THAT(cells, ::testing::ElementsAre("NYPD", "1.5", "HPD|X", ""));
}

TEST(Table, AUnitThatTheTitleNamesIsNotSaidTwiceAndTextsCarryTheirClass) {
  ChartSpec spec = bars();
  spec.data[1].title = "Median h";
  spec.data.push_back(texts("area", "Area", {"north", "south"}));
  const std::string table = to_html_table(spec);
  EXPECT_THAT(table, HasSubstr(">Median h<"));
  EXPECT_THAT(table, HasSubstr("<td>1.5</td><td class=\"hk-text\">north</td>"));
}

TEST(Table, MarkdownEscapesItsSeparators) {
  EXPECT_EQ(to_markdown_table(bars()),
            "**Who & what?**\n\n| Agency | Median (h) |\n| --- | ---: |\n| NYPD | 1.5 |\n"
            "| HPD\\|X |  |\n");
}

TEST(Table, SeriesBecomeColumns) {
  const std::string table = to_markdown_table(sample("calls-by-outcome"), {.max_rows = 1});
  EXPECT_THAT(table, HasSubstr("| Month | Offered | Handled | Abandoned | Unaccounted |"));
  EXPECT_THAT(table, HasSubstr("| 2024-01-01 | "));
  EXPECT_THAT(table, HasSubstr("The first 1 of 14 rows."));
}

TEST(Table, HeatMapBecomesACrossTable) {
  const auto root = parse_xml(to_html_table(sample("hour-weekday")));
  ASSERT_TRUE(root);
  std::size_t num_cells = 0, num_rows = 0;
  for (const Element* element : root->all()) {
    num_cells += element->name == "td" ? 1 : 0;
    num_rows += element->attribute("scope") == "row" ? 1 : 0;
  }
  EXPECT_EQ(num_rows, 7u);
  EXPECT_EQ(num_cells, 7u * 24);
}

TEST(Table, RepeatedPlacesKeepEveryRow) {
  ChartSpec spec = sample("calls-by-outcome");
  spec.data = {numbers("month", "Month", {19723, 19723}),
               texts("outcome", "Outcome", {"Offered", "Offered"}), numbers("n", "Calls", {1, 2})};
  const std::string table = to_markdown_table(spec);
  EXPECT_THAT(table, HasSubstr("| 2024-01-01 | Offered | 1 |"));
  EXPECT_THAT(table, HasSubstr("| 2024-01-01 | Offered | 2 |"));
}

}  // namespace hark::chart::testing
