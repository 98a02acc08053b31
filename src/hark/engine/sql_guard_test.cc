#include "hark/engine/sql_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hark/engine/test_support.h"

namespace hark::engine {
namespace {

// Trees made by hand: what DuckDB would have to send for a refusal, whatever SQL leads there. The
// statements that real SQL makes of them are in user_sql_test.cc.
std::string select(const std::string& list, const std::string& from = R"({"type":"EMPTY"})") {
  return R"({"error":false,"statements":[{"node":{"type":"SELECT_NODE","cte_map":{"map":[]},"select_list":[)" +
         list + R"(],"from_table":)" + from + "}}]}";
}
std::string call(const std::string& name, const std::string& more = "") {
  return R"({"class":"FUNCTION","type":"FUNCTION","schema":"","catalog":"","function_name":")" +
         name + R"(","children":[])" + more + "}";
}
std::string table(const std::string& name, const std::string& more = "") {
  return R"({"type":"BASE_TABLE","schema_name":"","catalog_name":"","table_name":")" + name +
         R"(","at_clause":null)" + more + "}";
}

bool passes(const std::string& tree) {
  const auto checked = check_tree(tree, "SELECT", {"requests"});
  EXPECT_TRUE(checked || checked.error().code() == ErrorCode::kInvalidArgument ||
              checked.error().code() == ErrorCode::kUnsupported);
  return checked.has_value();
}

TEST(SqlGuard, WhatIsKnownPasses) {
  EXPECT_TRUE(passes(select(call("sum"))));
  EXPECT_TRUE(passes(select(call("SUM"))));
  EXPECT_TRUE(passes(select(call("sum"), table("requests"))));
  EXPECT_TRUE(passes(select(call("sum"), table("Requests"))));
}

TEST(SqlGuard, AnUnknownKindOfNodeIsRefusedWhereverItStands) {
  EXPECT_FALSE(passes(select(R"({"class":"BOUND_FUNCTION","type":"X"})")));
  EXPECT_FALSE(passes(select(R"({"class":"SOMETHING_NEW","type":"FUNCTION"})")));
  EXPECT_FALSE(passes(select(call("sum"), R"({"type":"PIVOT"})")));
  EXPECT_FALSE(passes(select(call("sum"), R"({"type":"SOMETHING_NEW"})")));
  EXPECT_FALSE(passes(select(call("sum", R"(,"new_member":{"inner":[{"type":"SHOW_REF"}]})"))));
  EXPECT_FALSE(passes(select(call("sum", R"(,"new_member":[[[)" + call("getenv") + "]]]"))));
}

TEST(SqlGuard, FunctionsOfOtherSchemasAreOthers) {
  EXPECT_FALSE(passes(select(
      R"({"class":"FUNCTION","type":"FUNCTION","schema":"x","catalog":"","function_name":"sum"})")));
  EXPECT_FALSE(passes(select(
      R"({"class":"FUNCTION","type":"FUNCTION","schema":"main","catalog":"y","function_name":"sum"})")));
  EXPECT_FALSE(
      passes(select(R"({"class":"WINDOW","type":"WINDOW_AGGREGATE","function_name":"getenv"})")));
  EXPECT_FALSE(passes(select(R"({"class":"FUNCTION","type":"FUNCTION"})")));
}

TEST(SqlGuard, AConstantIsDataWhateverItHolds) {
  EXPECT_TRUE(passes(select(
      R"({"class":"CONSTANT","type":"VALUE_CONSTANT","value":{"type":"PIVOT","function_name":"getenv"}})")));
}

TEST(SqlGuard, TablesOfOtherSchemasAndTimesAreRefused) {
  EXPECT_FALSE(passes(select(
      call("sum"),
      R"({"type":"BASE_TABLE","schema_name":"s","catalog_name":"","table_name":"requests"})")));
  EXPECT_FALSE(passes(select(
      call("sum"),
      R"({"type":"BASE_TABLE","schema_name":"","catalog_name":"c","table_name":"requests"})")));
  EXPECT_FALSE(passes(
      select(call("sum"),
             R"({"type":"BASE_TABLE","table_name":"requests","at_clause":{"unit":"VERSION"}})")));
}

TEST(SqlGuard, TreesThatAreNoneAreRefused) {
  for (const std::string tree :
       {"", "null", "[]", "{}", "{", R"({"error":false})", R"({"error":false,"statements":[]})",
        R"({"error":false,"statements":[{}]})", R"({"error":false,"statements":[{"node":1}]})",
        R"({"error":false,"statements":[{"node":{}},{"node":{}}]})", R"({"error":true})",
        R"({"error":true,"error_message":"x","position":"-5"})",
        R"({"error":true,"error_message":"x","position":"99999999999999999999"})"}) {
    EXPECT_FALSE(passes(tree)) << tree;
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"a":[)";
  EXPECT_FALSE(passes(deep));
}

TEST(SqlGuard, EveryAllowedFunctionExistsAndNoneReachesOutside) {
  const auto functions = allowed_functions();
  EXPECT_TRUE(std::is_sorted(functions.begin(), functions.end()));
  EXPECT_EQ(std::adjacent_find(functions.begin(), functions.end()), functions.end());
  const auto engine = open_engine();
  const std::string names = rows_of(*engine,
                                    "SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
                                    "WHERE function_type IN ('scalar', 'aggregate', 'macro')");
  const std::vector<std::string_view> listed = split(names, '\n');
  std::set<std::string_view> known(listed.begin(), listed.end());
  known.insert("unnest");  // known to the binder only
  for (const std::string_view function : functions)
    EXPECT_TRUE(known.contains(function)) << function;
  for (const std::string_view forbidden : {"getenv",
                                           "getvariable",
                                           "current_setting",
                                           "current_query",
                                           "read_text",
                                           "read_csv",
                                           "glob",
                                           "query",
                                           "query_table",
                                           "nextval",
                                           "currval",
                                           "setseed",
                                           "sleep_ms",
                                           "pg_sleep",
                                           "write_log",
                                           "error",
                                           "finalize",
                                           "combine",
                                           "json_serialize_sql",
                                           "json_serialize_plan",
                                           "json_deserialize_sql",
                                           "json_execute_serialized_sql",
                                           "repeat",
                                           "list_resize",
                                           "array_resize",
                                           "current_schemas",
                                           "in_search_path",
                                           "txid_current"}) {
    EXPECT_FALSE(std::binary_search(functions.begin(), functions.end(), forbidden)) << forbidden;
  }
}

}  // namespace
}  // namespace hark::engine
