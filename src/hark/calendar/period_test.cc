#include "hark/calendar/period.h"

#include <gtest/gtest.h>

#include "hark/calendar/civil.h"

namespace hark::calendar {
namespace {

void expect_days(std::string_view text, const char* first, const char* last) {
  const auto period = parse_period(text);
  ASSERT_TRUE(period) << text;
  EXPECT_EQ(format_date(period->first_day), first) << text;
  EXPECT_EQ(format_date(period->end_day - 1), last) << text;
  EXPECT_EQ(period->text, text);
}

TEST(Period, IsAYearAQuarterAMonthOrADay) {
  expect_days("2024", "2024-01-01", "2024-12-31");
  expect_days("2024-Q1", "2024-01-01", "2024-03-31");
  expect_days("2023-q4", "2023-10-01", "2023-12-31");
  expect_days("2024-02", "2024-02-01", "2024-02-29");
  expect_days("2023-02", "2023-02-01", "2023-02-28");
  expect_days("2024-02-29", "2024-02-29", "2024-02-29");
}

TEST(Period, GoesFromTheFirstPartToTheEndOfTheLast) {
  expect_days("2024-01..2024-07", "2024-01-01", "2024-07-31");
  expect_days("2023..2024-03-15", "2023-01-01", "2024-03-15");
  expect_days("2024-03-15..2024-03-15", "2024-03-15", "2024-03-15");
}

TEST(Period, AnythingElseIsRefusedWithWhatCanBeWritten) {
  for (const char* text :
       {"", "24", "2024-13", "2024-00", "2023-02-29", "2024-Q5", "2024-2", "March", "2024-03-",
        "2024-03-01T", "..", "2024..", "..2024", "2024-03..2024-01", "2024-03...2024-04", "0000",
        "2024 ", "-024", "2024-+1"}) {
    const auto period = parse_period(text);
    ASSERT_FALSE(period) << text;
    EXPECT_EQ(period.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(period.error().hint().find("2024-Q3"), std::string::npos);
  }
}

}  // namespace
}  // namespace hark::calendar
