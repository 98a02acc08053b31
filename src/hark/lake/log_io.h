// Log entries as files: what is in `_delta_log`, reading one entry, publishing one.
//
// Source: Delta Lake PROTOCOL.md, "Delta Log Entries", "Checkpoints", "Requirements for Writers".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/io/file_system.h"
#include "hark/lake/actions.h"
#include "hark/lake/actions_json.h"

namespace hark::lake {

/// Path of the folder `_delta_log` of the table at `table_path`.
std::string log_folder(std::string_view table_path);
/// Path of `_delta_log/<version, 20 digits>.json`.
std::string log_entry_path(std::string_view table_path, Version version);

struct Checkpoint {
  Version version;
  std::vector<std::string> parts;  ///< paths, all of them there
};

struct LogListing {
  struct Entry {
    Version version;
    std::int64_t modified_us = 0;
  };
  std::vector<Entry> entries;  ///< commits, ascending; may have gaps
  std::vector<Checkpoint>
      checkpoints;                 ///< complete ones of the classic and multi-part kind, ascending
  bool has_v2_checkpoint = false;  ///< one named by a UUID, which this program cannot read
};

/// Lists the log with one call. Other files in the folder (checksums, temporary files, compacted
/// logs, `_last_checkpoint`) are passed over: the listing alone decides. Errors: kNotFound if there
/// is no log or it has neither commit nor checkpoint; kCorrupt for a commit file whose name is not
/// 20 digits, which would be a second file for a version.
Result<LogListing> list_log(const io::FileSystem& files, std::string_view table_path);

/// Reads one commit. Errors: kCorrupt with file and line; kNotFound.
Result<std::vector<LoggedAction>> read_log_entry(const io::FileSystem& files,
                                                 std::string_view table_path, Version version);

/// Publishes a commit if nobody has that version yet. Errors: kConflict: somebody has it. Others:
/// the outcome is unknown, look with commit_landed().
Result<void> write_log_entry(io::FileSystem& files, std::string_view table_path, Version version,
                             std::span<const Action> actions);

/// True if the commit `version` was made by the attempt `id`, which is its commitInfo's txnId or
/// runId. False also where nobody has that version. Errors: kIo, kCorrupt.
Result<bool> commit_landed(const io::FileSystem& files, std::string_view table_path,
                           Version version, std::string_view id);

}  // namespace hark::lake
