#include "hark/series/daily_series.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hark::series {
namespace {

const double kGap = std::nan("");

TEST(FillMissing, AMissingDayTakesTheWeekdayBeforeAndIsMarked) {
  std::vector<double> days = {1, 2, 3, 4, 5, 6, 7, 8, 9, kGap, 11, 12, 13, 14, 15, 16, kGap};
  days.push_back(18);
  const auto series = fill_missing(100, days);
  ASSERT_TRUE(series);
  EXPECT_EQ(series->first_day, 100);
  EXPECT_EQ(series->values[9], 3);
  EXPECT_EQ(series->values[16], 3);  // the weekday before was missing too
  EXPECT_EQ(series->is_filled[9], 1);
  EXPECT_EQ(series->is_filled[8], 0);
}

TEST(FillMissing, MissingDaysAtBothEndsAreNotPartOfTheSeries) {
  const auto series = fill_missing(0, std::vector<double>{kGap, kGap, 5, 6, kGap});
  ASSERT_TRUE(series);
  EXPECT_EQ(series->first_day, 2);
  EXPECT_EQ(series->values, (std::vector<double>{5, 6}));
}

TEST(FillMissing, AFirstWeekWithAGapTakesTheWeekdayAfter) {
  const auto series = fill_missing(0, std::vector<double>{1, kGap, 3, 4, 5, 6, 7, 8, 9, 10});
  ASSERT_TRUE(series);
  EXPECT_EQ(series->values[1], 9);
}

TEST(FillMissing, AWeekdayWithoutAnyValueIsADayOfRest) {
  std::vector<double> days;
  for (int week = 0; week < 4; ++week)
    days.insert(days.end(), {1200, 1000, 1000, 1000, 1000, kGap, kGap});
  days.push_back(1200);
  days[8] = kGap;  // one Tuesday
  const auto series = fill_missing(0, days);
  ASSERT_TRUE(series);
  EXPECT_EQ(series->values[5], 0);
  EXPECT_EQ(series->values[6 + 7], 0);
  EXPECT_EQ(series->is_filled[5], 0) << "that is known, not filled";
  EXPECT_EQ(series->values[8], 1000);
  EXPECT_EQ(series->is_filled[8], 1);
  EXPECT_EQ(known_sum(*series), 5 * 1200 + 15 * 1000);
}

TEST(FillMissing, TheSeriesBeginsAfterAYearThatIsNotThere) {
  std::vector<double> days(30, 1.0);
  days.insert(days.end(), kLongestFilledGap + 1, kGap);
  days.insert(days.end(), 40, 2.0);
  const auto series = fill_missing(0, days);
  ASSERT_TRUE(series);
  EXPECT_EQ(series->first_day, static_cast<std::int32_t>(30 + kLongestFilledGap + 1));
  EXPECT_EQ(series->size(), 40U);
  days.erase(days.begin() + 30);  // one day less, and the gap is filled
  EXPECT_EQ(fill_missing(0, days)->size(), days.size());
}

TEST(FillMissing, NoValueAtAllIsAnError) {
  EXPECT_EQ(fill_missing(0, std::vector<double>(5, kGap)).error().code(), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace hark::series
