// Random numbers that are the same on every machine: PCG64 and inverse distribution functions.
//
// The distributions use only +, -, *, / and sqrt (exact by IEEE 754) and our own log and exp: those
// of the C library differ between machines in the last bit, and a seed must give the same bytes
// everywhere. One uniform number gives one draw. Threads: a Pcg64 belongs to one thread.
#pragma once

#include <cstdint>

namespace hark::stats {

/// PCG64 (XSL-RR 128/64), the default generator of NumPy. Not for secrets.
/// Source: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
/// Random Number Generation", HMC-CS-2014-0905.
class Pcg64 {
 public:
  /// Seeds as the reference library's pcg64_srandom(seed, stream).
  Pcg64(std::uint64_t seed, std::uint64_t stream) noexcept : Pcg64(Start{seed, stream}) {}
  /// A generator for the `index`-th block of work of one seed. State and increment both depend on
  /// all bits of both numbers, so that blocks are not shifted copies of each other.
  static Pcg64 for_block(std::uint64_t seed, std::uint64_t index) noexcept;

  std::uint64_t next() noexcept {
    state_ = state_ * kMultiplier + increment_;
    const auto folded =
        static_cast<std::uint64_t>(state_ >> 64) ^ static_cast<std::uint64_t>(state_);
    const auto rotation = static_cast<unsigned>(state_ >> 122);
    return folded >> rotation | folded << (-rotation & 63U);
  }
  /// In [0, 1), a multiple of 2^-53.
  double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// In (0, 1), never an end: what an inverse distribution function takes.
  double uniform_open() noexcept { return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52; }
  /// In [0, bound), every number equally likely; `bound` > 0.
  /// Source: Lemire, ACM TOMACS 29 (2019), "Fast Random Integer Generation in an Interval".
  std::uint64_t below(std::uint64_t bound) noexcept {
    Wide product = Wide{next()} * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
      const std::uint64_t threshold = -bound % bound;
      while (static_cast<std::uint64_t>(product) < threshold) product = Wide{next()} * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

 private:
  __extension__ typedef unsigned __int128 Wide;
  static constexpr Wide kMultiplier = Wide{2549297995355413924U} << 64 | 4865540595714422341U;
  struct Start {
    Wide state;
    Wide stream;
  };
  explicit Pcg64(Start start) noexcept : increment_(start.stream << 1 | 1) {
    (void)next();
    state_ += start.state;
    (void)next();
  }
  Wide state_ = 0;
  Wide increment_;
};

/// Natural logarithm of a positive finite number, and e^x for |x| <= 700; both within 2 units in
/// the last place, and the same bits everywhere.
double portable_log(double x) noexcept;
double portable_exp(double x) noexcept;

// Inverse distribution functions; `u` in (0, 1).

/// Standard normal. Source: Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988).
double normal_quantile(double u) noexcept;
double exponential_quantile(double u, double mean) noexcept;
/// e^(mu + sigma Z); the median is e^mu.
double lognormal_quantile(double u, double mu, double sigma) noexcept;
/// scale (-ln(1 - u))^(1 / shape).
double weibull_quantile(double u, double shape, double scale) noexcept;
/// The smallest k with P(X <= k) >= u for Poisson; `mean` from 0 to 1e9. Time O(sqrt(mean)) (below
/// 500: O(mean)).
std::int64_t poisson_quantile(double u, double mean) noexcept;

}  // namespace hark::stats
