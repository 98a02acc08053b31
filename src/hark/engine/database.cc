#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/engine/database.h"
#include "hark/engine/sql_text.h"

namespace hark::engine {
namespace {

// Marks the text of an error that a source gave; the number behind it finds the Error again.
constexpr std::string_view kSourceErrorMark = "hark source error #";

}  // namespace

Database::Database(const DuckdbApi& api, const EngineOptions& options)
    : api_(api),
      options_(options),
      threads_(options.threads == 0 ? default_threads() : options.threads) {}

Database::~Database() {
  if (handle_ != nullptr) api_.close(&handle_);
}

Result<std::shared_ptr<Database>> Database::open(const EngineOptions& options) {
  HARK_TRY(const DuckdbApi* const loaded, duckdb());
  const DuckdbApi& api = *loaded;
  std::shared_ptr<Database> database(new Database(api, options));

  Owned<duckdb_config> config(api.destroy_config);
  api.create_config(config.out());
  std::vector<std::pair<std::string, std::string>> settings{
      {"threads", std::to_string(database->threads_)},
      {"temp_directory", options.temp_directory},
      {"preserve_insertion_order", options.preserve_insertion_order ? "true" : "false"},
      // Nothing is fetched, installed or read from a home folder.
      {"autoload_known_extensions", "false"},
      {"autoinstall_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_persistent_secrets", "false"},
  };
  if (options.memory_limit_bytes > 0) {
    settings.emplace_back("memory_limit", concat(options.memory_limit_bytes, "B"));
  }
  for (const auto& [name, value] : settings) {
    if (api.set_config(config.get(), name.c_str(), value.c_str()) != DuckDBSuccess) {
      return Error(ErrorCode::kUnsupported,
                   concat("DuckDB ", api.library_version(), " has no setting '", name, "'"));
    }
  }
  char* message = nullptr;
  if (api.open_ext(nullptr, &database->handle_, config.get(), &message) != DuckDBSuccess) {
    const std::string text = message == nullptr ? "" : message;
    api.free(message);
    return error_from_duckdb(text, "", SqlOrigin::kProgram).while_doing("opening DuckDB");
  }
  HARK_TRY(const auto connection, database->connect());
  // Global, so that every connection has them, also after close_to_outside().
  HARK_TRY_VOID(connection->run("SET GLOBAL errors_as_json = true"));
  HARK_TRY_VOID(connection->run("SET GLOBAL TimeZone = 'UTC'"));
  return database;
}

Result<std::unique_ptr<Connection>> Database::connect() {
  duckdb_connection handle = nullptr;
  if (api_.connect(handle_, &handle) != DuckDBSuccess) {
    return Error(ErrorCode::kInternal, "DuckDB gave no connection");
  }
  return std::make_unique<Connection>(shared_from_this(), handle);
}

Error Database::error(std::string_view message, std::string_view sql, SqlOrigin origin,
                      ErrorPlace place) {
  if (const std::size_t at = message.find(kSourceErrorMark); at != std::string_view::npos) {
    std::string_view digits = message.substr(at + kSourceErrorMark.size());
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    const std::lock_guard lock(mutex_);
    const auto found = source_errors_.find(static_cast<std::size_t>(parse_int(digits).value_or(0)));
    if (found != source_errors_.end()) return std::move(source_errors_.extract(found).mapped());
  }
  return error_from_duckdb(message, sql, origin, place);
}

std::string Database::keep_source_error(Error error) {
  const std::lock_guard lock(mutex_);
  source_errors_.emplace(++last_number_, std::move(error));
  return concat(kSourceErrorMark, last_number_);
}

void Database::add_view(const std::string& name, const std::vector<std::string>& files) {
  const std::lock_guard lock(mutex_);
  views_.push_back(name);
  files_.insert(files_.end(), files.begin(), files.end());
}

std::vector<std::string> Database::views() const {
  const std::lock_guard lock(mutex_);
  return views_;
}

std::size_t Database::next_number() {
  const std::lock_guard lock(mutex_);
  return ++last_number_;
}

Result<void> Database::close_to_outside() {
  // Not under mutex_: the statements below may fail, and error() locks it.
  const std::lock_guard closing(closing_mutex_);
  if (is_closed_to_outside_) return {};
  std::vector<std::string> files;
  {
    const std::lock_guard lock(mutex_);
    files = files_;
  }
  std::string allowed;
  for (const std::string& file : files) {
    // DuckDB asks for the pattern it was given and for the file it found by it.
    HARK_TRY(const std::string pattern, file_pattern(file));
    const std::string path = absolute_path(file);
    if (!allowed.empty()) allowed += ", ";
    allowed += quote_literal(path);
    if (pattern != path) allowed += concat(", ", quote_literal(pattern));
  }
  HARK_TRY(const auto connection, connect());
  HARK_TRY_VOID(connection->run(concat("SET allowed_paths = [", allowed, "]")));
  HARK_TRY_VOID(connection->run("SET enable_external_access = false"));
  HARK_TRY_VOID(connection->run("SET lock_configuration = true"));
  is_closed_to_outside_ = true;
  return {};
}

Connection::~Connection() { api().disconnect(&handle_); }

Result<void> Connection::run(const std::string& sql) {
  duckdb_result result;
  const bool is_done = api().query(handle_, sql.c_str(), &result) == DuckDBSuccess;
  std::string message;
  if (!is_done) {
    const char* const text = api().result_error(&result);
    if (text != nullptr) message = text;
  }
  api().destroy_result(&result);
  if (!is_done) return database_->error(message, sql, SqlOrigin::kProgram);
  return {};
}

}  // namespace hark::engine
