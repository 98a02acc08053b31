#include "hark/series/dynamic_regression.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/stats/random.h"

namespace hark::series {
namespace {

constexpr std::int32_t kFirst = calendar::days_from_civil(2021, 12, 1);

double entry(const CalendarFeatures& features, std::size_t day, std::size_t column) {
  for (const auto& [c, value] : features.row(day))
    if (c == column) return value;
  return 0;
}

// The model as one normal distribution of all days: the forecast is the conditional mean.
TEST(DynamicRegression, EqualsTheConditionalMeanOfTheWholeNormalModel) {
  const auto holidays = calendar::HolidayCalendar::named("CA-BC").value();
  constexpr std::size_t kDays = 60, kAhead = 14;
  const CalendarFeatures features(kFirst, kDays + kAhead, &holidays);
  const RegressionOptions options;
  DailySeries series;
  series.first_day = kFirst;
  stats::Pcg64 random(5, 5);
  for (std::size_t t = 0; t < kDays; ++t) {
    // Small noise, so that no day is outlying and the filter is linear.
    const double root = 30 + (t % 7 < 5 ? 3 : -6) + 0.5 * random.uniform();
    series.values.push_back(root * root - 0.375);
    series.is_filled.push_back(0);
  }
  series.is_filled[40] = 1;

  constexpr auto kAll = static_cast<Eigen::Index>(kDays + kAhead);
  double start = 0;
  for (std::size_t t = 0; t < 7; ++t) start += to_root(series.values[t]) / 7;
  Eigen::MatrixXd covariance(kAll, kAll);
  const double phi = options.disturbance_memory;
  for (Eigen::Index a = 0; a < kAll; ++a) {
    for (Eigen::Index b = 0; b < kAll; ++b) {
      const auto earlier = static_cast<double>(std::min(a, b));
      double c = 100 + options.level_variance * earlier;
      c += options.disturbance_variance / (1 - phi * phi) *
           std::pow(phi, static_cast<double>(std::abs(a - b)));
      for (std::size_t k = 0; k < features.num_columns(); ++k) {
        c += entry(features, static_cast<std::size_t>(a), k) *
             entry(features, static_cast<std::size_t>(b), k) *
             (features.prior_variance()[k] + features.daily_variance()[k] * earlier);
      }
      covariance(a, b) = c + (a == b ? 1 : 0);
    }
  }
  OriginTable out(30, kDays, kAhead);
  forecast_by_regression(series, features, options, out);
  for (const std::size_t origin : {30, 45, 60}) {
    std::vector<Eigen::Index> known;
    for (std::size_t t = 0; t < origin; ++t)
      if (series.is_filled[t] == 0) known.push_back(static_cast<Eigen::Index>(t));
    Eigen::VectorXd y(static_cast<Eigen::Index>(known.size()));
    for (std::size_t i = 0; i < known.size(); ++i)
      y[static_cast<Eigen::Index>(i)] =
          to_root(series.values[static_cast<std::size_t>(known[i])]) - start;
    const Eigen::VectorXd weights = covariance(known, known).ldlt().solve(y);
    for (std::size_t h = 0; h < kAhead; ++h) {
      const std::vector<Eigen::Index> day = {static_cast<Eigen::Index>(origin + h)};
      const double expected = start + (covariance(day, known) * weights)(0);
      EXPECT_NEAR(out.row(origin)[h], expected, 1e-6) << origin << " + " << h;
    }
  }
}

TEST(DynamicRegression, AStrangeDayHardlyMovesTheForecast) {
  const CalendarFeatures features(kFirst, 150, nullptr);
  DailySeries series;
  series.first_day = kFirst;
  stats::Pcg64 random(8, 5);
  for (std::size_t t = 0; t < 100; ++t) {
    series.values.push_back(400 + (t % 7 < 5 ? 50 : -125) +
                            20 * stats::normal_quantile(random.uniform_open()));
    series.is_filled.push_back(0);
  }
  OriginTable before(100, 100, 28);
  forecast_by_regression(series, features, {}, before);
  series.values[98] = 5000;
  OriginTable after(100, 100, 28);
  forecast_by_regression(series, features, {}, after);
  EXPECT_NEAR(from_root(after.row(100)[13]), from_root(before.row(100)[13]), 40);
}

TEST(CalendarFeatures, HolidaysDaysInLieuAndTheirNeighboursAreTold) {
  const auto holidays = calendar::HolidayCalendar::named("CA-BC").value();
  const CalendarFeatures with(kFirst, 90, &holidays);
  const CalendarFeatures without(kFirst, 90, nullptr);
  EXPECT_EQ(without.num_columns(), 12U);
  EXPECT_GT(with.num_columns(), 30U);
  const auto row_size = [&](unsigned month, unsigned day) {
    const std::int32_t year = month == 12 ? 2021 : 2022;
    return with.row(static_cast<std::size_t>(calendar::days_from_civil(year, month, day) - kFirst))
        .size();
  };
  // An ordinary Wednesday: its weekday and three harmonics.
  EXPECT_EQ(row_size(12, 8), 7U);
  // Sunday: all six contrasts.
  EXPECT_EQ(row_size(12, 12), 12U);
  // Saturday 1 January 2022: a weekend holiday with its name; Monday the 3rd in lieu of it; the
  // Tuesday after; Friday 24 December: its own part of the year's end, before Monday the 27th.
  EXPECT_EQ(row_size(1, 1), 9U);
  EXPECT_EQ(row_size(1, 3), 9U);
  EXPECT_EQ(row_size(1, 4), 8U);
  EXPECT_EQ(row_size(12, 24), 9U);
  // The Friday before Family Day, a Monday, is beside it; the Thursday is not.
  EXPECT_EQ(row_size(2, 18), 8U);
  EXPECT_EQ(row_size(2, 17), 7U);
}

}  // namespace
}  // namespace hark::series
