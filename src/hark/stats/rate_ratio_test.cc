#include "hark/stats/rate_ratio.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/stats/distributions.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

/// Solves A x = b by Gauss' elimination with pivots.
Vector solve(Matrix a, Vector b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < n; ++r)
      if (std::abs(a[r][i]) > std::abs(a[pivot][i])) pivot = r;
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = a[r][i] / a[i][i];
      for (std::size_t c = i; c < n; ++c) a[r][c] -= factor * a[i][c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
  return b;
}

struct SlowFit {
  double log_ratio = 0;
  double variance = 0;  ///< of log_ratio, dispersion left out
  double dispersion = 0;
};

/// The definition: iteratively re-weighted least squares with a column per weekday and one for B.
/// Every weekday of `days` must have counts.
SlowFit slow_fit(const std::vector<RateDay>& days, std::size_t num_strata) {
  const std::size_t k = num_strata + 1;
  const auto columns_of = [&](const RateDay& day) {
    Vector x(k, 0.0);
    x[day.stratum] = 1;
    x[num_strata] = day.is_in_b ? 1 : 0;
    return x;
  };
  double mean = 0;
  for (const RateDay& day : days) mean += static_cast<double>(day.count);
  Vector beta(k, std::log(mean / static_cast<double>(days.size())));
  Matrix information;
  for (int step = 0; step < 100; ++step) {
    information.assign(k, Vector(k, 0.0));
    Vector score(k, 0.0);
    for (const RateDay& day : days) {
      const Vector x = columns_of(day);
      double eta = 0;
      for (std::size_t i = 0; i < k; ++i) eta += x[i] * beta[i];
      const double mu = std::exp(eta);
      for (std::size_t i = 0; i < k; ++i) {
        score[i] += x[i] * (static_cast<double>(day.count) - mu + mu * eta);
        for (std::size_t j = 0; j < k; ++j) information[i][j] += x[i] * x[j] * mu;
      }
    }
    beta = solve(information, score);
  }
  SlowFit fit;
  fit.log_ratio = beta[num_strata];
  Vector unit(k, 0.0);
  unit[num_strata] = 1;
  fit.variance = solve(information, unit)[num_strata];
  double pearson = 0;
  for (const RateDay& day : days) {
    const Vector x = columns_of(day);
    double eta = 0;
    for (std::size_t i = 0; i < k; ++i) eta += x[i] * beta[i];
    const double mu = std::exp(eta);
    pearson += (static_cast<double>(day.count) - mu) * (static_cast<double>(day.count) - mu) / mu;
  }
  fit.dispersion = pearson / static_cast<double>(days.size() - k);
  return fit;
}

/// Days of a week's pattern whose rates differ from day to day more than chance: each day's mean is
/// drawn around the weekday's.
std::vector<RateDay> city(Pcg64& random, std::int32_t days_a, std::int32_t days_b, double ratio,
                          double spread, double level) {
  const double week[] = {1.3, 1.2, 1.1, 1.1, 1.0, 0.7, 0.6};
  std::vector<RateDay> days;
  for (std::int32_t day = 0; day < days_a + days_b; ++day) {
    const bool is_in_b = day >= days_a;
    const double mean = level * week[day % 7] * (is_in_b ? ratio : 1);
    const double drawn =
        lognormal_quantile(random.uniform_open(), std::log(mean) - spread * spread / 2, spread);
    days.push_back({day, poisson_quantile(random.uniform_open(), drawn),
                    static_cast<std::uint32_t>(day % 7), is_in_b});
  }
  return days;
}

TEST(RateRatio, EqualsIterativelyReweightedLeastSquares) {
  Pcg64 random(311, 1);
  for (const auto& [days_a, days_b] : {std::pair{14, 14}, {30, 11}, {7, 200}, {60, 3}}) {
    for (const double level : {2.0, 40.0, 9000.0}) {
      const auto days = city(random, days_a, days_b, 1.4, 0.2, level);
      const RateRatio fast = rate_ratio(days).value();
      const SlowFit slow = slow_fit(days, 7);
      EXPECT_NEAR(std::log(*fast.ratio), slow.log_ratio, 1e-10);
      EXPECT_NEAR(*fast.dispersion, slow.dispersion, 1e-9 * slow.dispersion);
      EXPECT_EQ(fast.df, static_cast<double>(days.size() - 8));
      const double error = std::sqrt(slow.dispersion * slow.variance);
      const double width = student_t_quantile(0.975, fast.df) * error;
      EXPECT_NEAR(std::log(fast.ci95->low), slow.log_ratio - width, 1e-8);
      EXPECT_NEAR(std::log(fast.ci95->high), slow.log_ratio + width, 1e-8);
      EXPECT_NEAR(*fast.p, student_t_two_sided(slow.log_ratio / error, fast.df), 1e-8);
      EXPECT_NEAR(*fast.log10_p, std::log10(*fast.p), 1e-10);
    }
  }
}

