#include "hark/stats/kitagawa.h"

#include "hark/core/text.h"

namespace hark::stats {

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

}  // namespace hark::stats
