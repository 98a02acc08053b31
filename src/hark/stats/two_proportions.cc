#include "hark/stats/two_proportions.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hark/stats/distributions.h"

namespace hark::stats {
namespace {

Result<void> check(const Proportion& count) {
  if (count.successes < 0 || count.successes > count.trials)
    return Error(ErrorCode::kInvalidInput, "a count of successes is not between 0 and its trials");
  return {};
}

double share_of(const Proportion& count) {
  return static_cast<double>(count.successes) / static_cast<double>(count.trials);
}

/// Wilson's interval for a share of `n` trials, which need not be a whole number.
Interval wilson(double share, double n, double z) {
  const double square = z * z;
  const double middle = share + square / (2 * n);
  const double half = z * std::sqrt(share * (1 - share) / n + square / (4 * n * n));
  const double scale = 1 + square / n;
  // At the ends rounding would leave a hair.
  return {share <= 0 ? 0 : (middle - half) / scale, share >= 1 ? 1 : (middle + half) / scale};
}

}  // namespace

Result<TwoProportions> two_proportions(const Proportion& a, const Proportion& b,
                                       const ShareDispersion& dispersion) {
  HARK_TRY_VOID(check(a));
  HARK_TRY_VOID(check(b));
  if (!(dispersion.value > 0) || dispersion.df < 0)
    return Error(ErrorCode::kInvalidInput, "a dispersion must be above 0");
  TwoProportions result;
  if (a.trials > 0) result.share_a = share_of(a);
  if (b.trials > 0) result.share_b = share_of(b);
  if (a.trials == 0 || b.trials == 0) return result;
  const double share_a = *result.share_a;
  const double share_b = *result.share_b;
  const double n_a = static_cast<double>(a.trials) / dispersion.value;
  const double n_b = static_cast<double>(b.trials) / dispersion.value;
  const double z = dispersion.df > 0 ? student_t_quantile(0.975, dispersion.df) : kZ95;

  const double difference = share_b - share_a;
  const Interval alone_a = wilson(share_a, n_a, z);
  const Interval alone_b = wilson(share_b, n_b, z);
  result.difference = difference;
  result.difference_ci95 =
      Interval{difference - std::hypot(share_b - alone_b.low, alone_a.high - share_a),
               difference + std::hypot(alone_b.high - share_b, share_a - alone_a.low)};
  if (a.successes > 0) {
    result.ratio = share_b / share_a;
    if (b.successes > 0) {
      const double error =
          std::sqrt((1 - share_a) / (n_a * share_a) + (1 - share_b) / (n_b * share_b));
      result.ratio_ci95 =
          Interval{*result.ratio * std::exp(-z * error), *result.ratio * std::exp(z * error)};
    }
  }
  const double pooled = share_of({a.successes + b.successes, a.trials + b.trials});
  if (!(pooled > 0 && pooled < 1)) return result;
  const double statistic = difference / std::sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b));
  result.statistic = statistic;
  if (dispersion.df > 0) {
    result.p = student_t_two_sided(statistic, dispersion.df);
    result.log10_p = log10_student_t_two_sided(statistic, dispersion.df);
  } else {
    result.p = std::min(1.0, 2 * normal_upper_tail(std::abs(statistic)));
    result.log10_p = std::min(0.0, std::log10(2.0) + log10_normal_upper_tail(std::abs(statistic)));
  }
  return result;
}

Result<std::optional<ShareDispersion>> share_dispersion(std::span<const ShareDay> days) {
  std::vector<Proportion> cells;
  for (const ShareDay& day : days) {
    if (day.count.successes < 0 || day.count.trials < 0)
      return Error(ErrorCode::kInvalidInput, "a day's count is negative");
    if (day.cell >= cells.size()) cells.resize(day.cell + std::size_t{1});
    cells[day.cell].successes += day.count.successes;
    cells[day.cell].trials += day.count.trials;
  }
  const auto says_something = [](const Proportion& cell) {
    return cell.successes > 0 && cell.successes < cell.trials;
  };
  double pearson = 0;
  double df = 0;
  for (const ShareDay& day : days) {
    const Proportion& cell = cells[day.cell];
    if (day.count.trials == 0 || !says_something(cell)) continue;
    const double share = share_of(cell);
    const auto n = static_cast<double>(day.count.trials);
    const double off = static_cast<double>(day.count.successes) - n * share;
    pearson += off * off / (n * share * (1 - share));
    ++df;
  }
  for (const Proportion& cell : cells) df -= says_something(cell) ? 1 : 0;
  // Days that fit to the last count: what is left is rounding.
  if (df <= 0 || pearson <= 1e-12 * df) return std::optional<ShareDispersion>();
  return std::optional(ShareDispersion{pearson / df, df});
}

}  // namespace hark::stats
