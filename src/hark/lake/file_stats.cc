#include "hark/lake/file_stats.h"

#include "hark/core/text.h"
#include "hark/lake/time_text.h"

namespace hark::lake {
namespace {

/// Spark's limit (delta.dataSkippingStringPrefixLength).
constexpr std::size_t kPrefixLength = 32;

/// The first `kPrefixLength` characters.
std::string_view prefix_of(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < kPrefixLength && at < text.size(); ++i) {
    const std::size_t length = utf8_sequence_length(text.substr(at));
    at += length > 0 ? length : 1;
  }
  return text.substr(0, at);
}

bool fits(columnar::Type type, const Scalar& value) {
  using columnar::Type;
  switch (type) {
    case Type::kBool:
      return std::holds_alternative<bool>(value);
    case Type::kDouble:
      return std::holds_alternative<double>(value);
    case Type::kString:
      return std::holds_alternative<std::string>(value);
    default:
      return std::holds_alternative<std::int64_t>(value);
  }
}

/// The bound as JSON, null where it cannot be given.
Json bound(columnar::Type type, const Scalar& value, bool is_upper) {
  using columnar::Type;
  if (type == Type::kDate) return date_text(std::get<std::int64_t>(value));
  if (type == Type::kTimestamp) {
    // Readers differ in whether they add the millisecond that cutting off took from an upper bound.
    const std::int64_t micros = std::get<std::int64_t>(value);
    const bool is_whole = micros % 1000 == 0;
    return timestamp_text(
        is_upper && !is_whole && micros < INT64_MAX - 1000 ? micros + 1000 : micros, 3);
  }
  if (type == Type::kString) {
    const std::string& text = std::get<std::string>(value);
    const std::string_view prefix = prefix_of(text);
    if (find_invalid_utf8(text) != std::string_view::npos) return {};
    if (prefix.size() < text.size() && is_upper) return {};
    return prefix;
  }
  return std::visit([](const auto& v) { return Json(v); }, value);
}

}  // namespace

Result<std::string> format_stats(std::int64_t num_records, std::span<const ColumnStats> columns) {
  Json min_values = Json::object();
  Json max_values = Json::object();
  Json null_count = Json::object();
  for (const ColumnStats& column : columns) {
    const columnar::Type type = column.field.type;
    for (const auto& [value, bounds, is_upper] : {std::tuple(&column.min, &min_values, false),
                                                  std::tuple(&column.max, &max_values, true)}) {
      if (!*value) continue;
      if (!fits(type, **value)) {
        return Error(ErrorCode::kInvalidArgument, concat("a bound of column '", column.field.name,
                                                         "' is no ", columnar::name_of(type)));
      }
      if (Json json = bound(type, **value, is_upper); !json.is_null()) {
        bounds->set(column.field.name, std::move(json));
      }
    }
    null_count.set(column.field.name, column.num_nulls);
  }
  return Json::object({{"numRecords", num_records},
                       {"minValues", std::move(min_values)},
                       {"maxValues", std::move(max_values)},
                       {"nullCount", std::move(null_count)}})
      .dump();
}

Result<FileStats> parse_stats(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json || !json->is_object()) {
    return Error(ErrorCode::kCorrupt, "the statistics of a data file are no JSON object");
  }
  FileStats stats;
  if ((*json)["numRecords"].is_int()) stats.num_records = (*json)["numRecords"].as_int();
  stats.min_values = (*json)["minValues"];
  stats.max_values = (*json)["maxValues"];
  stats.null_count = (*json)["nullCount"];
  return stats;
}

}  // namespace hark::lake
