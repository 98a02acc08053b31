#include "hark/series/volume_drivers.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "hark/calendar/civil.h"
#include "hark/stats/random.h"

namespace hark::series {
namespace {

const std::int32_t kFirst = calendar::days_from_civil(2021, 1, 1);
constexpr std::array<double, 7> kWeek = {0.25, 0.1, 0.05, 0, -0.05, -0.15, -0.2};  // sums to 0
constexpr double kTrend = 0.04;                                                    // a year
constexpr double kHoliday = -0.5;

double month_of(std::int32_t day) {
  return 0.1 * std::cos(2 * M_PI * (calendar::civil_from_days(day).month - 1) / 12);
}

/// Counts with planted effects and noise with memory; `shift` is added from the 400th day on.
std::vector<double> simulate(std::size_t num_days, double shift, double memory, std::uint64_t seed,
                             bool has_holidays = true) {
  const auto holidays = calendar::HolidayCalendar::named("CA-BC").value();
  stats::Pcg64 random(seed, 1);
  double rest = 0;
  std::vector<double> out;
  for (std::size_t i = 0; i < num_days; ++i) {
    const std::int32_t day = kFirst + static_cast<std::int32_t>(i);
    rest = memory * rest +
           0.08 * std::sqrt(1 - memory * memory) * stats::normal_quantile(random.uniform_open());
    double log_count = 7 + kWeek[calendar::weekday_from_days(day)] + month_of(day) +
                       kTrend * static_cast<double>(i) / 365.25 + rest;
    if (has_holidays && holidays.on(day)) log_count += kHoliday;
    if (i >= 400) log_count += shift;
    out.push_back(std::exp(log_count));
  }
  return out;
}

std::map<std::pair<Driver, std::int32_t>, DriverEffect> by_name(const VolumeDrivers& drivers) {
  std::map<std::pair<Driver, std::int32_t>, DriverEffect> out;
  for (const DriverEffect& effect : drivers.effects) out[{effect.driver, effect.which}] = effect;
  return out;
}

// The slow version: every level but the first is a column of its own, R² by a QR of the whole
// table, shares by the mean over all orders of the drivers, effects and errors with full matrices.
TEST(VolumeDrivers, EffectsIntervalsAndSharesEqualTheTextbooks) {
  const auto values = simulate(740, 0, 0.3, 17);
  const auto calendar = calendar::HolidayCalendar::named("CA-BC").value();
  const auto drivers = volume_drivers(kFirst, values, &calendar);
  ASSERT_TRUE(drivers) << drivers.error().to_string();
  ASSERT_EQ(drivers->shares.size(), 4U) << "there is no shift of the level to find";

  const auto n = static_cast<Eigen::Index>(values.size());
  Eigen::VectorXd y(n);
  std::vector<std::vector<Eigen::VectorXd>> groups(4);
  const auto dummy = [&](const std::function<bool(std::int32_t)>& is_one) {
    Eigen::VectorXd column(n);
    for (Eigen::Index t = 0; t < n; ++t)
      column[t] = is_one(kFirst + static_cast<std::int32_t>(t)) ? 1 : 0;
    return column;
  };
  for (Eigen::Index t = 0; t < n; ++t) y[t] = std::log(values[static_cast<std::size_t>(t)]);
  for (unsigned d = 1; d < 7; ++d)
    groups[0].push_back(
        dummy([&](std::int32_t day) { return calendar::weekday_from_days(day) == d; }));
  for (int m = 2; m <= 12; ++m)
    groups[1].push_back(
        dummy([&](std::int32_t day) { return calendar::civil_from_days(day).month == m; }));
  const auto in_lieu = [&](std::int32_t day) {
    for (const int step : {-1, 0, 1})
      for (const std::int32_t off : calendar.in_lieu(calendar::civil_from_days(day).year + step))
        if (off == day) return true;
    return false;
  };
  const auto is_holiday = [&](std::int32_t day) { return calendar.on(day).has_value(); };
  groups[2].push_back(dummy(is_holiday));
  groups[2].push_back(dummy([&](std::int32_t day) { return !is_holiday(day) && in_lieu(day); }));
  groups[2].push_back(dummy([&](std::int32_t day) {
    return !is_holiday(day) && !in_lieu(day) && (is_holiday(day - 1) || in_lieu(day - 1));
  }));
  groups[3].push_back(Eigen::VectorXd::LinSpaced(n, 0, static_cast<double>(n - 1) / 365.25));

  const auto table = [&](const std::vector<std::size_t>& which) {
    std::vector<Eigen::VectorXd> columns = {Eigen::VectorXd::Ones(n)};
    for (const std::size_t g : which)
      columns.insert(columns.end(), groups[g].begin(), groups[g].end());
    Eigen::MatrixXd x(n, static_cast<Eigen::Index>(columns.size()));
    for (std::size_t j = 0; j < columns.size(); ++j)
      x.col(static_cast<Eigen::Index>(j)) = columns[j];
    return x;
  };
  const double all_squares = (y.array() - y.mean()).square().sum();
  const auto r_squared = [&](const std::vector<std::size_t>& which) {
    const Eigen::MatrixXd x = table(which);
    return 1 - (y - x * x.householderQr().solve(y)).squaredNorm() / all_squares;
  };
  std::vector<std::size_t> order = {0, 1, 2, 3};
  std::array<double, 4> shares{};
  int num_orders = 0;
  do {
    ++num_orders;
    std::vector<std::size_t> before;
    for (const std::size_t g : order) {
      const double without = r_squared(before);
      before.push_back(g);
      shares[g] += r_squared(before) - without;
    }
  } while (std::ranges::next_permutation(order).found);
  for (std::size_t g = 0; g < 4; ++g) {
    EXPECT_NEAR(drivers->shares[g].share, shares[g] / num_orders, 1e-9) << g;
    EXPECT_NEAR(drivers->shares[g].alone, r_squared({g}), 1e-9);
    std::vector<std::size_t> others = {0, 1, 2, 3};
    std::erase(others, g);
    EXPECT_NEAR(drivers->shares[g].added_last, r_squared({0, 1, 2, 3}) - r_squared(others), 1e-9);
  }
  EXPECT_NEAR(drivers->r_squared, r_squared({0, 1, 2, 3}), 1e-9);

  const Eigen::MatrixXd x = table({0, 1, 2, 3});
  // Generalised least squares with the whole matrix of correlations.
  const auto correlations = [&](double memory) {
    Eigen::MatrixXd all(n, n);
    for (Eigen::Index s = 0; s < n; ++s)
      for (Eigen::Index t = 0; t < n; ++t)
        all(s, t) = std::pow(memory, std::abs(static_cast<double>(s - t)));
    return all;
  };
  const auto likelihood = [&](double memory) {
    const Eigen::LLT<Eigen::MatrixXd> root(correlations(memory));
    const Eigen::MatrixXd wx = root.matrixL().solve(x);
    const Eigen::VectorXd wy = root.matrixL().solve(y);
    const double squares = (wy - wx * wx.householderQr().solve(wy)).squaredNorm();
    return -0.5 * (static_cast<double>(n - x.cols()) * std::log(squares) +
                   std::log((wx.transpose() * wx).determinant())) -
           root.matrixLLT().diagonal().array().log().sum();
  };
  EXPECT_NEAR(drivers->memory, 0.3, 0.1);
  const double greatest = likelihood(drivers->memory);
  EXPECT_GT(greatest, likelihood(drivers->memory - 0.01));
  EXPECT_GT(greatest, likelihood(drivers->memory + 0.01));
  const Eigen::LLT<Eigen::MatrixXd> root(correlations(drivers->memory));
  const Eigen::MatrixXd wx = root.matrixL().solve(x);
  const Eigen::VectorXd wy = root.matrixL().solve(y);
  const Eigen::MatrixXd inverse = (wx.transpose() * wx).inverse();
  const Eigen::VectorXd b = inverse * wx.transpose() * wy;
  Eigen::MatrixXd middle = Eigen::MatrixXd::Zero(x.cols(), x.cols());
  for (Eigen::Index t = 0; t < n; ++t) {
    const double leverage = wx.row(t) * inverse * wx.row(t).transpose();
    const double rest = (wy[t] - wx.row(t) * b) / (1 - leverage);
    middle += rest * rest * wx.row(t).transpose() * wx.row(t);
  }
  const Eigen::MatrixXd covariance = inverse * middle * inverse;
  const auto expect = [&](const DriverEffect& effect, const Eigen::VectorXd& contrast) {
    const double middle_of = contrast.dot(b);
    const double reach = stats::kZ95 * std::sqrt(contrast.dot(covariance * contrast));
    EXPECT_NEAR(effect.effect, std::exp(middle_of) - 1, 1e-8);
    EXPECT_NEAR(effect.ci95.low, std::exp(middle_of - reach) - 1, 1e-8);
    EXPECT_NEAR(effect.ci95.high, std::exp(middle_of + reach) - 1, 1e-8);
  };
  const auto effects = by_name(*drivers);
  for (int d = 0; d < 7; ++d) {
    Eigen::VectorXd contrast = Eigen::VectorXd::Zero(x.cols());
    contrast.segment(1, 6).setConstant(-1.0 / 7);
    if (d > 0) contrast[d] += 1;
    expect(effects.at({Driver::kWeekday, d}), contrast);
  }
  for (int m = 1; m <= 12; ++m) {
    Eigen::VectorXd contrast = Eigen::VectorXd::Zero(x.cols());
    contrast.segment(7, 11).setConstant(-1.0 / 12);
    if (m > 1) contrast[7 + m - 2] += 1;
    expect(effects.at({Driver::kMonth, m}), contrast);
  }
  for (int k = 0; k < 3; ++k)
    expect(effects.at({Driver::kHoliday, k}), Eigen::VectorXd::Unit(x.cols(), 18 + k));
  expect(effects.at({Driver::kTrend, 0}), Eigen::VectorXd::Unit(x.cols(), 21));
}

// Of 400 cities whose rest remembers the intervals hold the truth in 95 ± 3 %.
TEST(VolumeDrivers, PlantedEffectsAreCoveredByTheirIntervals) {
  const auto calendar = calendar::HolidayCalendar::named("CA-BC").value();
  std::map<std::pair<Driver, std::int32_t>, int> covered;
  int num_right = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const auto drivers = volume_drivers(kFirst, simulate(760, 0.25, 0.4, seed), &calendar);
    ASSERT_TRUE(drivers);
    const auto effects = by_name(*drivers);
    const auto check = [&](const DriverEffect& effect, double log_truth) {
      const double truth = std::expm1(log_truth);
      if (effect.ci95.low <= truth && truth <= effect.ci95.high)
        ++covered[{effect.driver, effect.driver == Driver::kLevel ? 0 : effect.which}];
    };
    check(effects.at({Driver::kWeekday, 0}), kWeek[0]);
    check(effects.at({Driver::kWeekday, 6}), kWeek[6]);
    check(effects.at({Driver::kMonth, 1}), 0.1);  // the cosine sums to 0 over the months
    check(effects.at({Driver::kHoliday, 0}), kHoliday);
    check(effects.at({Driver::kTrend, 0}), kTrend);
    int num_levels = 0;
    for (const DriverEffect& effect : drivers->effects) {
      if (effect.driver != Driver::kLevel) continue;
      ++num_levels;
      EXPECT_NEAR(effect.which, kFirst + 400, 14) << seed;
      check(effect, 0.25);
    }
    if (num_levels == 1) ++num_right;
  }
  EXPECT_GE(num_right, 390) << "one shift and no other";
  EXPECT_EQ(covered.size(), 6U);
  for (const auto& [name, count] : covered)
    EXPECT_NEAR(count / 400.0, 0.95, 0.03) << name_of(name.first) << " " << name.second;
}

TEST(VolumeDrivers, DaysWithoutCallsAndYearsThatAreNotThereAreLeftOut) {
  auto values = simulate(1500, 0, 0, 3, false);
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 400; i < 800; ++i) values[i] = kMissing;
  for (const std::size_t i : {10U, 20U, 30U}) values[i] = 0;
  const auto drivers = volume_drivers(kFirst, values, nullptr);
  ASSERT_TRUE(drivers);
  EXPECT_EQ(drivers->days, 1500 - 400 - 3);
  EXPECT_EQ(drivers->without_count, 3);
  const auto effects = by_name(*drivers);
  EXPECT_FALSE(effects.contains({Driver::kHoliday, 0})) << "no calendar, no holidays";
  EXPECT_NEAR(effects.at({Driver::kWeekday, 0}).effect, std::expm1(kWeek[0]), 0.02);
}

