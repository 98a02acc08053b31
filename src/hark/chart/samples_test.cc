// The sample charts, and a gallery of them: HARK_GALLERY_DIR=/some/folder hark_chart_test
// --gtest_filter='Gallery.*' writes every sample as SVG, light and dark, and as tables, to be
// looked at.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <numbers>

#include "hark/chart/hexbin.h"
#include "hark/chart/svg.h"
#include "hark/chart/table.h"
#include "hark/chart/test_support.h"
#include "hark/core/text.h"

namespace hark::chart::testing {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double k2024 = 19723;  // 2024-01-01

Channel quantitative(std::string field) { return {.field = std::move(field)}; }
Channel temporal(std::string field) {
  return {.field = std::move(field), .type = FieldType::kTemporal};
}
Channel nominal(std::string field) {
  return {.field = std::move(field), .type = FieldType::kNominal};
}
Channel ordinal(std::string field) {
  return {.field = std::move(field), .type = FieldType::kOrdinal};
}

std::vector<double> daily_counts(std::size_t days, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> out;
  for (std::size_t i = 0; i < days; ++i) {
    const double t = static_cast<double>(i);
    const double week = i % 7 < 5 ? 1.1 : 0.75;
    const double season = 1 + 0.2 * std::sin(2 * std::numbers::pi * t / 365.25);
    out.push_back(std::floor(6200 * week * season * (1 + 0.08 * random.normal()) + t * 0.3));
  }
  return out;
}

std::vector<double> day_numbers(std::size_t days, double first = k2024) {
  std::vector<double> out;
  for (std::size_t i = 0; i < days; ++i) out.push_back(first + static_cast<double>(i));
  return out;
}

ChartSpec long_series() {
  ChartSpec spec{.id = "requests-per-day",
                 .title = "How many requests arrive each day?",
                 .description = "Up 8 % on last year.",
                 .mark = Mark::kLine};
  spec.encoding = {.x = temporal("day"), .y = quantitative("n")};
  spec.data = {numbers("day", "Day", day_numbers(5479, k2024 - 4383)),
               numbers("n", "Requests per day", daily_counts(5479, 1))};
  spec.footnote = "n = 34,212,880 requests; data to 31 Dec 2026 23:59 (New York time).";
  return spec;
}

ChartSpec year_with_marks() {
  ChartSpec spec{.id = "calls-per-day",
                 .title = "How many calls are offered each day?",
                 .description = "Mondays are busiest.",
                 .mark = Mark::kLine};
  spec.encoding = {.x = temporal("day"),
                   .y = quantitative("n"),
                   .low = "low",
                   .high = "high",
                   .inner_low = "low80",
                   .inner_high = "high80"};
  std::vector<double> counts = daily_counts(213, 2), low, high, low80, high80;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    low.push_back(i < 180 ? kMissing : counts[i] * 0.85);
    high.push_back(i < 180 ? kMissing : counts[i] * 1.15);
    low80.push_back(i < 180 ? kMissing : counts[i] * 0.92);
    high80.push_back(i < 180 ? kMissing : counts[i] * 1.08);
  }
  for (std::size_t i = 60; i < 67; ++i) counts[i] = kMissing;
  const double peak = 9400;
  counts[120] = peak;
  spec.data = {numbers("day", "Day", day_numbers(213)),
               numbers("n", "Offered", counts, "calls"),
               numbers("low", "Low", low, "calls"),
               numbers("high", "High", high, "calls"),
               numbers("low80", "Low, 80 %", low80, "calls"),
               numbers("high80", "High, 80 %", high80, "calls")};
  spec.rules = {{.axis = Axis::kY, .value = 7000, .label = "staffed for"},
                {.axis = Axis::kX, .value = k2024 + 150, .label = "new phone system"}};
  spec.bands = {{.axis = Axis::kX, .from = k2024 + 60, .to = k2024 + 67, .label = "no data"}};
  spec.notes = {{.x = k2024 + 120, .y = peak, .label = "storm, 30 Apr"}};
  return spec;
}

