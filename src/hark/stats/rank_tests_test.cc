#include "hark/stats/rank_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

/// RankSums of values in any order: the test sorts them.
Result<KruskalWallis> ranked_in_order(const std::vector<std::int64_t>& values,
                                      const std::vector<std::uint32_t>& groups,
                                      std::uint32_t num_groups) {
  std::map<std::int64_t, std::vector<std::uint32_t>> runs;
  for (std::size_t i = 0; i < values.size(); ++i) runs[values[i]].push_back(groups[i]);
  RankSums sums(num_groups);
  for (const auto& [value, run] : runs) {
    const std::int64_t doubled_rank = sums.begin_run(static_cast<std::int64_t>(run.size()));
    for (const std::uint32_t group : run) sums.add(group, doubled_rank);
  }
  return sums.test();
}

struct Sample {
  std::vector<double> values;
  std::vector<std::uint32_t> groups;
  std::uint32_t num_groups = 0;
};

Sample sample_of(const Json& groups) {
  Sample sample;
  for (const Json& group : groups.items()) {
    for (const Json& value : group.items()) {
      sample.values.push_back(value.as_double());
      sample.groups.push_back(sample.num_groups);
    }
    ++sample.num_groups;
  }
  return sample;
}

/// The definition, in O(n^2): a value's rank is the count of smaller ones plus half of (equal ones
/// + 1); H is the textbook's formula divided by the tie correction.
double h_by_definition(const std::vector<std::int64_t>& values,
                       const std::vector<std::uint32_t>& groups, std::uint32_t num_groups) {
  const auto n = static_cast<double>(values.size());
  std::vector<double> rank_sums(num_groups), sizes(num_groups);
  double ties = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto smaller = std::ranges::count_if(values, [&](auto v) { return v < values[i]; });
    const auto equal = static_cast<double>(std::ranges::count(values, values[i]));
    rank_sums[groups[i]] += static_cast<double>(smaller) + (equal + 1) / 2;
    sizes[groups[i]] += 1;
    ties += equal * equal - 1;  // sums up to t^3 - t over the t equal values
  }
  double total = 0;
  for (std::size_t g = 0; g < num_groups; ++g) {
    if (sizes[g] > 0) total += rank_sums[g] * rank_sums[g] / sizes[g];
  }
  return (12 / (n * (n + 1)) * total - 3 * (n + 1)) / (1 - ties / (n * n * n - n));
}

TEST(KruskalWallis, HoldsThePublishedValues) {
  HARK_SKIP_WITHOUT_GOLDEN();
  for (const char* name :
       {"kw_no_ties", "kw_ties", "kw_airquality_ozone_by_month", "kw_plantgrowth"}) {
    const Json entry = published(name);
    const Sample sample = sample_of(entry["input"]["groups"]);
    const auto result = kruskal_wallis(sample.values, sample.groups, sample.num_groups);
    ASSERT_TRUE(result) << name << ": " << result.error().to_string();
    const Json& tolerances = entry["tolerance"];
    const auto expect = [&](const char* field, double value) {
      const Json& expected = entry["expected"][field];
      if (!expected.is_number()) return;
      const Json& tolerance = tolerances.contains(field) ? tolerances[field] : tolerances;
      const bool is_relative = tolerance["kind"].as_string() == "rel";
      EXPECT_NEAR(value, expected.as_double(),
                  tolerance["value"].as_double() * (is_relative ? expected.as_double() : 1))
          << name << " " << field;
    };
    expect("H", result->h);
    expect("df", static_cast<double>(result->df));
    expect("p", result->p);
    expect("epsilon_squared", result->epsilon_squared);
    EXPECT_NEAR(std::pow(10, result->log10_p), result->p, result->p * 1e-12);
  }
}

TEST(KruskalWallis, EqualsTheDefinitionInAnyOrderAndInOrder) {
  Pcg64 random(11, 12);
  for (const std::uint64_t range : {2ULL, 10ULL, 3000ULL, 1ULL << 40}) {
    for (const std::uint32_t num_groups : {2U, 5U, 60U}) {
      std::vector<std::int64_t> values(600);
      std::vector<double> as_doubles;
      std::vector<std::uint32_t> groups(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        groups[i] = static_cast<std::uint32_t>(random.below(num_groups));
        values[i] = static_cast<std::int64_t>(random.below(range) / (1 + groups[i])) - 5;
        if (random.below(4) == 0 && i > 0) values[i] = values[i - 1];
        as_doubles.push_back(static_cast<double>(values[i]));
      }
      const auto result = kruskal_wallis(as_doubles, groups, num_groups);
      ASSERT_TRUE(result);
      const double expected = h_by_definition(values, groups, num_groups);
      EXPECT_NEAR(result->h, expected, 1e-9 * std::abs(expected) + 1e-9) << range;
      const auto in_order = ranked_in_order(values, groups, num_groups);
      ASSERT_TRUE(in_order);
      EXPECT_EQ(in_order->h, result->h);
      EXPECT_EQ(in_order->tie_correction, result->tie_correction);
    }
  }
}

