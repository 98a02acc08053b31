#include "hark/engine/sql_text.h"

#include <filesystem>

#include "hark/core/text.h"

namespace hark::engine {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out += c;
    if (c == quote) out += c;
  }
  out += quote;
  return out;
}

/// "CAST(NULL AS BIGINT) AS "a", …": what a column is where there are no rows to say so.
std::string typed_nulls(const std::vector<columnar::Field>& fields) {
  std::string out;
  for (const columnar::Field& field : fields) {
    if (!out.empty()) out += ", ";
    out += concat("CAST(NULL AS ", sql_type(field.type), ") AS ", quote_identifier(field.name));
  }
  return out;
}

}  // namespace

std::string quote_identifier(std::string_view name) { return quoted(name, '"'); }
std::string quote_literal(std::string_view text) { return quoted(text, '\''); }

std::string_view sql_type(columnar::Type type) noexcept {
  switch (type) {
    case columnar::Type::kBool:
      return "BOOLEAN";
    case columnar::Type::kInt32:
      return "INTEGER";
    case columnar::Type::kInt64:
      return "BIGINT";
    case columnar::Type::kDouble:
      return "DOUBLE";
    case columnar::Type::kDate:
      return "DATE";
    case columnar::Type::kTimestamp:
      return "TIMESTAMPTZ";
    case columnar::Type::kString:
      return "VARCHAR";
  }
  return "VARCHAR";
}

std::string absolute_path(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  return failed ? path : absolute.string();
}

Result<std::string> file_pattern(const std::string& path) {
  const std::string absolute = absolute_path(path);
  if (absolute.find_first_of("*?[") == std::string::npos) return absolute;
  if (absolute.find('\\') != std::string::npos) {
    return Error(ErrorCode::kUnsupported, concat("the path '", path, "' cannot be read with SQL"))
        .hint("rename the folder or file: it has a backslash beside one of * ? [");
  }
  std::string out;
  for (const char c : absolute) {
    if (c == '*' || c == '?' || c == '[') {
      out += {'[', c, ']'};
    } else {
      out += c;
    }
  }
  return out;
}

Result<std::string> parquet_select(const std::vector<std::string>& files,
                                   const std::vector<columnar::Field>& fields) {
  if (files.empty()) {
    if (fields.empty()) {
      return Error(ErrorCode::kInvalidArgument, "a table without files needs its columns named");
    }
    return concat("SELECT ", typed_nulls(fields), " WHERE false");
  }
  std::string list;
  for (const std::string& file : files) {
    HARK_TRY(const std::string pattern, file_pattern(file));
    if (!list.empty()) list += ", ";
    list += quote_literal(pattern);
  }
  const std::string read = concat("FROM read_parquet([", list, "], hive_partitioning = false, ",
                                  "union_by_name = ", files.size() > 1 ? "true" : "false", ")");
  if (fields.empty()) return "SELECT * " + read;
  std::string columns;
  for (const columnar::Field& field : fields) {
    if (!columns.empty()) columns += ", ";
    const std::string name = quote_identifier(field.name);
    columns += concat("CAST(", name, " AS ", sql_type(field.type), ") AS ", name);
  }
  // The empty second half names every column, so that one which no file has is null instead of an
  // error; the optimizer removes it, and pushes columns and filters into the files as without it.
  return concat("SELECT ", columns, " FROM (", read, " UNION ALL BY NAME SELECT ",
                typed_nulls(fields), " WHERE false)");
}

}  // namespace hark::engine