ChartSpec series_lines() {
  ChartSpec spec{.id = "calls-by-outcome",
                 .title = "What becomes of the calls, month by month?",
                 .mark = Mark::kLine};
  spec.encoding = {.x = temporal("month"), .y = quantitative("n"), .color = nominal("outcome")};
  Random random(3);
  std::vector<double> months, n;
  std::vector<std::string> outcome;
  const std::vector<std::string> names = {"Offered", "Handled", "Abandoned", "Unaccounted"};
  const double levels[] = {33000, 31000, 2000, 400};
  for (std::size_t s = 0; s < names.size(); ++s)
    for (int m = 0; m < 14; ++m) {
      months.push_back(k2024 + std::floor(m * 30.4375 + 0.9));
      n.push_back(std::floor(levels[s] * (1 + 0.06 * random.normal())));
      outcome.push_back(names[s]);
    }
  spec.data = {numbers("month", "Month", months), texts("outcome", "Outcome", outcome),
               numbers("n", "Calls", n)};
  return spec;
}

ChartSpec percent_line() {
  ChartSpec spec{.id = "chp", .title = "What share of calls is handled?", .mark = Mark::kLine};
  spec.encoding = {.x = temporal("week"), .y = quantitative("chp")};
  spec.encoding.y.zero = false;
  Random random(4);
  std::vector<double> weeks, chp;
  for (int w = 0; w < 30; ++w) {
    weeks.push_back(k2024 + 7 * w);
    chp.push_back(0.93 + 0.02 * random.normal());
  }
  spec.data = {numbers("week", "Week", weeks),
               numbers("chp", "Call handling percentage", chp, "", Format::kPercent)};
  spec.rules = {{.axis = Axis::kY, .value = 0.92, .label = "target"}};
  return spec;
}

ChartSpec stacked_area() {
  ChartSpec spec{
      .id = "backlog-by-age", .title = "How old is the open backlog?", .mark = Mark::kArea};
  spec.encoding = {.x = temporal("week"), .y = quantitative("n"), .color = ordinal("age")};
  Random random(5);
  std::vector<double> weeks, n;
  std::vector<std::string> age;
  const std::vector<std::string> names = {"under 1 day", "1 to 7 days", "7 to 30 days",
                                          "over 30 days"};
  for (std::size_t s = 0; s < names.size(); ++s)
    for (int w = 0; w < 52; ++w) {
      weeks.push_back(k2024 + 7 * w);
      n.push_back(std::floor((4000 - 700.0 * static_cast<double>(s)) *
                             (1 + 0.1 * random.normal() + 0.01 * w)));
      age.push_back(names[s]);
    }
  spec.data = {numbers("week", "Week", weeks), texts("age", "Age", age),
               numbers("n", "Open requests", n)};
  return spec;
}

ChartSpec single_area() {
  ChartSpec spec{.id = "backlog", .title = "Does the backlog grow?", .mark = Mark::kArea};
  spec.encoding = {.x = temporal("day"), .y = quantitative("n")};
  std::vector<double> n;
  Random random(6);
  double level = 12000;
  for (int i = 0; i < 365; ++i) n.push_back(level += std::floor(120 * random.normal() + 10));
  spec.data = {numbers("day", "Day", day_numbers(365)), numbers("n", "Open requests", n)};
  return spec;
}

ChartSpec top_types() {
  ChartSpec spec{.id = "top-types", .title = "What do people ask for most?", .mark = Mark::kBar};
  spec.encoding = {.x = quantitative("n"), .y = nominal("type"), .tooltip = {"share"}};
  spec.encoding.y.sort = Sort::kValueDescending;
  spec.data = {
      texts("type", "Complaint type",
            {"Noise - Residential", "Heat/Hot Water", "Illegal Parking", "Blocked Driveway",
             "Street Condition", "Water System",
             "General Construction/Plumbing and Everything Else That Has a Very Long Name Indeed",
             "Rodent & <Pest> \"Control\"", "Snow", ""}),
      numbers("n", "Requests", {231454, 201997, 178233, 120001, 98765, 45678, 23456, 12345, 980, 3},
              "requests"),
      numbers("share", "Share", {.25, .22, .19, .13, .1, .05, .03, .01, .001, .000003}, "",
              Format::kPercent)};
  return spec;
}

