#include "hark/stats/descriptive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"
#include "hark/stats/sorting.h"

namespace hark::stats {
namespace {

TEST(Sum, OfWholeNumbersIsExact) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(sum(std::vector<std::int64_t>{kMax, kMax, -kMax, -kMax, 7}), 7.0);
  EXPECT_EQ(mean(std::vector<std::int64_t>{kMax, kMax}), static_cast<double>(kMax));
  // The mean of a large sum keeps its fraction.
  EXPECT_EQ(mean(std::vector<std::int64_t>{9'000'000'000'000, 9'000'000'000'001}),
            9'000'000'000'000.5);
  EXPECT_EQ(mean(std::vector<std::int64_t>{-1, -2}), -1.5);
}

TEST(Sum, OfDoublesCarriesItsRounding) {
  EXPECT_EQ(sum(std::vector<double>{1e100, 1.0, -1e100}), 1.0);
  EXPECT_EQ(sum(std::vector<double>(10, 0.1)), 1.0);
}

TEST(Mean, OfNothingIsAbsent) {
  EXPECT_FALSE(mean(std::span<const double>()));
  EXPECT_FALSE(mean(std::span<const std::int64_t>()));
}

// published.json, nist_strd_numacc1 and 3: certified means that a naive sum misses.
TEST(Mean, HoldsNistCertifiedValues) {
  EXPECT_EQ(mean(std::vector<double>{10000001, 10000003, 10000002}), 10000002);
  std::vector<double> y{1000000.2};
  for (int i = 0; i < 500; ++i) {
    y.push_back(1000000.1);
    y.push_back(1000000.3);
  }
  EXPECT_NEAR(*mean(y), 1000000.2, 1e-9);
}

// R: quantile(c(1, 2, 4, 8, 16), p) of type 7, worked by hand: place = 4 p.
TEST(Quantile, InterpolatesBetweenNeighbours) {
  const std::vector<std::int64_t> x{1, 2, 4, 8, 16};
  EXPECT_EQ(quantile(x, 0.0), 1.0);
  EXPECT_EQ(quantile(x, 0.25), 2.0);
  EXPECT_EQ(quantile(x, 0.5), 4.0);
  EXPECT_NEAR(*quantile(x, 0.9), 8 + 0.6 * 8, 1e-14);
  EXPECT_NEAR(*quantile(x, 0.1), 1 + 0.4 * 1, 1e-14);
  EXPECT_EQ(quantile(x, 1.0), 16.0);
  EXPECT_EQ(quantile(std::vector<double>{3.5}, 0.3), 3.5);
  EXPECT_FALSE(quantile(std::span<const double>(), 0.5));
}

// Wilson (1927) as tabulated by Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263,
// 15 of 148, 0 of 20, 1 of 29.
TEST(Quantile, AndMeanOfCountedValuesAreThoseOfTheValuesWrittenOut) {
  Pcg64 random(7, 8);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::int64_t> values;
    std::vector<std::int64_t> counts;
    std::vector<std::int64_t> written_out;
    std::int64_t value = -50;
    for (std::uint64_t i = random.below(12); i > 0; --i) {
      value += 1 + static_cast<std::int64_t>(random.below(1000));
      values.push_back(value);
      counts.push_back(static_cast<std::int64_t>(random.below(4)));
      written_out.insert(written_out.end(), static_cast<std::size_t>(counts.back()), value);
    }
    EXPECT_EQ(mean(values, counts), mean(written_out));
    for (const double p : {-1.0, 0.0, 0.1, 0.5, 0.9, 1.0})
      EXPECT_EQ(quantile(values, counts, p),
                quantile(std::span<const std::int64_t>(written_out), p));
  }
}

TEST(Wilson, EqualsNewcombesTable) {
  const auto expect = [](std::int64_t r, std::int64_t n, double low, double high) {
    const auto interval = wilson_interval(r, n);
    ASSERT_TRUE(interval);
    EXPECT_NEAR(interval->low, low, 5e-5) << r << " of " << n;
    EXPECT_NEAR(interval->high, high, 5e-5) << r << " of " << n;
  };
  expect(81, 263, 0.2553, 0.3662);
  expect(15, 148, 0.0624, 0.1605);
  expect(0, 20, 0.0, 0.1611);
  expect(1, 29, 0.0061, 0.1718);
}

