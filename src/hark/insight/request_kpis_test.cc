#include "hark/insight/request_kpis.h"
#include "hark/calendar/civil.h"

#include <gtest/gtest.h>

#include <random>

#include "hark/core/text.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

using test::MemorySource;

RequestLoad load_at(unsigned threads = 1) {
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  load.threads = threads;
  return load;
}

Json answer_of(MemorySource& source, const contract::Contract& contract,
               const char* by_name = nullptr, unsigned threads = 1) {
  RequestLoad load = load_at(threads);
  const auto table = load_requests(source, contract, load).value();
  const auto kpis = request_kpis(table, contract).value();
  if (by_name == nullptr) return request_answer(table, kpis, nullptr);
  const auto by = request_by_named(contract, by_name).value();
  const auto grouping = group_requests(table, by).value();
  const auto groups = request_kpis_by(table, contract, grouping, threads).value();
  return request_answer(table, kpis, &groups);
}

TEST(RequestKpis, KaplanMeierCountsOpenRequestsThatClosedOnlyForgets) {
  // Closed after 1 and 2 hours, open since 1.5, 3 and 4 hours at as-of 14:00.
  MemorySource source;
  source
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-05-01 12:00:00", "2024-05-01 12:30:00",
                               "2024-05-01 11:00:00", "2024-05-01 10:00:00"})
      .clocks("closed_date", {"2024-05-01 11:00:00", "2024-05-01 14:00:00", "", "", ""});
  const Json answer = answer_of(source, test::request_contract());
  EXPECT_DOUBLE_EQ(answer["closed_only"]["median_hours"].as_double(), 1.5);
  // S = 4/5 at 1 h; one open request leaves at 1.5 h; S = 4/5 · 2/3 = 0.533 at 2 h: half is not
  // reached.
  EXPECT_TRUE(answer["km"]["median_hours"].is_null());
  EXPECT_DOUBLE_EQ(answer["km"]["last_hours"].as_double(), 4);
  EXPECT_EQ(answer["km"]["n"].as_int(), 5);
}

TEST(SlaCompliance, OpenRequestsAreMissesAndYoungOnesDoNotCount) {
  MemorySource source;
  source
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 10:00:00",
                               "2024-05-02 12:00:00", "2024-05-03 10:00:00"})
      .clocks("closed_date",
              {"2024-05-02 10:00:00", "2024-05-02 10:00:01", "", "2024-05-02 12:00:00", ""});
  // As-of is 2024-05-03 10:00: the request of 05-02 12:00 is 22 hours old.
  const Json sla = answer_of(source, test::request_contract())["sla"];
  EXPECT_EQ(sla["eligible"].as_int(), 3);
  EXPECT_EQ(sla["met"].as_int(), 1) << "24 hours exactly are within";
  EXPECT_DOUBLE_EQ(sla["compliance"].as_double(), 1.0 / 3);
  // (1/3 + z²/6 ± z √(2/27 + z²/36)) / (1 + z²/3)
  EXPECT_NEAR(sla["ci95"].items()[0].as_double(), 0.0614919, 1e-6);
  EXPECT_NEAR(sla["ci95"].items()[1].as_double(), 0.7923404, 1e-6);
}

TEST(SlaCompliance, TypeWithItsOwnThresholdIsHeldToIt) {
  MemorySource source;
  source.clocks("created_date", std::vector<std::string>(4, "2024-05-01 10:00:00"))
      .clocks("closed_date", {"2024-05-01 13:00:00", "2024-05-01 15:00:00", "2024-05-01 15:00:00",
                              "2024-05-20 10:00:00"})
      .texts("complaint_type", {"GAS leak", "Gas  Leak", "Noise", "Noise"});
  auto contract = test::request_contract();
  contract.sla_hours_by_type = {{"gas leak", 4}};
  const Json sla = answer_of(source, contract)["sla"];
  EXPECT_EQ(sla["met"].as_int(), 2);
  EXPECT_TRUE(sla["has_type_thresholds"].as_bool());
}

TEST(SlaCompliance, WithoutClosingTimesThereIsNone) {
  MemorySource source;
  source.clocks("created_date", {"2024-05-01 10:00:00"}).clocks("closed_date", {""});
  EXPECT_TRUE(answer_of(source, test::request_contract())["sla"].is_null());
}

