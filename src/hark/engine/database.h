// The open database behind an Engine and its results, and connections to it. Internal to engine.
//
// Include <duckdb.h> first. Threads: a Database may be used by many, a Connection by one (but
// interrupt() by any).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/engine/duckdb_api.h"
#include "hark/engine/engine.h"
#include "hark/engine/error_text.h"

namespace hark::engine {

class Connection;

class Database : public std::enable_shared_from_this<Database> {
 public:
  static Result<std::shared_ptr<Database>> open(const EngineOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const DuckdbApi& api() const noexcept { return api_; }
  const EngineOptions& options() const noexcept { return options_; }
  unsigned threads() const noexcept { return threads_; }

  Result<std::unique_ptr<Connection>> connect();

  /// Turns a message of DuckDB into an Error; one that a source gave (keep_source_error) comes back
  /// as it was, once.
  Error error(std::string_view message, std::string_view sql, SqlOrigin origin,
              ErrorPlace place = ErrorPlace::kInSql);
  /// Keeps an error that must travel through DuckDB, which carries only text; returns that text.
  std::string keep_source_error(Error error);

  /// Remembers a view and the files it reads.
  void add_view(const std::string& name, const std::vector<std::string>& files);
  std::vector<std::string> views() const;
  /// A number no other call of this database gets.
  std::size_t next_number();

  /// Ends access to all files but those of the views, and all changes of settings, for good.
  Result<void> close_to_outside();

 private:
  Database(const DuckdbApi& api, const EngineOptions& options);

  const DuckdbApi& api_;
  const EngineOptions options_;
  const unsigned threads_;
  duckdb_database handle_ = nullptr;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::string> views_;
  std::vector<std::string> files_;
  std::map<std::size_t, Error> source_errors_;
  std::size_t last_number_ = 0;
  std::mutex closing_mutex_;  // one close_to_outside() at a time; taken before mutex_
  bool is_closed_to_outside_ = false;
};

class Connection {
 public:
  Connection(std::shared_ptr<Database> database, duckdb_connection handle)
      : database_(std::move(database)), handle_(handle) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  duckdb_connection handle() const noexcept { return handle_; }
  Database& database() const noexcept { return *database_; }
  const DuckdbApi& api() const noexcept { return database_->api(); }

  /// Runs hark's own statements and drops their rows.
  Result<void> run(const std::string& sql);
  void interrupt() noexcept { api().interrupt(handle_); }

 private:
  std::shared_ptr<Database> database_;
  duckdb_connection handle_;
};

}  // namespace hark::engine
