#include "hark/insight/departments.h"

#include <gtest/gtest.h>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {
namespace {

using test::MemorySource;

/// Requests of made-up departments: one a day per line, closed after some hours (0: still open).
struct City {
  std::vector<std::optional<std::string>> agencies, types, boroughs;
  std::vector<std::string> created, closed;

  void add(std::optional<std::string> agency, const char* type, const char* borough, int day,
           int hours) {
    agencies.push_back(std::move(agency));
    types.emplace_back(type);
    boroughs.emplace_back(borough);
    const auto stamp = [&](int hour) {
      const std::int32_t date = calendar::days_from_civil(2024, 1, 1) + day + hour / 24;
      return concat(calendar::format_date(date), " ", hour % 24 < 10 ? "0" : "", hour % 24,
                    ":30:00");
    };
    created.push_back(stamp(0));
    closed.push_back(hours == 0 ? "" : stamp(hours));
  }
  RequestTable table(const contract::Contract& contract, const Selection& days = {}) const {
    MemorySource source(97);
    source.clocks("created_date", created, "UTC").clocks("closed_date", closed, "UTC");
    source.texts("agency", agencies).texts("complaint_type", types).texts("borough", boroughs);
    RequestLoad load;
    load.now = *parse_instant("2026-01-01T00:00:00Z");
    load.selection = days;
    return load_requests(source, contract, load).value();
  }
};

contract::Contract in_utc() {
  contract::Contract contract = test::request_contract();
  contract.time_zone = "UTC";
  return contract;
}

/// Two departments share two types, and one has twice the hard ones; a third is alone with its own.
City shared_city() {
  City city;
  for (int i = 0; i < 168; ++i) {
    const int noise = i % 11;
    city.add("NORTH", i % 3 == 0 ? "Tree" : "Noise", "A", i, (i % 3 == 0 ? 40 : 5) + noise);
    city.add("SOUTH", i % 3 == 0 ? "Noise" : "Tree", "A", i, (i % 3 == 0 ? 5 : 40) + noise);
    city.add("ALONE", "Rodent", "A", i, 70 + noise);
  }
  return city;
}

const Department& named(const DepartmentReport& report, std::string_view key) {
  for (const Department& department : report.departments)
    if (department.key == key) return department;
  ADD_FAILURE() << key;
  return report.departments.front();
}

TEST(Departments, AreJudgedByTheWorkTheyHave) {
  const contract::Contract contract = in_utc();
  const RequestTable table = shared_city().table(contract);
  const DepartmentReport report = department_report(table, contract, 2).value();
  const auto& north = named(report, "NORTH").figures;
  const auto& south = named(report, "SOUTH").figures;
  EXPECT_GT(*south.observed, 2 * *north.observed) << "SOUTH has the trees";
  EXPECT_NEAR(*south.ratio, 1, 0.1);
  EXPECT_NEAR(*north.ratio, 1, 0.1);
  EXPECT_EQ(report.num_ranked, 2u);
  EXPECT_EQ(report.departments[0].figures.rank, 1u) << "ranked ones first";
  const Department& alone = named(report, "ALONE");
  EXPECT_EQ(alone.figures.compared_share, 0);
  EXPECT_FALSE(alone.figures.rank);
  EXPECT_NE(alone.reason.find("hardly any other"), std::string::npos);
  const Json answer = to_json(table, report);
  EXPECT_EQ(answer["departments"].items()[0]["rank"]["value"].as_int(), 1);
  EXPECT_TRUE(answer["departments"].items()[2]["rank"].is_null());
  EXPECT_EQ(answer["departments"].items()[2]["efficiency"]["value"].as_double(), 1);
}

TEST(Departments, ASlowOneIsFoundOnWorkItShares) {
  City city = shared_city();
  for (int i = 0; i < 168; ++i) city.add("SLOW", "Noise", "A", i, 15 + i % 11);
  const contract::Contract contract = in_utc();
  const RequestTable table = city.table(contract);
  const DepartmentReport report = department_report(table, contract, 1).value();
  const auto& slow = named(report, "SLOW").figures;
  EXPECT_EQ(slow.rank, 3u);
  EXPECT_EQ(slow.rank_low, 3u);
  EXPECT_GT(*slow.ratio_ci95.low, 1);
  EXPECT_LT(*slow.observed, *named(report, "SOUTH").figures.observed)
      << "a naive table would call it fast";
}

TEST(Departments, RequestsOfNobodyCountInTheCityAndAreShown) {
  City city = shared_city();
  for (int i = 0; i < 40; ++i) city.add(std::nullopt, "Noise", "B", i, 4);
  const contract::Contract contract = in_utc();
  const RequestTable table = city.table(contract);
  const DepartmentReport report = department_report(table, contract, 1).value();
  const Department& nobody = report.departments.back();
  EXPECT_FALSE(nobody.key);
  EXPECT_EQ(nobody.figures.n, 40);
  EXPECT_FALSE(nobody.figures.ratio);
  EXPECT_TRUE(to_json(table, report)["departments"].items().back()["key"].is_null());
}

TEST(Departments, TheAllocationIndexSetsArrivalsAgainstClosingsWeighedByEffort) {
  City city;
  // 8 weeks: of two requests a day one is closed the same day; the quick kind always is.
  for (int day = 0; day < 58; ++day) {
    city.add("PARKS", "Tree", "A", day, 0);
    city.add("PARKS", "Tree", "A", day, 3);
    city.add("PARKS", "Litter", "A", day, 3);
  }
  contract::Contract contract = in_utc();
  RequestTable table = city.table(contract);
  const DepartmentReport plain = department_report(table, contract, 1).value();
  EXPECT_EQ(plain.weeks, 8);
  EXPECT_FALSE(plain.has_effort);
  EXPECT_DOUBLE_EQ(*plain.departments[0].rai.value, 1.5);
  EXPECT_NEAR(plain.departments[0].rai.ci95->low, 1.5, 1e-12) << "all weeks are alike";
  contract.effort_hours_by_type = {{"tree", 4.0}};
  const DepartmentReport weighed = department_report(table, contract, 1).value();
  EXPECT_TRUE(weighed.has_effort);
  EXPECT_DOUBLE_EQ(*weighed.departments[0].rai.value, (4 + 4 + 1) / (4.0 + 1));
}

TEST(Departments, ClosingsOfRequestsOlderThanTheDataAreNotTakenForWorkThatPilesUp) {
  // Every request takes 30 days, as many come as go, and the data begin with the first one.
  City city;
  for (int day = 0; day < 140; ++day) {
    for (int i = 0; i < 4; ++i) city.add("PARKS", "Tree", "A", day, 30 * 24 + i);
    city.add("ROADS", "Hole", "A", day, 3);
  }
  const contract::Contract contract = in_utc();
  const RequestTable table = city.table(contract);
  const DepartmentReport report = department_report(table, contract, 1).value();
  const Department& parks = named(report, "PARKS");
  EXPECT_EQ(parks.rai.value, 1.0) << "31 days are left out";
  EXPECT_EQ(parks.rai.weeks, (139 - 31) / 7);
  EXPECT_EQ(named(report, "ROADS").rai.weeks, 138 / 7);
  EXPECT_EQ(report.weeks, 138 / 7);
  // Days that the user chooses: closings of requests before them count.
  Selection days;
  days.since_day = calendar::days_from_civil(2024, 3, 15);
  days.until_day = calendar::days_from_civil(2024, 4, 26);  // 42 days
  const RequestTable cut = city.table(contract, days);
  const DepartmentReport of_cut =
      department_report(cut, contract, 1, {&table, days.since_day, days.until_day}).value();
  EXPECT_EQ(named(of_cut, "PARKS").rai.value, 1.0);
  EXPECT_EQ(named(of_cut, "PARKS").rai.weeks, 6);
  EXPECT_EQ(calendar::format_date(*of_cut.last_day), "2024-04-25");
  // Too few weeks for so slow a department.
  City brief;
  for (int day = 0; day < 36; ++day)
    for (int i = 0; i < 4; ++i) brief.add("PARKS", "Tree", "A", day, 30 * 24 + i);
  const DepartmentReport too_early = department_report(brief.table(contract), contract, 1).value();
  EXPECT_FALSE(too_early.departments[0].rai.value);
  EXPECT_NE(too_early.departments[0].rai.reason.find("begin too late"), std::string::npos);
}

TEST(Departments, FewWeeksHaveNoIntervalAndFewDaysNoIndex) {
  City city;
  for (int day = 0; day < 12; ++day) city.add("PARKS", "Tree", "A", day, 2);
  const contract::Contract contract = in_utc();
  const DepartmentReport report = department_report(city.table(contract), contract, 1).value();
  EXPECT_EQ(report.weeks, 1);
  EXPECT_EQ(report.departments[0].rai.value, 1.0);
  EXPECT_FALSE(report.departments[0].rai.ci95);
  EXPECT_NE(report.departments[0].reason.find("fewer than 30"), std::string::npos);
}

TEST(Departments, ASourceWithoutDepartmentsOrClosingsIsRefused) {
  const contract::Contract contract = in_utc();
  MemorySource source;
  source.clocks("created_date", {"2024-01-01 10:00:00"}, "UTC");
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  const auto bare = load_requests(source, contract, load).value();
  EXPECT_EQ(department_report(bare, contract, 1).error().code(), ErrorCode::kInvalidArgument);
  MemorySource open;
  open.clocks("created_date", {"2024-01-01 10:00:00"}, "UTC")
      .texts("agency", {std::optional<std::string>("PARKS")});
  EXPECT_FALSE(department_report(load_requests(open, contract, load).value(), contract, 1));
}

// Medians and disparity were computed independently; efficiency has a slow oracle in stats.
TEST(DepartmentsGolden, MediansAndDisparityEqualTheReferenceValues) {
  const auto golden = test::golden_file("request_kpis.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  int num_departments = 0;
  for (const auto& [name, file] : (*golden)["files"].members()) {
    auto opened = test::open_data(name);
    if (!opened) continue;
    SCOPED_TRACE(name);
    RequestLoad load;
    load.now = *parse_instant("2026-11-01T00:00:00Z");
    const auto table = load_requests(*opened->source, *opened->contract, load).value();
    const auto report = department_report(table, *opened->contract, 2);
    if (!report) continue;  // no department or closing in the file
    const Json answer = to_json(table, *report);
    const char* const median = table.is_in_days() ? "median_days" : "median_hours";
    for (const Json& item : answer["departments"].items()) {
      const Json& expected = file["time_to_close_by_agency_n30"];
      if (item["key"].is_null() || !expected.contains(item["key"].as_string())) continue;
      ++num_departments;
      test::expect_near(item[median], expected[item["key"].as_string()]["km_median"], 1e-9,
                        std::string(item["key"].as_string()));
    }
    test::expect_near(answer["disparity"]["ratio"], file["department_disparity_median"]["ratio"],
                      1e-9, "disparity");
  }
  EXPECT_GT(num_departments, 100);
}

}  // namespace
}  // namespace hark::insight