TEST(RateRatio, IsTheRatioOfMeansWhereWeekdaysAreBalanced) {
  std::vector<RateDay> days;
  for (std::int32_t day = 0; day < 28; ++day)
    days.push_back({day, 10 + day, static_cast<std::uint32_t>(day % 7), day >= 14});
  const RateRatio result = rate_ratio(days).value();
  EXPECT_EQ(result.days_a, 14);
  EXPECT_EQ(result.total_a, 231);
  EXPECT_EQ(result.total_b, 427);
  EXPECT_NEAR(*result.ratio, 427.0 / 231.0, 1e-12);
}

TEST(RateRatio, AnotherMixOfWeekdaysIsNotAChange) {
  std::vector<RateDay> days;  // A has weekdays only, B has the quiet weekend too
  for (std::int32_t day = 0; day < 28; ++day) {
    const std::uint32_t weekday = static_cast<std::uint32_t>(day % 7);
    if (day < 14 && weekday >= 5) continue;
    days.push_back({day, weekday >= 5 ? 10 : 100, weekday, day >= 14});
  }
  EXPECT_NEAR(*rate_ratio(days)->ratio, 1, 1e-12);
}

TEST(RateRatio, IntervalsHoldTheTruthInNinetyFivePercentOfOverdispersedCities) {
  constexpr int kSeeds = 400;
  int num_covered = 0;
  double dispersion = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Pcg64 random(seed, 42);
    const RateRatio result = rate_ratio(city(random, 70, 42, 1.08, 0.15, 200)).value();
    num_covered += result.ci95->low <= 1.08 && 1.08 <= result.ci95->high ? 1 : 0;
    dispersion += *result.dispersion / kSeeds;
  }
  EXPECT_GE(num_covered, kSeeds * 92 / 100);
  EXPECT_LE(num_covered, kSeeds * 98 / 100);
  EXPECT_GT(dispersion, 4) << "days differ by more than chance, and that is seen";
}

TEST(RateRatio, PoissonCountsHaveADispersionOfOne) {
  Pcg64 random(7, 7);
  const RateRatio result = rate_ratio(city(random, 700, 700, 1, 1e-9, 50)).value();
  EXPECT_NEAR(*result.dispersion, 1, 0.1);
  EXPECT_NEAR(*result.autocorrelation, 0, 0.1);
}

TEST(RateRatio, NeighbouringDaysThatAreAlikeAreSeen) {
  std::vector<RateDay> days;  // a slow wave through both periods
  for (std::int32_t day = 0; day < 140; ++day) {
    const double wave = 100 + 40 * std::sin(day / 9.0);
    days.push_back({day, std::llround(wave), static_cast<std::uint32_t>(day % 7), day >= 70});
  }
  EXPECT_GT(*rate_ratio(days)->autocorrelation, 0.8);
}

TEST(RateRatio, WhatTheDaysCannotTellIsAbsent) {
  // Two days of one weekday: a ratio, and nothing to judge it by.
  const RateRatio two =
      rate_ratio(std::vector<RateDay>{{0, 40, 0, false}, {7, 60, 0, true}}).value();
  EXPECT_NEAR(*two.ratio, 1.5, 1e-12);
  EXPECT_FALSE(two.dispersion || two.ci95 || two.p || two.autocorrelation);
  // No counts in one period, and a single day in the other.
  const std::vector<RateDay> fresh{{0, 0, 0, false}, {7, 0, 0, false}, {14, 3, 0, true}};
  EXPECT_FALSE(rate_ratio(fresh)->ratio) << "nothing to compare with";
  EXPECT_FALSE(rate_ratio(fresh)->p);
  const std::vector<RateDay> nothing{{0, 0, 0, false}, {7, 0, 0, false}, {14, 0, 0, true}};
  EXPECT_FALSE(rate_ratio(nothing)->ratio || rate_ratio(nothing)->p);
  // Counts that follow the model to the last one.
  const std::vector<RateDay> exact{{0, 5, 0, false}, {7, 5, 0, false}, {14, 5, 0, true}};
  EXPECT_EQ(rate_ratio(exact)->dispersion, 0.0);
  EXPECT_FALSE(rate_ratio(exact)->ci95);
}

