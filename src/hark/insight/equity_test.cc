#include "hark/insight/equity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"
#include "hark/stats/concentration.h"

namespace hark::insight {
namespace {

struct City {
  std::vector<std::optional<std::string>> boroughs;
  std::vector<std::string> created, closed;

  /// `count` requests of a borough, closed after `hours`; 0: still open.
  void add(const char* borough, int count, int hours) {
    for (int i = 0; i < count; ++i) {
      boroughs.emplace_back(borough);
      created.push_back(concat("2024-05-", i % 28 < 9 ? "0" : "", i % 28 + 1, " 00:00:00"));
      closed.push_back(hours == 0 ? ""
                                  : concat("2024-05-", i % 28 < 9 ? "0" : "", i % 28 + 1, " ",
                                           hours < 10 ? "0" : "", hours, ":00:00"));
    }
  }
  RequestTable table(const contract::Contract& contract) const {
    test::MemorySource source(50);
    source.clocks("created_date", created).clocks("closed_date", closed);
    source.texts("borough", boroughs);
    RequestLoad load;
    load.now = *parse_instant("2026-01-01T00:00:00Z");
    return load_requests(source, contract, load).value();
  }
};

TEST(Equity, ComparesTheMediansOfAreas) {
  City city;
  city.add("A", 40, 4);
  city.add("B", 40, 8);
  city.add("C", 40, 12);
  city.add("Unspecified", 40, 20);
  city.add("TINY", 29, 20);
  const contract::Contract contract = test::request_contract();
  const RequestTable table = city.table(contract);
  const Equity report = equity(table, contract).value().value();
  ASSERT_EQ(report.areas.size(), 3u);
  EXPECT_EQ(report.areas.front().name, "A");
  EXPECT_DOUBLE_EQ(*report.max_min, 3);
  // The mean of (x / 8) ln (x / 8) over 4, 8, 12.
  EXPECT_NEAR(*report.theil, (0.5 * std::log(0.5) + 1.5 * std::log(1.5)) / 3, 1e-12);
  const Json answer = to_json(table, report);
  EXPECT_EQ(answer["slowest"]["median_hours"].as_double(), 12);
}

TEST(Equity, AnAreaWhoseMedianIsNotReachedIsNamedAndNothingIsCompared) {
  City city;
  city.add("A", 40, 4);
  city.add("B", 30, 0);
  const contract::Contract contract = test::request_contract();
  const RequestTable table = city.table(contract);
  const Equity report = equity(table, contract).value().value();
  EXPECT_FALSE(report.theil || report.max_min);
  EXPECT_EQ(report.not_reached, (std::vector<std::string>{"B"}));
  EXPECT_EQ(report.areas.back().name, "B");
  City open;
  open.add("A", 40, 0);
  EXPECT_FALSE(equity(open.table(contract), contract).value()) << "no closing at all";
}

TEST(Equity, OneAreaIsComparedWithNothing) {
  City city;
  city.add("BRONX", 40, 4);
  const contract::Contract contract = test::request_contract();
  const auto report = equity(city.table(contract), contract, 1).value();
  EXPECT_EQ(report->areas.size(), 1U);
  EXPECT_FALSE(report->theil || report->max_min);
}

TEST(StillOpen, IsTheCurveAtSomeDaysAge) {
  City city;
  city.add("A", 30, 4);
  city.add("A", 10, 0);  // on the days 1 to 10: watched for 28 days less
  const contract::Contract contract = test::request_contract();
  const RequestTable table = city.table(contract);
  const RequestKpis kpis = request_kpis(table, contract).value();
  const auto& still_open = kpis.all.km.still_open;
  EXPECT_NEAR(*still_open[0].share, 0.25, 1e-12);
  EXPECT_LT(still_open[0].ci95->low, 0.25);
  EXPECT_GT(still_open[0].ci95->high, 0.25);
  EXPECT_NEAR(*still_open[1].share, 0.25, 1e-12);
  EXPECT_FALSE(still_open[2].share) << "nobody was watched for 30 days";
  const Json answer = request_answer(table, kpis, nullptr);
  EXPECT_EQ(answer["still_open"].items()[1]["after_days"].as_int(), 7);
  EXPECT_TRUE(answer["still_open"].items()[3]["share"].is_null());
}

TEST(EquityGolden, MediansAndSurvivalEqualTheReferenceValues) {
  const auto golden = test::golden_file("request_kpis.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  int num_areas = 0;
  int num_shares = 0;
  for (const auto& [name, file] : (*golden)["files"].members()) {
    auto opened = test::open_data(name);
    if (!opened) continue;
    SCOPED_TRACE(name);
    const contract::Contract& contract = *opened->contract;
    RequestLoad load;
    load.now = *parse_instant("2026-11-01T00:00:00Z");
    const auto table = load_requests(*opened->source, contract, load).value();
    const auto kpis = request_kpis(table, contract).value();
    const auto& day = kpis.all.km.still_open[0];
    if (day.share) {
      test::expect_near(*day.share, file["time_to_close"]["km_survival_at_24h_or_1day"], 1e-9,
                        "still open after a day");
      ++num_shares;
    }
    const auto report = equity(table, contract).value();
    if (!report) continue;
    for (const Equity::Area& area : report->areas) {
      test::expect_near(area.median, file["time_to_close_by_area_n30"][area.name]["km_median"],
                        1e-9, area.name);
      ++num_areas;
    }
    // What the figures by group say, for the same areas.
    const auto by = request_by_named(contract, "borough").value();
    const auto grouping = group_requests(table, by).value();
    const auto groups = request_kpis_by(table, contract, grouping, 1).value();
    std::vector<double> medians;
    std::size_t num_compared = 0;
    for (const RequestGroup& group : groups) {
      const auto area = std::ranges::find(report->areas, group.label, &Equity::Area::name);
      const auto key =
          group.key ? std::ranges::find(grouping.keys, *group.key) : grouping.keys.end();
      const bool is_missing =
          key == grouping.keys.end() ||
          grouping.is_missing_in_tests[static_cast<std::size_t>(key - grouping.keys.begin())];
      ASSERT_EQ(area != report->areas.end(), !is_missing && group.kpis.all.km.n >= 30);
      if (area == report->areas.end()) continue;
      EXPECT_EQ(area->median, group.kpis.all.km.median);
      if (area->median) medians.push_back(*area->median);
      ++num_compared;
    }
    EXPECT_EQ(num_compared, report->areas.size());
    const bool is_reached = medians.size() == num_compared;
    std::ranges::sort(medians);
    EXPECT_EQ(report->theil,
              is_reached && medians.size() > 1 ? stats::theil(medians) : std::nullopt);
    EXPECT_EQ(report->max_min, is_reached && medians.size() > 1 && medians.front() > 0
                                   ? std::optional(medians.back() / medians.front())
                                   : std::nullopt);
  }
  EXPECT_GT(num_areas, 60);
  EXPECT_GT(num_shares, 15);
}

}  // namespace
}  // namespace hark::insight
