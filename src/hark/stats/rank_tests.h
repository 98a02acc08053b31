// Kruskal-Wallis: do groups differ in location, by ranks; and Dunn's pairs after it.
//
// Model card: docs/models/kruskal-wallis.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::stats {

struct RankedGroup {
  std::uint32_t code = 0;  ///< the group's code in the input
  std::int64_t n = 0;      ///< values in it, at least 1
  double mean_rank = 0;    ///< ranks from 1, ties share their mean
};

struct KruskalWallis {
  double h = 0;  ///< with tie correction
  std::int64_t df = 0;
  double p = 0;  ///< from chi-square; underflows to 0
  double log10_p = 0;
  double epsilon_squared = 0;  ///< H / (n - 1)
  double tie_correction = 0;   ///< 1 - sum(t^3 - t) / (n^3 - n); H is divided by it
  std::int64_t n = 0;
  std::vector<RankedGroup> groups;  ///< groups with values, by code
};

/// Sums of ranks by group, of values that come in ascending order: a run of equal ones at a time.
///
/// Nothing is kept of the values. The sums are whole numbers (ranks doubled), so they do not depend
/// on the order inside a run. Threads: one at a time.
class RankSums {
 public:
  explicit RankSums(std::uint32_t num_groups) : doubled_(num_groups), counts_(num_groups) {}

  /// Begins the next run, of values larger than all before; returns twice their rank, with which
  /// each of them is to be added.
  std::int64_t begin_run(std::int64_t length);
  void add(std::uint32_t group, std::int64_t doubled_rank) {
    doubled_[group] += doubled_rank;
    ++counts_[group];
  }

  /// Values so far, by group.
  std::span<const std::int64_t> counts() const noexcept { return counts_; }
  /// The same of fewer groups: `place_of` each that has values, below `num_groups`.
  RankSums pooled(std::span<const std::uint32_t> place_of, std::uint32_t num_groups) const;
  /// Kruskal-Wallis with tie correction; codes without a value do not count as groups. Errors:
  /// kInvalidInput for fewer than two groups, or values that are all equal (H is 0 / 0).
  /// Source: Kruskal and Wallis, JASA 47 (1952); epsilon squared: Tomczak and Tomczak (2014).
  Result<KruskalWallis> test() const;

 private:
  std::vector<std::int64_t> doubled_;
  std::vector<std::int64_t> counts_;
  std::int64_t num_before_ = 0;  ///< values of the runs that have begun
  long double ties_ = 0;         ///< sum of t^3 - t over the runs
};

/// RankSums::test() of values in any order.
///
/// @param values  no NaN.
/// @param groups  one code per value, below `num_groups`. Pooling of small groups is the caller's.
/// Time: O(n log n). Errors: kInvalidInput also for lengths that differ, a code out of range, NaN.
Result<KruskalWallis> kruskal_wallis(std::span<const double> values,
                                     std::span<const std::uint32_t> groups,
                                     std::uint32_t num_groups);

struct DunnPair {
  std::uint32_t a = 0;  ///< group codes, a before b
  std::uint32_t b = 0;
  double z = 0;  ///< positive if a ranks higher
  double p = 0;  ///< two-sided
  double log10_p = 0;
  double q = 0;  ///< Benjamini-Hochberg over all pairs
};

/// Dunn's test of every pair of groups, with the tie correction of the whole sample.
///
/// Shape: k (k - 1) / 2 pairs for k groups, by code. Source: Dunn, Technometrics 6 (1964).
std::vector<DunnPair> dunn(const KruskalWallis& test);

}  // namespace hark::stats