// Groups that are made one are tested as if they had been one from the start.
TEST(RankSums, PooledAreThoseOfThePooledGroups) {
  Pcg64 random(5, 6);
  constexpr std::uint32_t kGroups = 7;
  constexpr std::uint32_t kPlaces = 3;
  const std::vector<std::uint32_t> place_of{0, 1, 0, 2, 1, 2, kPlaces};  // the last has no values
  std::vector<std::int64_t> values;
  std::vector<std::uint32_t> groups, places;
  for (int i = 0; i < 300; ++i) {
    groups.push_back(static_cast<std::uint32_t>(random.below(kGroups - 1)));
    places.push_back(place_of[groups.back()]);
    values.push_back(static_cast<std::int64_t>(i / 4) + groups.back());
  }
  std::ranges::sort(values);
  RankSums sums(kGroups);
  for (std::size_t begin = 0; begin < values.size();) {
    std::size_t end = begin;
    while (end < values.size() && values[end] == values[begin]) ++end;
    const std::int64_t doubled_rank = sums.begin_run(static_cast<std::int64_t>(end - begin));
    for (; begin < end; ++begin) sums.add(groups[begin], doubled_rank);
  }
  EXPECT_EQ(sums.counts()[0], std::ranges::count(groups, 0U));
  EXPECT_EQ(sums.counts()[kGroups - 1], 0);
  const auto pooled = sums.pooled(place_of, kPlaces).test();
  const auto expected = ranked_in_order(values, places, kPlaces);
  ASSERT_TRUE(pooled);
  ASSERT_TRUE(expected);
  EXPECT_EQ(pooled->h, expected->h);
  EXPECT_EQ(pooled->n, expected->n);
  ASSERT_EQ(pooled->groups.size(), expected->groups.size());
  for (std::size_t g = 0; g < pooled->groups.size(); ++g) {
    EXPECT_EQ(pooled->groups[g].code, expected->groups[g].code);
    EXPECT_EQ(pooled->groups[g].n, expected->groups[g].n);
    EXPECT_EQ(pooled->groups[g].mean_rank, expected->groups[g].mean_rank);
  }
}

TEST(KruskalWallis, CodesWithoutValuesAreNoGroups) {
  const std::vector<double> values{1, 1, 1, 2, 2, 2, 2, 2};
  const std::vector<std::uint32_t> groups{4, 4, 4, 7, 7, 7, 2, 2};
  const auto result = kruskal_wallis(values, groups, 100);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->df, 2);
  EXPECT_NEAR(result->h, 7.0, 1e-12);  // published kw_ties
  ASSERT_EQ(result->groups.size(), 3U);
  EXPECT_EQ(result->groups[0].code, 2U);
  EXPECT_EQ(result->groups[0].n, 2);
  EXPECT_EQ(result->groups[0].mean_rank, 6.0);
  EXPECT_EQ(result->groups[1].mean_rank, 2.0);
  EXPECT_NEAR(result->epsilon_squared, 1.0, 1e-12);
}

TEST(KruskalWallis, RefusesWhatCannotBeRanked) {
  const std::vector<std::uint32_t> groups{0, 1, 1};
  using Numbers = std::vector<double>;
  EXPECT_FALSE(kruskal_wallis(Numbers{1, 2}, groups, 2));
  EXPECT_FALSE(kruskal_wallis(Numbers{1, 2, 3}, groups, 1));
  EXPECT_FALSE(kruskal_wallis(Numbers{5, 5, 5}, groups, 2));
  EXPECT_FALSE(kruskal_wallis(Numbers{1, 2, 3}, std::vector<std::uint32_t>{1, 1, 1}, 2));
  EXPECT_FALSE(kruskal_wallis(Numbers{1, std::nan(""), 3}, groups, 2));
  const auto nothing = kruskal_wallis(Numbers{}, {}, 0);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), ErrorCode::kInvalidInput);
}

// Dunn's formula as printed in the paper, with its own tie term.
TEST(Dunn, EqualsTheFormulaWithTies) {
  const std::vector<std::int64_t> values{1, 2, 2, 3, 3, 3, 4, 8, 9, 9, 12, 13};
  const std::vector<std::uint32_t> groups{0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2};
  const auto test = ranked_in_order(values, groups, 3);
  ASSERT_TRUE(test);
  // Mean ranks by hand: 1, 2.5, 2.5, 5 | 5, 5, 7 | 8, 9.5, 9.5, 11, 12.
  const double mean_ranks[] = {11.0 / 4, 17.0 / 3, 50.0 / 5};
  const double sizes[] = {4, 3, 5};
  const double ties = (8 - 2) + (27 - 3) + (8 - 2);
  const double n = 12;
  const auto pairs = dunn(*test);
  ASSERT_EQ(pairs.size(), 3U);
  for (const DunnPair& pair : pairs) {
    const double error = std::sqrt((n * (n + 1) / 12 - ties / (12 * (n - 1))) *
                                   (1 / sizes[pair.a] + 1 / sizes[pair.b]));
    const double z = (mean_ranks[pair.a] - mean_ranks[pair.b]) / error;
    EXPECT_NEAR(pair.z, z, 1e-12);
    EXPECT_NEAR(pair.p, std::erfc(std::abs(z) / std::sqrt(2.0)), 1e-14);
    EXPECT_NEAR(std::pow(10, pair.log10_p), pair.p, 1e-14);
    EXPECT_GE(pair.q, pair.p);
  }
  EXPECT_LT(pairs[1].z, pairs[0].z);  // 0 and 2 lie furthest apart
  EXPECT_NEAR(pairs[1].q, pairs[1].p * 3, 1e-15);
}

}  // namespace
}  // namespace hark::stats