ChartSpec few_bars() {
  ChartSpec spec{
      .id = "median-by-agency", .title = "How long do agencies take?", .mark = Mark::kBar};
  spec.encoding = {
      .x = quantitative("median"), .y = nominal("agency"), .low = "low", .high = "high", .n = "n"};
  spec.data = {
      texts("agency", "Agency", {"NYPD", "HPD", "DSNY", "DOT", "DEP", "TLC"}),
      numbers("median", "Median time to close", {1.2, 61, 18, 40, 33, 700}, "", Format::kHours),
      numbers("low", "Low", {1.1, 58, 17, 35, 30, 400}, "", Format::kHours),
      numbers("high", "High", {1.3, 64, 19, 47, 36, 900}, "", Format::kHours),
      numbers("n", "n", {120000, 98000, 45000, 30000, 12, 9})};
  return spec;
}

ChartSpec stacked_bars() {
  ChartSpec spec{.id = "status-by-borough",
                 .title = "How much is still open, by borough?",
                 .mark = Mark::kBar};
  spec.encoding = {.x = quantitative("n"), .y = nominal("borough"), .color = nominal("status")};
  std::vector<std::string> borough, status;
  std::vector<double> n;
  Random random(7);
  for (const auto* b : {"Bronx", "Brooklyn", "Manhattan", "Queens", "Staten Island"})
    for (const auto* s : {"closed", "in progress", "open", "pending", "referred", "Other"}) {
      borough.push_back(b);
      status.push_back(s);
      n.push_back(std::floor(20000 * random.unit()));
    }
  spec.data = {texts("borough", "Borough", borough), texts("status", "Status", status),
               numbers("n", "Requests", n)};
  return spec;
}

ChartSpec grouped_bars() {
  ChartSpec spec = stacked_bars();
  spec.id = "grouped";
  spec.title = "Grouped: the same, side by side";
  spec.stack = Stack::kGrouped;
  return spec;
}

ChartSpec vertical_grouped() {
  ChartSpec spec{.id = "channel-by-year",
                 .title = "Which channels grow?",
                 .mark = Mark::kBar,
                 .stack = Stack::kGrouped};
  spec.encoding = {.x = ordinal("year"), .y = quantitative("n"), .color = nominal("channel")};
  std::vector<std::string> year, channel;
  std::vector<double> n;
  Random random(8);
  for (int y = 2019; y <= 2024; ++y)
    for (const auto* c : {"Phone", "Online", "Mobile"}) {
      year.push_back(std::to_string(y));
      channel.push_back(c);
      n.push_back(std::floor(900000 * (0.3 + random.unit())));
    }
  spec.data = {texts("year", "Year", year), texts("channel", "Channel", channel),
               numbers("n", "Requests", n)};
  return spec;
}

ChartSpec vertical_bars() {
  ChartSpec spec{.id = "by-weekday", .title = "Which weekday is busiest?", .mark = Mark::kBar};
  spec.encoding = {.x = ordinal("weekday"), .y = quantitative("n")};
  spec.data = {texts("weekday", "Weekday", {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}),
               numbers("n", "Requests per day", {7100, 7000, 6900, 6800, 6900, 5200, 4900})};
  return spec;
}

ChartSpec month_bars() {
  ChartSpec spec{
      .id = "by-month", .title = "How many requests arrive each month?", .mark = Mark::kBar};
  spec.encoding = {.x = temporal("month"), .y = quantitative("n")};
  std::vector<double> months, n;
  Random random(9);
  for (int m = 0; m < 48; ++m) {
    months.push_back(k2024 + std::floor(m * 30.4375 + 0.9));
    n.push_back(std::floor(190000 + 20000 * random.normal()));
  }
  spec.data = {numbers("month", "Month", months), numbers("n", "Requests", n)};
  return spec;
}

ChartSpec long_names_vertical() {
  ChartSpec spec{.id = "long-names", .title = "Long names below upright bars", .mark = Mark::kBar};
  spec.encoding = {.x = nominal("name"), .y = quantitative("change")};
  spec.data = {texts("name", "Department",
                     {"Department of Housing Preservation and Development", "Police",
                      "Department of Sanitation", "Transportation",
                      "Donaudampfschifffahrtsgesellschaft", "Parks and Recreation"}),
               numbers("change", "Change on last year", {0.12, -0.08, 0.31, -0.22, 0.05, 0}, "",
                       Format::kPercent)};
  return spec;
}

