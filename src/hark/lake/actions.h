// What a Delta log entry says: plain data, no encoding, no I/O.
//
// Source: Delta Lake PROTOCOL.md, "Actions". Times are milliseconds since 1970 as in the log.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hark/core/json.h"
#include "hark/lake/log_path.h"

namespace hark::lake {

/// The number of a commit; the table's first one is 0.
struct Version {
  std::int64_t value = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};

using StringMap = std::map<std::string, std::string, std::less<>>;
/// Partition column to value as the log writes it (partition.h reads and makes these); no value is
/// null.
using PartitionValues = std::map<std::string, std::optional<std::string>, std::less<>>;

/// What a program must understand to read and to write the table.
struct Protocol {
  std::int64_t min_reader_version = 1;
  std::int64_t min_writer_version = 2;
  std::vector<std::string> reader_features;  ///< where min_reader_version is 3
  std::vector<std::string> writer_features;  ///< where min_writer_version is 7
  friend bool operator==(const Protocol&, const Protocol&) = default;
};

struct Metadata {
  std::string id;  ///< UUID of the table, never changed
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::string format_provider = "parquet";
  StringMap format_options;
  /// Spark's JSON of the columns (schema.h); empty in a table that has none yet.
  std::string schema_string;
  std::vector<std::string> partition_columns;
  StringMap configuration;
  std::optional<std::int64_t> created_time_ms;
  friend bool operator==(const Metadata&, const Metadata&) = default;
};

/// A data file becomes part of the table.
struct AddFile {
  LogPath path;
  PartitionValues partition_values;  ///< one for each partition column
  std::int64_t size_bytes = 0;
  std::int64_t modification_time_ms = 0;
  bool data_change = true;           ///< false: the same rows in other files
  std::optional<std::string> stats;  ///< JSON text, see file_stats.h
  StringMap tags;
  /// Unique id of the deletion vector that hides rows of the file; we never write one.
  std::string deletion_vector;
  friend bool operator==(const AddFile&, const AddFile&) = default;
};

/// A data file stops being part of the table; the file itself stays for older versions.
struct RemoveFile {
  LogPath path;
  std::optional<std::int64_t> deletion_timestamp_ms;
  bool data_change = true;
  /// True where partition_values, size_bytes and tags are given.
  bool has_extended_metadata = false;
  PartitionValues partition_values;
  std::optional<std::int64_t> size_bytes;
  StringMap tags;
  std::string deletion_vector;
  friend bool operator==(const RemoveFile&, const RemoveFile&) = default;
};

/// Progress of an application, committed together with its data: what makes a load idempotent.
struct SetTransaction {
  std::string app_id;
  std::int64_t version = 0;
  std::optional<std::int64_t> last_updated_ms;
  friend bool operator==(const SetTransaction&, const SetTransaction&) = default;
};

/// Who did what when. Free of meaning for readers of data.
struct CommitInfo {
  std::optional<std::int64_t> timestamp_ms;
  std::string operation;  ///< "WRITE", "MERGE", "CREATE TABLE", …
  Json operation_parameters = Json::object();
  Json operation_metrics = Json::object();
  std::optional<std::int64_t> read_version;
  std::string isolation_level;
  std::optional<bool> is_blind_append;  ///< true: the writer did not read the table
  std::string engine_info;
  std::string txn_id;  ///< different for every attempt to commit
  std::string run_id;  ///< the run of hark that made the commit
  std::string user_metadata;
  Json extra = Json::object();  ///< all other members, such as landing hashes
  friend bool operator==(const CommitInfo&, const CommitInfo&) = default;
};

using Action = std::variant<CommitInfo, Protocol, Metadata, SetTransaction, RemoveFile, AddFile>;

}  // namespace hark::lake
