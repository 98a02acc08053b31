#include "hark/stats/concentration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hark::stats {
namespace {

/// Half the mean absolute difference of all pairs, relative to the mean.
double gini_by_pairs(const std::vector<double>& values) {
  double differences = 0, total = 0;
  for (const double a : values) {
    total += a;
    for (const double b : values) differences += std::abs(a - b);
  }
  const auto n = static_cast<double>(values.size());
  return differences / (2 * n * total);
}

TEST(Gini, EqualsTheMeanDifferenceOfPairs) {
  for (const auto& values : {std::vector<double>{5, 5, 5}, std::vector<double>{0, 0, 9},
                             std::vector<double>{3, 1, 4, 1, 5, 9, 2, 6}, std::vector<double>{7}}) {
    EXPECT_NEAR(*gini(values), gini_by_pairs(values), 1e-15);
  }
}

TEST(Gini, IsZeroForEvenAndNearOneForAllInOnePlace) {
  EXPECT_EQ(*gini(std::vector<double>{2, 2, 2, 2}), 0.0);
  std::vector<double> one(100, 0.0);
  one[42] = 7;
  EXPECT_NEAR(*gini(one), 0.99, 1e-15);
}

TEST(Theil, IsZeroForEvenAndLogNForAllInOnePlace) {
  EXPECT_EQ(*theil(std::vector<double>{2, 2, 2, 2}), 0.0);
  EXPECT_NEAR(*theil(std::vector<double>{0, 0, 0, 5}), std::log(4), 1e-15);
  // By hand: ratios 1/2 and 3/2.
  EXPECT_NEAR(*theil(std::vector<double>{1, 3}), (0.5 * std::log(0.5) + 1.5 * std::log(1.5)) / 2,
              1e-15);
}

TEST(Concentration, OfNothingIsAbsent) {
  EXPECT_FALSE(gini({}));
  EXPECT_FALSE(theil({}));
  EXPECT_FALSE(gini(std::vector<double>{0, 0}));
  EXPECT_FALSE(theil(std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace hark::stats
