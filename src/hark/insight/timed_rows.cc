#include "hark/insight/timed_rows.h"

#include <algorithm>

namespace hark::insight {

Result<ByGroup<TimedRow>> timed_by_group(const RequestTable& table,
                                         std::span<const std::uint32_t> codes,
                                         std::size_t num_groups, unsigned threads) {
  return ByGroup<TimedRow>::make(
      table.timed.size(), num_groups, threads, [&](std::size_t i) { return table.timed[i]; },
      [&](std::size_t i) -> std::size_t {
        fetch_ahead(table, codes, i);
        const std::uint32_t code = codes[table.by_duration[i]];
        return code == kNoCode ? num_groups - 1 : code;
      });
}

TimeCounts count_times(const RequestTable& table, std::span<const TimedRow> rows,
                       bool without_left_out) {
  TimeCounts counts;
  const std::size_t most = std::min(rows.size(), table.times.size());
  counts.times.reserve(most);
  counts.closed.reserve(most);
  counts.open.reserve(most);
  std::uint32_t latest = TimedRow::kMaxTimes;
  for (const TimedRow row : rows) {
    if (without_left_out && row.is_left_out()) continue;
    if (row.time() != latest) {
      latest = row.time();
      counts.times.push_back(table.times[latest]);
      counts.closed.push_back(0);
      counts.open.push_back(0);
    }
    ++(row.is_closed() ? counts.closed : counts.open).back();
  }
  return counts;
}

}  // namespace hark::insight
