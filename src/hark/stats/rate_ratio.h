// Did a daily rate change between two periods, when days differ more than chance alone allows?
//
// Model card: docs/models/rate-ratio.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "hark/core/result.h"
#include "hark/stats/descriptive.h"

namespace hark::stats {

struct RateDay {
  std::int32_t day = 0;  ///< number of the day; neighbours differ by 1
  std::int64_t count = 0;
  std::uint32_t stratum = 0;  ///< the weekday, say: what both periods are compared within
  bool is_in_b = false;
};

struct RateRatio {
  std::int64_t days_a = 0;
  std::int64_t days_b = 0;
  std::int64_t total_a = 0;
  std::int64_t total_b = 0;
  /// Rate of B over rate of A at the same mix of strata; nullopt where A has no counts in the
  /// strata that both periods have, 0 where only B has none.
  std::optional<double> ratio;
  /// Pearson's chi-square over the degrees of freedom: 1 for Poisson counts, more where days differ
  /// more than that; nullopt without degrees of freedom.
  std::optional<double> dispersion;
  double df = 0;                 ///< days less strata less 1, of strata with counts
  std::optional<Interval> ci95;  ///< from t on the log scale; nullopt where there is no dispersion,
                                 ///< and where a period has no counts
  std::optional<double> t;
  std::optional<double> p;  ///< two-sided, of ratio = 1; underflows to 0
  std::optional<double> log10_p;
  /// Correlation of the residuals of neighbouring days. Well above 0, days tell less than the
  /// model thinks and the interval is too narrow.
  std::optional<double> autocorrelation;
};

/// Quasi-Poisson regression of daily counts on period and stratum, log link:
/// E y = rate_stratum * ratio^[day in B], Var y = dispersion * E y.
///
/// `days` ascend. Strata without any count are days of rest: they say nothing and take no degree of
/// freedom. Errors: kInvalidInput if a period has no day, no stratum has days in both, days do not
/// ascend, or a count is negative. Time O(days + strata).
/// Where one period has no counts, t and p are those of the quasi-score test at ratio 1, with the
/// dispersion and the degrees of freedom (its days less strata) of the other, at least 1.
/// Source: McCullagh and Nelder, Generalized Linear Models (1989), sections 6.2 and 9.2.
Result<RateRatio> rate_ratio(std::span<const RateDay> days);

}  // namespace hark::stats
