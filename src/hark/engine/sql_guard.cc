#include "hark/engine/sql_guard.h"

#include <algorithm>
#include <array>

#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/engine/error_text.h"

namespace hark::engine {
namespace {

constexpr std::array<std::string_view, 3> kTableFunctions{"generate_series", "range", "unnest"};

constexpr std::array<std::string_view, 15> kExpressionClasses{
    "BETWEEN",     "CASE",     "CAST",     "COLLATE", "COLUMN_REF", "COMPARISON",
    "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",  "OPERATOR",   "POSITIONAL_REFERENCE",
    "STAR",        "SUBQUERY", "WINDOW"};

// Nodes that are no expressions: queries, tables, modifiers, directions of ORDER BY.
constexpr std::array<std::string_view, 16> kNodeTypes{"ASCENDING",
                                                      "BASE_TABLE",
                                                      "DESCENDING",
                                                      "DISTINCT_MODIFIER",
                                                      "EMPTY",
                                                      "EXPRESSION_LIST",
                                                      "JOIN",
                                                      "LIMIT_MODIFIER",
                                                      "LIMIT_PERCENT_MODIFIER",
                                                      "ORDER_DEFAULT",
                                                      "ORDER_MODIFIER",
                                                      "RECURSIVE_CTE_NODE",
                                                      "SELECT_NODE",
                                                      "SET_OPERATION_NODE",
                                                      "SUBQUERY",
                                                      "TABLE_FUNCTION"};

template <typename List>
bool is_in(const List& sorted, std::string_view word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

/// True for a name that no other relation could be meant by: one that DuckDB would not open as a
/// file nor find in its own catalogue, should its idea of a name's scope differ from ours.
bool is_plain_name(std::string_view name) {
  for (const std::string_view prefix :
       {"duckdb_", "hark_", "information_schema", "pg_", "pragma_", "sqlite_"}) {
    if (name.starts_with(prefix)) return false;
  }
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

class TreeCheck {
 public:
  TreeCheck(std::string_view sql, const std::vector<std::string>& tables)
      : sql_(sql), tables_(tables) {}

  Result<void> statement(const Json& statement) {
    HARK_TRY_VOID(query(statement["node"]));
    return rest(statement, {"node"});
  }

 private:
  /// A query with its common tables, each visible to what follows it.
  Result<void> query(const Json& node) {
    const std::size_t outer = common_tables_.size();
    for (const Json& entry : node["cte_map"]["map"].items()) {
      const std::string name = lower(entry["key"].as_string());
      if (!is_plain_name(name)) {
        return refuse(node, concat("'", name, "' cannot be the name of a common table"),
                      "use letters, digits and _");
      }
      HARK_TRY_VOID(any(entry["value"]));
      common_tables_.push_back(name);
    }
    if (node["type"].as_string() == "RECURSIVE_CTE_NODE") {
      // Only the second half sees the table itself; in the first, the name means something else.
      HARK_TRY_VOID(any(node["left"]));
      common_tables_.push_back(lower(node["cte_name"].as_string()));
      HARK_TRY_VOID(any(node["right"]));
      common_tables_.pop_back();
      HARK_TRY_VOID(rest(node, {"cte_map", "left", "right"}));
    } else {
      HARK_TRY_VOID(rest(node, {"cte_map"}));
    }
    common_tables_.resize(outer);
    return {};
  }

  Result<void> any(const Json& value) {
    for (const Json& item : value.items()) HARK_TRY_VOID(any(item));
    if (!value.is_object()) return {};
    if (value["class"].is_string()) return expression(value);
    if (value["type"].is_string()) return node(value);
    return rest(value, {});
  }

  Result<void> rest(const Json& object, std::initializer_list<std::string_view> done) {
    for (const auto& [name, value] : object.members()) {
      if (std::find(done.begin(), done.end(), name) == done.end()) HARK_TRY_VOID(any(value));
    }
    return {};
  }

  Result<void> expression(const Json& value) {
    const std::string_view kind = value["class"].as_string();
    if (kind == "PARAMETER") {
      return refuse(value, "the statement has parameters (? or $1)", "write the values into it");
    }
    if (!is_in(kExpressionClasses, kind)) return unknown(value, kind);
    // A constant is only data; its members say nothing about the statement.
    if (kind == "CONSTANT") return {};
    if (kind == "FUNCTION" || kind == "WINDOW") HARK_TRY_VOID(function(value));
    return rest(value, {});
  }

  Result<void> function(const Json& value) {
    const std::string name = lower(value["function_name"].as_string());
    if (!is_built_in(value) || !is_in(allowed_functions(), name)) return no_function(value, name);
    if (value["export_state"].as_bool()) return unknown(value, "EXPORT_STATE");
    return {};
  }

  Result<void> node(const Json& value) {
    const std::string_view type = value["type"].as_string();
    // What a cast's type is made of.
    if (type.ends_with("_TYPE_INFO")) return rest(value, {});
    if (type == "SHOW_REF") return unknown(value, "DESCRIBE, SHOW or SUMMARIZE");
    if (!is_in(kNodeTypes, type)) return unknown(value, type);
    if (type.ends_with("_NODE")) return query(value);
    if (type == "BASE_TABLE") HARK_TRY_VOID(table(value));
    if (type == "TABLE_FUNCTION") return table_function(value);
    return rest(value, {});
  }

  Result<void> table(const Json& value) {
    const std::string_view written = value["table_name"].as_string();
    const std::string name = lower(written);
    if (!value["at_clause"].is_null()) return unknown(value, "AT");
    const bool is_qualified =
        !value["schema_name"].as_string().empty() || !value["catalog_name"].as_string().empty();
    const auto is_named = [&](const std::string& table) { return lower(table) == name; };
    if (!is_qualified &&
        (std::find(common_tables_.begin(), common_tables_.end(), name) != common_tables_.end() ||
         std::any_of(tables_.begin(), tables_.end(), is_named))) {
      return {};
    }
    const auto guess = is_qualified ? std::nullopt : nearest(written, tables_);
    return refuse(value,
                  is_qualified ? concat("table '", written, "' must be named without a schema")
                               : concat("there is no table '", written, "'"),
                  guess ? concat("did you mean '", *guess, "'?")
                        : concat("the tables are: ", join(tables_, ", ")));
  }

  Result<void> table_function(const Json& value) {
    const Json& call = value["function"];
    const std::string name = lower(call["function_name"].as_string());
    if (call["class"].as_string() != "FUNCTION" || !is_built_in(call) ||
        !is_in(kTableFunctions, name)) {
      return refuse(value, concat("there is no table function '", name, "'"),
                    concat("the tables are: ", join(tables_, ", ")));
    }
    HARK_TRY_VOID(rest(call, {}));
    return rest(value, {"function"});
  }

  static bool is_built_in(const Json& call) {
    const std::string_view schema = call["schema"].as_string();
    return call["catalog"].as_string().empty() && (schema.empty() || schema == "main");
  }

  Error no_function(const Json& value, const std::string& name) const {
    std::vector<std::string> known;
    for (const std::string_view function : allowed_functions()) known.emplace_back(function);
    const auto guess = nearest(name, known);
    return refuse(value, concat("there is no function '", name, "'"),
                  guess ? concat("did you mean '", *guess, "'?") : "");
  }

  Error unknown(const Json& value, std::string_view kind) const {
    return refuse(value, concat(kind, " is not part of the SQL that may be used here"),
                  "use a plain SELECT: joins, subqueries, WITH, window functions");
  }

  Error refuse(const Json& value, std::string message, std::string hint) const {
    const std::int64_t at = value["query_location"].as_int(-1);
    const std::size_t position = at < 0 ? std::string_view::npos : static_cast<std::size_t>(at);
    return error_at(ErrorCode::kInvalidArgument, std::move(message), sql_, position)
        .hint(std::move(hint));
  }

  const std::string_view sql_;
  const std::vector<std::string>& tables_;
  std::vector<std::string> common_tables_;
};

}  // namespace

Result<void> check_tree(std::string_view tree_json, std::string_view sql,
                        const std::vector<std::string>& tables) {
  const auto tree = Json::parse(tree_json);
  if (!tree) {
    // Json has a limit of its own (500 levels), far below what the walk's stack can take.
    return Error(ErrorCode::kInvalidArgument, "the statement is nested too deeply")
        .hint("take it apart with WITH");
  }
  if ((*tree)["error"].as_bool()) {
    const std::string_view message = (*tree)["error_message"].as_string();
    if (message.starts_with("Only SELECT")) {
      return Error(ErrorCode::kInvalidArgument, "only a SELECT may run here")
          .hint("WITH, FROM, VALUES and UNION are fine; nothing here can be changed");
    }
    const auto position = parse_int((*tree)["position"].as_string());
    return error_at(
        ErrorCode::kInvalidArgument, std::string(first_line(message)), sql,
        position && *position >= 0 ? static_cast<std::size_t>(*position) : std::string_view::npos);
  }
  const Json::Array& statements = (*tree)["statements"].items();
  if (statements.size() != 1) {
    return Error(ErrorCode::kInvalidArgument,
                 statements.empty() ? "there is no statement" : "there is more than one statement")
        .hint("give one SELECT");
  }
  if (!statements[0]["node"].is_object()) {
    return Error(ErrorCode::kUnsupported, "DuckDB's syntax tree has no query");
  }
  return TreeCheck(sql, tables).statement(statements[0]);
}

}  // namespace hark::engine
