// One commit in the making: collect actions, then publish them all or none.
//
// Isolation is serializable in the simplest way: any other commit since the snapshot is a conflict,
// and the caller looks again. Only a blind append, which read nothing of the table, is put behind
// the commits that overtook it. Source: Delta Lake PROTOCOL.md, "Requirements for Writers".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/io/file_system.h"
#include "hark/lake/actions.h"
#include "hark/lake/data_file.h"
#include "hark/lake/snapshot.h"
#include "hark/lake/table.h"

namespace hark::lake {

/// Collects the actions of one commit. Readers see nothing until commit(). Belongs to one thread.
class [[nodiscard]] Transaction {
 public:
  /// Begins version 0 of a new table in the folder `path`, which is made by commit() if need be.
  /// `metadata.id` and its creation time are filled in where empty. `files` must outlive this.
  static Transaction create(io::FileSystem& files, std::string path, Metadata metadata);
  /// Begins the version after `snapshot`, which must be the table's and must outlive this, as must
  /// the table's FileSystem. Errors: kUnsupported naming the features that writing needs.
  static Result<Transaction> begin(const Table& table, const Snapshot& snapshot);

  /// Makes a file part of the table. It must be on disk, durable, under a name that was never used.
  void add(AddFile file) { adds_.push_back(std::move(file)); }
  /// Takes one of the snapshot's files out of the table; `data_change` false if its rows stay, in
  /// files added by the same commit.
  void remove(const AddFile& file, bool data_change = true);
  /// Commits an application's progress with the data. A version not above the snapshot's makes
  /// commit() a conflict: the load is in the table already.
  void set_txn(std::string app_id, std::int64_t version);
  /// Replaces the metadata (new columns, new configuration); the id stays.
  void set_metadata(Metadata metadata) { metadata_ = std::move(metadata); }

  /// The version that commit() will make, if nobody overtakes it.
  Version version() const noexcept { return {read_version_ + 1}; }

  /// Writes `_delta_log/<version()>.json`, only if no such file exists yet: commitInfo first, then
  /// protocol, metaData, txn, remove, add. Of `info` the caller gives operation (required),
  /// parameters, metrics, run id, blind append, user metadata and extra members; time (from
  /// `clock`), read version, isolation level, engine and txn id are filled in here.
  ///
  /// With `info.is_blind_append` (the caller read no row of the table), adds and txns only: a
  /// version that another writer took is no conflict, and the next ones are tried, at most 64 in
  /// all, as long as the others changed neither protocol, metadata nor the same txn.
  ///
  /// Returns the version now visible. Errors: kConflict: another writer has that version, or the
  /// txn is committed already; reload, check again, build a new transaction. kInvalidArgument: the
  /// actions contradict the snapshot or each other; nothing was written. kUnsupported: rows may not
  /// leave an append-only table. Any other error: it looks as if nothing was committed, but the
  /// disk may say otherwise later; ask commit_landed() with the run id before retrying.
  Result<Version> commit(CommitInfo info, const Clock& clock) &&;

  /// For tests: where ids of tables and commits come from.
  void set_uuid_source(UuidSource source) { uuids_ = std::move(source); }

 private:
  Transaction(io::FileSystem& files, std::string path, const Snapshot* snapshot)
      : files_(&files),
        path_(std::move(path)),
        snapshot_(snapshot),
        read_version_(snapshot ? snapshot->version().value : -1) {}
  Result<void> check() const;
  Result<void> check_metadata(const Metadata& metadata) const;
  const Metadata& current_metadata() const;
  std::vector<Action> actions(CommitInfo info, std::int64_t now_ms);

  io::FileSystem* files_;
  std::string path_;
  const Snapshot* snapshot_;  ///< nullptr for a new table
  std::int64_t read_version_;
  std::optional<Metadata> metadata_;
  std::vector<AddFile> adds_;
  std::vector<RemoveFile> removes_;
  std::vector<SetTransaction> txns_;
  UuidSource uuids_ = random_uuid;
};

}  // namespace hark::lake
