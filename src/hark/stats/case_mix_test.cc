#include "hark/stats/case_mix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "hark/stats/random.h"
#include "hark/stats/survival.h"

namespace hark::stats {
namespace {

struct City {
  std::vector<std::int64_t> durations;
  std::vector<std::uint8_t> is_event;
  std::vector<std::uint32_t> groups;
  std::vector<std::uint32_t> strata;
  std::uint32_t num_groups = 0;
  std::uint32_t num_strata = 0;

  void add(std::int64_t duration, bool event, std::uint32_t group, std::uint32_t stratum) {
    durations.push_back(duration);
    is_event.push_back(event ? 1 : 0);
    groups.push_back(group);
    strata.push_back(stratum);
    num_groups = std::max(num_groups, group + 1);
    num_strata = std::max(num_strata, stratum + 1);
  }
  void sort() {
    std::vector<std::size_t> order(durations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t x, std::size_t y) {
      return std::pair(durations[x], -is_event[x]) < std::pair(durations[y], -is_event[y]);
    });
    City sorted;
    for (const std::size_t i : order)
      sorted.add(durations[i], is_event[i] != 0, groups[i], strata[i]);
    sorted.num_groups = num_groups;
    sorted.num_strata = num_strata;
    *this = std::move(sorted);
  }
  CaseMixRows rows() const { return {durations, is_event, groups, strata, num_groups, num_strata}; }
};

/// Exponential waits: each stratum has a mean of its own, each group a factor on it; the mix of
/// strata differs between the groups. Waits beyond `cut` are still open.
City city(std::uint64_t seed, int n, const std::vector<double>& factors,
          const std::vector<double>& means, double cut) {
  Pcg64 random(seed, 5);
  City city;
  city.num_groups = static_cast<std::uint32_t>(factors.size());
  city.num_strata = static_cast<std::uint32_t>(means.size());
  for (int i = 0; i < n; ++i) {
    const auto group = static_cast<std::uint32_t>(random.below(factors.size()));
    // The later the group, the more of the later strata.
    const auto first = random.below(means.size());
    const auto second = random.below(means.size());
    const auto stratum = static_cast<std::uint32_t>(group % 2 == 0 ? std::min(first, second)
                                                                   : std::max(first, second));
    const double wait =
        exponential_quantile(random.uniform_open(), means[stratum] * factors[group]);
    city.add(static_cast<std::int64_t>(std::min(wait, cut)), wait < cut, group, stratum);
  }
  city.sort();
  return city;
}

/// The definition: a curve per stratum, their mean at every time there is, the first at one half.
std::optional<std::int64_t> slow_expected(const City& city, std::uint32_t group) {
  std::vector<KaplanMeier> curves;
  std::vector<double> share(city.num_strata, 0.0);
  double total = 0;
  for (std::uint32_t stratum = 0; stratum < city.num_strata; ++stratum) {
    std::vector<std::int64_t> durations;
    std::vector<std::uint8_t> events;
    for (std::size_t i = 0; i < city.durations.size(); ++i) {
      if (city.strata[i] != stratum) continue;
      durations.push_back(city.durations[i]);
      events.push_back(city.is_event[i]);
      if (city.groups[i] == group) {
        ++share[stratum];
        ++total;
      }
    }
    curves.push_back(KaplanMeier::from_durations(durations, events).value());
  }
  for (const std::int64_t time : std::set(city.durations.begin(), city.durations.end())) {
    double survival = 0;
    for (std::uint32_t stratum = 0; stratum < city.num_strata; ++stratum)
      survival += share[stratum] / total * curves[stratum].survival_at(time);
    if (survival <= 0.5 + 1e-12) return time;
  }
  return std::nullopt;
}

std::optional<std::int64_t> slow_observed(const City& city, std::uint32_t group) {
  std::vector<std::int64_t> durations;
  std::vector<std::uint8_t> events;
  for (std::size_t i = 0; i < city.durations.size(); ++i) {
    if (city.groups[i] != group) continue;
    durations.push_back(city.durations[i]);
    events.push_back(city.is_event[i]);
  }
  return KaplanMeier::from_durations(durations, events)->quantile(0.5);
}

TEST(CaseMix, EqualsTheDefinitionWithTiesAndCensorings) {
  for (const double cut : {30.0, 2000.0, 100'000.0}) {  // ties, many open, few open
    const City made = city(7, 900, {1, 0.5, 2}, {10, 300, 4000, 50}, cut);
    CaseMixOptions options;
    options.replicates = 0;
    const CaseMix mix = case_mix(made.rows(), options).value();
    for (std::uint32_t group = 0; group < 3; ++group) {
      EXPECT_EQ(mix.groups[group].observed, slow_observed(made, group)) << cut << " " << group;
      EXPECT_EQ(mix.groups[group].expected, slow_expected(made, group)) << cut << " " << group;
    }
  }
}

TEST(CaseMix, AGroupIsJudgedByItsWorkNotByItsMedian) {
  // Group 1 has the hard cases and is as fast as group 0 on each kind: no naive league table.
  const City made = city(11, 4000, {1, 1}, {10'000, 400'000}, 1e9);
  const CaseMix mix = case_mix(made.rows()).value();
  EXPECT_GT(*mix.groups[1].observed, 2 * *mix.groups[0].observed);
  for (const CaseMixGroup& group : mix.groups) {
    EXPECT_NEAR(*group.ratio, 1, 0.15);
    EXPECT_LT(*group.ratio_ci95.low, 1);
    EXPECT_GT(*group.ratio_ci95.high, 1);
    EXPECT_EQ(group.compared_share, 1);
    EXPECT_EQ(std::pair(group.rank_low, group.rank_high),
              std::pair(std::size_t{1}, std::size_t{2}));
  }
}

TEST(CaseMix, ASlowGroupIsLastAndItsRankIsSure) {
  const City made = city(3, 6000, {1, 1, 3, 1}, {10'000, 40'000, 90'000}, 1e9);
  const CaseMix mix = case_mix(made.rows()).value();
  EXPECT_EQ(mix.num_ranked, 4u);
  EXPECT_EQ(mix.groups[2].rank, 4u);
  EXPECT_EQ(mix.groups[2].rank_low, 4u);
  EXPECT_GT(*mix.groups[2].ratio_ci95.low, 1.5);
  EXPECT_LE(mix.groups[1].rank_low, *mix.groups[1].rank);
  EXPECT_GT(mix.groups[1].rank_high, mix.groups[1].rank_low) << "as fast as another";
}

/// The ratio if there were no chance: group 0's median over that of the mixture of both groups'
/// curves in each stratum.
double true_ratio(double factor, double fast, double slow) {
  // Shares of strata as city() draws them: group 0 takes the lesser of two draws, group 1 the
  // other.
  const double share[2][2] = {{0.75, 0.25}, {0.25, 0.75}};
  const double means[2] = {fast, slow};
  const double factors[2] = {factor, 1};
  const auto first_at_half = [](const auto& survival) {
    double low = 0;
    double high = 1e9;
    for (int i = 0; i < 200; ++i) {
      const double middle = (low + high) / 2;
      (survival(middle) > 0.5 ? low : high) = middle;
    }
    return high;
  };
  const auto own = [&](double t) {
    double sum = 0;
    for (int s = 0; s < 2; ++s) sum += share[0][s] * std::exp(-t / (means[s] * factor));
    return sum;
  };
  const auto whole = [&](double t) {
    double sum = 0;
    for (int s = 0; s < 2; ++s) {
      const double all = share[0][s] + share[1][s];
      double curve = 0;
      for (int g = 0; g < 2; ++g)
        curve += share[g][s] / all * std::exp(-t / (means[s] * factors[g]));
      sum += share[0][s] * curve;
    }
    return sum;
  };
  return first_at_half(own) / first_at_half(whole);
}

TEST(CaseMix, IntervalsHoldTheTruthInNinetyFivePercentOfCities) {
  constexpr int kSeeds = 400;
  const double truth = true_ratio(1.5, 20'000, 100'000);
  EXPECT_GT(truth, 1.1);
  int num_covered = 0;
  CaseMixOptions options;
  options.replicates = 200;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    options.seed = seed;
    const City made = city(seed, 500, {1.5, 1}, {20'000, 100'000}, 150'000);
    const CaseMix mix = case_mix(made.rows(), options).value();
    const OpenInterval& ci95 = mix.groups[0].ratio_ci95;
    num_covered += *ci95.low <= truth && truth <= *ci95.high ? 1 : 0;
  }
  EXPECT_GE(num_covered, kSeeds * 92 / 100);
  EXPECT_LE(num_covered, kSeeds * 98 / 100);
}

/// Of 400 cities whose groups are slower than the first by `factors`: in how many the interval of
/// the spread holds the truth, and in how many the spread itself.
struct SpreadCoverage {
  int truth = 0;
  int estimate = 0;
};
SpreadCoverage coverage_of_spread(const std::vector<double>& factors) {
  SpreadCoverage out;
  const double truth = std::ranges::max(factors) / std::ranges::min(factors);
  CaseMixOptions options;
  options.replicates = 200;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Pcg64 random(seed, 9);
    City made;
    for (std::uint32_t group = 0; group < factors.size(); ++group) {
      for (int i = 0; i < 60; ++i) {
        const double time = -std::log(random.uniform_open()) * 25'000 * factors[group];
        made.add(std::llround(std::min(time, 150'000.0)), time < 150'000, group, 0);
      }
    }
    made.sort();
    options.seed = seed;
    const CaseMix mix = case_mix(made.rows(), options).value();
    const OpenInterval& ci95 = mix.spread_ci95;
    out.truth += *ci95.low <= truth + 1e-9 && truth <= *ci95.high ? 1 : 0;
    out.estimate += *ci95.low <= *mix.spread && *mix.spread <= *ci95.high ? 1 : 0;
  }
  return out;
}

TEST(CaseMix, TheSpreadsIntervalHoldsTheTruthAndTheSpread) {
  for (const std::vector<double>& factors :
       {std::vector<double>(12, 1.0), {1, 3}, {1, 1, 1, 1, 1, 1, 1, 2}, {1, 1.5, 2, 2.5, 3, 3.5}}) {
    const SpreadCoverage coverage = coverage_of_spread(factors);
    EXPECT_GE(coverage.truth, 400 * 94 / 100) << factors.size();
    EXPECT_EQ(coverage.estimate, 400) << factors.size();
  }
}

TEST(CaseMix, TheSpreadIsOpenAboveWhereAMedianIsBarelyReached) {
  City made;
  for (int i = 0; i < 100; ++i) {
    made.add(1'000 + i, true, 0, 0);
    made.add(3'000 + i, true, 1, 0);
    made.add(i < 51 ? 9'000 + i : 20'000, i < 51, 2, 0);
  }
  made.sort();
  const CaseMix mix = case_mix(made.rows()).value();
  ASSERT_TRUE(mix.spread);
  EXPECT_NEAR(*mix.spread, 9, 0.6);
  EXPECT_FALSE(mix.spread_ci95.high);
  EXPECT_NEAR(*mix.spread_ci95.low, 2.9, 0.2) << "of the two that are sure";
}

TEST(CaseMix, GroupsWhoseWorkNobodySharesGetNoRank) {
  City made;
  for (int i = 0; i < 60; ++i) {
    made.add(10 + i, true, 0, 0);
    made.add(500 + i, true, 1, 1);
    made.add(20 + i, true, 2, 2);
    made.add(30 + i, true, 3, 2);
  }
  made.sort();
  const CaseMix mix = case_mix(made.rows()).value();
  EXPECT_EQ(mix.groups[0].compared_share, 0);
  EXPECT_EQ(*mix.groups[0].ratio, 1) << "compared with itself";
  EXPECT_FALSE(mix.groups[0].rank);
  EXPECT_EQ(mix.num_ranked, 2u);
  EXPECT_EQ(mix.groups[2].rank, 1u);
  EXPECT_EQ(mix.groups[3].rank, 2u);
  EXPECT_DOUBLE_EQ(*mix.spread, 529.0 / 39.0);
  EXPECT_LT(*mix.spread_ci95.low, *mix.spread);
  EXPECT_GT(*mix.spread_ci95.high, *mix.spread);
}

TEST(CaseMix, CasesOfNoGroupCountInTheCurvesOnly) {
  City made = city(9, 900, {1, 2, 4}, {100, 900}, 1500);
  CaseMixOptions options;
  options.replicates = 0;
  const CaseMix all = case_mix(made.rows(), options).value();
  CaseMixRows rows = made.rows();
  rows.num_groups = 2;  // the third is nobody
  const CaseMix two = case_mix(rows, options).value();
  ASSERT_EQ(two.groups.size(), 2u);
  EXPECT_EQ(two.groups[1].expected, all.groups[1].expected);
  EXPECT_EQ(two.groups[1].compared_share, 1);
  EXPECT_EQ(two.num_ranked, 0u) << "without replicates there are no ranks";
  EXPECT_DOUBLE_EQ(*two.spread, static_cast<double>(*two.groups[1].observed) /
                                    static_cast<double>(*two.groups[0].observed));
}

TEST(CaseMix, WhatIsNotReachedIsAbsent) {
  City made;
  for (int i = 0; i < 60; ++i) {
    made.add(100 + i, i % 10 == 0, 0, 0);  // most are still open
    made.add(i / 40, true, 1, 1);          // most are closed at once
    if (i < 29) made.add(50, true, 2, 0);  // too few
  }
  made.sort();
  const CaseMix mix = case_mix(made.rows()).value();
  EXPECT_FALSE(mix.groups[0].observed || mix.groups[0].ratio);
  EXPECT_EQ(mix.groups[1].observed, 0);
  EXPECT_FALSE(mix.groups[1].ratio) << "nothing over nothing";
  EXPECT_FALSE(mix.groups[2].observed);
  EXPECT_EQ(mix.groups[2].n, 29);
  EXPECT_FALSE(mix.spread);
  EXPECT_EQ(mix.num_ranked, 0u);
}

TEST(CaseMix, ThreadsDoNotChangeTheAnswer) {
  const City made = city(5, 800, {1, 2, 1.5}, {100, 900}, 1500);
  CaseMixOptions options;
  options.replicates = 37;
  const CaseMix one = case_mix(made.rows(), options).value();
  options.threads = 3;
  const CaseMix three = case_mix(made.rows(), options).value();
  for (std::size_t g = 0; g < 3; ++g) {
    EXPECT_EQ(one.groups[g].ratio_ci95.low, three.groups[g].ratio_ci95.low);
    EXPECT_EQ(one.groups[g].ratio_ci95.high, three.groups[g].ratio_ci95.high);
    EXPECT_EQ(one.groups[g].rank_high, three.groups[g].rank_high);
  }
  EXPECT_EQ(one.spread_ci95.low, three.spread_ci95.low);
}

TEST(CaseMix, RefusesRowsThatDoNotFitTogether) {
  City made = city(1, 50, {1, 2}, {100}, 500);
  CaseMixRows rows = made.rows();
  rows.num_groups = 0;
  EXPECT_EQ(case_mix(rows).error().code(), ErrorCode::kInvalidInput);
  rows = made.rows();
  rows.durations = rows.durations.subspan(1);
  EXPECT_FALSE(case_mix(rows));
  std::ranges::reverse(made.durations);
  EXPECT_FALSE(case_mix(made.rows()));
  EXPECT_TRUE(case_mix({})->groups.empty());
}

}  // namespace
}  // namespace hark::stats
