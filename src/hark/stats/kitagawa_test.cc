#include "hark/stats/kitagawa.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"

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

/// Values by stratum in one group.
using Values = std::vector<std::vector<double>>;

std::vector<Stratum> strata_of(const Values& a, const Values& b) {
  std::vector<Stratum> strata(a.size());
  for (std::size_t s = 0; s < a.size(); ++s) {
    for (const double value : a[s]) {
      ++strata[s].n_a;
      strata[s].sum_a += value;
      strata[s].squares_a += static_cast<long double>(value) * value;
    }
    for (const double value : b[s]) {
      ++strata[s].n_b;
      strata[s].sum_b += value;
      strata[s].squares_b += static_cast<long double>(value) * value;
    }
  }
  return strata;
}

TEST(Kitagawa, OneStratumHasTheIntervalOfTwoMeans) {
  const auto strata = strata_of({{1, 2, 3, 6}}, {{10, 14, 12}});
  const auto intervals = kitagawa_intervals(strata).value();
  // Variances 14/3 and 4; what plug-in shares take away is nothing with one stratum.
  const double error = std::sqrt(14.0 / 3 / 4 + 4.0 / 3);
  EXPECT_NEAR(intervals->difference.low, 9 - kZ95 * error, 1e-12);
  EXPECT_NEAR(intervals->rate_effect.high, 9 + kZ95 * error, 1e-12);
  EXPECT_NEAR(intervals->mix_effect.low, 0, 1e-12);
  EXPECT_NEAR(intervals->mix_effect.high, 0, 1e-12);
  EXPECT_FALSE(kitagawa_intervals(strata_of({{1}}, {{2, 3}})).value());
  EXPECT_FALSE(kitagawa_intervals(strata_of({{}}, {{2, 3}})));
}

TEST(Kitagawa, IntervalsAreThoseOfNudgingEveryValueOut) {
  // The jackknife knows nothing of the formula: leave one value out at a time. With hundreds of
  // values the two differ by a few per cent.
  Pcg64 random(5, 0);
  const auto draw = [&](double slow) {
    Values values(4);  // the last only in B
    for (int i = 0; i < 300; ++i) {
      const std::size_t s = random.below(slow > 1 ? 4 : 3);
      // The stratum of one group varies most: half of its chance would be missed.
      const double spread = s == 3 ? 9 : 1;
      values[s].push_back(static_cast<double>(s * s + 1) * slow * (1 + spread * random.uniform()));
    }
    return values;
  };
  const Values a = draw(1), b = draw(1.5);
  const auto intervals = kitagawa_intervals(strata_of(a, b)).value();
  const auto parts = kitagawa(strata_of(a, b)).value();
  double squares[3] = {};
  for (const bool in_b : {false, true}) {
    std::vector<Kitagawa> without;
    for (std::size_t s = 0; s < 4; ++s) {
      for (std::size_t i = 0; i < (in_b ? b : a)[s].size(); ++i) {
        Values less = in_b ? b : a;
        less[s].erase(less[s].begin() + static_cast<std::ptrdiff_t>(i));
        without.push_back(kitagawa(in_b ? strata_of(a, less) : strata_of(less, b)).value());
      }
    }
    double Kitagawa::* const effects[] = {&Kitagawa::difference, &Kitagawa::rate_effect,
                                          &Kitagawa::mix_effect};
    for (std::size_t e = 0; e < 3; ++e) {
      double mean = 0;
      for (const Kitagawa& one : without) mean += one.*effects[e] / 300;
      for (const Kitagawa& one : without)
        squares[e] += std::pow(one.*effects[e] - mean, 2) * 299 / 300;
    }
  }
  const auto width = [](const Interval& interval) { return interval.high - interval.low; };
  EXPECT_NEAR(width(intervals->difference) / (2 * kZ95 * std::sqrt(squares[0])), 1, 0.03);
  EXPECT_NEAR(width(intervals->rate_effect) / (2 * kZ95 * std::sqrt(squares[1])), 1, 0.03);
  EXPECT_NEAR(width(intervals->mix_effect) / (2 * kZ95 * std::sqrt(squares[2])), 1, 0.03);
  EXPECT_NEAR((intervals->mix_effect.low + intervals->mix_effect.high) / 2, parts.mix_effect, 1e-9);
}

}  // namespace
}  // namespace hark::stats
