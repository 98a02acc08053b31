#include "hark/lake/file_stats.h"

#include <chrono>
#include <limits>

#include "hark/core/text.h"
#include "hark/lake/time_text.h"

namespace hark::lake {
namespace {

using columnar::StatValue;
using columnar::Type;

constexpr std::int64_t kMicrosPerMilli = 1000;

bool fits(Type type, const StatValue& value) {
  switch (type) {
    case Type::kInt32:
    case Type::kInt64:
    case Type::kDate:
    case Type::kTimestamp:
      return std::holds_alternative<std::int64_t>(value);
    case Type::kDouble:
      return std::holds_alternative<double>(value);
    case Type::kString:
      return std::holds_alternative<std::string>(value);
    case Type::kBool:
      return false;
  }
  return false;
}

/// The bound as JSON, null where it cannot be given.
Json bound(Type type, const StatValue& value, bool is_upper) {
  if (type == Type::kDate) return date_text(std::get<std::int64_t>(value));
  if (type == Type::kTimestamp) {
    // Delta cuts to milliseconds, and readers differ in whether they give an upper bound the lost
    // millisecond back: rounding it up is right for both.
    std::int64_t micros = std::get<std::int64_t>(value);
    const bool is_cut = micros % kMicrosPerMilli != 0;
    if (is_upper && is_cut && micros < std::numeric_limits<std::int64_t>::max() - kMicrosPerMilli) {
      micros += kMicrosPerMilli;
    }
    return timestamp_text(micros, 3);
  }
  return std::visit([](const auto& v) { return Json(v); }, value);
}

}  // namespace

Result<std::string> format_stats(const columnar::FileStats& stats) {
  Json min_values = Json::object();
  Json max_values = Json::object();
  Json null_count = Json::object();
  for (const columnar::ColumnStats& column : stats.columns) {
    for (const bool is_upper : {false, true}) {
      const auto& value = is_upper ? column.max : column.min;
      if (!value) continue;
      if (!fits(column.type, *value)) {
        return Error(
            ErrorCode::kInvalidArgument,
            concat("a bound of column '", column.name, "' is no ", columnar::name_of(column.type)));
      }
      if (Json json = bound(column.type, *value, is_upper); !json.is_null()) {
        (is_upper ? max_values : min_values).set(column.name, std::move(json));
      }
    }
    null_count.set(column.name, column.null_count);
  }
  return Json::object({{"numRecords", stats.num_rows},
                       {"minValues", std::move(min_values)},
                       {"maxValues", std::move(max_values)},
                       {"nullCount", std::move(null_count)}})
      .dump();
}

Result<AddFile> describe_file(std::string_view name_on_disk, const columnar::FileStats& stats,
                              Instant written_at, PartitionValues partition_values) {
  AddFile file;
  file.path = LogPath::of_name(name_on_disk);
  file.partition_values = std::move(partition_values);
  file.size_bytes = static_cast<std::int64_t>(stats.size_bytes);
  file.modification_time_ms =
      std::chrono::floor<std::chrono::milliseconds>(written_at).time_since_epoch().count();
  HARK_TRY(file.stats, format_stats(stats));
  return file;
}

Result<LoggedStats> parse_stats(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json || !json->is_object()) {
    return Error(ErrorCode::kCorrupt, "the statistics of a data file are no JSON object");
  }
  LoggedStats stats;
  if ((*json)["numRecords"].is_int()) stats.num_records = (*json)["numRecords"].as_int();
  stats.min_values = (*json)["minValues"];
  stats.max_values = (*json)["maxValues"];
  stats.null_count = (*json)["nullCount"];
  return stats;
}

}  // namespace hark::lake
