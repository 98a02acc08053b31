// What may go: files that no version within the retention needs, and log entries that a checkpoint
// stands for.
//
// Planning touches nothing. Only for the one who holds the lake's lock: files of a load that still
// runs are in no log yet and would count as orphans. Source: Delta Lake PROTOCOL.md, "Metadata
// Cleanup"; Spark's VACUUM.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/clock.h"
#include "hark/io/file_system.h"
#include "hark/lake/table.h"

namespace hark::lake {

enum class VacuumReason {
  kExpired,     ///< a data file that left the table longer ago than the retention
  kOrphan,      ///< a data file in no version: a crash left it
  kTemporary,   ///< an unfinished file of hark
  kLogEntry,    ///< a commit older than the log's retention; a checkpoint stands for it
  kCheckpoint,  ///< a checkpoint before the one that the log now begins with
};
/// "expired", "orphan", "temporary", "log_entry", "checkpoint".
std::string_view name_of(VacuumReason reason) noexcept;

struct VacuumItem {
  std::string path;
  VacuumReason reason = VacuumReason::kOrphan;
  std::uint64_t size_bytes = 0;
};

struct VacuumOptions {
  Instant now;
  std::chrono::seconds retain = std::chrono::days(7);
};

/// Everything that may go from the table at `table_path`, in the order in which it must: data
/// files that left it longer ago than `retain` and the property
/// delta.deletedFileRetentionDuration, where it is set, then log entries from the oldest on, then
/// checkpoints. Log entries go when they are older than `retain` and the property
/// delta.logRetentionDuration (30 days), and only where a checkpoint gives the very state that the
/// log gives. Errors: kNotFound if there is no table; kCorrupt, kUnsupported as Table::snapshot():
/// a log that cannot be read whole protects everything.
Result<std::vector<VacuumItem>> plan_vacuum(io::FileSystem& files, const std::string& table_path,
                                            const VacuumOptions& options,
                                            const CheckpointReader& checkpoint_reader);

/// Removes them in their order. What is gone already is fine. Errors: kIo; a part may be gone then,
/// and the table is as readable as after all of it.
Result<void> remove_items(io::FileSystem& files, const std::vector<VacuumItem>& items);

}  // namespace hark::lake
