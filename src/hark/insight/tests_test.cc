#include "hark/insight/tests.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/core/text.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

using test::MemorySource;

RequestLoad load_now() {
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  return load;
}

Grouping by(const RequestTable& table, const contract::Contract& contract, const char* name) {
  return group_requests(table, request_by_named(contract, name).value()).value();
}

void expect_near(double ours, const Json& golden, const std::string& what) {
  EXPECT_NEAR(ours, golden.as_double(), 1e-9 * std::abs(golden.as_double())) << what;
}

void expect_kruskal(const KruskalReport& report, const Json& golden, const std::string& what) {
  expect_near(report.test.h, golden["H"], what + " H");
  EXPECT_EQ(report.test.df, golden["df"].as_int()) << what;
  EXPECT_EQ(report.test.n, golden["n"].as_int()) << what;
  EXPECT_EQ(static_cast<std::int64_t>(report.test.groups.size()), golden["groups"].as_int())
      << what;
  EXPECT_EQ(report.groups_pooled, golden["groups_pooled_as_other"].as_int()) << what;
  EXPECT_NEAR(report.test.log10_p, golden["log10_p"].as_double(), 1e-6) << what;
  expect_near(report.test.epsilon_squared, golden["epsilon_squared"], what + " effect");
  expect_near(report.test.tie_correction, golden["tie_correction"], what + " ties");
}

void expect_chi_square(const ChiSquareReport& report, const Json& golden, const std::string& what) {
  EXPECT_EQ(report.test.n, golden["n"].as_int()) << what;
  EXPECT_EQ(static_cast<std::int64_t>(report.test.num_rows), golden["rows"].as_int()) << what;
  EXPECT_EQ(static_cast<std::int64_t>(report.test.num_columns), golden["columns"].as_int()) << what;
  expect_near(report.test.chi2, golden["chi2"], what + " chi2");
  EXPECT_EQ(report.test.df, golden["df"].as_int()) << what;
  EXPECT_NEAR(report.test.log10_p, golden["log10_p"].as_double(), 1e-6) << what;
  expect_near(*report.test.cramers_v, golden["cramers_v"], what + " V");
  expect_near(report.test.cramers_v_uncorrected, golden["cramers_v_uncorrected"], what + " V raw");
  expect_near(report.test.expected_below_5_share, golden["expected_lt5_share"], what + " below 5");
  expect_near(report.test.expected_below_1_share, golden["expected_lt1_share"], what + " below 1");
  EXPECT_EQ(report.test.warning, golden["warn"].as_bool()) << what;
  const Json answer = to_json(report);
  const auto& ours = answer["residuals"].items();
  for (std::size_t i = 0; i < golden["largest_standardised_residuals"].items().size(); ++i) {
    const Json& cell = golden["largest_standardised_residuals"].items()[i];
    ASSERT_LT(i, ours.size()) << what;
    EXPECT_EQ(ours[i]["a"], cell["row"]) << what;
    EXPECT_EQ(ours[i]["b"], cell["column"]) << what;
    EXPECT_EQ(ours[i]["observed"], cell["observed"]) << what;
    expect_near(ours[i]["residual"].as_double(), cell["residual"], what + " residual");
  }
}