ChartSpec histogram() {
  ChartSpec spec{
      .id = "time-to-close", .title = "How long until a request is closed?", .mark = Mark::kBar};
  spec.encoding = {.x = quantitative("from"), .y = quantitative("n"), .x2 = "to"};
  spec.encoding.x.scale = ScaleType::kLog;
  std::vector<double> from, to, n;
  double edge = 1.0 / 60;
  for (int i = 0; i < 64; ++i) {
    from.push_back(edge);
    edge *= std::pow(8760.0 * 60, 1.0 / 64);
    to.push_back(edge);
    n.push_back(std::floor(40000 * std::exp(-std::pow((i - 30) / 11.0, 2)) +
                           15000 * std::exp(-std::pow((i - 52) / 4.0, 2))));
  }
  spec.data = {numbers("from", "Time to close", from, "", Format::kHours),
               numbers("to", "to", to, "", Format::kHours), numbers("n", "Requests", n)};
  spec.rules = {{.axis = Axis::kX, .value = 2.1, .label = "p50"},
                {.axis = Axis::kX, .value = 24, .label = "target"},
                {.axis = Axis::kX, .value = 31, .label = "mean"},
                {.axis = Axis::kX, .value = 225, .label = "p90"}};
  return spec;
}

ChartSpec tornado() {
  ChartSpec spec{
      .id = "tornado", .title = "Which assumption moves the result most?", .mark = Mark::kBar};
  spec.encoding = {.x = quantitative("low"), .y = nominal("input"), .x2 = "high"};
  spec.data = {texts("input", "Assumption", {"Uptake", "Cost per call", "Wage", "Discount rate"}),
               numbers("low", "Net benefit, 3 years", {-400000, 300000, 700000, 1100000}, "$"),
               numbers("high", "high", {2600000, 2100000, 1700000, 1300000}, "$")};
  spec.rules = {{.axis = Axis::kX, .value = 1200000, .label = "base"}};
  return spec;
}

