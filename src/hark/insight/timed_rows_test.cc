#include "hark/insight/timed_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace hark::insight {
namespace {

TEST(ByGroup, KeepsTheOrderOfTheInputInEachGroupForAnyNumberOfThreads) {
  // More than one stretch of rows for each thread.
  constexpr std::uint32_t kSize = 300'000;
  constexpr std::size_t kGroups = 7;
  std::mt19937 random(311);
  std::vector<std::size_t> group_of(kSize);
  for (std::size_t& group : group_of) group = random() % (kGroups - 1);  // the last has none
  std::vector<std::vector<std::uint32_t>> expected(kGroups);
  for (std::uint32_t i = 0; i < kSize; ++i) expected[group_of[i]].push_back(i * 3);
  for (const unsigned threads : {1U, 2U, 4U}) {
    const auto groups = ByGroup<std::uint32_t>::make(
        kSize, kGroups, threads, [](std::size_t i) { return static_cast<std::uint32_t>(i * 3); },
        [&](std::size_t i) { return group_of[i]; });
    ASSERT_TRUE(groups);
    for (std::size_t group = 0; group < kGroups; ++group)
      EXPECT_TRUE(std::ranges::equal(groups->of(group), expected[group])) << group;
  }
}

}  // namespace
}  // namespace hark::insight
