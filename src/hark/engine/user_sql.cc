#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include "hark/core/text.h"
#include "hark/engine/chunk_stream.h"
#include "hark/engine/query_result.h"
#include "hark/engine/sql_guard.h"
#include "hark/engine/user_sql.h"

namespace hark::engine {
namespace {

// Longer than any statement a person writes. The tree of a long chain of UNIONs costs its square:
// half a second at this length.
constexpr std::size_t kMaxBytes = std::size_t{1} << 16;

/// The tree DuckDB's parser makes of `sql`, as JSON.
Result<std::string> parse(Database& database, const std::string& sql) {
  const DuckdbApi& api = database.api();
  HARK_TRY(const auto connection, database.connect());
  Owned<duckdb_prepared_statement> statement(api.destroy_prepare);
  if (api.prepare(connection->handle(), "SELECT json_serialize_sql(CAST(? AS VARCHAR))",
                  statement.out()) != DuckDBSuccess) {
    return Error(ErrorCode::kUnsupported, "this DuckDB cannot show its syntax trees");
  }
  api.bind_varchar_length(statement.get(), 1, sql.data(), sql.size());
  duckdb_result result;
  std::optional<std::string> tree;
  if (api.execute_prepared(statement.get(), &result) == DuckDBSuccess) {
    if (const duckdb_data_chunk handle = api.fetch_chunk(result); handle != nullptr) {
      const Chunk chunk(database.shared_from_this(), handle);
      const duckdb_vector vector = api.data_chunk_get_vector(handle, 0);
      const std::uint64_t* const validity = api.vector_get_validity(vector);
      if (chunk.num_rows() == 1 && (validity == nullptr || (validity[0] & 1) != 0)) {
        tree = text_of(*static_cast<const duckdb_string_t*>(api.vector_get_data(vector)));
      }
    }
  }
  api.destroy_result(&result);
  if (!tree) return Error(ErrorCode::kUnsupported, "this DuckDB cannot show its syntax trees");
  return *std::move(tree);
}

}  // namespace

Result<void> check_user_sql(Engine& engine, const std::string& sql,
                            const std::vector<std::string>& tables) {
  if (sql.size() > kMaxBytes) {
    return Error(ErrorCode::kInvalidArgument, "the statement is longer than 64 KiB");
  }
  // Both ends of a C string, and both parsers, must see the same text.
  if (const std::size_t at = sql.find('\0'); at != std::string::npos) {
    return error_at(ErrorCode::kInvalidArgument, "the statement has a zero byte in it", sql, at);
  }
  if (const std::size_t at = find_invalid_utf8(sql); at != std::string::npos) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("the statement is not valid UTF-8 at byte ", at + 1));
  }
  HARK_TRY(const std::string tree, parse(*engine.database(), sql));
  return check_tree(tree, sql, tables);
}

Result<std::unique_ptr<QueryResult>> run_user_sql(Engine& engine, const std::string& sql,
                                                  const UserSqlOptions& options) {
  HARK_TRY_VOID(check_user_sql(engine, sql, options.tables));
  HARK_TRY_VOID(engine.database()->close_to_outside());
  return start_query(engine.database(), sql, SqlOrigin::kUser, options.limits);
}

}  // namespace hark::engine
