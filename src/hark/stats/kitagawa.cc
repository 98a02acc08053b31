#include "hark/stats/kitagawa.h"

#include <algorithm>
#include <cmath>

namespace hark::stats {
namespace {

/// One stratum of one group: its share, its mean (the other group's where it has none) and the
/// variance of a value.
struct Side {
  long double share = 0;
  long double mean = 0;
  long double variance = 0;
};
struct BothSides {
  Side a;
  Side b;
  /// One group lacks the stratum: the mean of the other stands for both.
  bool is_one_sided() const { return !(a.share > 0 && b.share > 0); }
};

/// Sum of squares around the mean, which rounding must not make negative.
long double scatter(std::int64_t n, long double sum, long double squares) {
  return n < 2 ? 0 : std::max(0.0L, squares - sum * sum / static_cast<long double>(n));
}

std::vector<BothSides> sides_of(std::span<const Stratum> strata, std::int64_t all_a,
                                std::int64_t all_b) {
  std::vector<BothSides> sides;
  for (const Stratum& stratum : strata) {
    if (stratum.n_a == 0 && stratum.n_b == 0) continue;
    const auto n_a = static_cast<long double>(stratum.n_a);
    const auto n_b = static_cast<long double>(stratum.n_b);
    const long double mean_a = (n_a > 0 ? stratum.sum_a / n_a : stratum.sum_b / n_b);
    const long double mean_b = (n_b > 0 ? stratum.sum_b / n_b : stratum.sum_a / n_a);
    const long double scatter_a = scatter(stratum.n_a, stratum.sum_a, stratum.squares_a);
    const long double scatter_b = scatter(stratum.n_b, stratum.sum_b, stratum.squares_b);
    const long double variance_a = n_a > 1 ? scatter_a / (n_a - 1) : -1;
    const long double variance_b = n_b > 1 ? scatter_b / (n_b - 1) : -1;
    const auto known = [](long double own, long double other) {
      return own >= 0 ? own : std::max(0.0L, other);
    };
    sides.push_back(
        {{n_a / static_cast<long double>(all_a), mean_a, known(variance_a, variance_b)},
         {n_b / static_cast<long double>(all_b), mean_b, known(variance_b, variance_a)}});
  }
  return sides;
}

/// How an effect moves with the share and with the mean of a stratum in one group: `sign` is -1 for
/// group A, 1 for group B.
struct Slope {
  long double share = 0;
  long double mean = 0;
};
using SlopeOf = Slope (*)(const BothSides& s, int sign);

Slope difference_slope(const BothSides& s, int sign) {
  const Side& own = sign < 0 ? s.a : s.b;
  return {sign * own.mean, sign * own.share};
}
Slope rate_slope(const BothSides& s, int sign) {
  const long double mean = s.is_one_sided() ? 0 : (s.a.share + s.b.share) / 2;
  return {(s.b.mean - s.a.mean) / 2, sign * mean};
}
Slope mix_slope(const BothSides& s, int sign) {
  const long double mean = (s.b.share - s.a.share) / (s.is_one_sided() ? 1 : 2);
  return {sign * (s.a.mean + s.b.mean) / 2, mean};
}

/// Variance of an effect from the chance of one group with `n` values: shares of a multinomial
/// draw, and means of the values drawn.
long double variance_from(const std::vector<BothSides>& sides, std::int64_t n, int sign,
                          SlopeOf slope_of) {
  const auto own = [sign](const BothSides& s) -> const Side& { return sign < 0 ? s.a : s.b; };
  long double middle = 0;
  for (const BothSides& s : sides) middle += own(s).share * slope_of(s, sign).share;
  long double per_value = 0;
  for (const BothSides& s : sides) {
    const Side& side = own(s);
    if (side.share <= 0) continue;
    const Slope slope = slope_of(s, sign);
    const long double off = slope.share - middle;
    per_value += side.share * off * off + slope.mean * slope.mean * side.variance / side.share;
  }
  return per_value / static_cast<long double>(n);
}

}  // namespace

Result<Kitagawa> kitagawa(std::span<const Stratum> strata) {
  Stratum all;
  for (const Stratum& stratum : strata) {
    if (stratum.n_a < 0 || stratum.n_b < 0)
      return Error(ErrorCode::kInvalidInput, "a stratum's count is negative");
    all.n_a += stratum.n_a;
    all.n_b += stratum.n_b;
    all.sum_a += stratum.sum_a;
    all.sum_b += stratum.sum_b;
  }
  if (all.n_a == 0 || all.n_b == 0)
    return Error(ErrorCode::kInvalidInput, "a group without values has no average to explain");

  const auto ratio = [](auto part, std::int64_t whole) {
    return static_cast<long double>(part) / static_cast<long double>(whole);
  };
  Kitagawa result;
  const long double mean_a = ratio(all.sum_a, all.n_a);
  const long double mean_b = ratio(all.sum_b, all.n_b);
  result.mean_a = static_cast<double>(mean_a);
  result.mean_b = static_cast<double>(mean_b);
  result.difference = static_cast<double>(mean_b - mean_a);
  long double rate = 0;
  long double mix = 0;
  for (const Stratum& stratum : strata) {
    KitagawaTerm& term = result.terms.emplace_back();
    if (stratum.n_a == 0 && stratum.n_b == 0) continue;
    const bool has_a = stratum.n_a > 0;
    const bool has_b = stratum.n_b > 0;
    const long double own_a = has_a ? ratio(stratum.sum_a, stratum.n_a) : 0;
    const long double own_b = has_b ? ratio(stratum.sum_b, stratum.n_b) : 0;
    if (has_a) term.mean_a = static_cast<double>(own_a);
    if (has_b) term.mean_b = static_cast<double>(own_b);
    const long double a = has_a ? own_a : own_b;
    const long double b = has_b ? own_b : own_a;
    const long double share_a = ratio(stratum.n_a, all.n_a);
    const long double share_b = ratio(stratum.n_b, all.n_b);
    const long double term_rate = (share_a + share_b) / 2 * (b - a);
    const long double term_mix = (a + b) / 2 * (share_b - share_a);
    term.rate_effect = static_cast<double>(term_rate);
    term.mix_effect = static_cast<double>(term_mix);
    rate += term_rate;
    mix += term_mix;
  }
  result.rate_effect = static_cast<double>(rate);
  result.mix_effect = static_cast<double>(mix);
  return result;
}

Result<std::optional<KitagawaIntervals>> kitagawa_intervals(std::span<const Stratum> strata) {
  HARK_TRY(const Kitagawa parts, kitagawa(strata));
  std::int64_t all_a = 0;
  std::int64_t all_b = 0;
  for (const Stratum& stratum : strata) {
    all_a += stratum.n_a;
    all_b += stratum.n_b;
  }
  if (all_a < 2 || all_b < 2) return std::optional<KitagawaIntervals>();
  const auto sides = sides_of(strata, all_a, all_b);
  const auto around = [&](double effect, SlopeOf slope_of) {
    const long double variance =
        variance_from(sides, all_a, -1, slope_of) + variance_from(sides, all_b, 1, slope_of);
    const double width = kZ95 * static_cast<double>(std::sqrt(variance));
    return Interval{effect - width, effect + width};
  };
  return std::optional(KitagawaIntervals{around(parts.difference, difference_slope),
                                         around(parts.rate_effect, rate_slope),
                                         around(parts.mix_effect, mix_slope)});
}

}  // namespace hark::stats
