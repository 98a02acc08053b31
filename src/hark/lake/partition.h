// Partition values as text, and the folders named after them.
//
// Source: Delta Lake PROTOCOL.md, "Partition Value Serialization"; the folder names are Hive's as
// Spark writes them (ExternalCatalogUtils.escapePathName). Folders are for people and other tools:
// what counts is partitionValues in the log.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "hark/columnar/batch.h"
#include "hark/core/result.h"

namespace hark::lake {

/// bool for kBool; std::int64_t for kInt32, kInt64, kDate (days since 1970-01-01) and kTimestamp
/// (microseconds since 1970-01-01T00:00:00Z); double for kDouble; std::string for kString.
using PartitionValue = std::variant<bool, std::int64_t, double, std::string>;

/// Text of a partition value: timestamps as "2024-03-10T07:00:00.000000Z", dates as "2024-03-10".
/// The empty string is null to every Delta reader, so it has no text. Errors: kInvalidArgument if
/// the value is not of `type`, is not finite, or lies outside the years 1 to 9999.
Result<std::optional<std::string>> format_partition_value(columnar::Type type,
                                                          const PartitionValue& value);

/// Reads a text of the log as a value of `type`; a timestamp without zone is taken as UTC. Errors:
/// kCorrupt if it is not one.
Result<PartitionValue> parse_partition_value(columnar::Type type, std::string_view text);

using PartitionColumn = std::pair<std::string, std::optional<std::string>>;
/// Name on disk, relative to the table's folder, of the folder for these values in the order of the
/// partition columns: "month=2024-03/city=New York"; empty where there are none. Give it with the
/// file's name to LogPath::of_name().
std::string partition_folder(std::span<const PartitionColumn> values);

}  // namespace hark::lake
