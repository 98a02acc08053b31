#include "hark/lake/table.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::lake {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Error no_version(Version version, const std::string& path, std::string_view hint) {
  return Error(ErrorCode::kNotFound,
               concat("the table at '", path, "' has no version ", version.value))
      .hint(std::string(hint));
}

/// A commitInfo may say anything: a time outside the years 1970 to 9999 is none.
bool is_plausible(std::int64_t milliseconds_since_1970) {
  constexpr std::int64_t kEnd = 253'402'300'800'000;
  return milliseconds_since_1970 >= 0 && milliseconds_since_1970 < kEnd;
}

}  // namespace

Instant commit_time(std::span<const LoggedAction> actions, const LogListing::Entry& entry) {
  for (const LoggedAction& logged : actions) {
    const auto* info = std::get_if<CommitInfo>(&logged.action);
    if (info && info->timestamp_ms && is_plausible(*info->timestamp_ms)) {
      return Instant(milliseconds(*info->timestamp_ms));
    }
  }
  return Instant(microseconds(entry.modified_us));
}

Result<Table> Table::open(io::FileSystem& files, std::string path,
                          const CheckpointReader* checkpoint_reader) {
  HARK_TRY(auto log, list_log(files, path));
  if (log.entries.empty() && log.checkpoints.empty()) {
    return Error(ErrorCode::kUnsupported, concat("cannot read the Delta table at '", path,
                                                 "': its log begins with a checkpoint of the "
                                                 "feature v2Checkpoint"));
  }
  return Table(files, std::move(path), checkpoint_reader, std::move(log));
}

Version Table::latest_version() const {
  Version latest;
  if (!log_.entries.empty()) latest = log_.entries.back().version;
  // A checkpoint without its commit still holds that version.
  if (!log_.checkpoints.empty()) latest = std::max(latest, log_.checkpoints.back().version);
  return latest;
}

Result<Replay> Table::replay_of(const Checkpoint& checkpoint) const {
  HARK_TRY(auto actions, checkpoint_reader_->read(*files_, checkpoint.parts));
  std::vector<LoggedAction> logged;
  logged.reserve(actions.size());
  bool has_protocol = false;
  bool has_metadata = false;
  for (Action& action : actions) {
    has_protocol |= std::holds_alternative<Protocol>(action);
    has_metadata |= std::holds_alternative<Metadata>(action);
    logged.push_back({std::move(action), 0});
  }
  if (!has_protocol || !has_metadata) {
    return Error(ErrorCode::kCorrupt, concat("checkpoint '", checkpoint.parts.front(), "' has no ",
                                             has_protocol ? "metaData" : "protocol", " action"));
  }
  Replay replay;
  HARK_TRY_VOID(replay.apply(checkpoint.version, std::move(logged), checkpoint.parts.front()));
  return replay;
}

Result<void> Table::check_log_is_whole(Version version) const {
  if (!log_.entries.empty() && log_.entries.front().version == Version{0}) return {};
  const bool has_checkpoint = !log_.checkpoints.empty();
  if ((has_checkpoint && log_.checkpoints.front().version <= version) || log_.has_v2_checkpoint) {
    return Error(
        ErrorCode::kUnsupported,
        concat("cannot read version ", version.value, " of the Delta table at '", path_,
               "': its log begins with a checkpoint",
               has_checkpoint ? ", which needs a Parquet reader" : " of the feature v2Checkpoint"));
  }
  if (has_checkpoint) {
    return no_version(version, path_,
                      concat("older log entries were cleaned up; the first version is ",
                             log_.checkpoints.front().version.value));
  }
  return Error(ErrorCode::kCorrupt, concat("log entry '", log_entry_path(path_, {0}),
                                           "' is missing and no checkpoint stands for it"));
}

Result<Snapshot> Table::snapshot_at(Version version) const {
  const Version latest = latest_version();
  if (version < Version{0} || version > latest) {
    return no_version(version, path_, concat("the latest version is ", latest.value));
  }
  Replay replay;
  Version next;
  std::optional<Error> damage;  // of the newest checkpoint that could not be read
  if (checkpoint_reader_) {
    for (auto it = log_.checkpoints.rbegin(); it != log_.checkpoints.rend() && next == Version{0};
         ++it) {
      if (it->version > version) continue;
      auto begun = replay_of(*it);
      if (begun) {
        replay = *std::move(begun);
        next = {it->version.value + 1};
      } else if (!damage) {
        damage = std::move(begun).error();
      }
    }
  }
  if (next == Version{0}) {
    if (auto whole = check_log_is_whole(version); !whole) {
      if (!damage) return std::move(whole).error();
      return std::move(*damage).while_doing(concat("opening version ", version.value,
                                                   " of the table at '", path_,
                                                   "', whose older log entries were cleaned up"));
    }
  }
  Instant timestamp{};
  if (next > version) {
    HARK_TRY(timestamp, time_of(version));
  }
  auto entry = std::ranges::lower_bound(log_.entries, next, {}, &LogListing::Entry::version);
  for (; next <= version; ++next.value, ++entry) {
    if (entry == log_.entries.end() || entry->version != next) {
      return Error(ErrorCode::kCorrupt,
                   concat("log entry '", log_entry_path(path_, next), "' is missing"))
          .hint("the table's log has a gap; restore that file from a backup");
    }
    HARK_TRY(auto actions, read_log_entry(*files_, path_, next));
    if (next == version) timestamp = commit_time(actions, *entry);
    HARK_TRY_VOID(replay.apply(next, std::move(actions), log_entry_path(path_, next)));
  }
  auto snapshot = std::move(replay).finish(timestamp);
  if (!snapshot) {
    return std::move(snapshot).error().while_doing(
        concat("opening version ", version.value, " of the table at '", path_, "'"));
  }
  return snapshot;
}

