#include "hark/stats/rate_ratio.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hark/stats/distributions.h"

namespace hark::stats {
namespace {

struct Stratum {
  std::int64_t days_a = 0;
  std::int64_t days_b = 0;
  std::int64_t count_a = 0;
  std::int64_t count_b = 0;

  bool is_shared() const { return days_a > 0 && days_b > 0; }
  double count() const { return static_cast<double>(count_a + count_b); }
  /// Its counts per unit of the rate of A, when B's rate is `ratio` times that.
  double exposure(double ratio) const {
    return static_cast<double>(days_a) + ratio * static_cast<double>(days_b);
  }
  /// The share of its counts that is expected in B.
  double share_b(double ratio) const {
    return ratio * static_cast<double>(days_b) / exposure(ratio);
  }
};

/// The ratio at which as many counts are expected in B as were seen there. With the strata's rates
/// at their best for each ratio the likelihood has one number left, and the surplus falls with it:
/// Newton's steps on the log scale, kept inside a bracket.
double solve_ratio(const std::vector<Stratum>& strata) {
  double low = -100;
  double high = 100;
  double log_ratio = 0;
  for (int step = 0; step < 200; ++step) {
    const double ratio = std::exp(log_ratio);
    double surplus = 0;
    double information = 0;
    for (const Stratum& stratum : strata) {
      if (!stratum.is_shared()) continue;
      const double share = stratum.share_b(ratio);
      surplus += static_cast<double>(stratum.count_b) - stratum.count() * share;
      information += stratum.count() * share * (1 - share);
    }
    (surplus > 0 ? low : high) = log_ratio;
    const double newton = information > 0 ? log_ratio + surplus / information : high;
    const double next = newton > low && newton < high ? newton : (low + high) / 2;
    if (std::abs(next - log_ratio) < 1e-14) break;
    log_ratio = next;
  }
  return std::exp(log_ratio);
}

Result<std::vector<Stratum>> strata_of(std::span<const RateDay> days, RateRatio& result) {
  std::vector<Stratum> strata;
  for (std::size_t i = 0; i < days.size(); ++i) {
    const RateDay& day = days[i];
    if (day.count < 0) return Error(ErrorCode::kInvalidInput, "a day's count is negative");
    if (i > 0 && day.day <= days[i - 1].day)
      return Error(ErrorCode::kInvalidInput, "days must ascend");
    if (day.stratum >= strata.size()) strata.resize(day.stratum + std::size_t{1});
    Stratum& stratum = strata[day.stratum];
    (day.is_in_b ? stratum.days_b : stratum.days_a) += 1;
    (day.is_in_b ? stratum.count_b : stratum.count_a) += day.count;
    (day.is_in_b ? result.days_b : result.days_a) += 1;
    (day.is_in_b ? result.total_b : result.total_a) += day.count;
  }
  if (result.days_a == 0 || result.days_b == 0)
    return Error(ErrorCode::kInvalidInput, "a period without a day has no rate");
  if (std::ranges::none_of(strata, &Stratum::is_shared)) {
    return Error(ErrorCode::kInvalidInput,
                 "the periods have no weekday in common, so they cannot be compared")
        .hint("compare whole weeks, or days of the same weekday");
  }
  return strata;
}

/// Whether the rate is the same where one period has no counts at all, so that the ratio has no
/// interval: the quasi-score test at ratio 1. The other period's days say how much days differ;
/// less than chance they cannot, for nothing else is known of the days without counts.
void test_against_none(std::span<const RateDay> days, const std::vector<Stratum>& strata,
                       RateRatio& result) {
  const bool is_b_counted = result.ratio == std::nullopt;
  double surplus = 0;
  double information = 0;
  double num_strata = 0;
  for (const Stratum& stratum : strata) {
    if (!stratum.is_shared() || stratum.count() == 0) continue;
    const double share = stratum.share_b(1);
    surplus += static_cast<double>(stratum.count_b) - stratum.count() * share;
    information += stratum.count() * share * (1 - share);
    ++num_strata;
  }
  double pearson = 0;
  double num_used = 0;
  for (const RateDay& day : days) {
    const Stratum& stratum = strata[day.stratum];
    if (!stratum.is_shared() || stratum.count() == 0 || day.is_in_b != is_b_counted) continue;
    const double expected =
        stratum.count() / static_cast<double>(is_b_counted ? stratum.days_b : stratum.days_a);
    pearson += std::pow(static_cast<double>(day.count) - expected, 2) / expected;
    ++num_used;
  }
  result.df = num_used - num_strata;
  if (result.df <= 0 || !(information > 0)) return;
  result.dispersion = pearson / result.df;
  result.t = surplus / std::sqrt(std::max(*result.dispersion, 1.0) * information);
  result.p = student_t_two_sided(*result.t, result.df);
  result.log10_p = log10_student_t_two_sided(*result.t, result.df);
}

}  // namespace

Result<RateRatio> rate_ratio(std::span<const RateDay> days) {
  RateRatio result;
  HARK_TRY(const std::vector<Stratum> strata, strata_of(days, result));
  std::int64_t shared_a = 0;
  std::int64_t shared_b = 0;
  std::int64_t num_used = 0;
  std::int64_t num_strata = 0;
  for (const Stratum& stratum : strata) {
    if (stratum.count() == 0) continue;
    ++num_strata;
    num_used += stratum.days_a + stratum.days_b;
    if (!stratum.is_shared()) continue;
    shared_a += stratum.count_a;
    shared_b += stratum.count_b;
  }
  if (shared_a == 0 || shared_b == 0) {
    if (shared_a > 0) result.ratio = 0;
    if (shared_a + shared_b > 0) test_against_none(days, strata, result);
    return result;
  }
  const double ratio = solve_ratio(strata);
  result.ratio = ratio;
  result.df = static_cast<double>(num_used - num_strata - 1);

  double information = 0;
  for (const Stratum& stratum : strata) {
    if (!stratum.is_shared()) continue;
    const double share = stratum.share_b(ratio);
    information += stratum.count() * share * (1 - share);
  }
  double pearson = 0;
  double neighbours = 0;
  std::int64_t num_neighbours = 0;
  const RateDay* before = nullptr;
  double residual_before = 0;
  for (const RateDay& day : days) {
    const Stratum& stratum = strata[day.stratum];
    if (stratum.count() == 0) continue;
    const double expected = stratum.count() / stratum.exposure(ratio) * (day.is_in_b ? ratio : 1.0);
    const double residual = (static_cast<double>(day.count) - expected) / std::sqrt(expected);
    pearson += residual * residual;
    if (before != nullptr && before->day + 1 == day.day) {
      neighbours += residual * residual_before;
      ++num_neighbours;
    }
    before = &day;
    residual_before = residual;
  }
  if (result.df <= 0) return result;
  // Whole numbers that fit to the last one: what is left is rounding.
  if (pearson < 1e-15 * static_cast<double>(num_used)) pearson = 0;
  result.dispersion = pearson / result.df;
  if (pearson > 0 && num_neighbours > 0) {
    result.autocorrelation = neighbours / static_cast<double>(num_neighbours) /
                             (pearson / static_cast<double>(num_used));
  }
  const double error = std::sqrt(*result.dispersion / information);
  if (!(error > 0)) return result;
  const double width = student_t_quantile(0.975, result.df) * error;
  result.ci95 = Interval{ratio * std::exp(-width), ratio * std::exp(width)};
  result.t = std::log(ratio) / error;
  result.p = student_t_two_sided(*result.t, result.df);
  result.log10_p = log10_student_t_two_sided(*result.t, result.df);
  return result;
}

}  // namespace hark::stats
