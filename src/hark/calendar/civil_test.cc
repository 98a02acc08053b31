#include "hark/calendar/civil.h"

#include <gtest/gtest.h>

namespace hark::calendar {
namespace {

TEST(Civil, KnownDaysHaveTheirNumbers) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(2000, 3, 1), 11017);
  EXPECT_EQ(days_from_civil(1582, 10, 15), -141427);  // first day of the Gregorian calendar
  EXPECT_EQ(days_from_civil(0, 1, 1), -719528);
}

// The oracle counts days one by one, with the leap rule written out.
TEST(Civil, EveryDayFrom1600To2400EqualsCountingOneByOne) {
  std::int32_t days = days_from_civil(1600, 1, 1);
  unsigned weekday = 5;  // 1600-01-01 was a Saturday
  for (std::int32_t year = 1600; year < 2400; ++year) {
    const bool is_leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    const unsigned lengths[] = {31, is_leap ? 29U : 28U, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned month = 1; month <= 12; ++month) {
      ASSERT_EQ(days_in_month(year, month), lengths[month - 1]);
      for (unsigned day = 1; day <= lengths[month - 1]; ++day) {
        ASSERT_EQ(days_from_civil(year, month, day), days);
        const Date date = civil_from_days(days);
        ASSERT_EQ(date.year, year);
        ASSERT_EQ(date.month, month);
        ASSERT_EQ(date.day, day);
        ASSERT_EQ(weekday_from_days(days), weekday);
        ++days;
        weekday = (weekday + 1) % 7;
      }
    }
  }
}

TEST(Civil, ImpossibleDatesAreRefused) {
  EXPECT_TRUE(is_valid_date(2024, 2, 29));
  EXPECT_FALSE(is_valid_date(2023, 2, 29));
  EXPECT_FALSE(is_valid_date(1900, 2, 29));
  EXPECT_FALSE(is_valid_date(2023, 0, 1));
  EXPECT_FALSE(is_valid_date(2023, 13, 1));
  EXPECT_FALSE(is_valid_date(2023, 4, 31));
  EXPECT_FALSE(is_valid_date(2023, 4, 0));
}

TEST(Civil, FindDayIsTheCheckedDayNumber) {
  for (std::int32_t year = 1895; year <= 2105; ++year) {
    for (unsigned month = 0; month <= 14; ++month) {
      for (unsigned day = 0; day <= 99; ++day) {
        std::int32_t found = 0;
        const bool exists = find_day(year, month, day, found);
        ASSERT_EQ(exists, is_valid_date(year, month, day)) << year << "-" << month << "-" << day;
        if (exists) {
          ASSERT_EQ(found, days_from_civil(year, month, day));
        }
      }
    }
  }
}

TEST(Civil, DatesPrintAsIso) {
  EXPECT_EQ(format_date(days_from_civil(2024, 3, 10)), "2024-03-10");
  EXPECT_EQ(format_date(days_from_civil(987, 12, 1)), "0987-12-01");
}

}  // namespace
}  // namespace hark::calendar
