// The request figures of real files against independently computed ones (../shared/golden).
#include <gtest/gtest.h>

#include "hark/insight/golden_test.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {
namespace {

// Hours agree to 1e-9; golden/README.md says why.
void expect_near(const Json& ours, const Json& golden, const std::string& what) {
  test::expect_near(ours, golden, 1e-9, what);
}

void expect_times(const Json& ours, const Json& golden, bool is_in_days, const std::string& what) {
  const std::string suffix = is_in_days ? "_days" : "_hours";
  expect_near(ours["closed_only"]["n"], golden["n_closed"], what + " n_closed");
  for (const char* name : {"mean", "median", "p90"}) {
    expect_near(ours["closed_only"][name + suffix], golden[std::string("closed_only_") + name],
                what + " closed only " + name);
  }
  expect_near(ours["km"]["median" + suffix], golden["km_median"], what + " km median");
  expect_near(ours["km"]["p90" + suffix], golden["km_p90"], what + " km p90");
}

void expect_kpis(const RequestTable& table, const Json& ours, const Json& golden,
                 const std::string& what) {
  const std::pair<const char*, const char*> counts[] = {{"rows", "rows"},
                                                        {"duplicates", "duplicate_rows"},
                                                        {"closed", "closed_with_valid_duration"},
                                                        {"open", "open"},
                                                        {"gap_rows", "spring_gap_rows"}};
  for (const auto& [name, golden_name] : counts) {
    expect_near(ours[name], golden[golden_name], what + " " + name);
  }
  for (const auto& [name, count] : golden["excluded"].members()) {
    const char* our_name = name == "after_as_of" ? "future" : name.c_str();
    expect_near(ours["excluded"][our_name], count, what + " excluded " + name);
  }
  for (const char* name : {"zero", "instant", "batch", "instant_and_batch", "normal"}) {
    if (golden["duration_unit"].as_string() != "hours") continue;
    expect_near(ours["classes"][name], golden["classes"][name], what + " " + name);
  }
  if (golden["classes"].contains("same_day")) {
    expect_near(ours["classes"]["same_day"], golden["classes"]["same_day"], what + " same day");
  }
  if (golden.contains("status_closed_without_closing_time")) {
    expect_near(ours["closed_without_time"], golden["status_closed_without_closing_time"], what);
    expect_near(ours["open_with_time"], golden["status_not_closed_with_closing_time"], what);
  }
  EXPECT_EQ(table.closing_resolution_s.value_or(-1),
            golden["closing_clock_resolution_s"].as_int(-1) == 86400
                ? -1
                : golden["closing_clock_resolution_s"].as_int(-1))
      << what;
  expect_near(ours["fold"]["rows"], golden["autumn_fold"]["rows"], what + " fold");
  expect_near(ours["fold"]["ambiguous_sign"],
              golden["autumn_fold"]["would_be_negative_on_first_reading"], what + " fold sign");
  const auto& ranges = golden["autumn_fold"]["duration_ranges"].items();
  ASSERT_EQ(ours["fold"]["duration_ranges_hours"].items().size(), ranges.size()) << what;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const Json& range = ours["fold"]["duration_ranges_hours"].items()[i];
    for (std::size_t end : {0, 1}) {
      expect_near(range.items()[end], ranges[i].items()[end], what + " fold range");
    }
  }
  const auto as_of = parse_instant(golden["as_of_utc"].as_string());
  ASSERT_TRUE(as_of) << what;
  EXPECT_EQ(ours["as_of"].as_string(), format_instant(*as_of)) << what;
  if (golden.contains("time_to_close")) {
    expect_times(ours, golden["time_to_close"], table.is_in_days(), what);
  }
  if (golden.contains("time_to_close_without_instant_and_batch")) {
    expect_times(ours["without_instant_and_batch"],
                 golden["time_to_close_without_instant_and_batch"], false, what + " without");
  }
  const Json& sla = golden["sla_24h"];
  for (const char* name : {"eligible", "met", "compliance", "met_certain", "met_possible"}) {
    if (sla.contains(name)) expect_near(ours["sla"][name], sla[name], what + " sla " + name);
  }
  const std::pair<const char*, const char*> intervals[] = {
      {"ci95", "wilson95"}, {"compliance_range", "compliance_range"}};
  for (const auto& [name, golden_name] : intervals) {
    if (!sla.contains(golden_name)) continue;
    ASSERT_EQ(ours["sla"][name].items().size(), sla[golden_name].items().size()) << what;
    for (std::size_t end = 0; end < sla[golden_name].items().size(); ++end) {
      expect_near(ours["sla"][name].items()[end], sla[golden_name].items()[end], what + " " + name);
    }
  }
  expect_near(ours["top3_share"], golden["top3_share"], what + " top3");
  expect_near(ours["gini"], golden["concentration"]["gini"], what + " gini");
}