TEST(TestsGolden, KruskalWallisAndChiSquareOfEveryFileThatHasAContract) {
  const auto golden = test::golden_file("tests.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  std::size_t num_checked = 0;
  for (const auto& [name, file] : (*golden)["files"].members()) {
    auto opened = test::open_data(name);
    if (!opened) continue;
    ++num_checked;
    const contract::Contract& contract = *opened->contract;
    const auto table = load_requests(*opened->source, contract, load_now()).value();
    const Grouping type = by(table, contract, "complaint_type");
    const Grouping area = by(table, contract, "borough");
    expect_kruskal(kruskal(table, kHoursToClose, type).value(),
                   file["kruskal_wallis_time_to_close_by_type"], name + " by type");
    expect_kruskal(kruskal(table, kHoursToClose, area).value(),
                   file["kruskal_wallis_time_to_close_by_area"], name + " by area");
    expect_chi_square(chi_square(table, type, area).value(), file["chi_square_type_by_area"], name);
    expect_chi_square(chi_square(table, type, area, {true, true}).value(),
                      file["chi_square_type_by_area_with_unspecified_kept"], name + " with all");
  }
  EXPECT_GE(num_checked, 9u) << "every file has a contract";
}

TEST(KruskalOfRequests, TestsClosedRequestsAndPoolsSmallGroups) {
  std::vector<std::string> created;
  std::vector<std::string> closed;
  std::vector<std::optional<std::string>> area;
  const auto add = [&](const char* until, const char* where, int times) {
    for (int i = 0; i < times; ++i) {
      created.push_back("2024-05-01 10:00:00");
      closed.push_back(until);
      area.push_back(*where == '-' ? std::nullopt : std::optional<std::string>(where));
    }
  };
  add("2024-05-01 11:00:00", "A", 5);
  add("2024-05-01 12:00:00", "B", 6);
  add("2024-05-01 13:00:00", "C", 4);
  add("2024-05-01 14:00:00", "D", 1);
  add("2024-05-01 15:00:00", "Unspecified", 7);
  add("2024-05-01 15:00:00", "-", 2);
  add("", "A", 9);
  add("2024-05-01 09:00:00", "A", 3);
  MemorySource source;
  source.clocks("created_date", created).clocks("closed_date", closed).texts("borough", area);
  const auto contract = test::request_contract();
  const auto table = load_requests(source, contract, load_now()).value();
  const auto report = kruskal(table, kHoursToClose, by(table, contract, "borough")).value();
  EXPECT_EQ(report.names, (std::vector<std::string>{"A", "B", "(other)"}));
  EXPECT_EQ(report.groups_pooled, 2);
  EXPECT_EQ(report.test.n, 16);
  EXPECT_EQ(report.missing, 9) << "no area, or one that is no area";
  EXPECT_EQ(report.posthoc.size(), 3u);
  EXPECT_GE(std::abs(report.posthoc[0].z), std::abs(report.posthoc[2].z));
  const Json answer = to_json(report, 1);
  EXPECT_EQ(answer["groups"].as_int(), 3);
  EXPECT_EQ(answer["posthoc"].items().size(), 1u);
  EXPECT_EQ(answer["posthoc_pairs"].as_int(), 3);
}

TEST(KruskalOfRequests, PairsOfVeryManyGroupsAreNotCompared) {
  const auto of_groups = [](int count) {
    std::vector<std::string> created;
    std::vector<std::string> closed;
    std::vector<std::optional<std::string>> area;
    for (int i = 0; i < 5 * count; ++i) {
      created.emplace_back("2024-05-01 08:00:00");
      closed.emplace_back(concat("2024-05-01 1", i % 7, ":00:00"));
      area.emplace_back(concat("area ", i / 5));
    }
    MemorySource source;
    source.clocks("created_date", created).clocks("closed_date", closed).texts("borough", area);
    const auto contract = test::request_contract();
    const auto table = load_requests(source, contract, load_now()).value();
    return kruskal(table, kHoursToClose, by(table, contract, "borough")).value();
  };
  const auto most = of_groups(1000);
  EXPECT_EQ(most.posthoc.size(), 1000U * 999 / 2);
  const auto more = of_groups(1001);
  EXPECT_EQ(more.test.df, 1000);
  EXPECT_TRUE(more.posthoc.empty());
  EXPECT_TRUE(to_json(more, 10)["posthoc_pairs"].is_null());
}

TEST(KruskalOfRequests, TestsAnyNumericColumn) {
  MemorySource source;
  source.clocks("created_date", std::vector<std::string>(12, "2024-05-01 10:00:00"))
      .numbers("distance", {1.0, 2.0, 3.0, 4.0, 5.0, std::nullopt, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0})
      .texts("agency", {"A", "A", "A", "A", "A", "A", "B", "B", "B", "B", "B", "B"});
  const auto contract = test::request_contract();
  auto load = load_now();
  load.numbers = {"distance"};
  const auto table = load_requests(source, contract, load).value();
  const auto report = kruskal(table, "distance", by(table, contract, "agency")).value();
  EXPECT_EQ(report.test.n, 11);
  EXPECT_EQ(report.missing, 1);
  // Rank sums 15 and 51 of n = 11: 12 / 132 · (15² / 5 + 51² / 6) − 36 = 7.5.
  EXPECT_DOUBLE_EQ(report.test.h, 7.5);
  EXPECT_FALSE(kruskal(table, "latitude", by(table, contract, "agency")));
}

struct Text {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  operator TextRows() const { return {header, rows}; }
};

TEST(KruskalOfText, NeedsNoContract) {
  Text text{{"Wait Time", "Site"}, {}};
  for (int i = 1; i <= 10; ++i) {
    text.rows.push_back({std::to_string(i), i % 2 == 1 ? "odd" : "even"});
  }
  text.rows.push_back({"N/A", "odd"});
  text.rows.push_back({"3", ""});
  // Published: kw_no_ties (SciPy's documentation).
  const auto report = kruskal(text, "wait_time", "site");
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_NEAR(report->test.h, 0.2727272727272734, 1e-12);
  EXPECT_NEAR(report->test.p, 0.6015081344405895, 1e-12);
  EXPECT_EQ(report->missing, 2);
  text.rows.push_back({"soon", "odd"});
  const auto broken = kruskal(text, "wait_time", "site");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code(), ErrorCode::kInvalidInput);
  EXPECT_NE(broken.error().message().find("row 13"), std::string::npos) << broken.error().message();
  const auto unknown = kruskal(text, "wait", "site");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().hint().find("Wait Time"), std::string::npos);
}

