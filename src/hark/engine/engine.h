// SQL over hark's tables: DuckDB, in memory, in this process.
//
// The only module that knows DuckDB. Its library is opened on first use (31 ms that quick commands
// must not pay), the database lives in memory, and nothing is written but what copy_to_parquet() is
// told to and, if a query needs more memory than it may have, files in `temp_directory`. Sessions
// are in UTC. SQL given to this header is hark's own; what a user typed goes through user_sql.h.
//
// Threads: an Engine may be used by many threads; a QueryResult by one at a time. A QueryResult may
// outlive its Engine. Errors of DuckDB become: kExhausted (memory, disk, time), kIo, kNotFound (a
// file), kCorrupt (a file that is no sound Parquet, a value that is not of its column's type),
// kInterrupted, kUnsupported, and kInternal for SQL of ours that does not parse or bind. Messages
// never repeat values of the data.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/columnar/file_stats.h"
#include "hark/columnar/stream.h"
#include "hark/core/result.h"

namespace hark::engine {

class Database;  // database.h, internal

struct EngineOptions {
  /// Threads of a query; 0: as many as the processors this process may run on.
  unsigned threads = 0;
  /// What tables, sorts and hash tables may take; 0: DuckDB's own choice (80 % of the machine).
  std::size_t memory_limit_bytes = 0;
  /// Where a query that does not fit spills to; empty: nowhere, it ends with kExhausted.
  std::string temp_directory{};
  /// Without ORDER BY, rows come in the order of their files, every time. Off is faster for copies.
  bool preserve_insertion_order = true;
};

/// When a query must stop by itself. Zero and null: never.
struct QueryLimits {
  std::chrono::milliseconds timeout{0};          ///< from the call of query(); then kExhausted
  const std::atomic<bool>* interrupt = nullptr;  ///< set by anybody; then kInterrupted
};

/// Rows of a running query, made as they are asked for.
class QueryResult {
 public:
  struct Impl;
  explicit QueryResult(std::unique_ptr<Impl> impl);
  ~QueryResult();
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;

  /// Names and types of the columns; names may repeat. Integers of any width, and decimals without
  /// places, are kInt32 or kInt64 (kDouble where one of the first rows is too wide for 64 bits);
  /// other decimals are kDouble, timestamps with or without a zone kTimestamp. What has no type of
  /// hark's (lists, structs, intervals, times) is its text.
  std::span<const columnar::Field> fields() const noexcept;
  /// Returns the next 16,384 rows (fewer at the end), or nullopt after the last. `ordinal` counts
  /// from 0. Errors: kUnsupported for an integer that fits neither the column's type; else as
  /// above.
  Result<std::optional<columnar::Batch>> next();

 private:
  std::unique_ptr<Impl> impl_;
};

struct ParquetCopyOptions {
  bool zstd = true;                      ///< else snappy
  std::size_t row_group_size = 122'880;  ///< rows; a multiple of 2,048
};

class Engine {
 public:
  /// Opens an empty database. Errors: kNotFound without DuckDB's library, kUnsupported if it is not
  /// one this program can use. The library is HARK_DUCKDB_LIBRARY if that is set, else
  /// libduckdb.so in ../lib of the program or beside it, else where the build found it.
  static Result<std::unique_ptr<Engine>> open(const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// "v1.5.6".
  std::string library_version() const;

  /// Runs statements whose rows nobody wants.
  Result<void> execute(const std::string& sql);
  /// Runs one statement.
  Result<std::unique_ptr<QueryResult>> query(const std::string& sql, QueryLimits limits = {});
  /// The one number that a statement such as "SELECT count(*) FROM t" gives.
  Result<std::int64_t> count(const std::string& sql);

  /// Makes the functions of portable_macros.sql: Spark's names, for the curated models.
  Result<void> define_portable_macros();

  /// Makes view `name` of Parquet files, their rows in the order of the list. Its columns are
  /// `fields`, cast to their types; a column a file lacks is null there. Without `fields` they are
  /// those of the files. No files make an empty view (which needs fields). Paths are taken as they
  /// are written (no patterns) and their folders say nothing about the rows.
  Result<void> create_parquet_view(const std::string& name, const std::vector<std::string>& files,
                                   const std::vector<columnar::Field>& fields);
  /// Makes view `name` of a source: each query over it streams just the columns it needs, with
  /// `threads` of the options. Rows come in order if preserve_insertion_order is set. An error of
  /// the source ends the query with that very error.
  Result<void> register_source(const std::string& name,
                               std::shared_ptr<columnar::BatchSource> source);
  /// Names of the views made so far, in order.
  std::vector<std::string> views() const;

  /// Writes the rows of a SELECT to a new Parquet file; timestamps become instants
  /// (isAdjustedToUTC). The file is not synced. On an error nothing is left at `path`.
  Result<columnar::FileStats> copy_to_parquet(const std::string& select_sql,
                                              const std::string& path,
                                              const ParquetCopyOptions& options = {});

  /// For the other files of this module.
  const std::shared_ptr<Database>& database() const noexcept { return database_; }

 private:
  explicit Engine(std::shared_ptr<Database> database);
  std::shared_ptr<Database> database_;
};

}  // namespace hark::engine
