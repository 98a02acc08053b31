// One commit of one of the lake's Delta tables, and what the next load must know of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hark/columnar/file_stats.h"
#include "hark/contract/contract.h"
#include "hark/core/clock.h"
#include "hark/core/json.h"
#include "hark/io/file_system.h"
#include "hark/lake/snapshot.h"
#include "hark/lake/table.h"

namespace hark::pipeline {

/// What the application ids of loads begin with; the landing file's hash follows.
inline constexpr std::string_view kLandingAppId = "hark.landing:";

/// A table that may not be there yet.
struct TableState {
  std::string path;
  std::optional<lake::Table> table;
  std::optional<lake::Snapshot> snapshot;

  std::int64_t version() const noexcept { return snapshot ? snapshot->version().value : -1; }
  std::optional<std::int64_t> txn_version(std::string_view app_id) const;
  /// When the latest load was committed: the moment the rows were known of. Compaction and a second
  /// try of refused records do not move it. Without a load the time of the version.
  std::optional<Instant> retrieved_at() const;
  /// The landing hash of the latest load; empty where there is none.
  std::string latest_landing() const;
  /// Full paths of the data files.
  Result<std::vector<std::string>> file_paths() const;
};

/// Errors: those of the log; a table that is not there is no error.
Result<TableState> open_table(io::FileSystem& files, std::string path);

struct NewFile {
  std::string name;  ///< on disk, relative to the table's folder
  std::int64_t size_bytes = 0;
  std::string stats;  ///< JSON text of lake::format_stats()
  std::vector<std::pair<std::string, std::string>> tags;
};

struct CommitRequest {
  std::string operation;  ///< "INGEST", "BUILD", …
  std::vector<columnar::Field> fields;
  std::vector<NewFile> added;
  std::vector<lake::AddFile> removed;
  std::vector<std::pair<std::string, std::int64_t>> txns;
  std::string run_id;
  Json parameters = Json::object();
  Json metrics = Json::object();
  Json extra = Json::object();
  bool is_blind_append = false;
  bool is_data_change = true;  ///< false: the same rows in other files
};

/// Commits on top of `state`; makes the table if it is not there. Returns the new version. Every
/// delta.checkpointInterval commits a checkpoint is written too; if that fails, nothing is lost.
/// Errors: kConflict: another writer was faster; kIo: the outcome is unknown (see commit_landed()).
Result<std::int64_t> commit_table(io::FileSystem& files, const TableState& state,
                                  CommitRequest request, const Clock& clock);

/// Statistics of a parquet file of ours for the log. Columns that `is_private` names get no bounds:
/// the log lies open.
Result<std::string> log_stats(columnar::FileStats stats,
                              std::span<const std::string> private_columns);

/// Standard names of the columns the contract marks personal.
std::vector<std::string> personal_columns(const contract::Contract& contract);

}  // namespace hark::pipeline
