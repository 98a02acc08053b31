// One running SELECT: prepared, watched, and read chunk by chunk. Internal to engine.
//
// Include <duckdb.h> first.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/engine/database.h"

namespace hark::engine {

/// How a column of the result is read from DuckDB's vectors.
struct ColumnPlan {
  std::string name;
  duckdb_type physical = DUCKDB_TYPE_VARCHAR;  ///< as stored; a decimal's inner integer
  columnar::Type type = columnar::Type::kString;
  std::uint8_t scale = 0;       ///< digits behind the point of a decimal
  bool may_not_fit_64 = false;  ///< a wide integer: kInt64 unless the rows say otherwise
  bool is_enum = false;         ///< texts that DuckDB holds as codes
};

/// A prepared statement and what its rows look like.
struct Prepared {
  Owned<duckdb_prepared_statement> statement;
  std::vector<ColumnPlan> columns;
  /// Same length: the column's type is one batches do not have; its plan is that of its text.
  std::vector<bool> needs_cast;
};

/// Prepares the one statement in `sql`. Errors: kInvalidArgument for one with parameters, those of
/// Database::error().
Result<Prepared> prepare(Connection& connection, const std::string& sql, SqlOrigin origin);

/// "query('<sql>') AS q(c0, c1, …)": the statement as a table whose columns are told apart by their
/// place. It takes the statement as a literal: no comment, semicolon or bracket in it can reach
/// outside.
std::string as_table(const std::string& sql, std::size_t num_columns);

/// The characters of a string in a vector; they die with its chunk.
inline std::string_view text_of(const duckdb_string_t& text) noexcept {
  const std::uint32_t length = text.value.inlined.length;
  const bool is_inlined = length <= sizeof text.value.inlined.inlined;
  return {is_inlined ? text.value.inlined.inlined : text.value.pointer.ptr, length};
}

/// A chunk of at most 2,048 rows; shared because two batches may each take a part of it.
class Chunk {
 public:
  Chunk(std::shared_ptr<Database> database, duckdb_data_chunk handle)
      : database_(std::move(database)), handle_(handle) {}
  ~Chunk() { database_->api().destroy_data_chunk(&handle_); }
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  const DuckdbApi& api() const noexcept { return database_->api(); }
  duckdb_data_chunk handle() const noexcept { return handle_; }
  std::size_t num_rows() const { return api().data_chunk_get_size(handle_); }

 private:
  std::shared_ptr<Database> database_;
  duckdb_data_chunk handle_;
};

/// Interrupts a connection when a limit is reached, until it is destroyed.
class Watchdog {
 public:
  Watchdog(Connection& connection, QueryLimits limits);
  ~Watchdog();
  /// The reason, once it has interrupted.
  std::optional<Error> reason() const;

 private:
  void watch();
  Connection& connection_;
  const QueryLimits limits_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool is_done_ = false;
  std::optional<Error> reason_;
  std::thread thread_;
};

class ChunkStream {
 public:
  /// Starts the one statement in `sql`. Columns of types that batches do not have come as text.
  static Result<std::unique_ptr<ChunkStream>> start(const std::shared_ptr<Database>& database,
                                                    const std::string& sql, SqlOrigin origin,
                                                    QueryLimits limits);
  ~ChunkStream();

  std::vector<ColumnPlan>& columns() noexcept { return columns_; }
  /// The next chunk that has rows, or null after the last.
  Result<std::shared_ptr<const Chunk>> next();

 private:
  ChunkStream(std::unique_ptr<Connection> connection, std::string sql, SqlOrigin origin);
  Result<void> begin(QueryLimits limits);
  /// The error of `result_`.
  Error failure();
  /// Runs the statement again, for its error only.
  Result<void> run_for_error();
  /// `error`, or why the query was stopped.
  Error reason_or(Error error) const;

  std::unique_ptr<Connection> connection_;
  const std::string sql_;
  const SqlOrigin origin_;
  std::vector<ColumnPlan> columns_;
  duckdb_result result_{};
  bool is_select_ = false;
  bool has_result_ = false;
  bool is_over_ = false;
  std::unique_ptr<Watchdog> watchdog_;  // after the connection it interrupts, so destroyed first
};

}  // namespace hark::engine
