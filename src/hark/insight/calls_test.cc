// Figures from single calls (docs/models/calls.md).
#include "hark/insight/calls.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/contact_kpis.h"
#include "hark/insight/memory_source_test.h"
#include "hark/tabular/file_source.h"

namespace hark::insight {
namespace {

using test::MemorySource;

const contract::Contract& calls_contract() { return **contract::built_in_contract("calls"); }

struct CallLine {
  const char* id;
  const char* start;
  std::optional<std::string> queued;
  const char* outcome;
  std::optional<std::int64_t> wait;
  std::optional<std::int64_t> service;
};

MemorySource source_of(const std::vector<CallLine>& lines) {
  std::vector<std::optional<std::string>> ids, queued, outcomes;
  std::vector<std::string> starts;
  std::vector<std::optional<std::int64_t>> waits, services;
  for (const CallLine& line : lines) {
    ids.emplace_back(line.id);
    starts.emplace_back(line.start);
    queued.push_back(line.queued);
    outcomes.emplace_back(line.outcome);
    waits.push_back(line.wait);
    services.push_back(line.service);
  }
  MemorySource source;
  source.texts("call_id", ids)
      .clocks("started_at", starts, "Asia/Jerusalem")
      .texts("queue_start", queued)
      .texts("outcome", outcomes)
      .integers("wait_s", waits)
      .integers("service_s", services);
  return source;
}

ContactTable load(MemorySource source) {
  auto table = load_contact(source, calls_contract(), {}, 2);
  EXPECT_TRUE(table) << table.error().to_string();
  return *std::move(table);
}

TEST(Calls, AreCountedByHowTheyEndedAndWaitsAreOverHandledCalls) {
  const auto table = load(source_of({
      {"1", "2024-05-01 09:00:00", "9:00:10", "AGENT", 10, 100},
      {"2", "2024-05-01 09:01:00", "9:01:10", "agent ", 30, 300},
      {"3", "2024-05-01 09:02:00", "9:02:10", "HANG", 50, 0},
      {"4", "2024-05-01 09:03:00", std::nullopt, "HANG", 0, 0},    // ended in the voice menu
      {"5", "2024-05-01 09:04:00", std::nullopt, "AGENT", 0, 80},  // taken at once
      {"6", "2024-05-01 09:05:00", "9:05:10", "PHANTOM", 5, 2},
      {"7", "2024-05-01 09:06:00", "9:06:10", "TRANSFER", 5, 2},
      {"1", "2024-05-01 09:00:00", "9:00:10", "HANG", 99, 0},  // the first record's key
      {"1", "2024-05-02 09:00:00", "9:00:10", "AGENT", std::nullopt, 60},
  }));
  EXPECT_EQ(table.rows_read, 9);
  EXPECT_EQ(table.duplicates, 1);
  ASSERT_TRUE(table.left_out);
  EXPECT_EQ(table.left_out->ignored, 1);
  EXPECT_EQ(table.left_out->before_queue, 1);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].day, calendar::days_from_civil(2024, 5, 1));
  const ContactKpis first = contact_kpis({&table.rows[0], 1});
  EXPECT_EQ(first.offered, 5);
  EXPECT_EQ(first.handled, 3);
  EXPECT_EQ(first.abandoned, 1);
  EXPECT_EQ(first.unaccounted, 1);
  EXPECT_DOUBLE_EQ(*first.asa_s, 40.0 / 3);
  EXPECT_DOUBLE_EQ(*first.aht_s, 160);
  EXPECT_DOUBLE_EQ(*first.service_level, 2.0 / 4);  // within 20 s, of three taken and one gone
  // Of both days; the fourth handled call does not say how long it waited.
  const ContactKpis both = contact_kpis(table.rows);
  EXPECT_EQ(both.rows, 2);
  EXPECT_EQ(both.handled, 4);
  EXPECT_DOUBLE_EQ(*both.asa_s, 40.0 / 3);
  EXPECT_DOUBLE_EQ(*both.aht_s, 540.0 / 4);
  EXPECT_DOUBLE_EQ(*both.service_level, 2.0 / 4);
  EXPECT_EQ(both.denominator.informative, 0);
}