TEST(Wilson, StaysInsideAndIsAbsentWithoutTrials) {
  EXPECT_EQ(wilson_interval(0, 5)->low, 0.0);
  EXPECT_EQ(wilson_interval(5, 5)->high, 1.0);
  EXPECT_FALSE(wilson_interval(0, 0));
}

// The reference computed by another program from the same counts.
TEST(Wilson, EqualsTheReferenceSlaIntervals) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const auto file = golden("request_kpis.json");
  ASSERT_TRUE(file);
  int num_checked = 0;
  const auto check = [&](const Json& kpis) {
    const Json& sla = kpis["sla_24h"];
    if (!sla["wilson95"].is_array()) return;
    const auto interval = wilson_interval(sla["met"].as_int(), sla["eligible"].as_int());
    ASSERT_TRUE(interval);
    EXPECT_NEAR(interval->low, sla["wilson95"].items()[0].as_double(), 1e-12);
    EXPECT_NEAR(interval->high, sla["wilson95"].items()[1].as_double(), 1e-12);
    ++num_checked;
  };
  for (const auto& [name, kpis] : (*file)["files"].members()) check(kpis);
  EXPECT_GT(num_checked, 10);
}

TEST(Sort, ByABitFieldKeepsTheOrderOfEqualKeys) {
  std::vector<std::uint64_t> keys;
  Pcg64 random(3, 4);
  for (std::uint64_t i = 0; i < 2000; ++i) keys.push_back(random.below(50) << 20 | i);
  std::vector<std::uint64_t> expected = keys;
  std::ranges::stable_sort(expected, {}, [](std::uint64_t key) { return key >> 20; });
  ASSERT_TRUE(radix_sort(keys, 20, 26));
  EXPECT_EQ(keys, expected);
}

TEST(Sort, ByAKeyOfRecordsKeepsTheOrderOfEqualKeys) {
  struct Item {
    std::uint64_t key;
    std::size_t place;
    bool operator==(const Item&) const = default;
  };
  Pcg64 random(5, 6);
  for (const std::size_t size : {0, 1, 2, 511, 512, 5000, 300'000}) {
    // Keys that differ in all digits, in the highest alone, and in none.
    for (const int shift : {0, 60, 64}) {
      std::vector<Item> items;
      for (std::size_t i = 0; i < size; ++i)
        items.push_back({shift == 64 ? 7 : random.next() >> shift << shift, i});
      std::vector<Item> expected = items;
      std::ranges::stable_sort(expected, {}, &Item::key);
      for (const unsigned threads : {1U, 3U}) {
        std::vector<Item> sorted = items;
        ASSERT_TRUE(radix_sort_by(sorted, [](const Item& item) { return item.key; }, threads));
        EXPECT_EQ(sorted, expected) << size << " items, shift " << shift << ", " << threads;
      }
    }
  }
}

// published.json, nist_strd_numacc1, 3 and 4: NIST's certified values.
TEST(StandardDeviation, HoldsNistsCertifiedValues) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const auto expect = [](const char* name, const std::vector<double>& values, double relative) {
    const Json expected = published(name)["expected"];
    EXPECT_NEAR(*mean(values), expected["mean"].as_double(),
                relative * expected["mean"].as_double());
    EXPECT_NEAR(*standard_deviation(values), expected["sd"].as_double(),
                relative * expected["sd"].as_double());
    if (expected.contains("lag1_autocorrelation")) {
      EXPECT_NEAR(*lag_one_autocorrelation(values), expected["lag1_autocorrelation"].as_double(),
                  relative);
    }
  };
  expect("nist_strd_numacc1", {10000001, 10000003, 10000002}, 1e-9);
  std::vector<double> three{1000000.2};
  std::vector<double> four{10000000.2};
  for (int i = 0; i < 500; ++i) {
    three.insert(three.end(), {1000000.1, 1000000.3});
    four.insert(four.end(), {10000000.1, 10000000.3});
  }
  expect("nist_strd_numacc3", three, 1e-8);
  expect("nist_strd_numacc4", four, 1e-7);
  EXPECT_FALSE(standard_deviation(std::vector<double>{1}));
  EXPECT_FALSE(lag_one_autocorrelation(std::vector<double>{2, 2, 2}));
}

}  // namespace
}  // namespace hark::stats
