// What is known of a data file's contents: what ParquetWriter counts and a Delta log keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hark/columnar/batch.h"

namespace hark::columnar {

/// kInt32, kInt64, kDate (days) and kTimestamp (microseconds) as std::int64_t.
using StatValue = std::variant<std::int64_t, double, std::string>;

struct ColumnStats {
  std::string name;
  Type type = Type::kString;
  std::int64_t null_count = 0;  ///< kNull and kInvalid
  /// Bounds of the values; both or none. None without values, for kBool, and for a kDouble column
  /// with a NaN: engines disagree where NaN sorts, and a bound that leaves it out would make some
  /// skip the file. Texts longer than 32 code points are cut as Delta does it: the min to a prefix,
  /// the max to a prefix and a character greater than what follows (U+007F or U+10FFFF); a max that
  /// cannot be cut so within 64 code points drops both.
  std::optional<StatValue> min;
  std::optional<StatValue> max;
};

/// What a Delta log's `add` wants to know of a file.
struct FileStats {
  std::int64_t num_rows = 0;
  std::uint64_t size_bytes = 0;
  std::vector<ColumnStats> columns;  ///< in the file's order
};

}  // namespace hark::columnar
