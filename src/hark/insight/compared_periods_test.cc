#include "hark/insight/compared_periods.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/calendar/civil.h"

namespace hark::insight {
namespace {

/// Days from `first` (a date) on, all with a count.
DailyCounts days_from(const char* first, std::size_t count) {
  return {calendar::parse_period(first).value().first_day, std::vector<double>(count, 50.0)};
}

TEST(ComparablePeriods, AreTheLastThirteenWholeWeeksAndTheSameOfTheYearBefore) {
  // To Wednesday 18 December 2024.
  const auto pair = comparable_periods(days_from("2023-01-01", 718)).value();
  EXPECT_EQ(pair.b.text, "2024-09-16..2024-12-15");
  EXPECT_EQ(pair.a.text, "2023-09-18..2023-12-17");
  EXPECT_TRUE(pair.is_a_year_apart);
  EXPECT_EQ(pair.a.num_days(), 91);
  EXPECT_EQ(calendar::parse_period(pair.a.text).value().end_day, pair.a.end_day)
      << "as a user would write them";
}

TEST(ComparablePeriods, AreNeighboursWhereNoYearIsThere) {
  const auto quarters = comparable_periods(days_from("2024-01-01", 200)).value();
  EXPECT_FALSE(quarters.is_a_year_apart);
  EXPECT_EQ(quarters.a.end_day, quarters.b.first_day);
  EXPECT_EQ(quarters.b.num_days(), 91);
  const auto months = comparable_periods(days_from("2024-01-01", 70)).value();
  EXPECT_EQ(months.b.text, "2024-02-12..2024-03-10");
  EXPECT_EQ(months.a.num_days(), 28);
  EXPECT_FALSE(comparable_periods(days_from("2024-01-01", 55)));
  EXPECT_FALSE(comparable_periods({}));
}

TEST(ComparablePeriods, AYearWithAGapIsNotCompared) {
  DailyCounts days = days_from("2023-01-01", 718);
  for (std::size_t i = 270; i < 285; ++i) days.values[i] = std::nan("");
  EXPECT_FALSE(comparable_periods(days).value().is_a_year_apart);
}

}  // namespace
}  // namespace hark::insight
