// Rows with a duration, in groups and counted by time: what survival figures are made of.
//
// Threads: pure functions; a ByGroup is immutable once made.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hark/core/parallel.h"
#include "hark/core/raw_vector.h"
#include "hark/insight/requests.h"

namespace hark::insight {

/// Items in groups: a counting sort, so the order inside a group is that of the input.
template <typename Item>
class ByGroup {
 public:
  /// item_at(i) for i below `size`, each into group_of(i), below `num_groups`. Errors: kExhausted.
  template <typename ItemAt, typename GroupOf>
  static Result<ByGroup> make(std::size_t size, std::size_t num_groups, unsigned threads,
                              const ItemAt& item_at, const GroupOf& group_of) {
    ByGroup out;
    out.first_.resize(num_groups + 1);
    out.items_.resize(size);
    // Each stretch counts its items, and writes them behind those of the stretches before.
    const Stretches stretches(size, threads);
    std::vector<std::vector<std::size_t>> next(stretches.count());
    // To look a group up goes anywhere in memory: it is done once.
    RawVector<std::uint32_t> groups(size);
    HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
      std::vector<std::size_t> counts(num_groups);
      for (std::size_t i = begin; i < end; ++i) {
        groups[i] = static_cast<std::uint32_t>(group_of(i));
        ++counts[groups[i]];
      }
      next[stretch] = std::move(counts);
    }));
    std::size_t before = 0;
    for (std::size_t group = 0; group < num_groups; ++group) {
      out.first_[group] = before;
      for (auto& of_stretch : next) before += std::exchange(of_stretch[group], before);
    }
    out.first_[num_groups] = before;
    HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) out.items_[next[stretch][groups[i]]++] = item_at(i);
    }));
    return out;
  }
  std::span<const Item> of(std::size_t group) const {
    return std::span(items_).subspan(first_[group], first_[group + 1] - first_[group]);
  }

 private:
  ByGroup() = default;
  std::vector<std::size_t> first_;
  RawVector<Item> items_;
};

/// Fetches the code of a row that comes soon: rows in order of duration stand anywhere. `i` is
/// where the walk along RequestTable::by_duration is.
inline void fetch_ahead(const RequestTable& table, std::span<const std::uint32_t> codes,
                        std::size_t i) noexcept {
  constexpr std::size_t kAhead = 32;
  if (i + kAhead < table.by_duration.size())
    __builtin_prefetch(&codes[table.by_duration[i + kAhead]]);
}

/// RequestTable::timed by code; rows without one (kNoCode) in the group `num_groups` - 1. Errors:
/// kExhausted.
Result<ByGroup<TimedRow>> timed_by_group(const RequestTable& table,
                                         std::span<const std::uint32_t> codes,
                                         std::size_t num_groups, unsigned threads);

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