TEST(DateOnlyClock, CountsWholeLocalDaysAndGivesSlaAsARange) {
  MemorySource source;
  source
      .clocks("created_date", {"2024-05-01 23:59:00", "2024-05-01 08:00:00", "2024-05-01 08:00:00",
                               "2024-05-02 08:00:00", "2024-05-08 08:00:00"})
      .dates("closed_date", {"2024-05-01", "2024-05-02", "2024-05-03", "2024-05-01", "2024-05-09"});
  const Json answer = answer_of(source, test::request_contract());
  EXPECT_EQ(answer["unit"].as_string(), "days");
  EXPECT_EQ(answer["excluded"]["negative"].as_int(), 1) << "only where the date is earlier";
  EXPECT_DOUBLE_EQ(answer["closed_only"]["mean_days"].as_double(), (0 + 1 + 2 + 1) / 4.0);
  EXPECT_TRUE(answer["classes"]["instant"].is_null());
  EXPECT_EQ(answer["classes"]["same_day"].as_int(), 1);
  // As-of is the midnight of 05-09; the request of 05-08 is not two days old.
  const Json& sla = answer["sla"];
  EXPECT_EQ(sla["eligible"].as_int(), 3);
  EXPECT_EQ(sla["met_certain"].as_int(), 1);
  EXPECT_EQ(sla["met_possible"].as_int(), 2);
  EXPECT_TRUE(sla["compliance"].is_null());
  EXPECT_DOUBLE_EQ(sla["compliance_range"].items()[1].as_double(), 2.0 / 3);
  EXPECT_TRUE(answer["without_instant_and_batch"].is_null());
}

TEST(RequestGroups, ComeByRowsThenKeyAndThoseWithoutValueLast) {
  MemorySource source;
  source.clocks("created_date", std::vector<std::string>(6, "2024-05-01 10:00:00"))
      .texts("borough", {"B", "A", std::nullopt, "C", "C", std::nullopt})
      .texts("complaint_type", {"x", "x", "x", "x", "y", std::nullopt});
  const Json groups = answer_of(source, test::request_contract(), "borough")["groups"];
  ASSERT_EQ(groups.items().size(), 4u);
  EXPECT_EQ(groups.items()[0]["key"].as_string(), "C");
  EXPECT_EQ(groups.items()[1]["key"].as_string(), "A");
  EXPECT_EQ(groups.items()[2]["key"].as_string(), "B");
  EXPECT_TRUE(groups.items()[3]["key"].is_null());
  EXPECT_EQ(groups.items()[3]["rows"].as_int(), 2);
  EXPECT_DOUBLE_EQ(groups.items()[3]["top3_share"].as_double(), 1) << "over rows with a type";
}

TEST(RequestGroups, HoursAreLocalAndWeekdaysInOrder) {
  MemorySource source;
  source.clocks("created_date",
                {"2024-05-05 23:30:00", "2024-05-06 00:30:00", "2024-05-06 00:40:00", ""});
  const Json hours = answer_of(source, test::request_contract(), "hour")["groups"];
  ASSERT_EQ(hours.items().size(), 3u);
  EXPECT_EQ(hours.items()[0]["key"].as_string(), "0");
  EXPECT_EQ(hours.items()[0]["rows"].as_int(), 2);
  EXPECT_EQ(hours.items()[1]["key"].as_string(), "23");
  EXPECT_TRUE(hours.items()[2]["key"].is_null()) << "created at no known time";
  const Json days = answer_of(source, test::request_contract(), "dow")["groups"];
  EXPECT_EQ(days.items()[0]["key"].as_string(), "Monday");
  EXPECT_EQ(days.items()[1]["key"].as_string(), "Sunday");
  const Json months = answer_of(source, test::request_contract(), "month")["groups"];
  EXPECT_EQ(months.items()[0]["key"].as_string(), "5");
  EXPECT_EQ(months.items()[0]["label"].as_string(), "May");
}

