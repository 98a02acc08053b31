// Did a share change? Two proportions compared, when days differ more than chance alone allows.
//
// Model card: docs/models/two-proportions.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "hark/core/result.h"
#include "hark/stats/descriptive.h"

namespace hark::stats {

struct Proportion {
  std::int64_t successes = 0;
  std::int64_t trials = 0;
};

/// How much more than chance days differ: 1 for binomial counts.
struct ShareDispersion {
  double value = 1;
  double df = 0;  ///< degrees of freedom it was estimated with; 0: it is 1 by assumption
};

struct TwoProportions {
  std::optional<double> share_a;  ///< nullopt without trials
  std::optional<double> share_b;
  std::optional<double> difference;         ///< B minus A
  std::optional<Interval> difference_ci95;  ///< Newcombe's hybrid of Wilson's intervals
  std::optional<double> ratio;              ///< B over A; nullopt where A has no success
  std::optional<Interval> ratio_ci95;       ///< log scale; nullopt where B has no success either
  std::optional<double> statistic;  ///< z of the pooled test; t where the dispersion has a df
  std::optional<double> p;          ///< two-sided, of equal shares; underflows to 0
  std::optional<double> log10_p;
};

/// Compares B with A. With a dispersion the trials count as trials / dispersion, and the quantile
/// is that of Student's t with its df. p is absent where all or none of both groups succeed.
/// Errors: kInvalidInput for successes outside 0 to trials, or a dispersion that is not above 0.
/// Source: Newcombe, Statistics in Medicine 17 (1998) 873, method 10; Katz, Baptista, Azen, Pike,
/// Biometrics 34 (1978), for the ratio; McCullagh and Nelder, Generalized Linear Models (1989),
/// section 4.5, for the dispersion.
Result<TwoProportions> two_proportions(const Proportion& a, const Proportion& b,
                                       const ShareDispersion& dispersion = {});

/// One day of one group; days of a cell (a weekday of a period) are taken to have the same share.
struct ShareDay {
  Proportion count;
  std::uint32_t cell = 0;
};
/// Pearson's chi-square of the days around the shares of their cells, over its degrees of freedom
/// (days with trials less cells, of cells whose share is neither 0 nor 1). nullopt without degrees
/// of freedom, or where it is 0. A day may have more successes than trials (calls handled that were
/// offered the day before). Errors: kInvalidInput for a negative count.
Result<std::optional<ShareDispersion>> share_dispersion(std::span<const ShareDay> days);

}  // namespace hark::stats
