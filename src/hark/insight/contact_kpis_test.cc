#include "hark/insight/contact_kpis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

using test::MemorySource;

ContactRow day(const char* date, std::int64_t offered, std::int64_t handled, std::int64_t abandoned,
               double asa_s = 0, double service_level = 0.8) {
  int year = 0;
  unsigned month = 0;
  unsigned dom = 0;
  std::sscanf(date, "%d-%u-%u", &year, &month, &dom);
  ContactRow row;
  row.day = calendar::days_from_civil(year, month, dom);
  row.offered = offered;
  row.handled = handled;
  row.abandoned = abandoned;
  row.asa_s = asa_s;
  row.service_level = service_level;
  return row;
}

TEST(ContactKpis, RatiosArePooledAndNotMeansOfDays) {
  const std::vector<ContactRow> rows = {day("2024-01-01", 100, 50, 50, 100),
                                        day("2024-01-02", 900, 900, 0, 10)};
  const ContactKpis kpis = contact_kpis(rows);
  EXPECT_DOUBLE_EQ(*kpis.chp, 950.0 / 1000);  // the mean of days would be 0.75
  EXPECT_DOUBLE_EQ(*kpis.abandonment_rate, 0.05);
  EXPECT_DOUBLE_EQ(*kpis.asa_s, (100 * 50 + 10 * 900) / 950.0);
}

TEST(ContactKpis, FigureWithoutInputIsAbsentAndNotZero) {
  ContactRow row = day("2024-01-01", 0, 0, 0);
  row.asa_s.reset();
  const ContactKpis kpis = contact_kpis(std::vector<ContactRow>{row});
  EXPECT_FALSE(kpis.chp);
  EXPECT_FALSE(kpis.asa_s);
  EXPECT_FALSE(kpis.aht_s);
  EXPECT_EQ(kpis.denominator.informative, 0);
  const ContactKpis none = contact_kpis({});
  EXPECT_FALSE(none.offered);
  EXPECT_FALSE(none.first_day);
  EXPECT_TRUE(to_json(none)["chp"].is_null());
}

TEST(ContactKpis, RowThatLacksOneCountStaysOutOfThatRatioOnly) {
  std::vector<ContactRow> rows = {day("2024-01-01", 100, 90, 10), day("2024-01-02", 100, 50, 10)};
  rows[1].handled.reset();
  const ContactKpis kpis = contact_kpis(rows);
  EXPECT_DOUBLE_EQ(*kpis.chp, 0.9);
  EXPECT_DOUBLE_EQ(*kpis.abandonment_rate, 0.1);
  EXPECT_EQ(*kpis.unaccounted, 0);
}

TEST(ContactKpis, MoreOutcomesThanOfferedIsCountedApart) {
  const std::vector<ContactRow> rows = {day("2024-01-01", 100, 95, 10),
                                        day("2024-01-02", 100, 80, 10)};
  const ContactKpis kpis = contact_kpis(rows);
  EXPECT_EQ(*kpis.unaccounted, 5);
  EXPECT_EQ(kpis.negative_unaccounted_rows, 1);
  EXPECT_EQ(kpis.negative_unaccounted_sum, -5);
}

TEST(WrittenDecimals, CountsTheShortestTextThatReadsBack) {
  EXPECT_EQ(written_decimals(0.8), 1);
  EXPECT_EQ(written_decimals(1.0), 0);
  EXPECT_EQ(written_decimals(0.761206194), 9);
  EXPECT_EQ(written_decimals(0.99163179916318), 14);
  EXPECT_EQ(written_decimals(1e-7), 7);
}

TEST(RecoveredDenominator, FindsTheOnlyCountAPreciseRatioFits) {
  // 873 answered in time of 1,171: handled 1,128 and 43 of 69 abandoned.
  const auto search = find_denominator(873.0 / 1171.0, 1128, 69);
  EXPECT_TRUE(search.is_informative);
  EXPECT_EQ(search.num_matches, 1);
  EXPECT_EQ(search.smallest, 1171);
}

TEST(RecoveredDenominator, ShortRatioTellsNothing) {
  EXPECT_FALSE(find_denominator(0.7455, 1128, 69).is_informative);
}

TEST(RecoveredDenominator, MoreCandidatesThanAnyCentreHasTellNothing) {
  EXPECT_TRUE(find_denominator(0.123456789012345, 100, 1'000'000).is_informative);
  EXPECT_FALSE(find_denominator(0.123456789012345, 100, 5'000'000).is_informative);
}

TEST(RecoveredDenominator, SeveralFittingCountsAreAMatchButNotUnique) {
  // 1/2 fits every even denominator.
  const auto search = find_denominator(std::nextafter(0.5, 1), 100, 10);
  EXPECT_TRUE(search.is_informative);
  EXPECT_EQ(search.num_matches, 2);
}

