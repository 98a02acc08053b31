#include "hark/calendar/holidays.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "hark/calendar/civil.h"
#include "hark/core/json.h"

namespace hark::calendar {
namespace {

std::string date_of(const Holiday& holiday) { return format_date(holiday.day); }

TEST(Holidays, BritishColumbiaEqualsTheReferenceFrom2009To2030) {
  std::ifstream file(HARK_SHARED_DIR "/golden/bc_holidays.json");
  if (!file) GTEST_SKIP() << "the folder of reference values is not here";
  std::stringstream text;
  text << file.rdbuf();
  const auto golden = Json::parse(text.str());
  ASSERT_TRUE(golden) << golden.error().to_string();
  std::map<std::string, std::string> expected;
  for (const auto& [date, name] : (*golden)["holidays"].members()) {
    expected.emplace(date, name.as_string());
  }
  ASSERT_GT(expected.size(), 200U);

  const auto calendar = HolidayCalendar::named("CA-BC");
  ASSERT_TRUE(calendar);
  std::map<std::string, std::string> ours;
  for (std::int32_t year = 2009; year <= 2030; ++year) {
    for (const Holiday& holiday : calendar->in_year(year)) {
      ours.emplace(date_of(holiday), holiday.name);
    }
  }
  EXPECT_EQ(ours, expected);
}

// Dates of Easter: US Naval Observatory's published table; 1961 and 2049 are its rare shapes, 2038
// and 1818 the latest and the earliest possible.
TEST(Holidays, EasterFallsOnPublishedDates) {
  const std::pair<std::int32_t, const char*> published[] = {
      {1818, "1818-03-22"}, {1961, "1961-04-02"}, {1981, "1981-04-19"}, {2000, "2000-04-23"},
      {2008, "2008-03-23"}, {2024, "2024-03-31"}, {2038, "2038-04-25"}, {2049, "2049-04-18"}};
  for (const auto& [year, date] : published) EXPECT_EQ(format_date(easter_sunday(year)), date);
}

TEST(Holidays, AreAscendingAndFoundByTheirDay) {
  const auto calendar = HolidayCalendar::named("CA-BC");
  ASSERT_TRUE(calendar);
  for (const std::int32_t year : {1975, 2012, 2013, 2018, 2019, 2022, 2023, 2100}) {
    const auto days = calendar->in_year(year);
    for (std::size_t i = 0; i < days.size(); ++i) {
      if (i > 0) {
        EXPECT_LT(days[i - 1].day, days[i].day) << year;
      }
      EXPECT_EQ(calendar->on(days[i].day), days[i].name);
    }
  }
  EXPECT_FALSE(calendar->on(days_from_civil(2024, 1, 2)));
  EXPECT_FALSE(calendar->on(days_from_civil(2022, 9, 30)));
  EXPECT_TRUE(calendar->on(days_from_civil(2023, 9, 30)));
}

TEST(Holidays, AnUnknownCalendarIsNotFoundAndNamesTheKnownOnes) {
  const auto calendar = HolidayCalendar::named("CA-XX");
  ASSERT_FALSE(calendar);
  EXPECT_EQ(calendar.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(calendar.error().hint().find("CA-BC"), std::string::npos);
}

}  // namespace
}  // namespace hark::calendar
