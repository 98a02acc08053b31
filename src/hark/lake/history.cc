#include "hark/lake/history.h"

#include "hark/core/text.h"

namespace hark::lake {

Result<std::vector<HistoryEntry>> history(const Table& table, std::size_t limit) {
  std::vector<HistoryEntry> entries;
  const auto& commits = table.log().entries;
  for (auto it = commits.rbegin(); it != commits.rend() && entries.size() < limit; ++it) {
    HARK_TRY(auto actions, read_log_entry(table.files(), table.path(), it->version));
    HistoryEntry entry{it->version, commit_time(actions, *it), {}};
    for (LoggedAction& logged : actions) {
      if (auto* info = std::get_if<CommitInfo>(&logged.action)) entry.info = std::move(*info);
    }
    const Json metrics = entry.info.operation_metrics;
    for (const auto& [name, value] : metrics.members()) {
      if (const auto number = parse_int(value.as_string())) {
        entry.info.operation_metrics.set(name, *number);
      }
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace hark::lake