TEST(LoadContact, KeepsOneRowOfADayAndSortsByDay) {
  MemorySource source(2);
  source.dates("period_start", {"", "2024-01-02", "2024-01-01", "2024-01-02", "2024-01-03"})
      .integers("offered", {40, 10, 20, 99, 30})
      .integers("handled", {39, 9, 19, 99, 29})
      .integers("abandoned", {std::nullopt, 1, 1, std::nullopt, 1});
  Selection selection;
  selection.until_day = calendar::days_from_civil(2024, 1, 3);
  const auto table = load_contact(source, test::contact_contract(), selection, 3);
  ASSERT_TRUE(table) << table.error().to_string();
  EXPECT_EQ(table->rows_read, 3);
  EXPECT_EQ(table->duplicates, 1);
  EXPECT_EQ(table->without_day, 1);
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[0].offered, 20);
  EXPECT_EQ(table->rows[1].offered, 10);
  EXPECT_FALSE(table->rows[1].service_level);
}

TEST(LoadContact, WhichRowOfADayCountsDoesNotDependOnItsPlace) {
  const auto offered = [](const std::vector<std::optional<std::int64_t>>& of_day) {
    MemorySource source(1);
    source.dates("period_start", std::vector<std::string>(of_day.size(), "2024-01-02"))
        .integers("offered", of_day);
    const auto table = load_contact(source, test::contact_contract(), {}, 2).value();
    EXPECT_EQ(table.undecided, 2);
    return table.rows.front().offered;
  };
  EXPECT_EQ(offered({10, 99, 50}), offered({50, 99, 10}));
  EXPECT_EQ(offered({10, 99, 50}), offered({99, 10, 50}));
}

TEST(LoadContact, RefusesAContractOfServiceRequests) {
  MemorySource source;
  const auto table = load_contact(source, test::request_contract(), {}, 1);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code(), ErrorCode::kInvalidArgument);
}

TEST(ContactKpisBy, HolidaysComeByNameAndOtherDaysLast) {
  ContactTable table;
  table.rows = {day("2024-02-19", 5, 5, 0), day("2024-02-20", 7, 7, 0), day("2024-07-01", 6, 6, 0)};
  const auto groups = contact_kpis_by(table, ContactBy::kHoliday, test::contact_contract());
  ASSERT_TRUE(groups) << groups.error().to_string();
  ASSERT_EQ(groups->size(), 3u);
  EXPECT_EQ((*groups)[0].key, "Canada Day");
  EXPECT_EQ((*groups)[1].key, "Family Day");
  EXPECT_EQ((*groups)[2].key, kNoHoliday);
  auto without = test::contact_contract();
  without.holidays.clear();
  EXPECT_FALSE(contact_kpis_by(table, ContactBy::kHoliday, without));
}

TEST(ContactKpisBy, UnknownGroupingNamesTheKnownOnes) {
  const auto by = contact_by_named("week");
  ASSERT_FALSE(by);
  EXPECT_NE(by.error().hint().find("holiday"), std::string::npos);
}

TEST(MissingDays, YearThatIsNotInTheDataIsNotMissing) {
  ContactTable table;
  table.rows = {day("2011-12-30", 1, 1, 0), day("2013-01-02", 1, 1, 0), day("2013-01-04", 1, 1, 0)};
  std::vector<std::string> missing;
  for (const auto d : missing_days(table)) missing.push_back(calendar::format_date(d));
  EXPECT_EQ(missing, (std::vector<std::string>{"2011-12-31", "2013-01-01", "2013-01-03"}));
}

TEST(JoinPeriods, CompletesDaysAndKeepsThoseThatOnlyOneSideHas) {
  ContactTable own, other;
  for (const char* date : {"2024-01-01", "2024-01-02", "2024-01-04"}) {
    ContactRow row = day(date, 100, 0, 10, 0, 0.5);
    row.handled.reset();
    row.asa_s.reset();
    own.rows.push_back(row);
  }
  for (const char* date : {"2023-12-31", "2024-01-02", "2024-01-04", "2024-01-05"}) {
    ContactRow row;
    row.day = day(date, 0, 0, 0).day;
    row.handled = 80;
    row.asa_s = 30;
    other.rows.push_back(row);
  }
  const ContactTable joined = join_periods(own, other);
  ASSERT_TRUE(joined.joined);
  EXPECT_EQ(joined.joined->both, 2);
  EXPECT_EQ(joined.joined->only_own, 1);
  EXPECT_EQ(joined.joined->only_completing, 2);
  ASSERT_EQ(joined.rows.size(), 5U);
  for (std::size_t i = 1; i < joined.rows.size(); ++i)
    EXPECT_LT(joined.rows[i - 1].day, joined.rows[i].day);
  const ContactTable own_days = join_periods(own, other, JoinedDays::kOwn);
  EXPECT_EQ(own_days.joined->only_completing, 0);
  EXPECT_EQ(own_days.joined->both, 2);
  EXPECT_EQ(own_days.rows.size(), 3U);
  const ContactKpis kpis = contact_kpis(joined.rows);
  EXPECT_EQ(kpis.offered, 300);
  EXPECT_EQ(kpis.handled, 320);
  EXPECT_DOUBLE_EQ(*kpis.chp, 160.0 / 200);  // of the days that have both
  EXPECT_EQ(kpis.unaccounted, 2 * (100 - 80 - 10));
}

}  // namespace
}  // namespace hark::insight
