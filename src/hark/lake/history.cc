#include "hark/lake/history.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "hark/core/text.h"

namespace hark::lake {
namespace {

/// Goes through versions in order and says of each whether its data files are there.
class Readability {
 public:
  explicit Readability(const Table& table) : table_(table) {}

  bool of(Version version, const std::vector<LoggedAction>& actions) {
    if (!has_state_) {
      // Without the versions before, only a checkpoint gives a state to begin with.
      const auto snapshot = table_.snapshot_at(version);
      if (!snapshot) return false;
      has_state_ = true;
      for (const AddFile& file : snapshot->files()) note(file.path);
      return missing_.empty();
    }
    for (const LoggedAction& logged : actions) {
      if (const auto* remove = std::get_if<RemoveFile>(&logged.action)) {
        missing_.erase(remove->path.name());
      }
    }
    for (const LoggedAction& logged : actions) {
      if (const auto* add = std::get_if<AddFile>(&logged.action)) note(add->path);
    }
    return missing_.empty();
  }

 private:
  void note(const LogPath& path) {
    const std::string name = path.name();
    const auto [known, is_new] = is_there_.try_emplace(name, false);
    if (is_new) {
      const auto full = path.resolve(table_.path());
      known->second = full && table_.files().exists(*full);
    }
    if (!known->second) missing_.insert(name);
  }

  const Table& table_;
  bool has_state_ = false;
  std::map<std::string, bool, std::less<>> is_there_;
  std::set<std::string, std::less<>> missing_;  ///< files of the version that are not there
};

}  // namespace

Result<std::vector<HistoryEntry>> history(const Table& table, std::size_t limit) {
  const auto& commits = table.log().entries;
  std::vector<HistoryEntry> entries;
  Readability readability(table);
  const std::size_t first = commits.size() - std::min(limit, commits.size());
  for (auto it = commits.begin() + static_cast<std::ptrdiff_t>(first); it != commits.end(); ++it) {
    HARK_TRY(auto actions, read_log_entry(table.files(), table.path(), it->version));
    HistoryEntry entry{it->version, commit_time(actions, *it), {}, false};
    entry.is_readable = readability.of(it->version, actions);
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
  std::ranges::reverse(entries);
  return entries;
}

}  // namespace hark::lake
