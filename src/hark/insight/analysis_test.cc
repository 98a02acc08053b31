#include "hark/insight/analysis.h"

#include <gtest/gtest.h>

#include <numeric>

#include "hark/calendar/civil.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

RequestAnalysis analyse(test::MemorySource& source) {
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  const contract::Contract contract = test::request_contract();
  const auto table = load_requests(source, contract, load);
  EXPECT_TRUE(table) << table.error().to_string();
  auto analysis = analyse_requests(*table, contract, 2);
  EXPECT_TRUE(analysis) << analysis.error().to_string();
  return analysis ? *std::move(analysis) : RequestAnalysis();
}

TEST(RequestAnalysis, DaysWithoutRequestsAreDaysWithZero) {
  test::MemorySource source;
  source.clocks("created_date", {"2024-05-01 10:00:00", "2024-05-04 09:00:00"})
      .clocks("closed_date", {"2024-05-03 11:00:00", ""});
  const RequestAnalysis analysis = analyse(source);
  ASSERT_EQ(analysis.days.size(), 4u);
  EXPECT_EQ(analysis.days[0].day, calendar::days_from_civil(2024, 5, 1));
  const std::vector<std::int64_t> created = {1, 0, 0, 1};
  const std::vector<std::int64_t> closed = {0, 0, 1, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(analysis.days[i].created, created[i]) << i;
    EXPECT_EQ(analysis.days[i].closed, closed[i]) << i;
  }
}

TEST(RequestAnalysis, HeapedStampsAreLeftOutOfTheHoursAndCounted) {
  test::MemorySource source;
  // 2024-05-01 was a Wednesday.
  source.clocks("created_date", {"2024-05-01 00:00:00", "2024-05-01 12:00:00",
                                 "2024-05-01 12:00:01", "2024-05-01 00:30:00"});
  const RequestAnalysis analysis = analyse(source);
  ASSERT_TRUE(analysis.week_hours);
  EXPECT_EQ(analysis.week_hours->num_heaped, 2);
  EXPECT_EQ(analysis.week_hours->num_counted, 2);
  EXPECT_EQ(analysis.week_hours->counts[2][12], 1);
  EXPECT_EQ(analysis.week_hours->counts[2][0], 1);
  EXPECT_EQ(analysis.odd.created_at_midnight, 1);
  EXPECT_EQ(analysis.odd.created_at_noon, 1);
}

TEST(RequestAnalysis, EveryClosedRequestIsInOneDurationBinAndEveryOpenOneHasAnAge) {
  test::MemorySource source;
  source
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 10:00:00",
                               "2024-05-01 10:00:00"})
      .clocks("closed_date",
              {"2024-05-01 10:00:00", "2024-05-01 12:00:00", "2024-05-20 10:00:00", ""});
  const RequestAnalysis analysis = analyse(source);
  std::int64_t total = 0;
  for (const DurationBin& bin : analysis.durations) {
    total += bin.n;
    // At once, exactly 2 h (the bin that begins there), and 19 days.
    EXPECT_EQ(bin.n, bin.low == 0 || bin.low == 2 || bin.low == 336 ? 1 : 0) << bin.low;
  }
  EXPECT_EQ(total, 3);
  ASSERT_EQ(analysis.backlog_ages.size(), 6u);
  EXPECT_EQ(analysis.backlog_ages[2].n, 1) << "19 days old at the last closing";
}

}  // namespace
}  // namespace hark::insight
