#include "hark/insight/sketch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace hark::insight {
namespace {

TEST(DistinctSketch, EstimatesWithinFourStandardErrors) {
  for (const std::uint64_t n : {0ULL, 1ULL, 100ULL, 20'000ULL, 50'000ULL, 1'000'000ULL}) {
    DistinctSketch sketch;
    for (std::uint64_t i = 0; i < n; ++i) {
      sketch.add(mix_hash(i));
      sketch.add(mix_hash(i));
    }
    const auto truth = static_cast<double>(n);
    EXPECT_NEAR(sketch.estimate(), truth, 4 * 0.0081 * truth + 1e-9) << n;
  }
}

TEST(DistinctSketch, MergedIsTheSameAsSeenByOne) {
  DistinctSketch one;
  DistinctSketch a;
  DistinctSketch b;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    one.add(mix_hash(i));
    (i % 3 == 0 ? a : b).add(mix_hash(i));
  }
  a.merge(b);
  EXPECT_EQ(a.estimate(), one.estimate());
}

TEST(RowSample, KeepsEverythingWhileItFits) {
  RowSample sample;
  for (int i = 0; i < 1000; ++i) sample.add(mix_hash(static_cast<std::uint64_t>(i)), 1000 - i);
  EXPECT_TRUE(sample.is_everything());
  const auto values = sample.sorted_values();
  ASSERT_EQ(values.size(), 1000u);
  EXPECT_EQ(values.front(), 1);
  EXPECT_EQ(values.back(), 1000);
}

TEST(RowSample, IsTheSameWhoeverSawTheRowsAndFairToAllOfThem) {
  constexpr std::uint64_t kRows = 200'000;
  RowSample one;
  RowSample shares[3];
  for (std::uint64_t i = 0; i < kRows; ++i) one.add(mix_hash(i), static_cast<double>(i));
  for (std::uint64_t i = 0; i < kRows; ++i) {
    shares[i * 7 % 3].add(mix_hash(i), static_cast<double>(i));
  }
  shares[2].merge(shares[0]);
  shares[2].merge(shares[1]);
  EXPECT_FALSE(one.is_everything());
  EXPECT_EQ(shares[2].sorted_values(), one.sorted_values());
  const auto values = one.sorted_values();
  ASSERT_EQ(values.size(), RowSample::kSize);
  // The standard error of a median of 16,384 is 0.4 % of the rows.
  EXPECT_NEAR(values[values.size() / 2], kRows / 2.0, 0.016 * kRows);
}

}  // namespace
}  // namespace hark::insight
