#include "hark/stats/random.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <set>
#include <vector>

#include "hark/stats/distributions.h"

namespace hark::stats {
namespace {

// The PCG reference library's own output: pcg-c, test-high/expected/check-pcg64.out (seed 42,
// stream 54); NumPy's PCG64 is the same generator.
TEST(Pcg64, EqualsTheReferenceOutput) {
  Pcg64 random(42, 54);
  for (const std::uint64_t expected :
       {0x86b1da1d72062b68U, 0x1304aa46c9853d39U, 0xa3670e9e0dd50358U, 0xf9090e529a7dae00U,
        0xc85b9fd837996f2cU, 0x606121f8e3919196U}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(Pcg64, BlocksAreRepeatableAndUnrelated) {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    for (std::uint64_t block = 0; block < 100; ++block) {
      Pcg64 random = Pcg64::for_block(seed, block);
      Pcg64 again = Pcg64::for_block(seed, block);
      for (int i = 0; i < 10; ++i) {
        const std::uint64_t value = random.next();
        EXPECT_EQ(value, again.next());
        EXPECT_TRUE(seen.insert(value).second);
      }
    }
  }
  // Neighbouring blocks: the mean product of centred uniforms is 0 within 5 standard errors.
  double products = 0;
  constexpr int kDraws = 20'000;
  Pcg64 a = Pcg64::for_block(7, 0);
  Pcg64 b = Pcg64::for_block(7, 1);
  for (int i = 0; i < kDraws; ++i) products += (a.uniform() - 0.5) * (b.uniform() - 0.5);
  EXPECT_LT(std::abs(products / kDraws), 5.0 / 12 / std::sqrt(kDraws));
}

TEST(Pcg64, UniformNumbersStayInTheirRange) {
  Pcg64 random(1, 1);
  double total = 0;
  constexpr int kDraws = 100'000;
  std::vector<int> counts(7);
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    const double open = random.uniform_open();
    ASSERT_GT(open, 0);
    ASSERT_LT(open, 1);
    total += u;
    ++counts[random.below(7)];
  }
  EXPECT_NEAR(total / kDraws, 0.5, 5 / std::sqrt(12.0 * kDraws));
  double chi2 = 0;
  for (const int count : counts) chi2 += std::pow(count - kDraws / 7.0, 2) / (kDraws / 7.0);
  EXPECT_GT(chi_square_upper_tail(chi2, 6), 1e-4);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(PortableMath, AgreesWithTheCLibrary) {
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    EXPECT_NEAR(portable_log(x), std::log(x), 4e-16 * std::max(1.0, std::abs(std::log(x)))) << x;
  }
  for (double x = 0.9; x < 1.1; x += 1e-4) {
    EXPECT_NEAR(portable_log(x), std::log(x), 3e-16 * std::abs(std::log(x)) + 1e-18) << x;
  }
  for (double x = -700; x < 700; x += 0.37) {
    EXPECT_NEAR(portable_exp(x) / std::exp(x), 1, 1e-15) << x;
  }
  EXPECT_EQ(portable_log(1), 0);
  EXPECT_EQ(portable_exp(0), 1);
}

// Not a check of correctness (the other tests are) but of sameness: a machine, compiler or flag
// that rounds one of these 40,000 draws differently changes the hash.
TEST(Quantiles, HaveTheSameBitsEverywhere) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  const auto add = [&](double value) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3U;
  };
  Pcg64 random(311, 1);
  for (int i = 0; i < 10'000; ++i) {
    add(normal_quantile(random.uniform_open()));
    add(lognormal_quantile(random.uniform_open(), 3, 2));
    add(weibull_quantile(random.uniform_open(), 0.7, 40));
    add(static_cast<double>(poisson_quantile(random.uniform_open(), 37.5)));
  }
  EXPECT_EQ(hash, 3147781594687086053U);
}

TEST(NormalQuantile, InvertsTheTail) {
  // Wichura (1988), the paper's check values: p = 0.25, 0.001, 1e-20.
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-15);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167814, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-13);
  for (double u = 1e-12; u < 0.5; u *= 1.9) {
    EXPECT_NEAR(normal_upper_tail(-normal_quantile(u)) / u, 1, 1e-12);
  }
  EXPECT_EQ(normal_quantile(0.5), 0);
}

TEST(Quantiles, InvertTheirDistributionFunctions) {
  for (double u = 0.001; u < 1; u += 0.013) {
    EXPECT_NEAR(1 - std::exp(-exponential_quantile(u, 30) / 30), u, 1e-14);
    const double x = lognormal_quantile(u, 1.5, 0.7);
    EXPECT_NEAR(1 - normal_upper_tail((std::log(x) - 1.5) / 0.7), u, 1e-13);
    const double w = weibull_quantile(u, 0.6, 12);
    EXPECT_NEAR(1 - std::exp(-std::pow(w / 12, 0.6)), u, 1e-13);
  }
  EXPECT_NEAR(lognormal_quantile(0.5, std::log(40), 2), 40, 1e-12);
}

TEST(PoissonQuantile, IsTheSmallestCountThatReachesU) {
  Pcg64 random(5, 6);
  for (const double mean : {0.001, 0.7, 4.0, 60.0, 499.0, 501.0, 12'000.0}) {
    for (int i = 0; i < 50; ++i) {
      const double u = random.uniform_open();
      const std::int64_t k = poisson_quantile(u, mean);
      // P(X <= k) >= u > P(X <= k - 1); the tails carry an error of 1e-9.
      EXPECT_GE(1 - poisson_upper_tail(k + 1, mean), u - 1e-9) << mean;
      if (k > 0) {
        EXPECT_LE(1 - poisson_upper_tail(k, mean), u + 1e-9) << mean;
      }
    }
  }
  EXPECT_EQ(poisson_quantile(0.999, 0), 0);
}

}  // namespace
}  // namespace hark::stats