ChartSpec heat() {
  ChartSpec spec{.id = "hour-weekday", .title = "When do requests arrive?", .mark = Mark::kRect};
  spec.encoding = {.x = ordinal("hour"), .y = ordinal("weekday"), .color = quantitative("n")};
  std::vector<double> hour, n;
  std::vector<std::string> weekday;
  Random random(10);
  for (const auto* day : {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"})
    for (int h = 0; h < 24; ++h) {
      hour.push_back(h);
      weekday.push_back(day);
      n.push_back(
          std::floor(5000 * std::exp(-std::pow((h - 13) / 6.0, 2)) * (1 + 0.2 * random.unit())));
    }
  spec.data = {texts("weekday", "Weekday", weekday), numbers("hour", "Hour of the day", hour),
               numbers("n", "Requests", n)};
  return spec;
}

ChartSpec heat_with_texts() {
  ChartSpec spec{
      .id = "change-heat", .title = "Where did it change, type by borough?", .mark = Mark::kRect};
  spec.encoding = {
      .x = nominal("borough"), .y = nominal("type"), .color = quantitative("change"), .n = "n"};
  spec.encoding.color.classes = Classes::kDiverging;
  std::vector<std::string> borough, type;
  std::vector<double> change, n;
  Random random(11);
  for (const auto* t : {"Noise", "Heat", "Parking", "Rodent", "Water"})
    for (const auto* b : {"Bronx", "Brooklyn", "Manhattan", "Queens", "Staten Island"}) {
      borough.push_back(b);
      type.push_back(t);
      change.push_back(0.2 * random.normal());
      n.push_back(std::floor(400 * random.unit()));
    }
  spec.data = {texts("type", "Complaint type", type), texts("borough", "Borough", borough),
               numbers("change", "Change on last year", change, "", Format::kPercent),
               numbers("n", "n", n)};
  return spec;
}

ChartSpec hexagons() {
  ChartSpec spec{.id = "hot-spots", .title = "Where do requests come from?", .mark = Mark::kHex};
  PointCounter counter;
  Random random(12);
  const std::vector<std::string> names = {"North", "Harbour", "South Shore"};
  for (int i = 0; i < 60000; ++i) {
    const std::size_t district = random.below(3);
    const double lat = 40.6 + 0.08 * static_cast<double>(district) + 0.03 * random.normal();
    const double lon = -74.0 + 0.06 * static_cast<double>(district % 2) + 0.05 * random.normal();
    counter.add(lat, lon, static_cast<std::uint32_t>(lat > 40.72 ? 0 : lon > -73.98 ? 1 : 2));
  }
  const HexMap map = counter.map();
  std::vector<double> x, y, n;
  std::vector<std::string> district;
  for (const HexCell& cell : map.cells) {
    x.push_back(cell.x_km);
    y.push_back(cell.y_km);
    n.push_back(static_cast<double>(cell.count));
    district.push_back(names[cell.district]);
  }
  spec.encoding = {.x = quantitative("x"),
                   .y = quantitative("y"),
                   .color = quantitative("n"),
                   .detail = "district"};
  spec.encoding.color.scale = ScaleType::kLog;
  spec.hex_width = map.width_m / 1000;
  spec.data = {numbers("x", "East", x, "km"), numbers("y", "North", y, "km"),
               texts("district", "District", district), numbers("n", "Requests", n)};
  return spec;
}

ChartSpec dots_with_intervals() {
  ChartSpec spec{.id = "sla-by-agency",
                 .title = "Which agencies keep the 24-hour promise?",
                 .mark = Mark::kDot};
  spec.encoding = {
      .x = quantitative("sla"), .y = nominal("agency"), .low = "low", .high = "high", .n = "n"};
  spec.data = {texts("agency", "Agency", {"NYPD", "DSNY", "HPD", "DOT", "DEP", "Parks", "TLC"}),
               numbers("sla", "Closed within 24 hours", {.961, .861, .719, .55, .4, .33, .1}, "",
                       Format::kPercent),
               numbers("low", "Low", {.96, .855, .712, .54, .37, .31, .02}, "", Format::kPercent),
               numbers("high", "High", {.962, .867, .726, .56, .43, .35, .4}, "", Format::kPercent),
               numbers("n", "n", {120000, 98000, 45000, 30000, 1200, 900, 12})};
  spec.rules = {{.axis = Axis::kX, .value = .85, .label = "target"}};
  return spec;
}

ChartSpec dumbbells() {
  ChartSpec spec{
      .id = "p50-p90", .title = "How long does it take, by complaint type?", .mark = Mark::kDot};
  spec.encoding = {.x = quantitative("hours"), .y = nominal("type"), .color = nominal("quantile")};
  spec.encoding.x.scale = ScaleType::kLog;
  std::vector<std::string> type, quantile;
  std::vector<double> hours;
  const std::vector<std::string> types = {"Noise", "Illegal Parking", "Heat/Hot Water", "Rodent",
                                          "Tree"};
  const double p50[] = {0.9, 1.5, 31, 160, 900}, p90[] = {5, 9, 130, 700, 9000};
  for (std::size_t i = 0; i < types.size(); ++i)
    for (const bool is_p90 : {false, true}) {
      type.push_back(types[i]);
      quantile.push_back(is_p90 ? "p90" : "p50 (median)");
      hours.push_back(is_p90 ? p90[i] : p50[i]);
    }
  spec.data = {texts("type", "Complaint type", type), texts("quantile", "Quantile", quantile),
               numbers("hours", "Time to close (logarithmic)", hours, "", Format::kHours)};
  return spec;
}

ChartSpec scatter() {
  ChartSpec spec{
      .id = "load-and-wait", .title = "Do busy days mean long waits?", .mark = Mark::kDot};
  spec.encoding = {.x = quantitative("offered"),
                   .y = quantitative("asa"),
                   .color = nominal("kind"),
                   .size = quantitative("abandoned")};
  Random random(13);
  std::vector<double> offered, asa, abandoned;
  std::vector<std::string> kind;
  for (int i = 0; i < 120; ++i) {
    const double load = 900 + 500 * random.unit();
    offered.push_back(std::floor(load));
    asa.push_back(std::exp((load - 800) / 180 + 0.4 * random.normal()) * 5);
    abandoned.push_back(std::floor(load * 0.2 * random.unit()));
    kind.push_back(i % 7 < 5 ? "weekday" : "weekend");
  }
  spec.data = {numbers("offered", "Calls offered", offered, "calls"),
               numbers("asa", "Average speed of answer", asa, "", Format::kSeconds),
               texts("kind", "Day", kind), numbers("abandoned", "Abandoned", abandoned, "calls")};
  return spec;
}

ChartSpec strips() {
  ChartSpec spec{.id = "strips", .title = "How do the days differ?", .mark = Mark::kStrip};
  spec.encoding = {.x = quantitative("n"), .y = ordinal("weekday")};
  Random random(14);
  std::vector<std::string> weekday;
  std::vector<double> n;
  for (const auto* day : {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"})
    for (int i = 0; i < 52; ++i) {
      weekday.push_back(day);
      n.push_back(std::floor(5000 + 600 * random.normal()));
    }
  spec.encoding.x.zero = false;
  spec.data = {texts("weekday", "Weekday", weekday), numbers("n", "Requests per day", n)};
  return spec;
}

ChartSpec ranges() {
  ChartSpec spec{.id = "ranks", .title = "Which rank is certain?", .mark = Mark::kRule};
  spec.encoding = {.x = quantitative("from"), .y = nominal("agency"), .x2 = "to"};
  spec.data = {texts("agency", "Agency", {"NYPD", "DSNY", "HPD"}),
               numbers("from", "Rank (95 % interval)", {1, 1, 12}),
               numbers("to", "to", {2, 4, 14})};
  return spec;
}

ChartSpec words() {
  ChartSpec spec{.id = "words", .title = "Agencies by volume and speed", .mark = Mark::kText};
  spec.encoding = {.x = quantitative("n"), .y = quantitative("hours"), .text = "agency"};
  spec.encoding.x.scale = ScaleType::kSqrt;
  spec.data = {
      texts("agency", "Agency", {"NYPD", "HPD", "DSNY", "DOT", "DEP", "Parks", "TLC"}),
      numbers("n", "Requests", {120000, 98000, 45000, 30000, 1200, 900, 12}),
      numbers("hours", "Median time to close", {1, 61, 18, 40, 33, 90, 700}, "", Format::kHours)};
  return spec;
}

ChartSpec empty_data() {
  ChartSpec spec = vertical_bars();
  spec.id = "empty";
  spec.data = {texts("weekday", "Weekday", {}), numbers("n", "Requests", {})};
  return spec;
}

ChartSpec one_point() {
  ChartSpec spec = series_lines();
  spec.id = "one-point";
  spec.data = {numbers("month", "Month", {k2024}), texts("outcome", "Outcome", {"Offered"}),
               numbers("n", "Calls", {1234})};
  return spec;
}

ChartSpec all_equal() {
  ChartSpec spec = single_area();
  spec.id = "all-equal";
  spec.title = "All values the same";
  spec.data = {numbers("day", "Day", day_numbers(30)),
               numbers("n", "Open requests", std::vector<double>(30, 42))};
  return spec;
}

ChartSpec invalid() {
  ChartSpec spec = vertical_bars();
  spec.id = "invalid";
  spec.encoding.y.field = "no such column";
  return spec;
}

}  // namespace

std::vector<ChartSpec> sample_charts() {
  return {long_series(),
          year_with_marks(),
          series_lines(),
          percent_line(),
          stacked_area(),
          single_area(),
          top_types(),
          few_bars(),
          stacked_bars(),
          grouped_bars(),
          vertical_grouped(),
          vertical_bars(),
          month_bars(),
          long_names_vertical(),
          histogram(),
          tornado(),
          heat(),
          heat_with_texts(),
          hexagons(),
          dots_with_intervals(),
          dumbbells(),
          scatter(),
          strips(),
          ranges(),
          words(),
          empty_data(),
          one_point(),
          all_equal(),
          invalid()};
}

TEST(Gallery, WritesEverySampleWhereAsked) {
  const char* folder = std::getenv("HARK_GALLERY_DIR");
  if (folder == nullptr) GTEST_SKIP() << "HARK_GALLERY_DIR names no folder";
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(concat(folder, "/", name), std::ios::binary) << text;
  };
  for (const ChartSpec& spec : sample_charts()) {
    write(spec.id + ".svg", to_svg(spec, {.is_standalone = true}));
    write(spec.id + ".dark.svg", to_svg(spec, {.is_standalone = true, .theme = Theme::kDark}));
    write(spec.id + ".fragment.svg", to_svg(spec, {.language = Language::kFrench}));
    if (!validate(spec)) continue;
    write(spec.id + ".html", to_html_table(spec));
    write(spec.id + ".md", to_markdown_table(spec, {.max_rows = 12}));
    write(spec.id + ".json", to_json(spec).dump(1));
  }
}

}  // namespace hark::chart::testing
