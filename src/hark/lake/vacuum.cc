#include "hark/lake/vacuum.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "hark/core/text.h"
#include "hark/lake/checkpoint.h"
#include "hark/lake/data_file.h"
#include "hark/lake/unreferenced.h"

namespace hark::lake {
namespace {

using Names = std::unordered_set<std::string>;

std::string name_of_file(const LogPath& path) { return std::string(io::file_name(path.name())); }

/// What the log says of files, by their names, which hold a UUID.
struct Mentions {
  Names needed;  ///< in the table, or removed within the retention
  Names known;   ///< in any version that the log still tells of
};

void note_removed(const RemoveFile& file, std::int64_t horizon_ms, Mentions& mentions) {
  const std::string name = name_of_file(file.path);
  mentions.known.insert(name);
  if (file.deletion_timestamp_ms.value_or(0) > horizon_ms) mentions.needed.insert(name);
}

struct LoggedTimes {
  Version version;
  Instant time;
  std::uint64_t size_bytes = 0;
};

/// The checkpoint that the log may begin with, if there is one: not newer than `keep_from`, sound,
/// and saying what the log says.
Result<const Checkpoint*> find_new_beginning(const Table& table, Version keep_from) {
  const auto& checkpoints = table.log().checkpoints;
  for (auto it = checkpoints.rbegin(); it != checkpoints.rend(); ++it) {
    if (it->version > keep_from) continue;
    HARK_TRY(const bool is_sound, is_checkpoint_sound(table, *it));
    if (is_sound) return &*it;
  }
  return static_cast<const Checkpoint*>(nullptr);
}

}  // namespace

std::string_view name_of(VacuumReason reason) noexcept {
  switch (reason) {
    case VacuumReason::kExpired:
      return "expired";
    case VacuumReason::kOrphan:
      return "orphan";
    case VacuumReason::kTemporary:
      return "temporary";
    case VacuumReason::kLogEntry:
      return "log_entry";
    case VacuumReason::kCheckpoint:
      return "checkpoint";
  }
  return "orphan";
}

Result<std::vector<VacuumItem>> plan_vacuum(io::FileSystem& files, const std::string& table_path,
                                            const VacuumOptions& options,
                                            const CheckpointReader& checkpoint_reader) {
  // Files first, log second: a commit made in between is seen.
  HARK_TRY(const auto on_disk, find_data_files(files, table_path));
  HARK_TRY(const Table table, Table::open(files, table_path, &checkpoint_reader));
  HARK_TRY(const Snapshot latest, table.snapshot());
  // Whoever set the table's own retention relies on it; without it the caller's holds.
  std::chrono::seconds retain = options.retain;
  if (latest.metadata().configuration.contains("delta.deletedFileRetentionDuration"))
    retain = std::max(retain, deleted_file_retention(latest.metadata()));
  const auto horizon_ms = std::chrono::floor<std::chrono::milliseconds>(options.now - retain)
                              .time_since_epoch()
                              .count();
  Mentions mentions;
  for (const AddFile& file : latest.files()) mentions.needed.insert(name_of_file(file.path));
  for (const RemoveFile& file : latest.tombstones()) note_removed(file, horizon_ms, mentions);
  std::vector<LoggedTimes> entries;
  for (const LogListing::Entry& entry : table.log().entries) {
    HARK_TRY(const auto actions, read_log_entry(files, table_path, entry.version));
    for (const LoggedAction& logged : actions) {
      if (const auto* add = std::get_if<AddFile>(&logged.action)) {
        mentions.known.insert(name_of_file(add->path));
      } else if (const auto* remove = std::get_if<RemoveFile>(&logged.action)) {
        note_removed(*remove, horizon_ms, mentions);
      }
    }
    HARK_TRY(const auto info, files.stat(log_entry_path(table_path, entry.version)));
    entries.push_back({entry.version, commit_time(actions, entry), info.size_bytes});
  }

  std::vector<VacuumItem> items;
  for (const io::FileInfo& file : on_disk) {
    const std::string name(io::file_name(file.path));
    if (mentions.needed.contains(name)) continue;
    const VacuumReason reason = !is_data_file_name(name)        ? VacuumReason::kTemporary
                                : mentions.known.contains(name) ? VacuumReason::kExpired
                                                                : VacuumReason::kOrphan;
    items.push_back({file.path, reason, file.size_bytes});
  }

  const Instant log_horizon =
      options.now - std::max(options.retain, log_retention(latest.metadata()));
  // The version that was current at the horizon is the first that is still told of.
  Version keep_from = latest.version();
  for (const LoggedTimes& entry : entries) {
    if (entry.time < log_horizon) continue;
    keep_from = {entry.version.value - 1};
    break;
  }
  if (entries.empty() || entries.front().version >= keep_from) return items;
  HARK_TRY(const Checkpoint* const beginning, find_new_beginning(table, keep_from));
  if (!beginning) return items;
  for (const LoggedTimes& entry : entries) {
    if (entry.version >= beginning->version) break;
    items.push_back(
        {log_entry_path(table_path, entry.version), VacuumReason::kLogEntry, entry.size_bytes});
  }
  for (const Checkpoint& checkpoint : table.log().checkpoints) {
    if (checkpoint.version >= beginning->version) break;
    for (const std::string& part : checkpoint.parts) {
      HARK_TRY(const auto info, files.stat(part));
      items.push_back({part, VacuumReason::kCheckpoint, info.size_bytes});
    }
  }
  return items;
}

Result<void> remove_items(io::FileSystem& files, const std::vector<VacuumItem>& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto removed = files.remove(items[i].path);
    if (!removed && removed.error().code() != ErrorCode::kNotFound) return removed;
    // Data files are gone for good before the entries that tell of them are.
    const std::string folder(io::parent_path(items[i].path));
    if (i + 1 == items.size() || io::parent_path(items[i + 1].path) != folder)
      HARK_TRY_VOID(files.sync_directory(folder));
  }
  return {};
}

}  // namespace hark::lake
