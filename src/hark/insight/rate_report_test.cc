#include "hark/insight/rate_report.h"

#include <gtest/gtest.h>

#include <cmath>

#include <limits>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

calendar::Period period(const char* text) { return calendar::parse_period(text).value(); }

/// Ten a day in January, fifteen from February on; weekends have half. A little noise.
DailyCounts two_months() {
  DailyCounts counts;
  counts.first_day = calendar::days_from_civil(2024, 1, 1);
  for (std::int32_t i = 0; i < 60; ++i) {
    const std::int32_t day = counts.first_day + i;
    const double level = i < 31 ? 100 : 150;
    const double weekend = calendar::weekday_from_days(day) >= 5 ? 0.5 : 1;
    counts.values.push_back(level * weekend + (i % 3 - 1) * 4);
  }
  return counts;
}

TEST(RateChange, ComparesPeriodsWithinWeekdays) {
  const auto report =
      rate_change(SeriesName::kRequestsCreated, two_months(), period("2024-01"), period("2024-02"))
          .value();
  EXPECT_EQ(report.test.days_a, 31);
  EXPECT_EQ(report.test.days_b, 29);
  EXPECT_NEAR(*report.test.ratio, 1.5, 0.02);
  EXPECT_LT(report.test.ci95->low, 1.5);
  EXPECT_GT(report.test.ci95->high, 1.5);
  EXPECT_LT(*report.test.p, 1e-20);
  EXPECT_TRUE(rate_warnings(report).empty());
  const Json answer = to_json(report);
  EXPECT_EQ(answer["a"]["last"].as_string(), "2024-01-31");
  EXPECT_EQ(answer["ratio"].as_double(), *report.test.ratio);
  EXPECT_TRUE(answer["reason"].is_null());
}

TEST(RateChange, DaysThatAreNotThereAreLeftOutAndSaid) {
  DailyCounts counts = two_months();
  counts.values[3] = std::numeric_limits<double>::quiet_NaN();
  const auto report = rate_change(SeriesName::kRequestsCreated, counts, period("2024-01"),
                                  period("2024-02..2024-03"))
                          .value();
  EXPECT_EQ(report.test.days_a, 30);
  const auto warnings = rate_warnings(report);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0].code, "period_not_covered");
  EXPECT_NE(warnings[1].message.find("of the 60 days"), std::string::npos) << warnings[1].message;
}

TEST(RateChange, RefusesPeriodsThatOverlapOrLieOutside) {
  const auto overlap =
      rate_change(SeriesName::kRequestsCreated, two_months(), period("2024-01"), period("2024"));
  ASSERT_FALSE(overlap);
  EXPECT_EQ(overlap.error().code(), ErrorCode::kInvalidArgument);
  const auto outside =
      rate_change(SeriesName::kRequestsCreated, two_months(), period("2024-01"), period("2025"));
  ASSERT_FALSE(outside);
  EXPECT_NE(outside.error().hint().find("2024-01-01 to 2024-02-29"), std::string::npos)
      << outside.error().hint();
  EXPECT_FALSE(rate_change(SeriesName::kRequestsCreated, {}, period("2024-01"), period("2025")));
}

TEST(RateChange, SaysWhyAFigureIsAbsent) {
  const auto single = rate_change(SeriesName::kRequestsCreated, two_months(), period("2024-01-02"),
                                  period("2024-01-09"))
                          .value();
  EXPECT_TRUE(to_json(single)["ci95"].is_null());
  EXPECT_NE(to_json(single)["reason"].as_string().find("too few days"), std::string::npos);
  EXPECT_FALSE(rate_change(SeriesName::kRequestsCreated, two_months(), period("2024-01-02"),
                           period("2024-01-10")))
      << "a Tuesday and a Wednesday";
}

TEST(DailyCreated, DaysWithoutWhatIsChosenAreThere) {
  test::MemorySource source;
  source
      .clocks("created_date", {"2024-03-01 10:00:00", "2024-03-02 10:00:00", "2024-03-04 11:00:00",
                               "2024-03-05 10:00:00", "2024-03-06 10:00:00"})
      .texts("borough", {"A", "A", "B", "A", "A"});
  const auto contract = test::request_contract();
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  load.selection.where = contract::Expression::parse("borough = 'B'", contract).value();
  const auto table = load_requests(source, contract, load).value();
  const auto counts = daily_created(table, load.selection);
  EXPECT_EQ(calendar::format_date(counts.first_day), "2024-03-02");
  EXPECT_EQ(counts.values, (std::vector<double>{0, 0, 1, 0}));
  // Cuts by the user are the edges of whole days.
  load.selection.until_day = calendar::days_from_civil(2024, 3, 5);
  const auto cut = load_requests(source, contract, load).value();
  EXPECT_EQ(daily_created(cut, load.selection).values, (std::vector<double>{0, 0, 1}));
}

TEST(DailyCreated, WhatStoppedIsNotMissingAndAGapOfTheFileIs) {
  // 30 requests a day of each borough; B stops after the 6th, and the file lacks the 4th.
  std::vector<std::string> created;
  std::vector<std::optional<std::string>> borough;
  for (int day = 1; day <= 9; ++day) {
    for (int i = 0; i < 60 && day != 4; ++i) {
      if (i % 2 == 1 && day > 6) continue;
      created.push_back(concat("2024-03-0", day, " 10:", i < 10 ? "0" : "", i, ":00"));
      borough.emplace_back(i % 2 == 1 ? "B" : "A");
    }
  }
  test::MemorySource source(100);
  source.clocks("created_date", created).texts("borough", borough);
  const auto contract = test::request_contract();
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  load.selection.where = contract::Expression::parse("borough = 'B'", contract).value();
  const auto counts = daily_created(load_requests(source, contract, load).value(), load.selection);
  ASSERT_EQ(counts.values.size(), 7U);
  EXPECT_EQ(counts.values[0], 30);
  EXPECT_TRUE(std::isnan(counts.values[2])) << "the 4th";
  EXPECT_EQ(counts.values[4], 30) << "the 6th";
  EXPECT_EQ(counts.values[5], 0) << "stopped";
  EXPECT_EQ(counts.values[6], 0);
}

}  // namespace
}  // namespace hark::insight
