// A data file as the log describes it: its `add` with row count, bounds and null counts.
//
// The log keeps statistics as a JSON text inside JSON. They lie open in the log: clear the bounds
// of a column that holds personal data. Source: Delta Lake PROTOCOL.md, "Per-file Statistics".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hark/columnar/file_stats.h"
#include "hark/core/clock.h"
#include "hark/core/json.h"
#include "hark/core/result.h"
#include "hark/lake/actions.h"

namespace hark::lake {

/// Text for AddFile::stats. Bounds hold for every row: timestamps are widened to milliseconds, and
/// what JSON cannot carry is left out (years outside 1 to 9999, infinities). Errors:
/// kInvalidArgument if a bound is not of its column's type.
Result<std::string> format_stats(const columnar::FileStats& stats);

/// The `add` of a file that was written at `name_on_disk` (relative to the table's folder) and
/// finished at `written_at`. Errors: as format_stats().
Result<AddFile> describe_file(std::string_view name_on_disk, const columnar::FileStats& stats,
                              Instant written_at, PartitionValues partition_values = {});

/// AddFile::stats, read.
struct LoggedStats {
  std::optional<std::int64_t> num_records;
  Json min_values;  ///< object by column, nested as the schema is; null where not given
  Json max_values;
  Json null_count;
};
/// Errors: kCorrupt if `text` is no JSON object.
Result<LoggedStats> parse_stats(std::string_view text);

}  // namespace hark::lake
