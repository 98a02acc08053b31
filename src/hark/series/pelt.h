// Where to cut a sequence into segments: exact, for any cost of a segment.
//
// Source: Killick, Fearnhead, Eckley, "Optimal Detection of Changepoints with a Linear
// Computational Cost", JASA 107 (2012). Model card: docs/models/change-points.md. Threads: pure
// functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace hark::series {

/// The first indices of the segments after the first, so that the sum of cost(from, to) over
/// segments plus `penalty` per change is least. No segment is shorter than `least_segment` (at
/// least 1). Exact for a cost that no cut makes larger; time near linear where there are changes,
/// O(n²) at worst.
template <typename Cost>
std::vector<std::size_t> pelt(std::size_t n, const Cost& cost, double penalty,
                              std::size_t least_segment) {
  const std::size_t least = std::max<std::size_t>(least_segment, 1);
  if (n < 2 * least) return {};
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> best(n + 1, kInfinity);
  std::vector<std::size_t> last(n + 1, 0);
  best[0] = -penalty;
  struct Candidate {
    std::size_t at = 0;
    /// From this end on the candidate cannot win any more: one that loses to a change at `t` loses
    /// only once the segment after `t` is long enough.
    std::size_t dead_from = std::numeric_limits<std::size_t>::max();
  };
  std::vector<Candidate> candidates;
  for (std::size_t t = least; t <= n; ++t) {
    // A change so early that no segment fits before it is none.
    const std::size_t newest = t - least;
    if (newest == 0 || newest >= least) candidates.push_back({newest});
    std::erase_if(candidates, [t](const Candidate& c) { return c.dead_from <= t; });
    for (const Candidate& c : candidates) {
      const double total = best[c.at] + cost(c.at, t) + penalty;
      if (total < best[t]) {
        best[t] = total;
        last[t] = c.at;
      }
    }
    for (Candidate& c : candidates) {
      if (best[c.at] + cost(c.at, t) > best[t]) c.dead_from = std::min(c.dead_from, t + least);
    }
  }
  std::vector<std::size_t> changes;
  for (std::size_t at = last[n]; at > 0; at = last[at]) changes.push_back(at);
  std::ranges::reverse(changes);
  return changes;
}

}  // namespace hark::series
