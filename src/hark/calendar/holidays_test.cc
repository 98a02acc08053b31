#include "hark/calendar/holidays.h"

#include <gtest/gtest.h>

#include <algorithm>
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

std::vector<std::string> dates_of(const char* calendar, std::int32_t year) {
  std::vector<std::string> dates;
  for (const Holiday& holiday : HolidayCalendar::named(calendar)->in_year(year))
    dates.push_back(date_of(holiday).substr(5));
  return dates;
}

// US Office of Personnel Management, "Federal Holidays", 2010, 2021 and 2024 (own dates).
TEST(Holidays, UnitedStatesEqualThePublishedFederalDates) {
  using Dates = std::vector<std::string>;
  EXPECT_EQ(dates_of("US", 2024), (Dates{"01-01", "01-15", "02-19", "05-27", "06-19", "07-04",
                                         "09-02", "10-14", "11-11", "11-28", "12-25"}));
  EXPECT_EQ(dates_of("US", 2021), (Dates{"01-01", "01-18", "02-15", "05-31", "06-19", "07-04",
                                         "09-06", "10-11", "11-11", "11-25", "12-25"}));
  EXPECT_EQ(dates_of("US", 2010), (Dates{"01-01", "01-18", "02-15", "05-31", "07-04", "09-06",
                                         "10-11", "11-11", "11-25", "12-25"}));
  // Before the Monday holidays, and while Veterans Day was one of them.
  EXPECT_EQ(dates_of("US", 1970), (Dates{"01-01", "02-22", "05-30", "07-04", "09-07", "10-12",
                                         "11-11", "11-26", "12-25"}));
  EXPECT_EQ(dates_of("US", 1975)[6], "10-27");
}

TEST(Holidays, NewYorkCityAlsoHasElectionDay) {
  for (const auto& [year, date] : {std::pair(2020, "11-03"), {2021, "11-02"}, {2022, "11-08"}}) {
    const auto dates = dates_of("US-NYC", year);
    EXPECT_EQ(std::ranges::count(dates, date), 1) << year;
    EXPECT_EQ(dates.size(), dates_of("US", year).size() + 1);
    EXPECT_TRUE(std::ranges::is_sorted(dates));
  }
}

// Canada: Christmas of 2022 was a Sunday, New Year's and Canada Day of 2022 and 2023 on weekends.
// United States: OPM's observed dates of 2021 and 2022.
TEST(Holidays, AWeekendHolidayGivesTheWorkingDayTheCountryTakes) {
  const auto dates = [](const char* calendar, std::int32_t year) {
    std::vector<std::string> texts;
    for (const std::int32_t day : HolidayCalendar::named(calendar)->in_lieu(year))
      texts.push_back(format_date(day));
    return texts;
  };
  using Dates = std::vector<std::string>;
  EXPECT_EQ(dates("CA-BC", 2022), (Dates{"2022-01-03", "2022-12-26"}));
  EXPECT_EQ(dates("CA-BC", 2023), (Dates{"2023-01-02", "2023-07-03", "2023-10-02", "2023-11-13"}));
  EXPECT_EQ(dates("US", 2021), (Dates{"2021-06-18", "2021-07-05", "2021-12-24"}));
  EXPECT_EQ(dates("US", 2022), (Dates{"2021-12-31", "2022-06-20", "2022-12-26"}));
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
