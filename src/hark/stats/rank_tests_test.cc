#include "hark/stats/rank_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

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

// Dense ranges are counted, wide ones radix sorted, extreme ones compared.
TEST(KruskalWallis, EveryWayOfRankingEqualsTheDefinition) {
  Pcg64 random(11, 12);
  for (const std::uint64_t range : {2ULL, 10ULL, 3000ULL, 1ULL << 40, 1ULL << 63}) {
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
      if (range == 1ULL << 63) {
        values[0] = std::numeric_limits<std::int64_t>::min();
        values[1] = std::numeric_limits<std::int64_t>::max();
      }
      const auto result = kruskal_wallis(values, groups, num_groups);
      ASSERT_TRUE(result);
      const double expected = h_by_definition(values, groups, num_groups);
      EXPECT_NEAR(result->h, expected, 1e-9 * std::abs(expected) + 1e-9) << range;
      if (range < 1ULL << 50) {
        const auto by_doubles = kruskal_wallis(as_doubles, groups, num_groups);
        ASSERT_TRUE(by_doubles);
        EXPECT_EQ(by_doubles->h, result->h);
      }
      if (range < 1ULL << 32) {
        std::vector<std::uint32_t> from_five;
        for (const std::int64_t value : values)
          from_five.push_back(static_cast<std::uint32_t>(value + 5));
        const auto by_places = kruskal_wallis(from_five, groups, num_groups);
        ASSERT_TRUE(by_places);
        EXPECT_EQ(by_places->h, result->h);
      }
    }
  }
}

TEST(KruskalWallis, CodesWithoutValuesAreNoGroups) {
  const std::vector<std::int64_t> values{1, 1, 1, 2, 2, 2, 2, 2};
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
  using Integers = std::vector<std::int64_t>;
  EXPECT_FALSE(kruskal_wallis(Integers{1, 2}, groups, 2));
  EXPECT_FALSE(kruskal_wallis(Integers{1, 2, 3}, groups, 1));
  EXPECT_FALSE(kruskal_wallis(Integers{5, 5, 5}, groups, 2));
  EXPECT_FALSE(kruskal_wallis(Integers{1, 2, 3}, std::vector<std::uint32_t>{1, 1, 1}, 2));
  EXPECT_FALSE(kruskal_wallis(std::vector<double>{1, std::nan(""), 3}, groups, 2));
  const auto nothing = kruskal_wallis(Integers{}, {}, 0);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), ErrorCode::kInvalidInput);
}

// Dunn's formula as printed in the paper, with its own tie term.
TEST(Dunn, EqualsTheFormulaWithTies) {
  const std::vector<std::int64_t> values{1, 2, 2, 3, 3, 3, 4, 8, 9, 9, 12, 13};
  const std::vector<std::uint32_t> groups{0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2};
  const auto test = kruskal_wallis(values, groups, 3);
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
