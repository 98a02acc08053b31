#include "hark/insight/series.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/forecasts.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

using test::MemorySource;
using test::requests_created_at;

std::int32_t day_of(int year, unsigned month, unsigned day) {
  return calendar::days_from_civil(year, month, day);
}

TEST(SeriesNamed, TellsTheKnownSeries) {
  EXPECT_EQ(series_named("contact.offered").value(), SeriesName::kContactOffered);
  EXPECT_EQ(name_of(series_named("requests.created").value()), "requests.created");
  const auto unknown = series_named("requests.closed");
  EXPECT_EQ(unknown.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(unknown.error().hint().find("requests.created"), std::string::npos);
}

TEST(DailyOffered, AddsQueuesAndKnowsWhatIsMissing) {
  ContactTable table;
  const auto row = [](std::int32_t day, std::optional<std::int64_t> offered) {
    ContactRow made;
    made.day = day;
    made.offered = offered;
    return made;
  };
  table.rows = {row(100, 5), row(100, 7), row(102, 3), row(103, std::nullopt), row(103, 4)};
  const DailyCounts counts = daily_offered(table);
  EXPECT_EQ(counts.first_day, 100);
  ASSERT_EQ(counts.values.size(), 4u);
  EXPECT_EQ(counts.values[0], 12);
  EXPECT_TRUE(std::isnan(counts.values[1])) << "no row";
  EXPECT_EQ(counts.values[2], 3);
  EXPECT_TRUE(std::isnan(counts.values[3])) << "one queue did not say";
  EXPECT_TRUE(daily_offered({}).values.empty());
}

TEST(DailyCreated, CountsWholeLocalDaysOnly) {
  const auto table =
      requests_created_at({"2024-03-01 17:00:00", "2024-03-02 00:10:00", "2024-03-02 23:59:59",
                           "2024-03-04 12:30:00", "2024-03-05 01:00:00"});
  const DailyCounts counts = daily_created(table, {});
  EXPECT_EQ(counts.first_day, day_of(2024, 3, 2));
  EXPECT_EQ(counts.values, (std::vector<double>{2, 0, 1}));
  // A cut that the user made is the edge of a whole day.
  Selection selection;
  selection.since_day = day_of(2024, 3, 1);
  selection.until_day = day_of(2024, 3, 6);
  EXPECT_EQ(daily_created(table, selection).values, (std::vector<double>{1, 2, 0, 1, 1}));
}

TEST(DailyCreated, ADayWithoutAnyRequestIsMissingWhereManyAreUsual) {
  std::vector<std::string> created = {"2024-03-01 01:00:00"};
  for (const char* day : {"02", "03", "05", "06"})
    for (int i = 0; i < 25; ++i) created.push_back(std::string("2024-03-") + day + " 08:30:00");
  created.push_back("2024-03-07 01:00:00");
  const DailyCounts counts = daily_created(requests_created_at(created), {});
  ASSERT_EQ(counts.values.size(), 5u);
  EXPECT_TRUE(std::isnan(counts.values[2]));
  EXPECT_EQ(counts.values[3], 25);
}

TEST(SeriesReport, WeekdaysAreMeansOfDaysThatHaveACount) {
  series::DailySeries days;
  days.first_day = day_of(2024, 1, 1);  // a Monday
  for (int i = 0; i < 70; ++i) {
    days.values.push_back(10 + i % 7);
    days.is_filled.push_back(0);
  }
  days.values[7] = 1000;  // made up from elsewhere
  days.is_filled[7] = 1;
  const auto report =
      series_report(SeriesName::kRequestsCreated, days, nullptr, std::nullopt, std::nullopt)
          .value();
  EXPECT_EQ(report.weekdays[0].mean, 10);
  EXPECT_EQ(report.weekdays[0].days, 9);
  EXPECT_EQ(report.weekdays[6].mean, 16);
  EXPECT_EQ(report.trend.size(), 70u);
  EXPECT_NEAR(report.trend[40], 13, 0.1);
  EXPECT_EQ(to_json(report)["by_weekday"].items()[6]["days"].as_int(), 10);
}

TEST(DailyCreatedBy, GroupsAddUpToTheWhole) {
  MemorySource source;
  source
      .clocks("created_date", {"2024-03-01 10:00:00", "2024-03-02 10:00:00", "2024-03-02 11:00:00",
                               "2024-03-03 10:00:00", "2024-03-03 11:00:00", "2024-03-04 10:00:00"})
      .texts("borough", {"A", "A", "B", std::nullopt, "B", "A"});
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  const auto contract = test::request_contract();
  const auto table = load_requests(source, contract, load).value();
  const auto grouping =
      group_requests(table, request_by_named(contract, "borough").value()).value();
  const DailyCounts whole = daily_created(table, {});
  const auto parts = daily_created_by(table, grouping, whole);
  ASSERT_EQ(parts.size(), 3u);
  for (std::size_t day = 0; day < whole.values.size(); ++day) {
    double sum = 0;
    for (const DailyCounts& part : parts) sum += part.values[day];
    EXPECT_EQ(sum, whole.values[day]);
  }
  EXPECT_EQ(parts.back().values, (std::vector<double>{0, 1})) << "rows without a borough";
}

TEST(CreationHours, StampsHeapedAtMidnightAndNoonAreLeftOut) {
  const auto table = requests_created_at(
      {"2024-03-03 08:00:00", "2024-03-04 00:00:00", "2024-03-04 12:00:00", "2024-03-04 12:00:01",
       "2024-03-04 00:00:00.250", "2024-03-04 09:30:00", "2024-03-05 08:00:00"});
  const auto hours = creation_hours(table, {});
  ASSERT_TRUE(hours);
  ASSERT_EQ(hours->days.size(), 1u);
  EXPECT_EQ(hours->at_midnight, 1);
  EXPECT_EQ(hours->at_noon, 1);
  EXPECT_EQ(hours->days[0][12], 1);
  EXPECT_EQ(hours->days[0][0], 1);
  EXPECT_EQ(hours->by_weekday[0][9], 1) << "4 March 2024 was a Monday";
}

class OfferedCalls : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = test::open_data("vancouver/0x1ay_metrics_to2024-09_open-years.csv");
    if (!opened) GTEST_SKIP() << "no real exports in ../shared/data";
    contract_ = opened->contract;
    counts_ = daily_offered(load_contact(*opened->source, *contract_, {}, 2).value());
  }
  const contract::Contract* contract_ = nullptr;
  DailyCounts counts_;
};

