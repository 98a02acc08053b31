#include "hark/stats/log_rank.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

struct Sample {
  std::vector<std::int64_t> durations;
  std::vector<std::uint8_t> is_event;
  std::vector<std::uint32_t> groups;

  void sort() {
    std::vector<std::size_t> order(durations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return durations[i]; });
    Sample sorted;
    for (const std::size_t i : order) {
      sorted.durations.push_back(durations[i]);
      sorted.is_event.push_back(is_event[i]);
      sorted.groups.push_back(groups[i]);
    }
    *this = std::move(sorted);
  }
  Result<LogRank> test(std::uint32_t num_groups) const {
    return log_rank(durations, is_event, groups, num_groups);
  }
};

Sample sample_of(const Json& entry) {
  Sample sample;
  std::uint32_t code = 0;
  for (const Json& group : entry["input"]["groups"].items()) {
    for (const auto time : numbers<std::int64_t>(group["time"])) {
      sample.durations.push_back(time);
      sample.groups.push_back(code);
    }
    for (const auto event : numbers<std::uint8_t>(group["event"])) sample.is_event.push_back(event);
    ++code;
  }
  sample.sort();
  return sample;
}

using Matrix = std::vector<std::vector<double>>;

/// x' A^-1 x by Gauss' elimination.
double quadratic_form(Matrix a, const std::vector<double>& x) {
  std::vector<double> solution = x;
  const std::size_t n = x.size();
  for (std::size_t pivot = 0; pivot < n; ++pivot) {
    for (std::size_t row = 0; row < n; ++row) {
      if (row == pivot) continue;
      const double factor = a[row][pivot] / a[pivot][pivot];
      for (std::size_t column = 0; column < n; ++column)
        a[row][column] -= factor * a[pivot][column];
      solution[row] -= factor * solution[pivot];
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += x[i] * solution[i] / a[i][i];
  return sum;
}

/// The definition, at every event time and for every pair.
double slow_chi2(const Sample& sample, std::uint32_t k) {
  std::vector<double> surplus(k - 1, 0.0);
  Matrix matrix(k - 1, std::vector<double>(k - 1, 0.0));
  for (const std::int64_t time :
       std::set<std::int64_t>(sample.durations.begin(), sample.durations.end())) {
    std::vector<double> at_risk(k, 0.0);
    std::vector<double> deaths(k, 0.0);
    double n = 0;
    double d = 0;
    for (std::size_t i = 0; i < sample.durations.size(); ++i) {
      const bool dies = sample.durations[i] == time && sample.is_event[i] != 0;
      at_risk[sample.groups[i]] += sample.durations[i] >= time ? 1 : 0;
      deaths[sample.groups[i]] += dies ? 1 : 0;
      n += sample.durations[i] >= time ? 1 : 0;
      d += dies ? 1 : 0;
    }
    for (std::size_t i = 0; i + 1 < k; ++i) {
      surplus[i] += deaths[i] - at_risk[i] * d / n;
      if (n < 2) continue;
      for (std::size_t j = 0; j + 1 < k; ++j)
        matrix[i][j] +=
            at_risk[i] / n * ((i == j ? 1.0 : 0.0) - at_risk[j] / n) * d * (n - d) / (n - 1);
    }
  }
  return quadratic_form(matrix, surplus);
}

TEST(LogRank, GivesThePublishedValues) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const auto aml = sample_of(published("logrank_aml")).test(2).value();
  EXPECT_NEAR(aml.chi2, 3.396388699, 1e-8);
  EXPECT_EQ(aml.df, 1);
  EXPECT_NEAR(aml.p, 0.0653, 1e-4);
  EXPECT_EQ(aml.groups[0].events, 7);
  EXPECT_NEAR(aml.groups[0].expected, 10.69, 0.005);
  EXPECT_NEAR(aml.groups[1].expected, 7.31, 0.005);
  const auto freireich = sample_of(published("logrank_freireich")).test(2).value();
  EXPECT_NEAR(freireich.chi2, 16.79294099, 1e-7);
  EXPECT_NEAR(freireich.groups[0].expected, 10.749499, 1e-6);
  const auto events = sample_of(published("logrank_tiny_all_events")).test(2).value();
  EXPECT_NEAR(events.chi2, 0.254237, 1e-6);
  EXPECT_NEAR(events.p, 0.614107, 1e-6);
  const auto censored = sample_of(published("logrank_tiny_censored")).test(2).value();
  EXPECT_NEAR(censored.chi2, 0.384615, 1e-6);
  EXPECT_NEAR(censored.p, 0.535143, 1e-6);
}

TEST(LogRank, AgreesWithTheDefinitionForManyGroupsTiesAndCensorings) {
  Pcg64 random(7, 8);
  for (const std::uint32_t k : {2U, 3U, 7U}) {
    Sample sample;
    for (int i = 0; i < 300; ++i) {
      sample.groups.push_back(static_cast<std::uint32_t>(random.below(k)));
      sample.durations.push_back(
          static_cast<std::int64_t>(random.below(20 + 10 * sample.groups.back())));
      sample.is_event.push_back(random.below(4) != 0 ? 1 : 0);
    }
    sample.sort();
    const auto test = sample.test(k).value();
    EXPECT_NEAR(test.chi2, slow_chi2(sample, k), 1e-9 * test.chi2) << k << " groups";
    EXPECT_EQ(test.df, k - 1);
    double expected = 0;
    std::int64_t events = 0;
    for (const LogRankGroup& group : test.groups) {
      expected += group.expected;
      events += group.events;
    }
    EXPECT_NEAR(expected, static_cast<double>(events), 1e-9);
  }
}

TEST(LogRank, GroupsWithoutAChanceOfEventsTakeNoDegreeOfFreedom) {
  // Group 2 is cut off before the first event; code 3 has no durations.
  const Sample sample{{1, 2, 3, 4, 5}, {0, 1, 1, 1, 1}, {2, 0, 1, 0, 1}};
  const auto test = sample.test(4).value();
  EXPECT_EQ(test.df, 1);
  ASSERT_EQ(test.groups.size(), 3U);
  EXPECT_EQ(test.groups[2].expected, 0);
  const Sample without{{2, 3, 4, 5}, {1, 1, 1, 1}, {0, 1, 0, 1}};
  EXPECT_DOUBLE_EQ(test.chi2, without.test(2).value().chi2);
}

TEST(LogRank, RefusesWhatCannotBeTested) {
  EXPECT_FALSE((Sample{{1, 2}, {1, 1}, {0, 0}}.test(2))) << "one group";
  EXPECT_FALSE((Sample{{1, 2}, {0, 0}, {0, 1}}.test(2))) << "no events";
  EXPECT_FALSE((Sample{{2, 1}, {1, 1}, {0, 1}}.test(2))) << "not ascending";
  EXPECT_FALSE((Sample{{-1, 1}, {1, 1}, {0, 1}}.test(2))) << "negative";
  EXPECT_FALSE((Sample{{1, 2}, {1, 1}, {0, 2}}.test(2))) << "code out of range";
  EXPECT_FALSE((Sample{{1, 2}, {1}, {0, 1}}.test(2))) << "lengths";
  EXPECT_FALSE((Sample{}.test(0))) << "nothing";
}

}  // namespace
}  // namespace hark::stats
