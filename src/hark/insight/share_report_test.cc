#include "hark/insight/share_report.h"

#include <gtest/gtest.h>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

using test::MemorySource;

calendar::Period period(const char* text) { return calendar::parse_period(text).value(); }

RequestTable load(MemorySource& source, const contract::Contract& contract) {
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  return load_requests(source, contract, load).value();
}

TEST(ShareChange, SlaCountsWhatIsOldEnoughAndOpenOnesAsMissed) {
  const auto contract = test::request_contract();
  MemorySource source;
  source
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-05-01 11:00:00", "2024-05-02 10:00:00",
                               "2024-05-03 10:00:00", "2024-05-04 12:00:00"})
      // In time, to the second; a second late; open; before it was created; too young to tell.
      .clocks("closed_date", {"2024-05-02 10:00:00", "2024-05-02 11:00:01", "",
                              "2024-05-03 09:00:00", "2024-05-04 13:00:00"});
  const auto counts = sla_share(load(source, contract), contract).value();
  ASSERT_EQ(counts.days.size(), 2u);
  EXPECT_EQ(calendar::format_date(counts.days[0].day), "2024-05-01");
  EXPECT_EQ(counts.days[0].count.successes, 1);
  EXPECT_EQ(counts.days[0].count.trials, 2);
  EXPECT_EQ(counts.days[1].count.successes, 0);
  EXPECT_EQ(counts.days[1].count.trials, 1);
  // The same rows as the figure that people know.
  MemorySource again = source;
  const auto table = load(again, contract);
  const auto sla = request_kpis(table, contract).value().sla;
  EXPECT_EQ(sla->eligible, 3);
  EXPECT_EQ(sla->met, 1);

  MemorySource without;
  without.clocks("created_date", {"2024-05-01 10:00:00"});
  EXPECT_FALSE(sla_share(load(without, contract), contract));
}

TEST(ShareChange, AGroupIsTakenOfThoseThatNameOne) {
  const auto contract = test::request_contract();
  MemorySource source;
  source
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-05-01 11:00:00", "2024-05-01 12:00:00",
                               "2024-05-01 13:00:00", "2024-05-02 13:00:00"})
      .texts("borough", {"QUEENS", "BRONX", "Unspecified", std::nullopt, "QUEENS"});
  const auto table = load(source, contract);
  const auto by = group_requests(table, request_by_named(contract, "borough").value()).value();
  const auto counts = group_share(table, by, "queens").value();
  EXPECT_EQ(counts.share, "borough = QUEENS");
  EXPECT_EQ(counts.missing, 2);
  ASSERT_EQ(counts.days.size(), 2u);
  EXPECT_EQ(counts.days[0].count.successes, 1);
  EXPECT_EQ(counts.days[0].count.trials, 2);
  const auto marker = group_share(table, by, "Unspecified").value();
  EXPECT_EQ(marker.days[0].count.trials, 3) << "asked for by name it is a group";
  EXPECT_EQ(group_share(table, by, "Mars").error().code(), ErrorCode::kInvalidArgument);
}

TEST(ShareChange, CallsAreTakenOfThoseOfferedInRowsThatTellBoth) {
  ContactTable table;
  const std::int32_t day = calendar::days_from_civil(2024, 5, 1);
  table.rows.resize(3);
  table.rows[0].day = day;
  table.rows[0].offered = 100;
  table.rows[0].handled = 90;
  table.rows[0].abandoned = 7;
  table.rows[1].day = day;
  table.rows[1].offered = 10;
  table.rows[1].handled = 10;
  table.rows[2].day = day + 1;
  table.rows[2].handled = 5;
  const auto handled = call_share(table, CallShare::kHandled);
  ASSERT_EQ(handled.days.size(), 1u);
  EXPECT_EQ(handled.days[0].count.successes, 100);
  EXPECT_EQ(handled.days[0].count.trials, 110);
  EXPECT_EQ(call_share(table, CallShare::kAbandoned).days[0].count.trials, 100);
}

/// `part` of 20 every day of two weeks, then 12 of 20 every day of two weeks; one more or less on
/// every other weekday.
ShareCounts four_weeks(std::int64_t part) {
  ShareCounts counts{"sla", {}, 0};
  const std::int32_t monday = calendar::days_from_civil(2024, 4, 1);
  for (std::int32_t i = 0; i < 28; ++i)
    counts.days.push_back({monday + i, {(i < 14 ? part : 12) + i % 3 - 1, 20}});
  return counts;
}

TEST(ShareChange, ComparesPeriodsAndTellsHowSure) {
  const auto report = share_change(four_weeks(8), period("2024-04-01..2024-04-14"),
                                   period("2024-04-15..2024-04-28"))
                          .value();
  EXPECT_EQ(report.days_a, 14);
  EXPECT_NEAR(*report.test.share_a, 0.4, 0.01);
  EXPECT_NEAR(*report.test.difference, 0.2, 0.01);
  // Fourteen cells of two days each.
  EXPECT_EQ(report.dispersion->df, 14);
  EXPECT_LT(report.dispersion->value, 1) << "one more or less is less than chance brings";
  EXPECT_GT(report.test.difference_ci95->low, 0.15);
  EXPECT_TRUE(share_warnings(report).empty());
  const Json answer = to_json(report);
  EXPECT_EQ(answer["a"]["of"].as_int(), 280);
  EXPECT_EQ(answer["ratio"].as_double(), *report.test.ratio);
  EXPECT_EQ(answer["ci95"].items()[0].as_double(), report.test.ratio_ci95->low);
  EXPECT_EQ(answer["difference_ci95"].items()[1].as_double(), report.test.difference_ci95->high);
}

TEST(ShareChange, SingleDaysAreComparedByChanceAloneAndItIsSaid) {
  const auto report =
      share_change(four_weeks(8), period("2024-04-01"), period("2024-04-15")).value();
  EXPECT_FALSE(report.dispersion);
  EXPECT_TRUE(to_json(report)["dispersion"].is_null());
  ASSERT_EQ(share_warnings(report).size(), 1u);
  EXPECT_EQ(share_warnings(report)[0].code, "chance_assumed");
  EXPECT_TRUE(report.test.difference_ci95);
}

TEST(ShareChange, RefusesPeriodsThatOverlapOrHoldNothing) {
  const auto overlap = share_change(four_weeks(8), period("2024-04"), period("2024-04-15"));
  ASSERT_FALSE(overlap);
  EXPECT_EQ(overlap.error().code(), ErrorCode::kInvalidArgument);
  const auto outside = share_change(four_weeks(8), period("2024-04"), period("2025"));
  ASSERT_FALSE(outside);
  EXPECT_NE(outside.error().hint().find("2024-04-01 to 2024-04-28"), std::string::npos)
      << outside.error().hint();
  EXPECT_FALSE(share_change({"sla", {}, 0}, period("2024-04"), period("2025")));
}

}  // namespace
}  // namespace hark::insight
