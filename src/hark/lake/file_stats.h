// Statistics of a data file: row count, bounds and null counts per column.
//
// The log keeps them as a JSON text inside JSON. They lie open in the log: give no bounds for a
// column that holds personal data. Source: Delta Lake PROTOCOL.md, "Per-file Statistics".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/core/json.h"
#include "hark/core/result.h"
#include "hark/lake/scalar.h"

namespace hark::lake {

struct ColumnStats {
  columnar::Field field;
  std::optional<Scalar> min;  ///< absent where there are no values, or unknown; never with a NaN
  std::optional<Scalar> max;
  std::int64_t num_nulls = 0;
};

/// Text for AddFile::stats. Bounds hold for every row: timestamps are widened to milliseconds, of
/// strings longer than 32 characters the lower bound is cut and the upper one left out, and so are
/// bounds JSON cannot carry (years outside 1 to 9999, infinities). Errors: kInvalidArgument if a
/// bound is not of its field's type.
Result<std::string> format_stats(std::int64_t num_records, std::span<const ColumnStats> columns);

struct FileStats {
  std::optional<std::int64_t> num_records;
  Json min_values;  ///< object by column, nested as the schema is; null where not given
  Json max_values;
  Json null_count;
};
/// Reads AddFile::stats. Errors: kCorrupt if it is no JSON object.
Result<FileStats> parse_stats(std::string_view text);

}  // namespace hark::lake