TEST_F(OfferedCalls, BeginAfterTheLastYearThatIsNotThere) {
  const auto days = training_series(counts_, std::nullopt);
  ASSERT_TRUE(days);
  EXPECT_EQ(days->first_day, day_of(2024, 1, 1));
  EXPECT_EQ(days->size(), 274u);
  const auto later = training_series(counts_, day_of(2024, 3, 1));
  EXPECT_EQ(later->first_day, day_of(2024, 3, 1));
  EXPECT_EQ(training_series(counts_, day_of(2030, 1, 1)).error().code(), ErrorCode::kInvalidInput);
}

TEST_F(OfferedCalls, StrengthsEqualTheReferenceAndHolidaysAreNamed) {
  const auto golden = test::golden_file("stl.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  const auto holidays = holidays_of(*contract_).value();
  ASSERT_TRUE(holidays);
  const auto report =
      series_report(SeriesName::kContactOffered, training_series(counts_, std::nullopt).value(),
                    &*holidays, std::nullopt, std::nullopt);
  ASSERT_TRUE(report) << report.error().to_string();
  const Json ours = to_json(*report);
  const Json& plain = (*golden)["spans"]["2024"]["plain"];
  test::expect_near(ours["strength"]["trend"], plain["trend_strength"], 1e-8, "trend");
  test::expect_near(ours["strength"]["weekly"], plain["seasonal_strength"], 1e-8, "week");
  EXPECT_TRUE(ours["strength"]["yearly"].is_null());
  EXPECT_TRUE(ours["peak"].is_null());
  ASSERT_FALSE(ours["anomalies"].items().empty());
  EXPECT_EQ(ours["anomalies"].items()[0]["holiday"].as_string(), "New Year's Day");
}

TEST_F(OfferedCalls, AForecastHasTheFieldsOfTheCommandLine) {
  ForecastRequest request;
  request.horizon = 10;
  request.origin_step = 14;
  const auto report =
      forecast_report(SeriesName::kContactOffered, training_series(counts_, std::nullopt).value(),
                      *contract_, request);
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_TRUE(report->beats_naive());
  EXPECT_TRUE(forecast_warnings(*report).empty());
  const Json answer = to_json(*report);
  EXPECT_FALSE(answer["model"].as_string().empty());
  ASSERT_EQ(answer["backtest"].items().size(), series::kNumModels);
  for (const Json& model : answer["backtest"].items()) {
    for (const char* field :
         {"mase", "ratio_to_naive", "smape", "bias", "coverage80", "coverage95", "pinball"})
      EXPECT_TRUE(model[field].is_number()) << field;
  }
  ASSERT_EQ(answer["forecast"].items().size(), 10u);
  EXPECT_EQ(answer["forecast"].items()[0]["date"].as_string(), "2024-10-01");
  for (const char* field : {"mean", "lo80", "hi80", "lo95", "hi95"})
    EXPECT_TRUE(answer["forecast"].items()[0][field].is_number()) << field;
}

TEST(ForecastBy, SmallGroupsAreForecastTogetherAndGroupsAddUp) {
  MemorySource source(500);
  std::vector<std::string> created;
  std::vector<std::optional<std::string>> borough;
  const auto add = [&](const std::string& day, const std::optional<std::string>& where, int count) {
    for (int i = 0; i < count; ++i) {
      created.push_back(day + " 10:30:00");
      borough.push_back(where);
    }
  };
  for (std::int32_t t = 0; t < 160; ++t) {
    const std::string day = calendar::format_date(day_of(2024, 1, 1) + t);
    add(day, "Large", (t % 7 < 5 ? 9 : 4) + t * 37 % 5);
    add(day, "Middle", 3 + t * 11 % 3);
    add(day, std::nullopt, t % 3 == 0 ? 1 : 0);
    add(day, "Rare", t % 11 == 0 ? 1 : 0);
  }
  source.clocks("created_date", created).texts("borough", borough);
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  const auto contract = test::request_contract();
  const auto table = load_requests(source, contract, load).value();
  const auto grouping =
      group_requests(table, request_by_named(contract, "borough").value()).value();
  ForecastRequest request;
  request.num_origins = 2;
  const auto report = forecast_report_by(table, grouping, daily_created(table, {}), std::nullopt,
                                         contract, request);
  ASSERT_TRUE(report) << report.error().to_string();
  // Rare and no borough at all are together too small, so Middle joins them.
  ASSERT_EQ(report->groups.size(), 2u);
  EXPECT_EQ(report->groups[0].label, "Large");
  EXPECT_EQ(report->groups[1].label, "(other)");
  double requests = 0;
  for (const double value : report->series.values) requests += value;
  EXPECT_EQ(static_cast<double>(report->groups[0].n + report->groups[1].n), requests);
  for (std::size_t h = 0; h < report->forecast.days.size(); ++h) {
    EXPECT_NEAR(report->forecast.days[h].mean,
                report->groups[0].forecast.days[h].mean + report->groups[1].forecast.days[h].mean,
                1e-9);
  }
  const Json answer = to_json(*report);
  EXPECT_EQ(answer["by"].as_string(), "borough");
  EXPECT_EQ(answer["groups"].items().size(), 2u);
}

TEST(ForecastWarnings, SayThatNothingBeatsTheLastWeekAndThatOriginsAreFew) {
  ForecastReport report;
  report.forecast.scores[0].mase = 1;
  report.forecast.chosen_scores.mase = 1;
  const auto warnings = forecast_warnings(report);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0].code, "no_better_than_naive");
  EXPECT_EQ(warnings[1].code, "few_origins");
}

