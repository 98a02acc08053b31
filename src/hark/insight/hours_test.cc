#include "hark/insight/hours.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/calls.h"
#include "hark/insight/forecasts.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

using test::MemorySource;
using test::requests_created_at;

TEST(HourlyCreated, CountsLocalHoursOfWholeDaysWithoutStampsOfAForm) {
  const auto table = requests_created_at(
      {"2024-03-01 17:00:00", "2024-03-02 00:00:00", "2024-03-02 00:00:01", "2024-03-02 12:00:00",
       "2024-03-02 12:59:59", "2024-03-02 13:00:00", "2024-03-04 23:30:00", "2024-03-05 01:00:00"});
  const auto counts = hourly_created(table, {});
  ASSERT_TRUE(counts) << counts.error().to_string();
  EXPECT_EQ(counts->days.first_day, calendar::days_from_civil(2024, 3, 2));
  ASSERT_EQ(counts->hours.size(), 3U);
  EXPECT_EQ(counts->days.values, (std::vector<double>{3, 0, 1}));
  EXPECT_EQ(counts->hours[0][0], 1);
  EXPECT_EQ(counts->hours[0][12], 1);
  EXPECT_EQ(counts->hours[0][13], 1);
  EXPECT_EQ(counts->hours[2][23], 1);
  EXPECT_EQ(counts->at_midnight, 1);
  EXPECT_EQ(counts->at_noon, 1);
}

TEST(HourlyOffered, CountsOfferedCallsByTheLocalHourAndMissesDaysWithoutAny) {
  MemorySource source;
  source.texts("call_id", {"1", "2", "3", "4", "5"})
      .clocks("started_at",
              {"2024-05-01 23:59:59", "2024-05-01 09:00:00", "2024-05-01 09:59:59",
               "2024-05-01 09:30:00", "2024-05-03 00:00:00"},
              "Asia/Jerusalem")
      .texts("queue_start", {"x", "x", "x", "x", "x"})
      .texts("outcome", {"AGENT", "HANG", "AGENT", "PHANTOM", "AGENT"})
      .integers("wait_s", {1, 1, 1, 1, 1})
      .integers("service_s", {1, 1, 1, 1, 1});
  const auto table = load_contact(source, **contract::built_in_contract("calls"), {}, 1);
  ASSERT_TRUE(table) << table.error().to_string();
  const auto counts = hourly_offered(*table);
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->hours.size(), 3U);
  EXPECT_EQ(counts->hours[0][9], 2) << "a phantom call is none";
  EXPECT_EQ(counts->hours[0][23], 1);
  EXPECT_EQ(counts->hours[2][0], 1);
  EXPECT_EQ(counts->days.values[0], 3);
  EXPECT_TRUE(std::isnan(counts->days.values[1]));
  const DailyCounts daily = daily_offered(*table);
  EXPECT_EQ(daily.values[0], counts->days.values[0]);
  EXPECT_EQ(daily.values[2], counts->days.values[2]);
}

TEST(Hourly, SourcesWithoutHoursAreRefused) {
  const auto of_days = hourly_offered({});
  ASSERT_FALSE(of_days);
  EXPECT_EQ(of_days.error().code(), ErrorCode::kInvalidInput);
  RequestTable dates = requests_created_at({"2024-03-01 00:00:00"});
  dates.is_created_date_only = true;
  const auto of_dates = hourly_created(dates, {});
  ASSERT_FALSE(of_dates);
  EXPECT_EQ(of_dates.error().code(), ErrorCode::kInvalidInput);
}

// Half a year of a real city: the hours add up, and beat the week before.
TEST(HourlyGolden, ARealCitysHoursAddUpAndAreForecastBetterThanByTheWeekBefore) {
  auto opened = test::open_data("boston/boston311_2011H2.csv.gz");
  if (!opened) GTEST_SKIP() << "no ../shared/data";
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  const auto table = load_requests(*opened->source, *opened->contract, load);
  ASSERT_TRUE(table) << table.error().to_string();
  const auto counts = hourly_created(*table, {});
  ASSERT_TRUE(counts);
  ForecastRequest request;
  request.horizon = 7;
  const auto report = forecast_report(SeriesName::kRequestsCreated,
                                      training_series(counts->days, std::nullopt).value(),
                                      *opened->contract, request);
  ASSERT_TRUE(report) << report.error().to_string();
  const series::HourlySeries hours = hours_of(*counts, report->series);
  for (std::size_t day = 0; day < hours.days.size(); ++day) {
    double sum = 0;
    for (std::size_t hour = 0; hour < series::kHours; ++hour)
      sum += hours.values[day * series::kHours + hour];
    ASSERT_EQ(sum, hours.days.values[day]);
  }
  const auto forecast = forecast_report_hours(*report, hours, *opened->contract, request);
  ASSERT_TRUE(forecast) << forecast.error().to_string();
  for (std::size_t day = 0; day < 7; ++day) {
    double sum = 0;
    for (std::size_t hour = 0; hour < series::kHours; ++hour)
      sum += forecast->hours[day * series::kHours + hour].mean;
    EXPECT_NEAR(sum, report->forecast.days[day].mean, 1e-9 * sum);
  }
  const series::HourlyScores& scores = forecast->scores;
  EXPECT_LT(scores.shares.mase, 0.85 * scores.naive.mase);
  std::cout << "Boston, by hour: MASE " << scores.shares.mase << ", seasonal naive "
            << scores.naive.mase << ", in 80 % " << scores.shares.coverage80 << ", in 95 % "
            << scores.shares.coverage95 << ", " << scores.num_origins << " origins\n";
  const auto shown = hours_report(hours);
  ASSERT_TRUE(shown);
  EXPECT_GT(*shown->daily_strength, 0.5);
  ASSERT_EQ(shown->week.size(), 168U);
  double lifts = 0;
  for (const series::HourOfWeek& hour : shown->week) lifts += hour.lift / 168;
  EXPECT_NEAR(lifts, 1, 1e-9);
}

}  // namespace
}  // namespace hark::insight