TEST(ChiSquareOfText, CountsPairsAndLeavesMissingOnesOut) {
  Text text{{"a", "b"}, {}};
  const auto add = [&](const char* a, const char* b, int times) {
    for (int i = 0; i < times; ++i) text.rows.push_back({a, b});
  };
  add("x", "p", 10);
  add("x", "q", 20);
  add("y", "p", 30);
  add("y", "q", 40);
  add("", "q", 3);
  const auto report = chi_square(text, "A", "B");
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->test.n, 100);
  EXPECT_EQ(report->missing, 3);
  // n (ad − bc)² / (row and column sums).
  EXPECT_NEAR(report->test.chi2, 100.0 * 200 * 200 / (30.0 * 70 * 40 * 60), 1e-12);
  EXPECT_FALSE(chi_square(text, "a", "a2"));
}

class TotalsOfTable : public testing::Test {
 protected:
  // Published: chisq_totals_must_be_refused_or_stripped.
  Text text{{"", "Democrat", "Independent", "Republican"},
            {{"F", "762", "327", "468"}, {"M", "484", "239", "477"}}};
  void add_totals() {
    text.header.push_back("Total");
    text.rows[0].push_back("1557");
    text.rows[1].push_back("1200");
    text.rows.push_back({"Total", "1246", "566", "945", "2757"});
  }
};

TEST_F(TotalsOfTable, AreRefusedWithTheWayOut) {
  add_totals();
  const auto report = chi_square_table(text, Totals::kRefuse);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(report.error().hint().find("--totals strip"), std::string::npos);
}

TEST_F(TotalsOfTable, StrippedGivesTheRightAnswerAndKeptTheOneAskedFor) {
  const auto right = chi_square_table(text, Totals::kRefuse).value();
  EXPECT_EQ(right.test.df, 2);
  EXPECT_NEAR(right.test.p, 2.954e-07, 1e-3 * 2.954e-07);
  add_totals();
  const auto stripped = chi_square_table(text, Totals::kStrip).value();
  EXPECT_EQ(stripped.test.chi2, right.test.chi2);
  EXPECT_EQ(stripped.a_names, right.a_names);
  const auto kept = chi_square_table(text, Totals::kKeep).value();
  EXPECT_EQ(kept.test.df, 6);
  EXPECT_NEAR(kept.test.p, 3.812e-05, 1e-3 * 3.812e-05);
}

TEST_F(TotalsOfTable, CellThatIsNoCountIsNamed) {
  text.rows[1][2] = "2.5";
  const auto report = chi_square_table(text, Totals::kRefuse);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kInvalidInput);
  EXPECT_NE(report.error().message().find("Independent"), std::string::npos);
}

TEST(ChiSquareOfRequests, OneCategoryCannotBeTested) {
  MemorySource source;
  source.clocks("created_date", std::vector<std::string>(2, "2024-05-01 10:00:00"))
      .texts("agency", {"A", "A"})
      .texts("borough", {"X", "Y"});
  const auto contract = test::request_contract();
  const auto table = load_requests(source, contract, load_now()).value();
  const auto report =
      chi_square(table, by(table, contract, "agency"), by(table, contract, "borough"));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace hark::insight