void expect_groups(const RequestTable& table, const contract::Contract& contract,
                   const std::string& by_name, const Json& counts, const Json& blank,
                   const Json& times, const std::string& what) {
  const auto by = request_by_named(contract, by_name).value();
  const auto grouping = group_requests(table, by);
  ASSERT_TRUE(grouping) << what << grouping.error().to_string();
  const auto groups = request_kpis_by(table, contract, *grouping, 2).value();
  std::size_t num_with_rows = 0;
  for (const auto& [key, count] : counts.members()) num_with_rows += count.as_int() > 0 ? 1 : 0;
  std::size_t num_keys = 0;
  for (const RequestGroup& group : groups) {
    if (!group.key) {
      EXPECT_EQ(group.kpis.rows, blank.as_int()) << what << " without value";
      continue;
    }
    ++num_keys;
    EXPECT_EQ(group.kpis.rows, counts[*group.key].as_int(-1)) << what << " " << *group.key;
  }
  EXPECT_EQ(num_keys, num_with_rows) << what;
  const Json answer = request_answer(table, {}, &groups);
  for (const auto& [key, expected] : times.members()) {
    const Json* found = nullptr;
    for (const Json& item : answer["groups"].items()) {
      if (item["key"].as_string() == key) found = &item;
    }
    ASSERT_NE(found, nullptr) << what << " " << key;
    expect_times(*found, expected, table.is_in_days(), what + " " + key);
  }
}

TEST(RequestGolden, EveryFigureOfEveryFileThatHasAContract) {
  const auto golden = test::golden_file("request_kpis.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  std::size_t num_checked = 0;
  for (const auto& [name, file] : (*golden)["files"].members()) {
    auto opened = test::open_data(name);
    if (!opened) continue;
    ++num_checked;
    SCOPED_TRACE(name);
    const contract::Contract& contract = *opened->contract;
    RequestLoad load;
    load.now = *parse_instant("2026-11-01T00:00:00Z");
    load.threads = 2;
    const auto table = load_requests(*opened->source, contract, load);
    ASSERT_TRUE(table) << table.error().to_string();
    const auto kpis = request_kpis(*table, contract);
    ASSERT_TRUE(kpis) << kpis.error().to_string();
    expect_kpis(*table, request_answer(*table, *kpis, nullptr), file, name);
    expect_groups(*table, contract, "hour", file["by_hour"], 0, {}, name + " hour");
    expect_groups(*table, contract, "dow", file["by_weekday"], 0, {}, name + " dow");
    expect_groups(*table, contract, "agency", file["by_agency"], file["by_agency_blank"],
                  file["time_to_close_by_agency_n30"], name + " agency");
    expect_groups(*table, contract, "borough", file["by_area"], file["by_area_blank"],
                  file["time_to_close_by_area_n30"], name + " borough");
    expect_groups(*table, contract, "complaint_type", file["by_complaint_type_folded"],
                  file["complaint_type_blank"], {}, name + " type");
  }
  EXPECT_GE(num_checked, 33u) << "every file but the JSON has a contract";
  RecordProperty("files", static_cast<int>(num_checked));
}

}  // namespace
}  // namespace hark::insight