TEST(Calls, GiveNoServiceLevelWithoutATargetOrWithoutWaits) {
  contract::Contract contract = calls_contract();
  contract.service_level_s.reset();
  MemorySource source = source_of({{"1", "2024-05-01 09:00:00", "9:00", "AGENT", 10, 100}});
  const auto table = load_contact(source, contract, {}, 1);
  ASSERT_TRUE(table);
  EXPECT_FALSE(contact_kpis(table->rows).service_level);
  MemorySource bare;
  bare.texts("call_id", {"1"})
      .clocks("started_at", {"2024-05-01 09:00:00"})
      .texts("outcome", {"HANG"});
  const auto counted = load_contact(bare, calls_contract(), {}, 1);
  ASSERT_TRUE(counted);
  const ContactKpis kpis = contact_kpis(counted->rows);
  EXPECT_EQ(kpis.abandoned, 1);  // without the column every call came to the queue
  EXPECT_FALSE(kpis.asa_s);
  EXPECT_FALSE(kpis.service_level);
}

TEST(Calls, ADatasetOfAnotherKindIsRefusedByName) {
  MemorySource source = source_of({});
  const auto refused = load_contact(source, **contract::built_in_contract("survey"), {}, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "contract 'survey' describes survey, not a contact centre");
}

/// The real day, counted line by line.
TEST(Calls, OfTheRealDayAreWhatASecondReadingCounts) {
  const std::string path =
      concat(HARK_SHARED_DIR, "/data/callcentre/technion_bank_calls_one_day.csv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file " << path;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::map<std::string, double> sums;
  while (std::getline(file, line)) {
    const auto cells = split(trim(line), ',');
    const auto number = [&](std::size_t at) { return std::stod(std::string(cells[at])); };
    const bool is_handled = cells[12] == "AGENT";
    sums["rows"] += 1;
    if (cells[12] == "PHANTOM") {
      sums["ignored"] += 1;
    } else if (!is_handled && cells[9] == "0:00:00") {
      sums["before_queue"] += 1;
    } else {
      sums["offered"] += 1;
      sums[is_handled ? "handled" : "abandoned"] += 1;
    }
    if (!is_handled) continue;
    sums["wait"] += number(11);
    sums["service"] += number(15);
    if (number(11) <= 20) sums["in_time"] += 1;
  }
  const auto source = tabular::FileSource::open(io::local_file_system(), path, &calls_contract());
  ASSERT_TRUE(source) << source.error().to_string();
  EXPECT_TRUE((*source)->header_match().unknown.empty());
  const auto table = load_contact(**source, calls_contract(), {}, 2);
  ASSERT_TRUE(table) << table.error().to_string();
  EXPECT_EQ((*source)->summary().records_rejected, 0U);
  EXPECT_TRUE((*source)->summary().invalid_values.empty());
  EXPECT_EQ(table->rows_read, 2375);
  EXPECT_EQ(table->duplicates, 0);  // 86 numbers come twice, at different times
  EXPECT_EQ(table->left_out->ignored, sums["ignored"]);
  EXPECT_EQ(table->left_out->before_queue, sums["before_queue"]);
  const ContactKpis kpis = contact_kpis(table->rows);
  EXPECT_EQ(kpis.rows, 1);
  EXPECT_EQ(kpis.offered, sums["offered"]);
  EXPECT_EQ(kpis.handled, 1511);
  EXPECT_EQ(kpis.abandoned, sums["abandoned"]);
  EXPECT_EQ(kpis.unaccounted, 0);
  EXPECT_DOUBLE_EQ(*kpis.asa_s, sums["wait"] / sums["handled"]);
  EXPECT_DOUBLE_EQ(*kpis.aht_s, sums["service"] / sums["handled"]);
  EXPECT_DOUBLE_EQ(*kpis.service_level, sums["in_time"] / (sums["handled"] + sums["abandoned"]));
}

}  // namespace
}  // namespace hark::insight
