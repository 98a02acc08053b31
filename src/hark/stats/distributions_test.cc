#include "hark/stats/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "hark/stats/golden_for_tests.h"

namespace hark::stats {
namespace {

/// Closed form for even df: Q = e^-y sum_{k < df/2} y^k / k!, y = x / 2, added up from the largest
/// term in extended precision.
double log10_even_df(double x, int df) {
  const long double y = static_cast<long double>(x) / 2;
  const int terms = df / 2;
  long double log_last = -y + (terms - 1) * std::log(y);
  for (int k = 2; k < terms; ++k) log_last -= std::log(static_cast<long double>(k));
  long double ratio = 1;  // term / last term
  long double total = 1;
  for (int k = terms - 1; k > 0; --k) {
    ratio *= k / y;
    total += ratio;
  }
  return static_cast<double>((log_last + std::log(total)) / std::numbers::ln10_v<long double>);
}

TEST(ChiSquareTail, EqualsTheClosedFormFarOut) {
  for (const int df : {2, 4, 10, 38, 500, 4000}) {
    for (const double factor : {0.5, 1.0, 1.5, 3.0, 30.0, 1e3, 1e5}) {
      const double x = df * factor;
      EXPECT_NEAR(log10_chi_square_upper_tail(x, df), log10_even_df(x, df), 1e-7)
          << "df " << df << ", x " << x;
    }
  }
  // Ten to the minus one hundred thousand and beyond.
  EXPECT_NEAR(log10_chi_square_upper_tail(460'600, 10), log10_even_df(460'600, 10), 1e-7);
  EXPECT_LT(log10_chi_square_upper_tail(460'600, 10), -99'990);
  EXPECT_NEAR(log10_chi_square_upper_tail(2e7, 448), log10_even_df(2e7, 448), 1e-7);
}

// From which formula the value comes must not show: both sides of 10^-290.
TEST(ChiSquareTail, EqualsTheClosedFormWhereTheFormulaChanges) {
  for (const int df : {2, 38, 448}) {
    for (double x = 1200; x < 3500; x += 7) {
      EXPECT_NEAR(log10_chi_square_upper_tail(x, df), log10_even_df(x, df), 1e-9) << x;
    }
  }
}

// Odd df have no finite sum, but a recurrence: Q(df + 2) = Q(df) + e^-y y^(df/2) / Gamma(df/2 + 1).
TEST(ChiSquareTail, OddDegreesOfFreedomFollowTheRecurrence) {
  for (const double df : {1.0, 3.0, 37.0, 449.0}) {
    for (const double x : {3.0, 200.0, 1300.0, 1400.0, 3000.0, 50'000.0}) {
      const double y = x / 2;
      const double step =
          (-y + df / 2 * std::log(y) - std::lgamma(df / 2 + 1)) / std::numbers::ln10;
      const double larger = log10_chi_square_upper_tail(x, df + 2);
      const double sum =
          std::pow(10, log10_chi_square_upper_tail(x, df) - larger) + std::pow(10, step - larger);
      EXPECT_NEAR(sum, 1, 1e-9) << "df " << df << ", x " << x;
    }
  }
}

TEST(ChiSquareTail, EqualsEveryReferenceLog10P) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const auto file = golden("tests.json");
  ASSERT_TRUE(file);
  int num_checked = 0;
  const auto check = [&](const Json& test, const std::string& where) {
    const Json& statistic = test.contains("H") ? test["H"] : test["chi2"];
    if (!statistic.is_number() || !test["log10_p"].is_number()) return;
    const double x = statistic.as_double();
    const double df = test["df"].as_double();
    EXPECT_NEAR(log10_chi_square_upper_tail(x, df), test["log10_p"].as_double(), 1e-6) << where;
    const double p = test["p"].as_double();
    EXPECT_NEAR(chi_square_upper_tail(x, df), p, std::abs(p) * 1e-9) << where;
    ++num_checked;
  };
  for (const auto& [file_name, tests] : (*file)["files"].members()) {
    for (const auto& [name, test] : tests.members()) check(test, file_name + " " + name);
  }
  EXPECT_GT(num_checked, 30);
}

TEST(ChiSquareTail, HasItsEnds) {
  EXPECT_EQ(chi_square_upper_tail(0, 3), 1);
  EXPECT_EQ(log10_chi_square_upper_tail(0, 3), 0);
  EXPECT_TRUE(std::isnan(chi_square_upper_tail(1, 0)));
  EXPECT_TRUE(std::isnan(log10_chi_square_upper_tail(std::nan(""), 1)));
  // Near 1 the logarithm keeps its digits: df = 2, p = e^(-x/2).
  EXPECT_NEAR(log10_chi_square_upper_tail(2e-12, 2) * std::numbers::ln10, -1e-12, 1e-25);
}

TEST(NormalTail, HoldsPublishedValues) {
  // Abramowitz and Stegun, table 26.1 and 26.2 (-log10 Q).
  EXPECT_NEAR(normal_upper_tail(1.96), 0.0249978952, 1e-10);
  EXPECT_NEAR(normal_upper_tail(-1), 0.8413447461, 1e-10);
  EXPECT_NEAR(log10_normal_upper_tail(5), -6.54265, 5e-6);
  EXPECT_NEAR(log10_normal_upper_tail(10), -23.11805, 5e-6);
  EXPECT_NEAR(log10_normal_upper_tail(50), -544.96634, 5e-6);
  EXPECT_NEAR(log10_normal_upper_tail(500), -54289.90830, 5e-6);
  EXPECT_NEAR(log10_normal_upper_tail(0), -std::log10(2.0), 1e-15);
  EXPECT_NEAR(log10_normal_upper_tail(-3), std::log10(normal_upper_tail(-3)), 1e-15);
}

TEST(StudentT, HoldsPublishedQuantilesAndClosedForms) {
  // Abramowitz and Stegun, table 26.10.
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 10), 2.228, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 30), 2.042, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.995, 5), 4.032, 5e-4);
  for (const double t : {-30.0, -2.0, 0.0, 0.7, 3.0, 1e5}) {
    EXPECT_NEAR(student_t_two_sided(t, 1), 2 / std::numbers::pi * std::atan2(1, std::abs(t)),
                1e-14);
    EXPECT_NEAR(student_t_two_sided(t, 2), 1 - std::abs(t) / std::sqrt(2 + t * t), 1e-14);
    EXPECT_NEAR(log10_student_t_two_sided(t, 7), std::log10(student_t_two_sided(t, 7)), 1e-12);
  }
  EXPECT_TRUE(std::isnan(student_t_two_sided(1, 0)));
  EXPECT_TRUE(std::isnan(student_t_quantile(1, 5)));
}

