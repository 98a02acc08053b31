#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include "hark/core/embedded.h"
#include "hark/core/text.h"
#include "hark/engine/database.h"
#include "hark/engine/parquet_copy.h"
#include "hark/engine/query_result.h"
#include "hark/engine/source_function.h"
#include "hark/engine/sql_text.h"

namespace hark::core {
std::span<const EmbeddedFile> embedded_engine_macros();  // made by hark_embed() in CMakeLists.txt
}

namespace hark::engine {

Engine::Engine(std::shared_ptr<Database> database) : database_(std::move(database)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options) {
  HARK_TRY(auto database, Database::open(options));
  return std::unique_ptr<Engine>(new Engine(std::move(database)));
}

std::string Engine::library_version() const { return database_->api().library_version(); }

Result<void> Engine::execute(const std::string& sql) {
  HARK_TRY(const auto connection, database_->connect());
  return connection->run(sql);
}

Result<std::unique_ptr<QueryResult>> Engine::query(const std::string& sql, QueryLimits limits) {
  return start_query(database_, sql, SqlOrigin::kProgram, limits);
}

Result<std::int64_t> Engine::count(const std::string& sql) {
  HARK_TRY(const auto rows, query(sql));
  HARK_TRY(const auto batch, rows->next());
  if (!batch || batch->num_rows != 1) return Error(ErrorCode::kInternal, "a count gave no row");
  return batch->columns[0].int64s()[0];
}

Result<void> Engine::define_portable_macros() {
  for (const core::EmbeddedFile& file : core::embedded_engine_macros()) {
    HARK_TRY_VOID(execute(std::string(file.contents)));
  }
  return {};
}

Result<void> Engine::create_parquet_view(const std::string& name,
                                         const std::vector<std::string>& files,
                                         const std::vector<columnar::Field>& fields) {
  HARK_TRY(const std::string select, parquet_select(files, fields));
  HARK_TRY_VOID(execute(concat("CREATE VIEW ", quote_identifier(name), " AS ", select)));
  database_->add_view(name, files);
  return {};
}

Result<void> Engine::register_source(const std::string& name,
                                     std::shared_ptr<columnar::BatchSource> source) {
  HARK_TRY(const auto connection, database_->connect());
  const std::string function = concat("hark_source_", database_->next_number());
  HARK_TRY_VOID(register_source_function(*connection, function, std::move(source)));
  HARK_TRY_VOID(connection->run(
      concat("CREATE VIEW ", quote_identifier(name), " AS SELECT * FROM ", function, "()")));
  database_->add_view(name, {});
  return {};
}

std::vector<std::string> Engine::views() const { return database_->views(); }

Result<columnar::FileStats> Engine::copy_to_parquet(const std::string& select_sql,
                                                    const std::string& path,
                                                    const ParquetCopyOptions& options) {
  return copy_select(database_, select_sql, path, options);
}

}  // namespace hark::engine
