#include "hark/lake/partition.h"

#include <chrono>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/clock.h"
#include "hark/core/text.h"
#include "hark/io/file_system.h"
#include "hark/lake/time_text.h"

namespace hark::lake {
namespace {

/// What Hive and Spark escape in a folder name, control characters aside.
constexpr std::string_view kEscaped = "\"#%'*/:=?\\{[]^\x7F";

std::string escape(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || kEscaped.find(c) != std::string_view::npos) {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

Error wrong_type(columnar::Type type) {
  return Error(ErrorCode::kInvalidArgument,
               concat("the partition value is no ", columnar::name_of(type)));
}

Error unreadable(columnar::Type type, std::string_view text) {
  return Error(ErrorCode::kCorrupt,
               concat("partition value '", text, "' is no ", columnar::name_of(type)));
}

}  // namespace

Result<std::optional<std::string>> format_partition_value(columnar::Type type,
                                                          const PartitionValue& value) {
  using columnar::Type;
  const auto* integer = std::get_if<std::int64_t>(&value);
  std::optional<std::string> text;
  switch (type) {
    case Type::kBool:
      if (const auto* flag = std::get_if<bool>(&value)) text = *flag ? "true" : "false";
      break;
    case Type::kInt32:
    case Type::kInt64:
      if (integer) text = std::to_string(*integer);
      break;
    case Type::kDouble:
      if (const auto* number = std::get_if<double>(&value); number && std::isfinite(*number))
        text = concat(*number);
      break;
    case Type::kDate:
      if (integer) text = date_text(*integer);
      break;
    case Type::kTimestamp:
      if (integer) text = timestamp_text(*integer, 6);
      break;
    case Type::kString: {
      const auto* string = std::get_if<std::string>(&value);
      if (!string) break;
      if (string->empty()) return std::optional<std::string>();
      text = *string;
      break;
    }
  }
  if (!text) return wrong_type(type);
  return text;
}

Result<PartitionValue> parse_partition_value(columnar::Type type, std::string_view text) {
  using columnar::Type;
  switch (type) {
    case Type::kBool:
      if (lower(text) == "true") return PartitionValue(true);
      if (lower(text) == "false") return PartitionValue(false);
      break;
    case Type::kInt32:
    case Type::kInt64:
      if (const auto value = parse_int(text);
          value && (type == Type::kInt64 || (*value >= INT32_MIN && *value <= INT32_MAX)))
        return PartitionValue(*value);
      break;
    case Type::kDouble:
      if (const auto value = parse_double(text)) return PartitionValue(*value);
      break;
    case Type::kDate:
      if (const auto instant = parse_instant(text); instant && text.size() == 10) {
        return PartitionValue(static_cast<std::int64_t>(
            std::chrono::floor<std::chrono::days>(*instant).time_since_epoch().count()));
      }
      break;
    case Type::kTimestamp:
      if (const auto instant = parse_instant(text)) {
        return PartitionValue(static_cast<std::int64_t>(instant->time_since_epoch().count()));
      }
      break;
    case Type::kString:
      return PartitionValue(std::string(text));
  }
  return unreadable(type, text);
}

std::string partition_folder(std::span<const PartitionColumn> values) {
  std::string folder;
  for (const auto& [column, value] : values) {
    folder = io::join_path(
        folder, concat(escape(column), "=",
                       value && !value->empty() ? escape(*value) : "__HIVE_DEFAULT_PARTITION__"));
  }
  return folder;
}

}  // namespace hark::lake