TEST(StudentT, TailsBeyondTheDoubleKeepTheirSize) {
  // Far out the tail is 2 Gamma((v + 1) / 2) / (sqrt(pi v) Gamma(v / 2)) v^((v - 1) / 2) t^-v.
  for (const double v : {20.0, 41.0}) {
    const double t = 1e18;
    const double expected = std::log10(2.0) +
                            (std::lgamma((v + 1) / 2) - std::lgamma(v / 2) +
                             (v - 1) / 2 * std::log(v) - std::log(std::numbers::pi * v) / 2) /
                                std::numbers::ln10 -
                            18 * v;
    EXPECT_NEAR(log10_student_t_two_sided(t, v), expected, 1e-8);
  }
  // With very many degrees of freedom it is the normal tail.
  EXPECT_NEAR(log10_student_t_two_sided(50, 1e9), log10_normal_upper_tail(50) + std::log10(2.0),
              1e-3);
}

/// Adds the terms up, largest first, in extended precision.
double log10_poisson_by_terms(std::int64_t k, double lambda) {
  long double log_first = -static_cast<long double>(lambda);
  for (std::int64_t i = 1; i <= k; ++i) {
    log_first += std::log(static_cast<long double>(lambda) / static_cast<long double>(i));
  }
  long double term = 1;
  long double total = 1;
  for (std::int64_t i = k + 1; term > 1e-22L * total || static_cast<double>(i) < lambda; ++i) {
    term *= lambda / static_cast<long double>(i);
    total += term;
  }
  return static_cast<double>((log_first + std::log(total)) / std::numbers::ln10_v<long double>);
}

TEST(PoissonTail, EqualsTheSumOfItsTerms) {
  for (const double lambda : {0.01, 0.5, 3.0, 40.0, 700.0}) {
    for (const std::int64_t k : {1, 2, 5, 30, 200, 1000, 5000}) {
      const double expected = log10_poisson_by_terms(k, lambda);
      EXPECT_NEAR(log10_poisson_upper_tail(k, lambda), expected, 1e-9 * (1 - expected))
          << k << " " << lambda;
      EXPECT_NEAR(poisson_upper_tail(k, lambda), std::pow(10, expected), 1e-11) << k;
    }
  }
  EXPECT_EQ(poisson_upper_tail(0, 2), 1);
  EXPECT_EQ(poisson_upper_tail(1, 0), 0);
  EXPECT_NEAR(poisson_upper_tail(1, 1e-9), 1e-9, 1e-17);
}

// R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "BH") gives 0.05 five times; the other by hand.
TEST(BenjaminiHochberg, StepsUpFromTheLargestP) {
  const auto even = benjamini_hochberg(std::vector<double>{0.01, 0.02, 0.03, 0.04, 0.05});
  for (const double q : even) EXPECT_NEAR(q, 0.05, 1e-15);
  const auto mixed = benjamini_hochberg(std::vector<double>{0.9, 0.001, 0.04, 0.03});
  EXPECT_NEAR(mixed[0], 0.9, 1e-15);
  EXPECT_NEAR(mixed[1], 0.004, 1e-15);
  EXPECT_NEAR(mixed[2], 0.04 * 4 / 3, 1e-15);
  EXPECT_NEAR(mixed[3], 0.04 * 4 / 3, 1e-15);
  EXPECT_TRUE(benjamini_hochberg({}).empty());
}

// Benjamini and Hochberg (1995), section 3.2: of these 15 p-values the procedure rejects 4 at 5 %.
TEST(BenjaminiHochberg, RejectsFourInItsPapersExample) {
  const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                              0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  int num_rejected = 0;
  for (const double q : benjamini_hochberg(p)) num_rejected += q <= 0.05 ? 1 : 0;
  EXPECT_EQ(num_rejected, 4);
}

}  // namespace
}  // namespace hark::stats
