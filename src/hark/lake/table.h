// A Delta table in a folder: opens its log, gives snapshots of any version.
//
//   HARK_TRY(const auto table, lake::Table::open(files, path));
//   HARK_TRY(const auto snapshot, table.snapshot());
//
// A Table is one listing of the log: commits made later are seen by opening it again. Threads:
// const after open(), may be shared.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/io/file_system.h"
#include "hark/lake/log_io.h"
#include "hark/lake/snapshot.h"

namespace hark::lake {

/// Reads Parquet checkpoints. Declared here because the log needs it, implemented in pipeline
/// (checkpoint_file.h), which may use engine: lake knows no Parquet.
class CheckpointReader {
 public:
  virtual ~CheckpointReader() = default;
  /// All protocol, metaData, txn, add and remove actions of a checkpoint's files. parse_action()
  /// makes them from rows as JSON. An error is no failure of the table where an older checkpoint or
  /// the log can stand in.
  virtual Result<std::vector<Action>> read(const io::FileSystem& files,
                                           std::span<const std::string> parts) const = 0;
};

class Table {
 public:
  /// Lists the log. `files`, and `checkpoint_reader` if given, must outlive the table. Errors:
  /// kNotFound if there is no table; kCorrupt, kIo.
  static Result<Table> open(io::FileSystem& files, std::string path,
                            const CheckpointReader* checkpoint_reader = nullptr);

  const std::string& path() const noexcept { return path_; }
  io::FileSystem& files() const noexcept { return *files_; }
  const LogListing& log() const noexcept { return log_; }
  Version latest_version() const;

  /// The latest version.
  Result<Snapshot> snapshot() const { return snapshot_at(latest_version()); }
  /// Replays the log up to `version`, from the newest checkpoint that can be read; a damaged one is
  /// passed over as long as an older one, or the log from its beginning, can stand in. Errors:
  /// kNotFound for a version that is not there (any more); kCorrupt for a gap in the log, or an
  /// entry or a needed checkpoint that is damaged, with its file and line; kUnsupported for a table
  /// that needs features beyond ours, or whose log begins with a checkpoint and no reader was
  /// given.
  Result<Snapshot> snapshot_at(Version version) const;
  /// The state that a checkpoint of log() gives, read from it alone. Errors: those of the reader;
  /// kCorrupt if it lacks an action; kUnsupported without a reader.
  Result<Snapshot> snapshot_of(const Checkpoint& checkpoint) const;
  /// The state at a checkpoint of log() without it: by the log from its beginning, else from the
  /// newest older checkpoint that can be read. nullopt where there is neither. Errors: as
  /// snapshot_at().
  Result<std::optional<Snapshot>> snapshot_without(const Checkpoint& checkpoint) const;
  /// When a version that the log still has was committed. Errors: kNotFound, kCorrupt.
  Result<Instant> time_of(Version version) const;
  /// The version that was current at `instant`, that is the last one committed at or before it.
  /// Where a clock went backwards, commits count as 1 ms after the one before. Errors: kNotFound
  /// before the first commit; kCorrupt.
  Result<Version> version_at(Instant instant) const;

 private:
  Table(io::FileSystem& files, std::string path, const CheckpointReader* reader, LogListing log)
      : files_(&files), path_(std::move(path)), checkpoint_reader_(reader), log_(std::move(log)) {}
  /// The state at `checkpoint`. Errors: those of the reader; kCorrupt if it lacks an action.
  Result<Replay> replay_of(const Checkpoint& checkpoint) const;
  /// Fails where the log does not begin with version 0, saying what that means for `version`.
  Result<void> check_log_is_whole(Version version) const;

  io::FileSystem* files_;
  std::string path_;
  const CheckpointReader* checkpoint_reader_;
  LogListing log_;
};

/// True if a checkpoint of `table` can be read and says what the table says by other means: the log
/// from its beginning, else from the newest older checkpoint that can be read. Without either there
/// is nothing to compare it with. Errors: what kept it from being read though it may be sound
/// (kNotFound for DuckDB's library, kExhausted, kIo).
Result<bool> is_checkpoint_sound(const Table& table, const Checkpoint& checkpoint);

/// When a commit was made: by its commitInfo, else the time of its file.
Instant commit_time(std::span<const LoggedAction> actions, const LogListing::Entry& entry);

}  // namespace hark::lake
