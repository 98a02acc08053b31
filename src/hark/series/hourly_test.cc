#include "hark/series/hourly.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/stats/random.h"

namespace hark::series {
namespace {

const std::int32_t kFirst = calendar::days_from_civil(2023, 1, 2);  // a Monday

/// How busy an hour is, in truth: two peaks on working days, one at the weekend.
double intensity(std::size_t day, std::size_t hour) {
  const bool is_weekend = day % 7 >= 5;
  const auto bump = [&](double at, double width) {
    return std::exp(-std::pow((static_cast<double>(hour) - at) / width, 2));
  };
  return is_weekend ? 0.3 + 3 * bump(13, 4) : 0.5 + 9 * bump(10, 2.5) + 6 * bump(15, 3);
}

std::int64_t draw_poisson(double mean, stats::Pcg64& random) {
  // Knuth: fine for means below a hundred.
  const double limit = std::exp(-mean);
  double product = random.uniform_open();
  std::int64_t count = 0;
  while (product > limit) {
    product *= random.uniform_open();
    ++count;
  }
  return count;
}

/// A city whose days differ by more than chance.
std::vector<HoursOfDay> simulate(std::size_t num_days, std::uint64_t seed) {
  stats::Pcg64 random(seed, 24);
  std::vector<HoursOfDay> days(num_days);
  for (std::size_t day = 0; day < num_days; ++day) {
    const double busy = std::exp(0.15 * stats::normal_quantile(random.uniform_open()));
    for (std::size_t hour = 0; hour < kHours; ++hour)
      days[day][hour] = draw_poisson(2 * busy * intensity(day, hour), random);
  }
  return days;
}

HourlySeries series_of(const std::vector<HoursOfDay>& hours) {
  std::vector<double> sums;
  for (const HoursOfDay& day : hours) {
    double sum = 0;
    for (const std::int64_t count : day) sum += static_cast<double>(count);
    sums.push_back(sum);
  }
  return hourly_series(fill_missing(kFirst, sums).value(), kFirst, hours);
}

Forecast forecast_of(const HourlySeries& series, std::size_t num_origins, std::size_t horizon) {
  const CalendarFeatures features(kFirst, series.days.size() + kScoredHorizon, nullptr);
  ForecastOptions options;
  options.horizon = horizon;
  options.origins = backtest_origins(series.days.size(), num_origins, 28);
  return forecast_series(series.days, features, options).value();
}

TEST(Hourly, HoursAddUpToTheDayAreNeverNegativeAndBeatTheWeekBefore) {
  const HourlySeries series = series_of(simulate(900, 1));
  const Forecast days = forecast_of(series, 24, 14);
  const auto hours = forecast_hours(series, days.origins, 12, days.days);
  ASSERT_TRUE(hours) << hours.error().to_string();
  ASSERT_EQ(hours->hours.size(), 14 * kHours);
  for (std::size_t day = 0; day < 14; ++day) {
    double sum = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
      const DayForecast& at = hours->hours[day * kHours + hour];
      EXPECT_EQ(at.day, days.days[day].day);
      EXPECT_GE(at.low95, 0);
      EXPECT_LE(at.low95, at.low80);
      EXPECT_LE(at.high80, at.high95);
      sum += at.mean;
    }
    EXPECT_NEAR(sum, days.days[day].mean, 1e-9 * sum);
  }
  const HourlyScores& scores = hours->scores;
  EXPECT_EQ(scores.num_origins, 12U);
  EXPECT_EQ(scores.shares.n, 12 * 28 * kHours);
  // Two Poisson counts differ by √2 of what one differs from its mean.
  EXPECT_LT(scores.shares.mase, 0.85 * scores.naive.mase);
  EXPECT_NEAR(scores.shares.coverage80, 0.80, 0.05);
  EXPECT_NEAR(scores.shares.coverage95, 0.95, 0.03);
  EXPECT_NEAR(scores.naive.coverage80, 0.80, 0.05);
}

// The slow version: scores of seasonal naive hour by hour from the definition.
TEST(Hourly, TheScaleAndTheNaiveErrorAreThoseOfTheDefinition) {
  const auto counts = simulate(200, 2);
  const HourlySeries series = series_of(counts);
  const Forecast days = forecast_of(series, 3, 7);
  const auto hours = forecast_hours(series, days.origins, 1, days.days);
  ASSERT_TRUE(hours) << hours.error().to_string();
  EXPECT_EQ(hours->scores.num_origins, 1U);
  const std::size_t origin = days.origins.back().origin;
  const auto at = [&](std::size_t t) { return static_cast<double>(counts[t / 24][t % 24]); };
  double scale = 0;
  for (std::size_t t = 168; t < origin * 24; ++t) scale += std::abs(at(t) - at(t - 168));
  scale /= static_cast<double>(origin * 24 - 168);
  EXPECT_NEAR(hourly_mase_scale(series, origin), scale, 1e-12);
  double error = 0;
  for (std::size_t h = 0; h < 28 * 24; ++h)
    error += std::abs(at(origin * 24 + h) - at(origin * 24 - 168 + h % 168));
  EXPECT_NEAR(hours->scores.naive.mase, error / (28 * 24) / scale, 1e-9);
}

TEST(Hourly, SharesAreThoseOfTheWeekdayLatelyAndSumToOne) {
  const auto counts = simulate(300, 3);
  const HourlySeries series = series_of(counts);
  const HourShares shares = hour_shares(series, 280);
  for (std::size_t weekday = 0; weekday < 7; ++weekday) {
    double sum = 0;
    double truth = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) truth += intensity(weekday, hour);
    for (std::size_t hour = 0; hour < kHours; ++hour) {
      sum += shares[weekday][hour];
      EXPECT_NEAR(shares[weekday][hour], intensity(weekday, hour) / truth, 0.03);
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
  // What comes after the origin says nothing before it.
  auto later = counts;
  for (std::size_t day = 280; day < 300; ++day) later[day].fill(500);
  EXPECT_EQ(hour_shares(series_of(later), 280), shares);
  // By hand: two weeks, of which the older counts 2^(-1/8).
  std::vector<HoursOfDay> two(14);
  for (std::size_t day = 0; day < 14; ++day) two[day][day < 7 ? 3 : 4] = 24;
  const double old_one = std::exp2(-1.0 / 8);
  const double usual = old_one / (1 + old_one);
  EXPECT_NEAR(hour_shares(series_of(two), 14)[2][3],
              (24 * old_one + 24 * usual) / (24 * old_one + 24 + 24), 1e-12);
  EXPECT_NEAR(hour_shares(series_of(two), 0)[0][0], 1.0 / 24, 1e-12);
}

TEST(Hourly, AMissingDayTakesTheHoursOfTheWeekBeforeAndIsNotScored) {
  auto counts = simulate(200, 4);
  std::vector<double> sums;
  for (const HoursOfDay& day : counts) {
    double sum = 0;
    for (const std::int64_t count : day) sum += static_cast<double>(count);
    sums.push_back(sum);
  }
  for (const std::size_t day : {3U, 190U}) sums[day] = std::nan("");
  counts[3].fill(-1);
  counts[190].fill(-1);
  const HourlySeries series = hourly_series(fill_missing(kFirst, sums).value(), kFirst, counts);
  for (std::size_t hour = 0; hour < kHours; ++hour) {
    EXPECT_EQ(series.values[3 * 24 + hour], static_cast<double>(counts[10][hour]));
    EXPECT_EQ(series.values[190 * 24 + hour], static_cast<double>(counts[183][hour]));
  }
  const Forecast days = forecast_of(series, 3, 7);
  const auto hours = forecast_hours(series, days.origins, 1, days.days);
  ASSERT_TRUE(hours);
  EXPECT_EQ(hours->scores.shares.n, 27 * kHours);
}

TEST(Hourly, BoundsKnowNothingOfWhatCameAfterTheOrigin) {
  const auto counts = simulate(200, 6);
  const HourlySeries series = series_of(counts);
  // Origins a week apart: forecasts from the ones before reach beyond the last.
  const CalendarFeatures features(kFirst, series.days.size() + kScoredHorizon, nullptr);
  ForecastOptions options;
  options.origins = backtest_origins(series.days.size(), 12, 7);
  const Forecast days = forecast_series(series.days, features, options).value();
  auto changed = counts;
  for (std::size_t day = days.origins.back().origin; day < changed.size(); ++day)
    changed[day].fill(40);
  const auto as_it_was = forecast_hours(series, days.origins, 1, days.days);
  const auto after = forecast_hours(series_of(changed), days.origins, 1, days.days);
  ASSERT_TRUE(as_it_was && after);
  EXPECT_EQ(after->scores.shares.width80, as_it_was->scores.shares.width80);
  EXPECT_EQ(after->scores.naive.width95, as_it_was->scores.naive.width95);
  EXPECT_NE(after->scores.shares.mase, as_it_was->scores.shares.mase);
}

TEST(Hourly, TooFewDaysToBoundAnyOriginAreRefused) {
  const HourlySeries series = series_of(simulate(100, 5));
  const Forecast days = forecast_of(series, 12, 7);
  ASSERT_EQ(days.origins.size(), 1U);
  const auto hours = forecast_hours(series, days.origins, 12, days.days);
  ASSERT_FALSE(hours);
  EXPECT_EQ(hours.error().code(), ErrorCode::kInvalidInput);
}

// Of 400 cities the intervals of an hour's lift hold the truth in 95 ± 3 %.
TEST(Hourly, TheLiftOfAnHourOfTheWeekIsCoveredByItsInterval) {
  double truth = 0;
  for (std::size_t h = 0; h < 168; ++h) truth += intensity(h / 24, h % 24) / 168;
  int covered = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const auto hours = hours_of_week(series_of(simulate(7 * 12 + 3, seed)));
    ASSERT_EQ(hours.size(), 168U);
    const HourOfWeek& monday_at_ten = hours[10];
    const double lift = intensity(0, 10) / truth;
    if (monday_at_ten.ci95.low <= lift && lift <= monday_at_ten.ci95.high) ++covered;
  }
  EXPECT_NEAR(covered / 400.0, 0.95, 0.03);
  EXPECT_TRUE(hours_of_week(series_of(simulate(27, 1))).empty());
}

}  // namespace
}  // namespace hark::series