TEST(RequestGroups, UnknownGroupingIsRefusedWithWhatThereIs) {
  const auto by = request_by_named(test::request_contract(), "no such column");
  ASSERT_FALSE(by);
  EXPECT_EQ(by.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(by.error().hint().find("dow"), std::string::npos);
}

TEST(RequestKpis, AreTheSameForAnyNumberOfThreadsAndAnyBatchSize) {
  std::mt19937 random(311);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  constexpr int kRows = 3000;
  std::vector<std::optional<std::int64_t>> keys;
  std::vector<std::string> created;
  std::vector<std::string> closed;
  std::vector<std::optional<std::string>> type;
  std::vector<std::optional<std::string>> agency;
  std::vector<std::optional<std::string>> status;
  for (int i = 0; i < kRows; ++i) {
    keys.push_back(pick(kRows * 4));
    const auto two = [](int n) { return concat(n < 10 ? "0" : "", n); };
    created.push_back(concat("2024-", two(1 + pick(12)), "-", two(1 + pick(28)), " ", two(pick(24)),
                             ":", two(pick(60)), ":00"));
    closed.push_back(pick(3) == 0
                         ? ""
                         : concat("2024-12-", two(1 + pick(28)), " ",
                                  pick(4) == 0 ? "00:00:00" : concat(two(pick(24)), ":07:11")));
    const std::string name = concat("Type ", pick(20));
    type.push_back(pick(2) == 0 ? name : lower(name));
    agency.push_back(pick(10) == 0 ? std::nullopt : std::optional(concat("A", pick(7))));
    status.push_back(pick(2) == 0 ? "Closed" : "Open");
  }
  std::string expected;
  for (const std::size_t rows_per_batch : {3000, 1, 7, 512}) {
    for (const unsigned threads : {1U, 4U}) {
      MemorySource source(rows_per_batch);
      source.integers("unique_key", keys)
          .clocks("created_date", created)
          .clocks("closed_date", closed)
          .texts("complaint_type", type)
          .texts("agency", agency)
          .texts("status", status);
      const std::string answer =
          answer_of(source, test::request_contract(), "complaint_type", threads).dump();
      if (expected.empty()) expected = answer;
      EXPECT_EQ(answer, expected) << rows_per_batch << " rows per batch, " << threads << " threads";
    }
  }
}

TEST(RequestOutcomes, AreCountedOverClosedRequestsAndGroupThem) {
  MemorySource source(2);
  source
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 11:00:00",
                               "2024-05-02 10:00:00", "2024-05-02 10:00:00"})
      .clocks("closed_date", {"2024-05-01 12:00:00", "2024-05-01 14:00:00", "2024-05-03 11:00:00",
                              "2024-05-03 10:00:00", ""})
      .texts("resolution", {"It was repaired.", "Repaired, and painted", "nothing there",
                            std::nullopt, "repaired"});
  contract::Contract contract = test::request_contract();
  contract::ColumnSpec text;
  text.name = "resolution";
  text.role = contract::Role::kResolution;
  contract.columns.push_back(text);
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  EXPECT_FALSE(request_by_named(contract, "outcome")) << "no rules";
  contract.outcome_rules = {{contract::ResolvedAs::kFixed, {"repaired"}},
                            {contract::ResolvedAs::kNoViolation, {"nothing"}}};
  const auto by = request_by_named(contract, "outcome").value();
  const auto bare = load_requests(source, contract, load).value();
  EXPECT_FALSE(request_kpis(bare, contract)->resolved_as) << "not asked for";
  EXPECT_FALSE(group_requests(bare, by));

  load.with_outcomes = true;
  const auto table = load_requests(source, contract, load).value();
  const auto kpis = request_kpis(table, contract).value();
  EXPECT_EQ(*kpis.resolved_as,
            (std::array<std::int64_t, contract::kNumResolvedAs>{2, 1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(request_answer(table, kpis, nullptr)["outcomes"]["no_violation"].as_int(), 1);
  const auto groups =
      request_kpis_by(table, contract, group_requests(table, by).value(), 2).value();
  ASSERT_EQ(groups.size(), 4u);
  EXPECT_EQ(groups[0].key, "fixed");
  EXPECT_EQ(groups[0].kpis.all.km.median, 2.0);
  EXPECT_EQ(groups[2].key, "unknown");
  EXPECT_FALSE(groups[3].key) << "still open";

  load.selection.since_day = calendar::days_from_civil(2024, 5, 2);
  const auto later = load_requests(source, contract, load).value();
  EXPECT_EQ((*request_kpis(later, contract)->resolved_as)[0], 0);
  EXPECT_EQ((*request_kpis(later, contract)->resolved_as)[6], 1);
}

}  // namespace
}  // namespace hark::insight
