#include "hark/report/time_points.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/calendar/civil.h"

namespace hark::report {
namespace {

std::int32_t day_of(int year, unsigned month, unsigned day) {
  return calendar::days_from_civil(year, month, day);
}

TEST(TimePoints, AYearStaysAsItIs) {
  const std::vector<double> values = {3, std::nan(""), 5};
  const TimePoints points = time_points(100, values);
  EXPECT_EQ(points.step, TimeStep::kDay);
  EXPECT_EQ(points.days, (std::vector<double>{100, 101, 102}));
  EXPECT_EQ(points.values[2], 5);
  EXPECT_TRUE(std::isnan(points.values[1]));
  EXPECT_TRUE(said(points.step).empty());
}

TEST(TimePoints, TwoYearsAreWholeWeeksAndADayWithoutAValueIsNotAZero) {
  // From a Wednesday: the four days before the first Monday are no week.
  const std::int32_t first = day_of(2024, 1, 3);
  std::vector<double> values(5 + 7 * 100 + 3, 10);
  values[5] = std::nan("");  // Monday 8 January
  values[6] = 40;
  const TimePoints points = time_points(first, values);
  EXPECT_EQ(points.step, TimeStep::kWeek);
  ASSERT_EQ(points.days.size(), 100u);
  EXPECT_EQ(points.days.front(), day_of(2024, 1, 8));
  EXPECT_EQ(points.values.front(), 15) << "(40 + 5 * 10) / 6";
  EXPECT_EQ(points.values.back(), 10);
}

TEST(TimePoints, ManyYearsAreWholeMonths) {
  const std::int32_t first = day_of(2010, 1, 15);
  const std::int32_t last = day_of(2019, 12, 31);
  std::vector<double> values(static_cast<std::size_t>(last - first + 1), 7);
  for (std::int32_t day = day_of(2012, 2, 1); day < day_of(2012, 3, 1); ++day)
    values[static_cast<std::size_t>(day - first)] = std::nan("");
  const TimePoints points = time_points(first, values);
  EXPECT_EQ(points.step, TimeStep::kMonth);
  ASSERT_EQ(points.days.size(), 119u) << "January 2010 is not whole, December 2019 is";
  EXPECT_EQ(points.days.front(), day_of(2010, 2, 1));
  EXPECT_TRUE(std::isnan(points.values[24])) << "February 2012";
}

TEST(TimePoints, AreNoFinerThanAsked) {
  const std::vector<double> values(28, 4);
  const TimePoints points = time_points(day_of(2024, 1, 1), values, TimeStep::kWeek);
  EXPECT_EQ(points.step, TimeStep::kWeek);
  EXPECT_EQ(points.values, (std::vector<double>(4, 4)));
}

TEST(TimePoints, NoDaysAreNoPoints) { EXPECT_TRUE(time_points(0, {}).days.empty()); }

}  // namespace
}  // namespace hark::report
