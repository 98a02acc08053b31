#include "hark/stats/two_proportions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hark/stats/contingency.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

TEST(TwoProportions, DifferenceHasTheIntervalsOfNewcombesTable) {
  // Newcombe, Statistics in Medicine 17 (1998), table II, method 10; the first minus the second.
  struct Example {
    Proportion first, second;
    double low, high;
  };
  for (const Example& e :
       {Example{{56, 70}, {48, 80}, 0.0524, 0.3339}, Example{{9, 10}, {3, 10}, 0.1705, 0.8090},
        Example{{6, 7}, {2, 7}, 0.0582, 0.8062}, Example{{5, 56}, {0, 29}, -0.0381, 0.1926},
        Example{{0, 10}, {0, 20}, -0.1611, 0.2775}, Example{{0, 10}, {0, 10}, -0.2775, 0.2775},
        Example{{10, 10}, {0, 20}, 0.6791, 1.0000}}) {
    const auto result = two_proportions(e.second, e.first).value();
    EXPECT_NEAR(result.difference_ci95->low, e.low, 5e-5);
    EXPECT_NEAR(result.difference_ci95->high, e.high, 5e-5);
  }
}

TEST(TwoProportions, RatioHasThePublishedInterval) {
  // Agresti, Categorical Data Analysis (2002), sections 3.1.1 to 3.1.3: heart attacks of
  // physicians on placebo and on aspirin; ratio 1.82 (1.43 to 2.30).
  const auto result = two_proportions({104, 11'037}, {189, 11'034}).value();
  EXPECT_NEAR(*result.share_a, 0.0094, 5e-5);
  EXPECT_NEAR(*result.share_b, 0.0171, 5e-5);
  EXPECT_NEAR(*result.ratio, 1.82, 5e-3);
  EXPECT_NEAR(result.ratio_ci95->low, 1.43, 5e-3);
  EXPECT_NEAR(result.ratio_ci95->high, 2.31, 5e-3);
}

TEST(TwoProportions, TheTestIsPearsonsOfTheTwoByTwoTable) {
  const auto result = two_proportions({104, 11'037}, {189, 11'034}).value();
  const auto table = chi_square({2, 2, {104, 10'933, 189, 10'845}}).value();
  EXPECT_NEAR(*result.statistic * *result.statistic, table.chi2, 1e-9);
  EXPECT_NEAR(*result.p / table.p, 1, 1e-9);
  EXPECT_NEAR(*result.log10_p, table.log10_p, 1e-9);
}

TEST(TwoProportions, WhatCannotBeSaidIsAbsent) {
  EXPECT_FALSE(two_proportions({0, 0}, {3, 4}).value().difference);
  const auto none_in_a = two_proportions({0, 10}, {3, 10}).value();
  EXPECT_FALSE(none_in_a.ratio);
  EXPECT_TRUE(none_in_a.difference_ci95);
  const auto none_in_b = two_proportions({3, 10}, {0, 10}).value();
  EXPECT_EQ(none_in_b.ratio, 0.0);
  EXPECT_FALSE(none_in_b.ratio_ci95);
  EXPECT_FALSE(two_proportions({10, 10}, {4, 4}).value().p) << "everything succeeds";
  EXPECT_FALSE(two_proportions({5, 4}, {1, 4}));
  EXPECT_FALSE(two_proportions({-1, 4}, {1, 4}));
  EXPECT_FALSE(two_proportions({1, 4}, {1, 4}, {0, 0}));
}

TEST(TwoProportions, DispersionWidensAsFewerTrialsWould) {
  const auto wide = two_proportions({100, 400}, {200, 400}, {4, 0}).value();
  const auto few = two_proportions({25, 100}, {50, 100}).value();
  EXPECT_NEAR(wide.difference_ci95->low, few.difference_ci95->low, 1e-12);
  EXPECT_NEAR(wide.ratio_ci95->high, few.ratio_ci95->high, 1e-12);
  EXPECT_NEAR(*wide.p, *few.p, 1e-12);
  // Few degrees of freedom: the tails of Student's t.
  const auto unsure = two_proportions({100, 400}, {200, 400}, {4, 3}).value();
  EXPECT_GT(unsure.difference_ci95->high, wide.difference_ci95->high);
  EXPECT_GT(*unsure.p, *wide.p);
}

TEST(ShareDispersion, IsPearsonsOverItsDegreesOfFreedom) {
  // Two days of one cell, share 1/2: (6 - 5)^2 / 2.5 twice, one degree of freedom.
  const std::vector<ShareDay> days = {{{6, 10}, 0}, {{4, 10}, 0}, {{0, 9}, 1}, {{0, 9}, 1}};
  const auto found = share_dispersion(days).value();
  EXPECT_NEAR(found->value, 0.8, 1e-12);
  EXPECT_EQ(found->df, 1) << "a cell in which nothing succeeds says nothing";
  EXPECT_FALSE(share_dispersion(std::vector<ShareDay>{{{6, 10}, 0}}).value());
  EXPECT_FALSE(share_dispersion(std::vector<ShareDay>{{{5, 10}, 0}, {{5, 10}, 0}}).value());
  EXPECT_TRUE(share_dispersion(std::vector<ShareDay>{{{11, 10}, 0}, {{4, 10}, 0}}).value());
  EXPECT_FALSE(share_dispersion(std::vector<ShareDay>{{{-1, 10}, 0}}));
}

TEST(TwoProportions, IntervalsHoldTheTruthWhenDaysDifferMoreThanChance) {
  // 60 days in each period, 40 trials a day; the day's own share is drawn around 0.3 or 0.36, so
  // that its counts vary about 1.8 times as much as binomial ones.
  constexpr int kSeeds = 400;
  int difference = 0, ratio = 0, blind = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Pcg64 random(seed, 7);
    Proportion total[2];
    std::vector<ShareDay> days;
    for (std::uint32_t day = 0; day < 120; ++day) {
      const std::uint32_t period = day / 60;
      const double share = (period == 0 ? 0.30 : 0.36) + 0.13 * (2 * random.uniform() - 1);
      ShareDay& today = days.emplace_back(ShareDay{{0, 40}, period});
      for (int i = 0; i < 40; ++i) today.count.successes += random.uniform() < share ? 1 : 0;
      total[period].successes += today.count.successes;
      total[period].trials += 40;
    }
    const auto dispersion = share_dispersion(days).value();
    const auto covers = [](const Interval& interval, double truth) {
      return interval.low <= truth && truth <= interval.high ? 1 : 0;
    };
    const auto result = two_proportions(total[0], total[1], *dispersion).value();
    difference += covers(*result.difference_ci95, 0.06);
    ratio += covers(*result.ratio_ci95, 1.2);
    blind += covers(*two_proportions(total[0], total[1]).value().difference_ci95, 0.06);
  }
  for (const int covered : {difference, ratio}) {
    EXPECT_GE(covered, kSeeds * 92 / 100);
    EXPECT_LE(covered, kSeeds * 98 / 100);
  }
  EXPECT_LT(blind, kSeeds * 92 / 100) << "without the dispersion the interval is too narrow";
}

}  // namespace
}  // namespace hark::stats
