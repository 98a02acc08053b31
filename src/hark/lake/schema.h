// The schema of a table: Spark's JSON of a struct type, from and to columnar fields.
//
// Source: Delta Lake PROTOCOL.md, "Schema Serialization Format".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/core/json.h"
#include "hark/core/result.h"

namespace hark::lake {

/// A column as the schema tells it, with types that columnar does not have.
struct SchemaField {
  std::string name;
  Json type;  ///< "string", "decimal(10,2)", or an object for a struct, array or map
  bool is_nullable = true;
  Json metadata = Json::object();
  friend bool operator==(const SchemaField&, const SchemaField&) = default;
};

/// Writes the fields as `schemaString`; all are nullable. Errors: kInvalidArgument for no fields,
/// for names that are equal but for case, and for characters that Spark refuses in Parquet
/// (space and any of ",;{}()\n\t=").
Result<std::string> format_schema(std::span<const columnar::Field> fields);

/// Reads a `schemaString`. Errors: kCorrupt if it is no struct type with named fields.
Result<std::vector<SchemaField>> parse_schema(std::string_view schema_string);

/// The fields as columns of ours. Errors: kUnsupported with the column and its type where columnar
/// has none; kCorrupt as parse_schema().
Result<std::vector<columnar::Field>> fields_of(std::string_view schema_string);

}  // namespace hark::lake
