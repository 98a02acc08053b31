#include "hark/stats/random.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace hark::stats {
namespace {

/// One step of SplitMix64. Source: Steele, Lea, Flood, OOPSLA 2014.
std::uint64_t split_mix(std::uint64_t& state) noexcept {
  std::uint64_t z = state += 0x9E3779B97F4A7C15U;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
  z = (z ^ z >> 27) * 0x94D049BB133111EBU;
  return z ^ z >> 31;
}

// ln 2 in two parts; the first has 21 zero bits at its end, so that small multiples are exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

template <std::size_t kSize>
double polynomial(const double (&coefficients)[kSize], double x) noexcept {
  double value = coefficients[kSize - 1];
  for (std::size_t i = kSize - 1; i > 0; --i) value = value * x + coefficients[i - 1];
  return value;
}

}  // namespace

Pcg64 Pcg64::for_block(std::uint64_t seed, std::uint64_t index) noexcept {
  std::uint64_t mixed_index = index;
  std::uint64_t state = seed ^ split_mix(mixed_index);
  const auto wide = [&] {
    const Wide high = split_mix(state);
    return high << 64 | split_mix(state);
  };
  const Wide start = wide();
  return Pcg64(Start{start, wide()});
}

double portable_log(double x) noexcept {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // in [1/2, 1)
  if (mantissa < std::numbers::sqrt2 / 2) {
    mantissa *= 2;
    --exponent;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)); the argument is below 0.172.
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  constexpr double kArtanh[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  const double rest = 2 * s * square * polynomial(kArtanh, square);
  const auto e = static_cast<double>(exponent);
  return e * kLn2High + (2 * s + (rest + e * kLn2Low));
}

double portable_exp(double x) noexcept {
  const double whole = std::nearbyint(x / std::numbers::ln2);
  const double high = x - whole * kLn2High;  // exact
  const double low = whole * kLn2Low;
  const double r = high - low;  // |r| < 0.35
  constexpr double kTaylor[] = {1.0 / 2,          1.0 / 6,        1.0 / 24,        1.0 / 120,
                                1.0 / 720,        1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                                1.0 / 3628800,    1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
                                1.0 / 87178291200};
  const double rest = r * r * polynomial(kTaylor, r);
  return std::ldexp(1 + (high + (rest - low)), static_cast<int>(whole));
}

double normal_quantile(double u) noexcept {
  constexpr double kA[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                           1.9715909503065514427e+3, 1.3731693765509461125e+4,
                           4.5921953931549871457e+4, 6.7265770927008700853e+4,
                           3.3430575583588128105e+4, 2.5090809287301226727e+3};
  constexpr double kB[] = {1.0,
                           4.2313330701600911252e+1,
                           6.8718700749205790830e+2,
                           5.3941960214247511077e+3,
                           2.1213794301586595867e+4,
                           3.9307895800092710610e+4,
                           2.8729085735721942674e+4,
                           5.2264952788528545610e+3};
  constexpr double kC[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                           5.76949722146069140550e0,  3.64784832476320460504e0,
                           1.27045825245236838258e0,  2.41780725177450611770e-1,
                           2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double kD[] = {1.0,
                           2.05319162663775882187e0,
                           1.67638483018380384940e0,
                           6.89767334985100004550e-1,
                           1.48103976427480074590e-1,
                           1.51986665636164571966e-2,
                           5.47593808499534494600e-4,
                           1.05075007164441684324e-9};
  constexpr double kE[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                           1.78482653991729133580e0,  2.96560571828504891230e-1,
                           2.65321895265761230930e-2, 1.24266094738807843860e-3,
                           2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double kF[] = {1.0,
                           5.99832206555887937690e-1,
                           1.36929880922735805310e-1,
                           1.48753612908506148525e-2,
                           7.86869131145613259100e-4,
                           1.84631831751005468180e-5,
                           1.42151175831644588870e-7,
                           2.04426310338993978564e-15};
  const double q = u - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  const double r = std::sqrt(-portable_log(q < 0 ? u : 1 - u));
  const double value = r <= 5 ? polynomial(kC, r - 1.6) / polynomial(kD, r - 1.6)
                              : polynomial(kE, r - 5) / polynomial(kF, r - 5);
  return q < 0 ? -value : value;
}

double exponential_quantile(double u, double mean) noexcept { return -mean * portable_log(1 - u); }

double lognormal_quantile(double u, double mu, double sigma) noexcept {
  return portable_exp(mu + sigma * normal_quantile(u));
}

double weibull_quantile(double u, double shape, double scale) noexcept {
  return scale * portable_exp(portable_log(-portable_log(1 - u)) / shape);
}

std::int64_t poisson_quantile(double u, double mean) noexcept {
  if (!(mean > 0)) return 0;
  // Adds up the probabilities from a place where they do not count yet: 0 for a small mean, twelve
  // standard deviations below a large one.
  double k = 0;
  double probability = 0;
  if (mean <= 500) {
    probability = portable_exp(-mean);
  } else {
    k = std::floor(mean - 12 * std::sqrt(mean));
    // Stirling: ln k! = k ln k - k + ln(2 pi k) / 2 + 1 / (12 k) - ...; the next term is below
    // 1e-10.
    probability = portable_exp(k * portable_log(mean / k) + (k - mean) -
                               0.5 * portable_log(2 * std::numbers::pi * k) - 1 / (12 * k));
  }
  const double last = mean + 12 * std::sqrt(mean) + 60;
  for (double cumulated = probability; cumulated < u && k < last; cumulated += probability) {
    k += 1;
    probability *= mean / k;
  }
  return static_cast<std::int64_t>(k);
}

}  // namespace hark::stats
