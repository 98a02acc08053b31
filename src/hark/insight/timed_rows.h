// Rows with a duration, in groups and counted by time: what survival figures are made of.
//
// Threads: pure functions; a ByGroup is immutable once made.
#pragma once

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "hark/insight/requests.h"

namespace hark::insight {

/// Items in groups: a counting sort, so the order inside a group is that of the input.
template <typename Item>
class ByGroup {
 public:
  /// item_at(i) for i below `size`, each into group_of(i), below `num_groups`.
  template <typename ItemAt, typename GroupOf>
  ByGroup(std::size_t size, std::size_t num_groups, const ItemAt& item_at, const GroupOf& group_of)
      : first_(num_groups + 1, 0), items_(size) {
    for (std::size_t i = 0; i < size; ++i) ++first_[group_of(i) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (std::size_t i = 0; i < size; ++i) items_[next[group_of(i)]++] = item_at(i);
  }
  std::span<const Item> of(std::size_t group) const {
    return std::span(items_).subspan(first_[group], first_[group + 1] - first_[group]);
  }

 private:
  std::vector<std::size_t> first_;
  std::vector<Item> items_;
};

/// RequestTable::timed by code; rows without one (kNoCode) in the group `num_groups` - 1.
ByGroup<TimedRow> timed_by_group(const RequestTable& table, std::span<const std::uint32_t> codes,
                                 std::size_t num_groups);

/// Closings and censorings at each time, as stats::KaplanMeier::from_counts() takes them.
struct TimeCounts {
  std::vector<std::int64_t> times;  ///< ascending, in ticks
  std::vector<std::int64_t> closed;
  std::vector<std::int64_t> open;
};
/// Of rows in order of duration; `without_left_out`: of instant and batch closings.
TimeCounts count_times(const RequestTable& table, std::span<const TimedRow> rows,
                       bool without_left_out = false);

}  // namespace hark::insight