TEST(VolumeDrivers, AWeekdayWithoutAnyDayHasNoEffectAndTheOthersAreAgainstTheirMean) {
  auto values = simulate(400, 0, 0, 4, false);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (calendar::weekday_from_days(kFirst + static_cast<std::int32_t>(i)) == 6)
      values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  const auto drivers = volume_drivers(kFirst, values, nullptr);
  ASSERT_TRUE(drivers);
  const auto effects = by_name(*drivers);
  EXPECT_FALSE(effects.contains({Driver::kWeekday, 6}));
  EXPECT_FALSE(effects.contains({Driver::kMonth, 1})) << "a year does not tell months from levels";
  EXPECT_FALSE(effects.contains({Driver::kTrend, 0}));
  EXPECT_NEAR(effects.at({Driver::kWeekday, 0}).effect, std::expm1(kWeek[0] + kWeek[6] / 6), 0.03);
}

TEST(VolumeDrivers, HolidaysThatCannotBeToldFromAWeekdayAreNoDriver) {
  const auto calendar = calendar::HolidayCalendar::named("CA-BC").value();
  auto values = simulate(1500, 0, 0, 5, false);
  // Saturdays and Sundays are open on holidays only, and no other holiday is.
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int32_t day = kFirst + static_cast<std::int32_t>(i);
    const bool is_weekend = calendar::weekday_from_days(day) >= 5;
    if (is_weekend != calendar.on(day).has_value())
      values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  const auto drivers = volume_drivers(kFirst, values, &calendar);
  ASSERT_TRUE(drivers) << drivers.error().to_string();
  for (const DriverEffect& effect : drivers->effects) {
    EXPECT_NE(effect.driver, Driver::kHoliday);
    EXPECT_LT(std::abs(effect.effect), 1);
  }
}

TEST(VolumeDrivers, TooFewOrEqualDaysAreRefused) {
  const auto few = volume_drivers(kFirst, std::vector<double>(55, 10.0), nullptr);
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().code(), ErrorCode::kInvalidInput);
  EXPECT_FALSE(volume_drivers(kFirst, std::vector<double>(100, 10.0), nullptr));
}

}  // namespace
}  // namespace hark::series