TEST(RateRatio, WhatStoppedOrBeganIsTestedWithoutARatio) {
  // As many days of each weekday in both periods: half of all counts are expected in each, and t is
  // minus the root of the counts, over that of the dispersion.
  std::vector<RateDay> stopped;
  std::vector<RateDay> began;
  double total = 0;
  double pearson = 0;
  for (std::int32_t day = 0; day < 56; ++day) {
    const std::int64_t count = day < 28 ? 3 + day * 5 % 11 : 0;
    stopped.push_back({day, count, 0, day >= 28});
    began.push_back({day, day < 28 ? 0 : 3 + (day - 28) * 5 % 11, 0, day >= 28});
    total += static_cast<double>(count);
  }
  for (std::int32_t day = 0; day < 28; ++day) {
    const auto count = static_cast<double>(stopped[static_cast<std::size_t>(day)].count);
    pearson += std::pow(count - total / 28, 2) / (total / 28);
  }
  const RateRatio gone = rate_ratio(stopped).value();
  EXPECT_EQ(gone.ratio, 0.0);
  EXPECT_EQ(gone.df, 27);
  EXPECT_NEAR(*gone.dispersion, pearson / 27, 1e-12);
  ASSERT_GT(*gone.dispersion, 1);
  EXPECT_NEAR(*gone.t, -std::sqrt(total / *gone.dispersion), 1e-12);
  EXPECT_LT(*gone.p, 1e-10);
  EXPECT_FALSE(gone.ci95);
  const RateRatio fresh = rate_ratio(began).value();
  EXPECT_FALSE(fresh.ratio);
  EXPECT_NEAR(*fresh.t, -*gone.t, 1e-12);
  EXPECT_EQ(fresh.p, gone.p);
  // Days that are all alike say no more than Poisson's: three requests and then none are nothing.
  std::vector<RateDay> few;
  for (std::int32_t day = 0; day < 6; ++day) few.push_back({day, day < 3 ? 1 : 0, 0, day >= 3});
  EXPECT_NEAR(*rate_ratio(few)->t, -std::sqrt(3.0), 1e-12);
  EXPECT_GT(*rate_ratio(few)->p, 0.05);
}

TEST(RateRatio, DaysOfRestTakeNoDegreeOfFreedom) {
  std::vector<RateDay> open;
  std::vector<RateDay> with_rest;
  for (std::int32_t day = 0; day < 28; ++day) {
    const RateDay it{day, day % 7 < 5 ? 20 + day % 3 : 0, static_cast<std::uint32_t>(day % 7),
                     day >= 14};
    with_rest.push_back(it);
    if (day % 7 < 5) open.push_back(it);
  }
  EXPECT_EQ(rate_ratio(with_rest)->df, 20 - 5 - 1);
  EXPECT_EQ(rate_ratio(with_rest)->ci95->low, rate_ratio(open)->ci95->low);
}

TEST(RateRatio, RefusesWhatCannotBeCompared) {
  const std::vector<RateDay> one_sided{{0, 4, 0, false}, {7, 6, 0, false}};
  EXPECT_EQ(rate_ratio(one_sided).error().code(), ErrorCode::kInvalidInput);
  const std::vector<RateDay> other_weekday{{0, 4, 0, false}, {1, 6, 1, true}};
  EXPECT_NE(rate_ratio(other_weekday).error().message().find("weekday"), std::string::npos);
  const std::vector<RateDay> unordered{{7, 4, 0, false}, {0, 6, 0, true}};
  EXPECT_FALSE(rate_ratio(unordered));
  const std::vector<RateDay> negative{{0, -4, 0, false}, {7, 6, 0, true}};
  EXPECT_FALSE(rate_ratio(negative));
}

}  // namespace
}  // namespace hark::stats
