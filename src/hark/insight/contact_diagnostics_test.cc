#include "hark/insight/contact_diagnostics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"
#include "hark/stats/random.h"

namespace hark::insight {
namespace {

std::int32_t date(const char* text) {
  return calendar::days_from_civil(
      static_cast<int>(*parse_int(std::string_view(text).substr(0, 4))),
      static_cast<unsigned>(*parse_int(std::string_view(text).substr(5, 2))),
      static_cast<unsigned>(*parse_int(std::string_view(text).substr(8, 2))));
}

ContactRow row_of(std::int32_t day, std::int64_t offered, std::int64_t handled,
                  std::int64_t abandoned) {
  ContactRow row;
  row.day = day;
  row.offered = offered;
  row.handled = handled;
  row.abandoned = abandoned;
  return row;
}

/// Days of an invented centre whose service level counts `inside` of the abandoned calls.
void add_year(ContactTable& table, int year, double inside, int decimals) {
  stats::Pcg64 random(static_cast<std::uint64_t>(year), 3);
  for (std::int32_t day = calendar::days_from_civil(year, 1, 1);
       day < calendar::days_from_civil(year + 1, 1, 1); ++day) {
    const auto handled = static_cast<std::int64_t>(400 + random.uniform() * 200);
    const auto abandoned = static_cast<std::int64_t>(20 + random.uniform() * 40);
    const double noisy = inside + 0.1 * (random.uniform() - 0.5);
    const std::int64_t denominator = handled + std::llround(noisy * static_cast<double>(abandoned));
    const double level =
        std::floor(0.8 * static_cast<double>(denominator)) / static_cast<double>(denominator);
    ContactRow row = row_of(day, handled + abandoned + 1, handled, abandoned);
    row.service_level = std::round(level * std::pow(10, decimals)) / std::pow(10, decimals);
    table.rows.push_back(row);
  }
}

TEST(ContactDiagnostics, AnotherRuleAndAnotherPrecisionAreTwoChangesAndTheSameOnesNone) {
  ContactTable table;
  add_year(table, 2018, 0.5, 12);
  add_year(table, 2019, 0.8, 12);
  add_year(table, 2020, 0.8, 4);
  add_year(table, 2021, 0.8, 4);
  add_year(table, 2022, 0.8, 12);
  const auto diagnostics = diagnose_contact(table, test::contact_contract());
  ASSERT_TRUE(diagnostics) << diagnostics.error().to_string();
  ASSERT_EQ(diagnostics->denominators.size(), 5U);
  EXPECT_FALSE(diagnostics->denominators[2].ci95) << "four digits tell nothing";
  ASSERT_EQ(diagnostics->changes.size(), 3U);
  const DenominatorChange& rule = diagnostics->changes[0];
  EXPECT_EQ(rule.kind, DenominatorChange::Kind::kRule);
  EXPECT_EQ(rule.from_year, 2018);
  EXPECT_EQ(rule.to_year, 2019);
  EXPECT_LT(rule.ci95->low, 0.3);
  EXPECT_GT(rule.ci95->high, 0.3);
  EXPECT_LT(rule.ci95->high - rule.ci95->low, 0.03);
  EXPECT_EQ(diagnostics->changes[1].kind, DenominatorChange::Kind::kPrecision);
  EXPECT_EQ(diagnostics->changes[1].after, 4);
  EXPECT_EQ(diagnostics->changes[2].kind, DenominatorChange::Kind::kPrecision);
  EXPECT_EQ(diagnostics->changes[2].from_year, 2021);
}

TEST(ContactDiagnostics, ADayOutOfLineWithItsYearIsNamedAndNegativeOnesAre) {
  ContactTable table;
  for (std::int32_t i = 0; i < 100; ++i)
    table.rows.push_back(
        row_of(date("2024-01-01") + i, 1000, 930, 50 + i % 5));  // 16 to 20 of 1,000
  table.rows[10].handled = 600;                                  // 350 are gone
  table.rows[40].handled = 953;                                  // 3 too many
  // Two rows of one day are one day.
  table.rows.push_back(row_of(table.rows.back().day, 10, 9, 1));
  const auto diagnostics = diagnose_contact(table, test::contact_contract());
  ASSERT_TRUE(diagnostics);
  const Reconciliation& found = diagnostics->reconciliation;
  ASSERT_EQ(found.years.size(), 1U);
  EXPECT_EQ(found.years[0].days, 100);
  EXPECT_EQ(found.years[0].negative, 1);
  std::int64_t unaccounted = 0;
  for (const ContactRow& row : table.rows)
    unaccounted += *row.offered - *row.handled - *row.abandoned;
  EXPECT_EQ(found.years[0].unaccounted, unaccounted);
  ASSERT_EQ(found.out_of_line.size(), 2U);
  EXPECT_EQ(found.out_of_line[0].day, table.rows[10].day);
  EXPECT_EQ(found.out_of_line[0].unaccounted(), 350);
  ASSERT_EQ(found.negative.size(), 1U);
  EXPECT_EQ(found.negative[0].day, table.rows[40].day);
  EXPECT_EQ(found.negative[0].unaccounted(), -3);
}

TEST(ContactDiagnostics, HolidaysAndDaysOfRestAreToldFromDaysThatAreMissing) {
  ContactTable table;
  for (std::int32_t day = date("2024-01-02"); day < date("2024-07-01"); ++day) {
    if (calendar::weekday_from_days(day) == 6) continue;
    if (day == date("2024-02-19") || day == date("2024-03-05")) continue;  // Family Day; no reason
    table.rows.push_back(row_of(day, 100, 90, 10));
  }
  contract::Contract contract = test::contact_contract();
  contract.holidays = "CA-BC";
  const auto diagnostics = diagnose_contact(table, contract);
  ASSERT_TRUE(diagnostics);
  std::map<MissingDay::Reason, int> counts;
  for (const MissingDay& day : diagnostics->missing) {
    ++counts[day.reason];
    if (day.day == date("2024-02-19")) {
      EXPECT_EQ(day.holiday, "Family Day");
    } else if (day.day == date("2024-03-05")) {
      EXPECT_EQ(day.reason, MissingDay::Reason::kUnexplained);
    }
  }
  EXPECT_EQ(counts[MissingDay::Reason::kHoliday], 1);
  EXPECT_EQ(counts[MissingDay::Reason::kUnexplained], 1);
  EXPECT_EQ(counts[MissingDay::Reason::kRestDay], 25) << "Sundays from 7 January to 23 June";
  const Json json = to_json(*diagnostics);
  EXPECT_EQ(json["missing"]["closed"].as_int(), 26);
  EXPECT_TRUE(json["drivers"].is_null());
  EXPECT_NE(json["no_drivers"].as_string().find("same count"), std::string::npos);
}

TEST(ContactDiagnostics, FewDaysAreDiagnosedAsFarAsTheyTell) {
  ContactTable table;
  EXPECT_TRUE(diagnose_contact(table, test::contact_contract()));
  table.rows = {row_of(date("2024-01-02"), 5, 5, 0), row_of(date("2024-01-03"), 5, 5, 0)};
  table.rows[1].handled.reset();
  const auto diagnostics = diagnose_contact(table, test::contact_contract());
  ASSERT_TRUE(diagnostics);
  EXPECT_FALSE(diagnostics->drivers);
  EXPECT_NE(diagnostics->no_drivers.find("at least 56"), std::string::npos);
  EXPECT_EQ(diagnostics->reconciliation.years[0].balanced, 1);
}

// The reference counted rows and digits by year in another language.
TEST(ContactDiagnosticsGolden, DenominatorsDigitsAndBalancesByYearAreTheReferences) {
  const auto golden = test::golden_file("contact_kpis.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  for (const auto& [name, file] : (*golden)["files"].members()) {
    auto opened = test::open_data(std::string(file["file"].as_string()));
    ASSERT_TRUE(opened.has_value());
    const ContactTable table = load_contact(*opened->source, *opened->contract, {}, 2).value();
    const auto diagnostics = diagnose_contact(table, *opened->contract);
    ASSERT_TRUE(diagnostics) << diagnostics.error().to_string();
    const auto& years = diagnostics->denominators;
    ASSERT_EQ(years.size(), file["by_year"].members().size());
    ASSERT_EQ(diagnostics->reconciliation.years.size(), years.size());
    for (std::size_t i = 0; i < years.size(); ++i) {
      const Json& expected = file["by_year"][std::to_string(years[i].year)];
      const std::string what = concat(name, " ", years[i].year);
      EXPECT_EQ(years[i].found.unique,
                expected["denominator"]["rows_with_exactly_one_match"].as_int())
          << what;
      test::expect_near(years[i].found.abandons_inside,
                        expected["denominator"]["share_of_abandons_inside_denominator"], 1e-12,
                        what);
      std::int64_t below = 0;
      std::int64_t all = 0;
      for (const auto& [decimals, count] : expected["sl_decimals"].members()) {
        all += count.as_int();
        if (*parse_int(decimals) < *years[i].decimals) below += count.as_int();
      }
      EXPECT_LE(2 * below, all) << what;
      EXPECT_GE(2 * (below + expected["sl_decimals"][std::to_string(*years[i].decimals)].as_int()),
                all)
          << what;
      const YearBalance& balance = diagnostics->reconciliation.years[i];
      EXPECT_EQ(balance.unaccounted, expected["unaccounted"].as_int()) << what;
      EXPECT_EQ(balance.negative, expected["unaccounted_negative_rows"].as_int()) << what;
    }
    EXPECT_EQ(diagnostics->missing.size(), file["missing_days_inside_present_years"].items().size())
        << name;
    // The quietest weekday of the model is that of the means.
    ASSERT_TRUE(diagnostics->drivers) << diagnostics->no_drivers;
    const auto& effects = diagnostics->drivers->effects;
    const std::string quietest =
        key_of(*std::ranges::min_element(effects, {}, [](const series::DriverEffect& effect) {
          return effect.driver == series::Driver::kWeekday ? effect.effect : 9;
        }));
    for (const auto& [weekday, figures] : file["by_weekday"].members())
      EXPECT_GE(figures["mean"].as_double(), file["by_weekday"][quietest]["mean"].as_double());
  }
}

}  // namespace
}  // namespace hark::insight
