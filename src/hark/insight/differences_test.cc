#include <gtest/gtest.h>

#include <cmath>

#include "hark/core/text.h"
#include "hark/insight/backlog.h"
#include "hark/insight/decompose.h"
#include "hark/insight/log_rank_report.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

using test::MemorySource;

struct Loaded {
  contract::Contract contract;
  RequestTable table;

  Grouping by(const char* name) const {
    return group_requests(table, request_by_named(contract, name).value()).value();
  }
};

Loaded load(MemorySource& source) {
  Loaded loaded{test::request_contract(), {}};
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  loaded.table = load_requests(source, loaded.contract, load).value();
  return loaded;
}

/// `count` requests of one borough and type, closed after 1, 2, … hours; the last one still open.
struct City {
  std::vector<std::optional<std::string>> boroughs, types;
  std::vector<std::string> created, closed;

  void add(const char* borough, const char* type, int count, int first_hour) {
    for (int i = 0; i < count; ++i) {
      boroughs.emplace_back(borough);
      types.emplace_back(type);
      created.emplace_back("2024-05-01 00:00:00");
      closed.push_back(
          concat("2024-05-01 ", first_hour + i < 10 ? "0" : "", first_hour + i, ":00:00"));
    }
  }
  Loaded load() {
    MemorySource source;
    source.clocks("created_date", created).clocks("closed_date", closed);
    source.texts("borough", boroughs).texts("complaint_type", types);
    return insight::load(source);
  }
};

TEST(LogRankReport, PoolsSmallGroupsAndCountsWhatHasNone) {
  City city;
  city.add("BRONX", "Noise", 6, 1);
  city.add("QUEENS", "Noise", 6, 10);
  city.add("MANHATTAN", "Noise", 2, 3);
  city.add("BROOKLYN", "Noise", 3, 5);
  city.add("Unspecified", "Noise", 2, 5);
  city.closed.front().clear();  // open, and so censored
  const Loaded loaded = city.load();
  const auto report = log_rank(loaded.table, loaded.by("borough")).value();
  EXPECT_EQ(report.names, (std::vector<std::string>{"BRONX", "QUEENS", "(other)"}));
  EXPECT_EQ(report.groups_pooled, 2);
  EXPECT_EQ(report.missing, 2);
  EXPECT_EQ(report.test.n, 17);
  EXPECT_EQ(report.test.groups[0].events, 5);
  EXPECT_EQ(report.medians[1], 12.0);
  const Json answer = to_json(report);
  EXPECT_EQ(answer["df"].as_int(), 2);
  EXPECT_EQ(answer["groups"].items()[1]["median_hours"].as_double(), 12.0);
}

TEST(LogRankReport, TooManyGroupsAreRefusedBeforeTheyTakeTheMemory) {
  City city;
  for (int i = 0; i < 1001; ++i) city.add(concat("Street ", i).c_str(), "Noise", 5, 1);
  const Loaded loaded = city.load();
  const auto report = log_rank(loaded.table, loaded.by("borough"));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kUnsupported);
}

TEST(LogRankReport, OneGroupCannotBeTested) {
  City city;
  city.add("BRONX", "Noise", 6, 1);
  const Loaded loaded = city.load();
  const auto report = log_rank(loaded.table, loaded.by("borough"));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kInvalidInput);
}

TEST(Decompose, TellsMixFromRateAndPoolsSmallStrata) {
  City city;  // the same speed per type, but QUEENS has more of the slow type
  city.add("BRONX", "Noise", 8, 1);
  city.add("BRONX", "Rodent", 5, 15);
  city.add("QUEENS", "Noise", 8, 1);
  city.add("QUEENS", "Rodent", 5, 15);
  city.add("QUEENS", "Tree", 2, 20);
  const Loaded loaded = city.load();
  const auto report = decompose(loaded.table, {DecomposeValue::kTimeToClose, "bronx", "Queens"},
                                loaded.by("borough"), loaded.by("complaint_type"))
                          .value();
  EXPECT_EQ(report.a, "BRONX");
  EXPECT_EQ(report.names, (std::vector<std::string>{"noise", "rodent", "(other)"}));
  EXPECT_EQ(report.strata_pooled, 1);
  EXPECT_NEAR(report.parts.mean_a, (36.0 + 85.0) / 13, 1e-12);
  EXPECT_NEAR(report.parts.rate_effect, 0, 1e-12);
  EXPECT_NEAR(report.parts.mix_effect, report.parts.difference, 1e-12);
  EXPECT_GT(report.parts.difference, 0);
}

TEST(Decompose, TellsHowSureTheDifferenceIs) {
  City city;
  city.add("BRONX", "Noise", 4, 1);    // closed after 1, 2, 3, 4 hours
  city.add("QUEENS", "Noise", 5, 10);  // after 10 to 14
  const Loaded loaded = city.load();
  const Grouping by = loaded.by("borough");
  // One stratum of 5 and one of 4, which is pooled: the interval of two means, in hours.
  const auto report = decompose(loaded.table, {DecomposeValue::kTimeToClose, "BRONX", "QUEENS"}, by,
                                loaded.by("complaint_type"))
                          .value();
  const double error = std::sqrt(5.0 / 3 / 4 + 2.5 / 5);
  EXPECT_NEAR(report.ci95->difference.low, 9.5 - stats::kZ95 * error, 1e-9);
  EXPECT_NEAR(report.ci95->rate_effect.high, 9.5 + stats::kZ95 * error, 1e-9);
  const Json answer = to_json(report);
  EXPECT_EQ(answer["difference_ci95"].items()[0].as_double(), report.ci95->difference.low);
  EXPECT_EQ(answer["mix_effect_ci95"].items()[1].as_double(), report.ci95->mix_effect.high);
  const auto share = decompose(loaded.table, {DecomposeValue::kClosedIn24Hours, "BRONX", "QUEENS"},
                               by, loaded.by("complaint_type"))
                         .value();
  EXPECT_NEAR(share.ci95->difference.high, 0, 1e-12) << "all were closed in 24 hours";
}

