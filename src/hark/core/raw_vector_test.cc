#include "hark/core/raw_vector.h"

#include <gtest/gtest.h>

#include <numeric>

namespace hark {
namespace {

TEST(RawVector, KeepsItsValuesWhereverItMovesThem) {
  RawVector<int> values{1, 2, 3};
  values.resize(100'000);
  std::iota(values.begin() + 3, values.end(), 4);
  const RawVector<int> copy = values;
  values.resize(200'000);
  values.shrink_to_fit();
  values.resize(5);
  EXPECT_EQ(values, (RawVector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(copy.back(), 100'000);
}

TEST(RawVector, FillsWithAValueThatIsNamed) {
  EXPECT_EQ(RawVector<int>(3, 7), (RawVector<int>{7, 7, 7}));
  RawVector<int> values(1, 7);
  values.resize(2, 8);
  values.push_back(9);
  EXPECT_EQ(values, (RawVector<int>{7, 8, 9}));
}

}  // namespace
}  // namespace hark
