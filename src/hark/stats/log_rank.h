// Log-rank: do groups differ in how long it takes, when some have not ended yet.
//
// Model card: docs/models/log-rank.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::stats {

struct LogRankGroup {
  std::uint32_t code = 0;  ///< the group's code in the input
  std::int64_t n = 0;      ///< durations in it, at least 1
  std::int64_t events = 0;
  double expected = 0;  ///< events if all groups had one curve
};

struct LogRank {
  double chi2 = 0;
  std::int64_t df = 0;
  double p = 0;  ///< underflows to 0
  double log10_p = 0;
  std::int64_t n = 0;
  std::vector<LogRankGroup> groups;  ///< groups with durations, by code
};

/// The log-rank (Mantel-Cox) test of k groups, with the hypergeometric covariance at ties.
///
/// @param durations  ascending, 0 or more.
/// @param is_event   1 where the duration ended, 0 where it was cut off (censored). A duration cut
///                   off at the time of an event counts as at risk there.
/// @param groups     one code per duration, below `num_groups`; codes without a duration do not
///                   count as groups. Pooling of small groups is the caller's.
/// A group without expected events tells nothing and takes no degree of freedom. Time O(n k),
/// memory O(k^2). Errors: kInvalidInput for lengths that differ, durations that do not ascend, a
/// code out of range, or fewer than two groups with expected events.
/// Source: Mantel, Cancer Chemotherapy Reports 50 (1966); Peto and Peto, JRSS A 135 (1972).
Result<LogRank> log_rank(std::span<const std::int64_t> durations,
                         std::span<const std::uint8_t> is_event,
                         std::span<const std::uint32_t> groups, std::uint32_t num_groups);

}  // namespace hark::stats
