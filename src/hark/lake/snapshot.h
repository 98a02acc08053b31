// The state of a table at one version: what the log adds up to.
//
// A Snapshot is a value; it stays true when the table moves on. Threads: const after building, may
// be shared. Source: Delta Lake PROTOCOL.md, "Action Reconciliation".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/core/clock.h"
#include "hark/core/result.h"
#include "hark/lake/actions.h"
#include "hark/lake/actions_json.h"

namespace hark::lake {

class Snapshot {
 public:
  Version version() const noexcept { return version_; }
  /// When the version was committed, by its commitInfo; by the log file's time where that is
  /// silent.
  Instant timestamp() const noexcept { return timestamp_; }
  const Protocol& protocol() const noexcept { return protocol_; }
  const Metadata& metadata() const noexcept { return metadata_; }
  /// The table's data files, by path.
  const std::vector<AddFile>& files() const noexcept { return files_; }
  /// Files that left the table and may still serve older versions, by path.
  const std::vector<RemoveFile>& tombstones() const noexcept { return tombstones_; }

  /// Progress of every application, by its id.
  const std::map<std::string, SetTransaction, std::less<>>& txns() const noexcept { return txns_; }
  /// Version that application last committed; nullopt if it never did. A load whose number is not
  /// above it is in the table already.
  std::optional<std::int64_t> txn_version(std::string_view app_id) const;
  /// Errors: kUnsupported for a column type that columnar lacks; kCorrupt.
  Result<std::vector<columnar::Field>> fields() const;
  /// Rows by the files' statistics; nullopt if a file has none. Errors: kCorrupt.
  Result<std::optional<std::int64_t>> num_records() const;
  std::int64_t size_bytes() const;

 private:
  friend class Replay;
  Version version_;
  Instant timestamp_;
  Protocol protocol_;
  Metadata metadata_;
  std::vector<AddFile> files_;
  std::vector<RemoveFile> tombstones_;
  std::map<std::string, SetTransaction, std::less<>> txns_;
};

/// Adds log entries up to a Snapshot. Give a checkpoint first, if any, then commits in order.
class Replay {
 public:
  /// Errors: kCorrupt, naming `file` and the line, for two actions of one commit that contradict
  /// each other: commits have no order inside.
  Result<void> apply(Version version, std::vector<LoggedAction> actions, std::string_view file);
  /// Errors: kCorrupt without protocol or metaData; kUnsupported where check_readable() says no, or
  /// a file has a deletion vector.
  Result<Snapshot> finish(Instant timestamp) &&;

 private:
  struct File {
    Version touched;
    std::variant<AddFile, RemoveFile> action;
  };
  template <typename T>
  bool set(Version version, T action);

  Version version_;
  std::optional<Protocol> protocol_;
  std::optional<Metadata> metadata_;
  std::unordered_map<std::string, File> files_;  ///< by name and deletion vector
  std::map<std::string, SetTransaction, std::less<>> txns_;
};

}  // namespace hark::lake