TEST(Decompose, ComparesPeriodsOfCreation) {
  MemorySource source;
  std::vector<std::string> created, closed;
  std::vector<std::optional<std::string>> types;
  for (int i = 0; i < 15; ++i) {
    const bool is_late = i >= 7;
    created.push_back(is_late ? "2024-02-29 23:30:00" : "2024-01-31 00:00:00");
    closed.push_back(is_late ? "2024-03-01 02:30:00" : "2024-01-31 02:00:00");
    types.emplace_back("Noise");
  }
  created.push_back("2024-03-01 00:00:00");  // in neither
  closed.push_back("2024-03-05 00:00:00");
  types.emplace_back("Noise");
  source.clocks("created_date", created).clocks("closed_date", closed);
  source.texts("complaint_type", types);
  const Loaded loaded = load(source);
  const auto january = calendar::parse_period("2024-01").value();
  const auto february = calendar::parse_period("2024-02").value();
  const auto groups = group_by_period(loaded.table, january, february).value();
  const auto report = decompose(loaded.table, {DecomposeValue::kTimeToClose, "2024-01", "2024-02"},
                                groups, loaded.by("complaint_type"))
                          .value();
  EXPECT_EQ(report.groups_by, "period");
  EXPECT_EQ(report.strata.front().n_a, 7);
  EXPECT_EQ(report.strata.front().n_b, 8);
  EXPECT_NEAR(report.parts.rate_effect, 1, 1e-12);
  EXPECT_FALSE(group_by_period(loaded.table, january, calendar::parse_period("2024").value()));
}

TEST(Decompose, CountsWhatIsStillOpenAndSoNotAveraged) {
  City city;
  city.add("BRONX", "Noise", 8, 1);
  city.add("QUEENS", "Noise", 8, 1);
  city.add("QUEENS", "Rodent", 5, 15);
  city.closed[8].clear();
  city.closed[9].clear();
  city.closed[20].clear();
  const Loaded loaded = city.load();
  const Json answer =
      to_json(decompose(loaded.table, {DecomposeValue::kTimeToClose, "BRONX", "QUEENS"},
                        loaded.by("borough"), loaded.by("complaint_type"))
                  .value());
  EXPECT_EQ(answer["open_a"].as_int(), 0);
  EXPECT_EQ(answer["open_b"].as_int(), 3);
  EXPECT_EQ(answer["n_a"].as_int(), 8);
  EXPECT_EQ(answer["n_b"].as_int(), 10);
}

TEST(Decompose, RefusesGroupsThatAreNotThereAndNamesThoseThatAre) {
  City city;
  city.add("BRONX", "Noise", 8, 1);
  city.add("QUEENS", "Noise", 8, 1);
  const Loaded loaded = city.load();
  const auto absent = decompose(loaded.table, {DecomposeValue::kTimeToClose, "BRONX", "Mars"},
                                loaded.by("borough"), loaded.by("complaint_type"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(absent.error().hint().find("QUEENS"), std::string::npos) << absent.error().hint();
  EXPECT_FALSE(decompose(loaded.table, {DecomposeValue::kTimeToClose, "BRONX", "bronx"},
                         loaded.by("borough"), loaded.by("complaint_type")));
}

TEST(Backlog, HoldsWhatWasCreatedAndNotYetClosed) {
  MemorySource source;
  source
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-05-02 10:00:00", "2024-05-03 12:00:00",
                               "2024-04-01 12:00:00", "2024-05-20 00:00:00"})
      .clocks("closed_date", {"2024-05-03 12:00:00", "2024-05-03 12:00:01", "", "", ""});
  const Loaded loaded = load(source);
  const auto backlog = backlog_at(loaded.table, *parse_instant("2024-05-03T16:00:00Z")).value();
  EXPECT_EQ(backlog.open, 3) << "closed at that second is closed, created at it is there";
  EXPECT_EQ(backlog.ages, (std::vector<std::int64_t>{1, 1, 0, 1, 0, 0}));
  EXPECT_DOUBLE_EQ(*backlog.oldest_age_days, 32);
  EXPECT_EQ(backlog_at(loaded.table, *parse_instant("2024-01-01T00:00:00Z")).value().open, 0);
  EXPECT_FALSE(backlog_at(loaded.table, *parse_instant("2024-06-01T00:00:00Z")))
      << "after the data's end";
}

TEST(Decompose, OpenRequestsThatLackInOneGroupAreToldOf) {
  const auto warnings_with = [](std::size_t open) {
    City city;
    city.add("BRONX", "Noise", 8, 1);
    city.add("QUEENS", "Noise", 8, 1);
    for (std::size_t i = 0; i < open; ++i) city.closed[8 + i].clear();
    const Loaded loaded = city.load();
    return decompose_warnings(decompose(loaded.table,
                                        {DecomposeValue::kTimeToClose, "BRONX", "QUEENS"},
                                        loaded.by("borough"), loaded.by("complaint_type"))
                                  .value());
  };
  EXPECT_TRUE(warnings_with(0).empty());
  const auto warnings = warnings_with(3);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, "open_left_out");
  EXPECT_NE(warnings[0].message.find("0 of 8 in BRONX, 3 of 8 in QUEENS"), std::string::npos)
      << warnings[0].message;
}

}  // namespace
}  // namespace hark::insight
