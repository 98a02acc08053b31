#include "hark/lake/schema.h"

#include <algorithm>
#include <set>
#include <utility>

#include "hark/core/text.h"

namespace hark::lake {
namespace {

constexpr std::pair<columnar::Type, std::string_view> kTypes[] = {
    {columnar::Type::kBool, "boolean"},  {columnar::Type::kInt32, "integer"},
    {columnar::Type::kInt64, "long"},    {columnar::Type::kDouble, "double"},
    {columnar::Type::kDate, "date"},     {columnar::Type::kTimestamp, "timestamp"},
    {columnar::Type::kString, "string"},
};

std::string_view delta_name_of(columnar::Type type) {
  for (const auto& [ours, name] : kTypes) {
    if (ours == type) return name;
  }
  return {};
}

Error bad_schema(std::string_view message) {
  return Error(ErrorCode::kCorrupt, concat("the table's schema ", message));
}

}  // namespace

Result<std::string> format_schema(std::span<const columnar::Field> fields) {
  if (fields.empty()) return Error(ErrorCode::kInvalidArgument, "a table needs a column");
  std::set<std::string> names;
  Json list = Json::array();
  for (const columnar::Field& field : fields) {
    if (field.name.empty() || field.name.find_first_of(" ,;{}()\n\t=") != std::string::npos) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("'", field.name, "' cannot be a column name in a Delta table"))
          .hint("use letters, digits and '_'");
    }
    if (!names.insert(lower(field.name)).second) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("column '", field.name, "' is there twice (case does not count)"));
    }
    list.push_back(Json::object({{"name", field.name},
                                 {"type", delta_name_of(field.type)},
                                 {"nullable", true},
                                 {"metadata", Json::object()}}));
  }
  return Json::object({{"type", "struct"}, {"fields", std::move(list)}}).dump();
}

Result<std::vector<SchemaField>> parse_schema(std::string_view schema_string) {
  const auto schema = Json::parse(schema_string);
  if (!schema) return bad_schema(concat("is broken: ", schema.error().message()));
  if ((*schema)["type"].as_string() != "struct" || !(*schema)["fields"].is_array()) {
    return bad_schema("is not a struct type");
  }
  std::vector<SchemaField> fields;
  for (const Json& item : (*schema)["fields"].items()) {
    SchemaField field;
    field.name = item["name"].as_string();
    field.type = item["type"];
    field.is_nullable = item["nullable"].as_bool(true);
    if (item["metadata"].is_object()) field.metadata = item["metadata"];
    if (field.name.empty()) return bad_schema("has a column without a name");
    if (!field.type.is_string() && !field.type.is_object()) {
      return bad_schema(concat("does not say the type of column '", field.name, "'"));
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<std::vector<columnar::Field>> fields_of(std::string_view schema_string) {
  HARK_TRY(const auto schema, parse_schema(schema_string));
  std::vector<columnar::Field> fields;
  for (const SchemaField& field : schema) {
    const auto* known = std::ranges::find_if(
        kTypes, [&](const auto& entry) { return entry.second == field.type.as_string(); });
    if (known == std::end(kTypes)) {
      const std::string type(field.type.is_string() ? field.type.as_string()
                                                    : field.type["type"].as_string());
      return Error(ErrorCode::kUnsupported, concat("column '", field.name, "' has the type '", type,
                                                   "', which hark has no column for"));
    }
    fields.push_back({field.name, known->first});
  }
  return fields;
}

}  // namespace hark::lake
