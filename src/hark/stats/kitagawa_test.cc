#include "hark/stats/kitagawa.h"

#include <gtest/gtest.h>

#include "hark/stats/golden_for_tests.h"

namespace hark::stats {
namespace {

TEST(Kitagawa, GivesThePublishedIdentity) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const Json entry = published("kitagawa_identity");
  ASSERT_FALSE(entry.is_null());
  // Shares 1/2, 1/2 against 1/4, 3/4 and rates 10, 20 against 12, 30.
  const Stratum strata[] = {{2, 1, 20, 12}, {2, 3, 40, 90}};
  const auto result = kitagawa(strata).value();
  EXPECT_NEAR(result.difference, entry["expected"]["crude"].as_double(), 1e-12);
  EXPECT_NEAR(result.rate_effect, entry["expected"]["rate_part"].as_double(), 1e-12);
  EXPECT_NEAR(result.mix_effect, entry["expected"]["mix_part"].as_double(), 1e-12);
}

TEST(Kitagawa, PartsAddUpTermByTerm) {
  const Stratum strata[] = {{7, 3, 12'345, 99}, {0, 5, 0, 50}, {11, 0, 77, 0}, {0, 0, 0, 0}};
  const auto result = kitagawa(strata).value();
  double rate = 0;
  double mix = 0;
  for (const KitagawaTerm& term : result.terms) {
    rate += term.rate_effect;
    mix += term.mix_effect;
  }
  EXPECT_NEAR(rate, result.rate_effect, 1e-9);
  EXPECT_NEAR(mix, result.mix_effect, 1e-9);
  EXPECT_NEAR(result.rate_effect + result.mix_effect, result.difference, 1e-9);
  EXPECT_NEAR(result.difference, 149.0 / 8 - 12'422.0 / 18, 1e-9);
}

TEST(Kitagawa, AStratumOneGroupLacksIsAMatterOfTheMix) {
  const Stratum strata[] = {{4, 4, 40, 40}, {0, 4, 0, 120}};
  const auto result = kitagawa(strata).value();
  EXPECT_EQ(result.rate_effect, 0);
  EXPECT_NEAR(result.mix_effect, 10, 1e-12);
  EXPECT_FALSE(result.terms[1].mean_a);
  EXPECT_EQ(result.terms[1].mean_b, 30);
}

TEST(Kitagawa, SumsBeyond64BitsDoNotOverflow) {
  const long double huge = 9e18L * 4;
  const Stratum strata[] = {{4, 4, huge, huge / 2}, {4, 4, huge, huge / 2}};
  const auto result = kitagawa(strata).value();
  EXPECT_DOUBLE_EQ(result.mean_a, 9e18);
  EXPECT_DOUBLE_EQ(result.rate_effect, -4.5e18);
}

TEST(Kitagawa, RefusesAGroupWithoutValues) {
  const Stratum empty_b[] = {{4, 0, 40, 0}};
  EXPECT_FALSE(kitagawa(empty_b));
  const Stratum negative[] = {{4, -1, 40, 0}, {1, 2, 3, 4}};
  EXPECT_FALSE(kitagawa(negative));
  EXPECT_FALSE(kitagawa({}));
}

}  // namespace
}  // namespace hark::stats
