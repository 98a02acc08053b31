// Partition values as text, and the folders named after them.
//
// Source: Delta Lake PROTOCOL.md, "Partition Value Serialization"; the folder names are Hive's as
// Spark writes them (ExternalCatalogUtils.escapePathName). Folders are for people and other tools:
// what counts is partitionValues in the log.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "hark/columnar/batch.h"
#include "hark/core/result.h"
#include "hark/lake/scalar.h"

namespace hark::lake {

/// Text of a partition value: timestamps as "2024-03-10T07:00:00.000000Z", dates as "2024-03-10".
/// The empty string is null to every Delta reader, so it has no text. Errors: kInvalidArgument if
/// the value is not of `type`, is not finite, or lies outside the years 1 to 9999.
Result<std::optional<std::string>> format_partition_value(columnar::Type type, const Scalar& value);

/// Reads a text of the log as a value of `type`; a timestamp without zone is taken as UTC. Errors:
/// kCorrupt if it is not one.
Result<Scalar> parse_partition_value(columnar::Type type, std::string_view text);

using PartitionColumn = std::pair<std::string, std::optional<std::string>>;
/// Name on disk, relative to the table's folder, of the folder for these values in the order of the
/// partition columns: "month=2024-03/city=New York"; empty where there are none. Give it with the
/// file's name to LogPath::of_name().
std::string partition_folder(std::span<const PartitionColumn> values);

}  // namespace hark::lake
