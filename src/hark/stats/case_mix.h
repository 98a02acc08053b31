// How fast is a group for the work it gets: its median against the median that the whole would need
// for the same mix of cases.
//
// Model card: docs/models/case-mix.md. Threads: pure functions; the answer does not depend on how
// many they use.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::stats {

/// Durations of all groups, ascending; where one is both an event and a censoring, events first.
struct CaseMixRows {
  std::span<const std::int64_t> durations;
  std::span<const std::uint8_t> is_event;
  /// Below `num_groups`; or that, for a case of no group, which counts in the strata's curves only.
  std::span<const std::uint32_t> groups;
  std::span<const std::uint32_t> strata;  ///< below `num_strata`: the kind of case
  std::uint32_t num_groups = 0;
  std::uint32_t num_strata = 0;
};

struct CaseMixOptions {
  std::size_t replicates = 400;
  std::uint64_t seed = 311;
  unsigned threads = 1;
  std::int64_t least_n = 30;  ///< smaller groups get no ratio
  /// Groups with a smaller share of shared work get a ratio but no rank.
  double least_compared = 0.1;
};

/// A 95 % interval whose ends may be beyond what the data tell.
struct OpenInterval {
  std::optional<double> low;
  std::optional<double> high;
};

struct CaseMixGroup {
  std::int64_t n = 0;
  std::optional<std::int64_t> observed;  ///< Kaplan-Meier median; nullopt where not reached
  OpenInterval observed_ci95;
  std::optional<std::int64_t> expected;  ///< median of the whole's curves, mixed as the group's
  /// Share of its cases of a kind that other groups have too. The rest compares the group with
  /// itself and draws the ratio to 1.
  double compared_share = 0;
  std::optional<double> ratio;  ///< observed / expected; below 1 is faster than expected
  OpenInterval ratio_ci95;
  std::optional<std::size_t> rank;  ///< 1 = fastest for its work, among the ranked
  std::size_t rank_low = 0;         ///< 95 % interval of the rank
  std::size_t rank_high = 0;
};

struct CaseMix {
  std::vector<CaseMixGroup> groups;  ///< by code
  std::size_t num_ranked = 0;
  /// Largest over smallest observed median of groups with `least_n` cases; nullopt where one is not
  /// reached or the smallest is 0.
  std::optional<double> spread;
  /// Holds `spread`, and is rather too wide than too narrow (model card).
  OpenInterval spread_ci95;
};

/// Medians, expected medians, their ratios and ranks, with percentile intervals of a bootstrap over
/// cases (Poisson weights); the spread's interval is simultaneous over all pairs of groups.
///
/// The expected curve of a group is the mean of the strata's curves (all groups together), weighted
/// by the group's cases. Time O(rows * replicates), memory O(rows) per thread. Errors:
/// kInvalidInput for lengths that differ, durations that do not ascend, a code out of range;
/// kExhausted. Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8
/// and 13; direct standardisation of survival curves: Makuch, Journal of Chronic Diseases 35
/// (1982); simultaneous sets from a bootstrap: Beran, JASA 83 (1988).
Result<CaseMix> case_mix(const CaseMixRows& rows, const CaseMixOptions& options = {});

}  // namespace hark::stats
