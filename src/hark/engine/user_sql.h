// The guarded door: SQL that a user typed.
//
// One read-only SELECT over named views, and nothing else: no file, network, setting, environment,
// catalogue or second statement. Two locks. (a) The statement is parsed by DuckDB, and the tree is
// walked against lists of what may be in it (sql_guard.h): kinds of nodes, functions, tables. (b)
// The engine is closed first, for good: no external access but the files of its views, no settings.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hark/engine/engine.h"

namespace hark::engine {

struct UserSqlOptions {
  /// The views the statement may read; others are as if they were not there.
  std::vector<std::string> tables;
  QueryLimits limits;
};

/// Says whether run_user_sql() would run this statement, without running it or closing the engine.
/// Errors: kInvalidArgument with what is wrong, the line and a caret under the place, and a hint.
Result<void> check_user_sql(Engine& engine, const std::string& sql,
                            const std::vector<std::string>& tables);

/// Runs a user's SELECT. From the first call on the engine reads no other files than those of its
/// views and takes no settings: create_parquet_view() and copy_to_parquet() are over.
/// Errors: kInvalidArgument for SQL that is wrong or not allowed; kExhausted after the timeout or
/// when memory ran out; kInterrupted; and those of the tables' files.
Result<std::unique_ptr<QueryResult>> run_user_sql(Engine& engine, const std::string& sql,
                                                  const UserSqlOptions& options);

}  // namespace hark::engine
