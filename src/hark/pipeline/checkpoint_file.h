// Checkpoints of Delta tables as Parquet files: read and written by the SQL engine, which knows
// nested columns. What they hold is lake's business (lake/checkpoint.h).
//
// Source: Delta Lake PROTOCOL.md, "V1 Spec", "Checkpoint Schema". Threads: free to use by many.
#pragma once

#include <string>

#include "hark/core/clock.h"
#include "hark/io/file_system.h"
#include "hark/lake/actions.h"
#include "hark/lake/table.h"

namespace hark::pipeline {

/// Reads classic and multi-part checkpoints. It has no state and lives as long as the program; the
/// SQL engine is opened for each read, and closed after it.
const lake::CheckpointReader& checkpoint_reader();

/// Writes the checkpoint of `version` in one file and names it in `_last_checkpoint`. One that is
/// there already stays. The file is complete and durable under its name, or not there. Errors:
/// those of Table::snapshot_at(); kIo, kExhausted. The table is the same with and without it.
Result<void> write_checkpoint(io::FileSystem& files, const std::string& table_path,
                              lake::Version version, Instant now);

}  // namespace hark::pipeline