Result<Snapshot> Table::snapshot_of(const Checkpoint& checkpoint) const {
  if (!checkpoint_reader_) {
    return Error(ErrorCode::kUnsupported, "reading a checkpoint needs a Parquet reader");
  }
  HARK_TRY(Replay replay, replay_of(checkpoint));
  HARK_TRY(const Instant timestamp, time_of(checkpoint.version));
  return std::move(replay).finish(timestamp);
}

Result<std::optional<Snapshot>> Table::snapshot_without(const Checkpoint& checkpoint) const {
  LogListing others = log_;
  if (!others.entries.empty() && others.entries.front().version == Version{0}) {
    others.checkpoints.clear();
  } else {
    std::erase_if(others.checkpoints,
                  [&](const Checkpoint& other) { return other.version >= checkpoint.version; });
    while (!others.checkpoints.empty() && !snapshot_of(others.checkpoints.back()))
      others.checkpoints.pop_back();
    if (others.checkpoints.empty()) return std::optional<Snapshot>();
  }
  HARK_TRY(
      auto snapshot,
      Table(*files_, path_, checkpoint_reader_, std::move(others)).snapshot_at(checkpoint.version));
  return std::optional<Snapshot>(std::move(snapshot));
}

Result<bool> is_checkpoint_sound(const Table& table, const Checkpoint& checkpoint) {
  const auto stored = table.snapshot_of(checkpoint);
  if (!stored) {
    // No memory, no library: that says nothing about the file.
    const ErrorCode code = stored.error().code();
    if (code == ErrorCode::kCorrupt || code == ErrorCode::kInvalidInput) return false;
    if (code == ErrorCode::kUnsupported) {
      const auto replayed = table.snapshot_without(checkpoint);
      if (replayed && *replayed) return false;  // the log knows nothing of such a feature
    }
    return stored.error();
  }
  const auto replayed_or_none = table.snapshot_without(checkpoint);
  if (!replayed_or_none) return replayed_or_none.error().code() != ErrorCode::kCorrupt;
  if (!*replayed_or_none) return true;
  const Snapshot& replayed = **replayed_or_none;
  // Statistics may be spelled in another way by another writer; those of a file with tags are ours.
  const auto same_file = [](const AddFile& a, const AddFile& b) {
    return a.path == b.path && a.size_bytes == b.size_bytes &&
           a.partition_values == b.partition_values && a.tags == b.tags &&
           (a.tags.empty() || a.stats == b.stats);
  };
  return stored->protocol() == replayed.protocol() && stored->metadata() == replayed.metadata() &&
         stored->txns() == replayed.txns() &&
         std::ranges::equal(stored->files(), replayed.files(), same_file);
}

Result<Instant> Table::time_of(Version version) const {
  const auto entry =
      std::ranges::lower_bound(log_.entries, version, {}, &LogListing::Entry::version);
  if (entry != log_.entries.end() && entry->version == version) {
    HARK_TRY(const auto actions, read_log_entry(*files_, path_, version));
    return commit_time(actions, *entry);
  }
  // Only its checkpoint is left of it.
  for (const Checkpoint& checkpoint : log_.checkpoints) {
    if (checkpoint.version != version) continue;
    HARK_TRY(const auto info, files_->stat(checkpoint.parts.front()));
    return Instant(microseconds(info.modified_us));
  }
  return no_version(version, path_, "it was cleaned up");
}

Result<Version> Table::version_at(Instant instant) const {
  std::optional<Version> found;
  Instant previous = Instant::min();
  for (const LogListing::Entry& entry : log_.entries) {
    HARK_TRY(const auto actions, read_log_entry(*files_, path_, entry.version));
    Instant time = commit_time(actions, entry);
    if (found) time = std::max(time, previous + milliseconds(1));
    if (time > instant) break;
    found = entry.version;
    previous = time;
  }
  if (found) return *found;
  return Error(ErrorCode::kNotFound,
               concat("the table at '", path_, "' has no version at ", format_instant(instant)))
      .hint("its first commit came later");
}

}  // namespace hark::lake
