// What a checkpoint holds and when one is due: the state of a table as one list of actions, so that
// a reader need not replay the whole log. Parquet itself is pipeline's business.
//
// Source: Delta Lake PROTOCOL.md, "Checkpoints", "Last Checkpoint File"; the properties are Spark's
// (delta.checkpointInterval and others).
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/clock.h"
#include "hark/lake/actions.h"
#include "hark/lake/snapshot.h"

namespace hark::lake {

/// Path of `_delta_log/<version, 20 digits>.checkpoint.parquet`.
std::string checkpoint_path(std::string_view table_path, Version version);
/// Path of `_delta_log/_last_checkpoint`, which tells readers of slow stores where to begin.
std::string last_checkpoint_path(std::string_view table_path);

/// Commits from one checkpoint to the next: the property delta.checkpointInterval, else 10.
std::int64_t checkpoint_interval(const Metadata& metadata);
/// True for every version that a checkpoint is written after.
bool is_checkpoint_due(const Metadata& metadata, Version version);

/// How long removed files are remembered and kept for older versions: the property
/// delta.deletedFileRetentionDuration, else 7 days. One that cannot be read counts as 10 years.
std::chrono::seconds deleted_file_retention(const Metadata& metadata);
/// How long log entries are kept: the property delta.logRetentionDuration, else 30 days. One that
/// cannot be read counts as 10 years.
std::chrono::seconds log_retention(const Metadata& metadata);

/// The actions of a checkpoint of `snapshot`: protocol, metaData, txns, the files, and the removed
/// files younger than deleted_file_retention() at `now`.
std::vector<Action> checkpoint_actions(const Snapshot& snapshot, Instant now);

/// Bytes of `_last_checkpoint` for a checkpoint in one file.
std::string format_last_checkpoint(Version version, std::span<const Action> actions,
                                   std::uint64_t size_bytes);

}  // namespace hark::lake
