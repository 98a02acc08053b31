// What happened to a table: its commits, for `hark history`.
#pragma once

#include <limits>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/result.h"
#include "hark/lake/actions.h"
#include "hark/lake/table.h"

namespace hark::lake {

struct HistoryEntry {
  Version version;
  Instant timestamp;
  /// Operation, run id, metrics (numbers as numbers), user metadata and the rest; empty where the
  /// writer left none.
  CommitInfo info;
  /// True if a reader can go to this version: its log is whole and its data files are there.
  bool is_readable = false;
};

/// The newest `limit` commits, newest first, as far back as the log reaches. The table must have
/// been opened with a CheckpointReader if its log begins with a checkpoint. Errors: kCorrupt with
/// file and line; kIo.
Result<std::vector<HistoryEntry>> history(
    const Table& table, std::size_t limit = std::numeric_limits<std::size_t>::max());

}  // namespace hark::lake
