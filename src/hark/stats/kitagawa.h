// Kitagawa's decomposition: how much of a difference of averages comes from the strata's own
// values, and how much from another mix of strata.
//
// Model card: docs/models/kitagawa.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hark/core/result.h"
#include "hark/stats/descriptive.h"

namespace hark::stats {

/// One stratum in both groups. `sum` is the sum of its values, whole numbers (ticks, 0 or 1); a
/// long double holds them exactly up to 2^64, where 64 bits with a sign overflow.
struct Stratum {
  std::int64_t n_a = 0;
  std::int64_t n_b = 0;
  long double sum_a = 0;
  long double sum_b = 0;
  long double squares_a = 0;  ///< sum of the squared values; read by kitagawa_intervals() only
  long double squares_b = 0;
};

struct KitagawaTerm {
  std::optional<double> mean_a;  ///< nullopt where the group has none of the stratum
  std::optional<double> mean_b;
  double rate_effect = 0;  ///< mean share * (mean_b - mean_a)
  double mix_effect = 0;   ///< mean of the means * (share_b - share_a)
};

struct Kitagawa {
  double mean_a = 0;
  double mean_b = 0;
  double difference = 0;  ///< mean_b - mean_a
  double rate_effect = 0;
  double mix_effect = 0;            ///< difference = rate_effect + mix_effect
  std::vector<KitagawaTerm> terms;  ///< as the strata
};

/// B minus A. A stratum that one group lacks has no rate of its own there: it takes the other's, so
/// that all it does is a matter of the mix. Pooling of small strata is the caller's. Errors:
/// kInvalidInput if a count is negative or a group has no values.
/// Source: Kitagawa, JASA 50 (1955).
Result<Kitagawa> kitagawa(std::span<const Stratum> strata);

/// 95 % intervals of the difference and of its two parts.
struct KitagawaIntervals {
  Interval difference;
  Interval rate_effect;
  Interval mix_effect;
};

/// Intervals by the delta method, from both sides' chance: which strata the values of a group fall
/// into, and how they differ within a stratum. Values are taken as independent of each other; a
/// single value of a stratum is taken to vary as the other group's do. nullopt where a group has
/// fewer than 2 values. Errors: as kitagawa().
/// Source: Jann, The Stata Journal 8 (2008), standard errors with shares that are random too.
Result<std::optional<KitagawaIntervals>> kitagawa_intervals(std::span<const Stratum> strata);

}  // namespace hark::stats