TEST(SeriesReport, InLessThanTwoYearsShiftsMayBeTheTimeOfYearWhichIsSaid) {
  const auto shifts_in = [](int days) {
    DailyCounts counts;
    counts.first_day = day_of(2022, 1, 1);
    for (int day = 0; day < days; ++day) {
      const double noise = day * 7919 % 31 - 15;
      counts.values.push_back(
          std::round(300 + 90 * std::sin(day * 2 * 3.14159265 / 365.25) + noise));
    }
    return series_report(SeriesName::kRequestsCreated,
                         training_series(counts, std::nullopt).value(), nullptr, std::nullopt,
                         std::nullopt)
        .value();
  };
  const SeriesReport short_one = shifts_in(600);
  EXPECT_FALSE(short_one.changes.empty());
  ASSERT_EQ(series_warnings(short_one).size(), 1U);
  EXPECT_EQ(series_warnings(short_one)[0].code, "season_unknown");
  const SeriesReport long_one = shifts_in(1100);
  EXPECT_TRUE(long_one.changes.empty());
  EXPECT_TRUE(series_warnings(long_one).empty());
  EXPECT_TRUE(series_warnings(SeriesReport()).empty()) << "no shift";
}

TEST(SeriesReport, AStrangeDayIsNoLevelAndNoLevelIsBelowNone) {
  // About three requests a day, and one day of two hundred.
  std::vector<std::string> created;
  for (int day = 0; day < 240; ++day) {
    const auto date = calendar::format_date(day_of(2024, 1, 1) + day);
    const int count = day == 120 ? 200 : 3 + day * 7 % 3 - 1;
    for (int i = 0; i < count; ++i)
      created.push_back(concat(date, " 1", i % 10, ":", 10 + i % 50, ":07"));
  }
  const auto counts = daily_created(requests_created_at(created), {});
  const auto report =
      series_report(SeriesName::kRequestsCreated, training_series(counts, std::nullopt).value(),
                    nullptr, std::nullopt, std::nullopt)
          .value();
  ASSERT_EQ(report.ranges.anomalies.size(), 1U);
  EXPECT_EQ(calendar::format_date(report.series.day(report.ranges.anomalies[0].index)),
            "2024-04-30");
  EXPECT_TRUE(report.changes.empty());
}

TEST(IsTold, AShiftThatMayBeChanceIsNot) {
  series::LevelShift shift;
  EXPECT_FALSE(is_told(shift));
  shift.relative = 0.5;
  shift.relative_ci95 = {0.1, 0.9};
  EXPECT_TRUE(is_told(shift));
  shift.relative_ci95 = {-0.1, 1.1};
  EXPECT_FALSE(is_told(shift));
  shift.relative = -0.09;
  shift.relative_ci95 = {-0.1, -0.08};
  EXPECT_FALSE(is_told(shift)) << "small";
}

}  // namespace
}  // namespace hark::insight
