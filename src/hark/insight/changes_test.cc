#include "hark/insight/changes.h"

#include <gtest/gtest.h>

#include "hark/core/text.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

/// Eight weeks of January and February, eight of March and April; noise doubles, trees take four
/// times as long, lamps stay as they are.
RequestTable city(const contract::Contract& contract) {
  std::vector<std::optional<std::string>> types;
  std::vector<std::string> created, closed;
  const auto stamp = [](int day, int hour) {
    const int of_year = day + hour / 24;
    const int lengths[] = {31, 29, 31, 30, 31};
    int month = 0;
    int rest = of_year;
    while (rest >= lengths[month]) rest -= lengths[month++];
    return concat("2024-0", month + 1, "-", rest < 9 ? "0" : "", rest + 1, " ",
                  hour % 24 < 10 ? "0" : "", hour % 24, ":10:00");
  };
  for (int day = 0; day < 114; ++day) {
    const bool is_later = day >= 57;
    const auto add = [&](const char* type, int count, int hours) {
      for (int i = 0; i < count; ++i) {
        types.emplace_back(type);
        created.push_back(stamp(day, 1));
        closed.push_back(stamp(day, 1 + hours + i % 3));
      }
    };
    const int noise = day * 7 % 5 - 2;
    add("Noise", (is_later ? 20 : 10) + noise, 4);
    add("Tree", 6 + day % 3, is_later ? 40 : 10);
    add("Lamp", 12 + day * 3 % 4, 8);
    if (day % 20 == 0) add("Comet", 1, 1);
  }
  test::MemorySource source(100);
  source.clocks("created_date", created, "UTC").clocks("closed_date", closed, "UTC");
  source.texts("complaint_type", types);
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  return load_requests(source, contract, load).value();
}

calendar::Period period(const char* text) { return calendar::parse_period(text).value(); }

struct Fixture {
  contract::Contract contract = test::request_contract();
  RequestTable table;
  std::vector<Grouping> groupings;
  Fixture() {
    contract.time_zone = "UTC";
    table = city(contract);
    groupings.push_back(
        group_requests(table, request_by_named(contract, "complaint_type").value()).value());
  }
};

TEST(Changes, WhatMovedVolumeAndMedianComesFirst) {
  const Fixture city;
  const auto report = what_changed(city.table, {}, city.groupings, period("2024-01-02..2024-02-26"),
                                   period("2024-02-27..2024-04-22"))
                          .value();
  EXPECT_EQ(report.few, 1) << "comets are rare";
  ASSERT_EQ(report.changed.size(), 3u);
  const Changed& most = report.changed[report.by_volume().front()];
  EXPECT_EQ(most.key, "Noise");
  EXPECT_NEAR(*most.volume.ratio, 2, 0.1);
  EXPECT_NEAR(most.change_per_day(), 10, 0.5);
  EXPECT_LT(*most.volume_q, 1e-6);
  const Changed& slower = report.changed[report.by_median().front()];
  EXPECT_EQ(slower.key, "Tree");
  EXPECT_EQ(slower.median_a, 11.0);
  EXPECT_EQ(slower.median_b, 41.0);
  EXPECT_LT(*slower.median_q, 1e-6);
  EXPECT_GT(*slower.pull, 3);
  for (const Changed& changed : report.changed) {
    if (changed.key != "Lamp") continue;
    EXPECT_GT(*changed.volume_q, 0.05);
    EXPECT_GT(*changed.median_q, 0.05);
    EXPECT_EQ(changed.pull, 0.0);
  }
  EXPECT_EQ(report.whole.volume.total_b - report.whole.volume.total_a, [&] {
    std::int64_t sum = 1;  // two comets, then three
    for (const Changed& changed : report.changed)
      sum += changed.volume.total_b - changed.volume.total_a;
    return sum;
  }()) << "the parts add up";
  const Json answer = to_json(report);
  EXPECT_EQ(answer["volume"].items().front()["key"].as_string(), "Noise");
  EXPECT_EQ(answer["median"].items().front()["change_hours"].as_double(), 30);
  EXPECT_EQ(answer["a"]["days"].as_int(), 56);
}

TEST(Changes, QValuesAreThoseOfAllTestsTogether) {
  const Fixture city;
  const auto a = period("2024-01-02..2024-02-26");
  const auto b = period("2024-02-27..2024-04-22");
  const auto report = what_changed(city.table, {}, city.groupings, a, b).value();
  for (const Changed& changed : report.changed) EXPECT_GE(*changed.volume_q, *changed.volume.p);
  EXPECT_FALSE(what_changed(city.table, {}, city.groupings, a, a)) << "the same days twice";
  EXPECT_FALSE(what_changed(city.table, {}, city.groupings, a, period("2030")));
}

}  // namespace
}  // namespace hark::insight
