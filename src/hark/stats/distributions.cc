#include "hark/stats/distributions.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace hark::stats {
namespace {

namespace policies = boost::math::policies;
// The library answers with NaN, 0 or infinity instead of throwing.
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::underflow_error<policies::ignore_error>,
                               policies::denorm_error<policies::ignore_error>,
                               policies::rounding_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr long double kLn10 = std::numbers::ln10_v<long double>;
/// Below this the double has lost digits to underflow, or will soon.
constexpr double kTiny = 1e-290;

/// Regularised upper incomplete gamma function Q(a, x).
double gamma_q(double a, double x) noexcept { return boost::math::gamma_q(a, x, Quiet()); }
/// Regularised lower incomplete gamma function P(a, x) = 1 - Q(a, x).
double gamma_p(double a, double x) noexcept { return boost::math::gamma_p(a, x, Quiet()); }

/// ln of x^a e^-x / Gamma(a), in extended precision: terms of 10^7 leave an error below 1e-11.
long double log_factor(long double a, long double x) noexcept {
  return a * std::log(x) - x - boost::math::lgamma(a, Quiet());
}

/// ln Q(a, x) for x well above a, where Q is tiny.
long double log_gamma_q_far_out(long double a, long double x) noexcept {
  // Modified Lentz evaluation; x > a makes every denominator positive.
  long double b = x + 1 - a;
  long double c = std::numeric_limits<long double>::max();
  long double d = 1 / b;
  long double fraction = d;
  for (int i = 1; i < 100'000; ++i) {
    const auto k = static_cast<long double>(i);
    const long double numerator = -k * (k - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const long double step = c * d;
    fraction *= step;
    if (std::abs(step - 1) < 1e-18L) break;
  }
  return log_factor(a, x) + std::log(fraction);
}

/// ln P(a, x) for x well below a, where P is tiny.
long double log_gamma_p_far_in(long double a, long double x) noexcept {
  long double term = 1 / a;
  long double total = term;
  for (long double k = a + 1; term > total * 1e-19L; k += 1) {
    term *= x / k;
    total += term;
  }
  return log_factor(a, x) + std::log(total);
}

/// ln I_x(a, b) of the incomplete beta function for x < 1 where it is tiny.
long double log_ibeta_far_in(long double a, long double b, long double x) noexcept {
  long double term = 1;
  long double total = 1;
  for (long double n = 0; term > total * 1e-19L; n += 1) {
    term *= (a + b + n) / (a + 1 + n) * x;
    total += term;
  }
  const long double log_beta = boost::math::lgamma(a, Quiet()) + boost::math::lgamma(b, Quiet()) -
                               boost::math::lgamma(a + b, Quiet());
  return a * std::log(x) + b * std::log1p(-x) - std::log(a) - log_beta + std::log(total);
}

/// log10 of a tail, from the tail itself or, near 1, from the other one.
double log10_of(double tail, double other_tail) noexcept {
  return tail > 0.5 ? std::log1p(-other_tail) / std::numbers::ln10 : std::log10(tail);
}

}  // namespace

double chi_square_upper_tail(double x, double df) noexcept {
  if (!(df > 0) || std::isnan(x)) return kNaN;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return gamma_q(df / 2, x / 2);
}

double log10_chi_square_upper_tail(double x, double df) noexcept {
  if (!(df > 0) || std::isnan(x)) return kNaN;
  if (x <= 0) return 0;
  if (std::isinf(x)) return -std::numeric_limits<double>::infinity();
  const double tail = gamma_q(df / 2, x / 2);
  if (tail > kTiny) return log10_of(tail, gamma_p(df / 2, x / 2));
  return static_cast<double>(log_gamma_q_far_out(df / 2, x / 2) / kLn10);
}

double normal_upper_tail(double z) noexcept { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

double log10_normal_upper_tail(double z) noexcept {
  // P(Z >= z) is half the chi-square tail of z^2 with one degree of freedom.
  if (z > 0) return log10_chi_square_upper_tail(z * z, 1) - std::log10(2.0);
  return std::log1p(-normal_upper_tail(-z)) / std::numbers::ln10;
}

double student_t_two_sided(double t, double df) noexcept {
  if (!(df > 0) || std::isnan(t)) return kNaN;
  if (std::isinf(t)) return 0;
  return boost::math::ibeta(df / 2, 0.5, df / (df + t * t), Quiet());
}

double log10_student_t_two_sided(double t, double df) noexcept {
  if (!(df > 0) || std::isnan(t)) return kNaN;
  if (std::isinf(t)) return -std::numeric_limits<double>::infinity();
  const double tail = student_t_two_sided(t, df);
  if (tail > kTiny) return std::log10(tail);
  const long double square = static_cast<long double>(t) * t;
  return static_cast<double>(log_ibeta_far_in(df / 2, 0.5L, df / (df + square)) / kLn10);
}

double student_t_quantile(double p, double df) noexcept {
  if (!(df > 0) || !(p > 0) || !(p < 1)) return kNaN;
  const boost::math::students_t_distribution<double, Quiet> t(df);
  return boost::math::quantile(t, p);
}

double poisson_upper_tail(std::int64_t k, double lambda) noexcept {
  if (!(lambda >= 0)) return kNaN;
  if (k <= 0) return 1;
  if (lambda == 0) return 0;
  return gamma_p(static_cast<double>(k), lambda);
}

double log10_poisson_upper_tail(std::int64_t k, double lambda) noexcept {
  if (!(lambda >= 0)) return kNaN;
  if (k <= 0) return 0;
  if (lambda == 0) return -std::numeric_limits<double>::infinity();
  const auto a = static_cast<double>(k);
  const double tail = gamma_p(a, lambda);
  if (tail > kTiny) return log10_of(tail, gamma_q(a, lambda));
  return static_cast<double>(log_gamma_p_far_in(a, lambda) / kLn10);
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> q_values(p_values.size());
  double smallest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    smallest = std::min(
        smallest, p_values[i] * static_cast<double>(order.size()) / static_cast<double>(rank));
    q_values[i] = smallest;
  }
  return q_values;
}

}  // namespace hark::stats
