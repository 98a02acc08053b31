#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <algorithm>
#include <set>

#include "hark/core/text.h"
#include "hark/engine/chunk_stream.h"
#include "hark/engine/sql_text.h"

namespace hark::engine {
namespace {

using columnar::Type;

/// How a column of this type is read; nullopt if it must be cast to text first.
std::optional<ColumnPlan> plan_of(const DuckdbApi& api, duckdb_logical_type type) {
  const duckdb_type id = api.get_type_id(type);
  ColumnPlan plan;
  plan.physical = id;
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN:
      plan.type = Type::kBool;
      return plan;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
      plan.type = Type::kInt32;
      return plan;
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_BIGINT:
      plan.type = Type::kInt64;
      return plan;
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      plan.type = Type::kInt64;
      plan.may_not_fit_64 = true;
      return plan;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      plan.type = Type::kDouble;
      return plan;
    case DUCKDB_TYPE_DECIMAL:
      plan.physical = api.decimal_internal_type(type);
      plan.scale = api.decimal_scale(type);
      plan.type = plan.scale == 0 ? Type::kInt64 : Type::kDouble;
      plan.may_not_fit_64 = plan.scale == 0 && plan.physical == DUCKDB_TYPE_HUGEINT;
      return plan;
    case DUCKDB_TYPE_DATE:
      plan.type = Type::kDate;
      return plan;
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      plan.type = Type::kTimestamp;
      return plan;
    // A TIMESTAMP without a zone is the time of some clock and no instant: it goes as its text.
    case DUCKDB_TYPE_VARCHAR:
      return plan;
    default:
      return std::nullopt;
  }
}

/// "a", "a" become "a", "a_1": a JSON object or a Parquet file holds a name once.
void tell_names_apart(std::vector<ColumnPlan>& columns) {
  std::set<std::string> taken;
  for (const ColumnPlan& column : columns) taken.insert(column.name);
  std::set<std::string> seen;
  for (ColumnPlan& column : columns) {
    if (seen.insert(column.name).second) continue;
    int number = 1;
    while (!taken.insert(concat(column.name, "_", number)).second) ++number;
    column.name = concat(column.name, "_", number);
    seen.insert(column.name);
  }
}

}  // namespace

Result<Prepared> prepare(Connection& connection, const std::string& sql, SqlOrigin origin) {
  const DuckdbApi& api = connection.api();
  Prepared prepared{Owned<duckdb_prepared_statement>(api.destroy_prepare), {}, {}};
  if (api.prepare(connection.handle(), sql.c_str(), prepared.statement.out()) != DuckDBSuccess) {
    const char* const message = api.prepare_error(prepared.statement.get());
    return connection.database().error(message == nullptr ? "" : message, sql, origin);
  }
  const duckdb_prepared_statement statement = prepared.statement.get();
  // The guard let only a SELECT through; this is the second opinion, of what will really run.
  if (origin == SqlOrigin::kUser &&
      api.prepared_statement_type(statement) != DUCKDB_STATEMENT_TYPE_SELECT) {
    return Error(ErrorCode::kInvalidArgument, "only a SELECT may run here");
  }
  if (api.nparams(statement) > 0) {
    return Error(ErrorCode::kInvalidArgument, "the statement has parameters (? or $1)")
        .hint("write the values into it");
  }
  const std::size_t num_columns = api.prepared_statement_column_count(statement);
  for (std::size_t i = 0; i < num_columns; ++i) {
    Owned<duckdb_logical_type> type(api.destroy_logical_type);
    *type.out() = api.prepared_statement_column_logical_type(statement, i);
    const auto plan = plan_of(api, type.get());
    prepared.needs_cast.push_back(!plan);
    prepared.columns.push_back(plan.value_or(ColumnPlan()));
    prepared.columns.back().is_enum = api.get_type_id(type.get()) == DUCKDB_TYPE_ENUM;
    char* const name = const_cast<char*>(api.prepared_statement_column_name(statement, i));
    if (name != nullptr) prepared.columns.back().name = name;
    api.free(name);
  }
  tell_names_apart(prepared.columns);
  return prepared;
}

std::string as_table(const std::string& sql, std::size_t num_columns) {
  std::string out = concat("query(", quote_literal(sql), ") AS q(");
  for (std::size_t i = 0; i < num_columns; ++i) out += concat(i == 0 ? "c" : ", c", i);
  return out + ")";
}

Watchdog::Watchdog(Connection& connection, QueryLimits limits)
    : connection_(connection), limits_(limits), thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::optional<Error> Watchdog::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

void Watchdog::watch() {
  using std::chrono::milliseconds;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, milliseconds(20), [this] { return is_done_; })) {
    if (!reason_) {
      if (limits_.interrupt != nullptr && limits_.interrupt->load(std::memory_order_relaxed)) {
        reason_ = Error(ErrorCode::kInterrupted, "the query was interrupted");
      } else if (limits_.timeout > milliseconds(0) &&
                 std::chrono::steady_clock::now() - start_ >= limits_.timeout) {
        reason_ = Error(ErrorCode::kExhausted,
                        concat("the query took longer than ", limits_.timeout.count(), " ms"))
                      .hint("allow it more time, or ask for less at a time");
      }
    }
    // Again and again: DuckDB forgets an interrupt that comes just before the query starts.
    if (reason_) connection_.interrupt();
  }
}

ChunkStream::ChunkStream(std::unique_ptr<Connection> connection, std::string sql, SqlOrigin origin)
    : connection_(std::move(connection)), sql_(std::move(sql)), origin_(origin) {}

ChunkStream::~ChunkStream() {
  watchdog_.reset();
  if (has_result_) connection_->api().destroy_result(&result_);
}

Error ChunkStream::reason_or(Error error) const {
  if (watchdog_) {
    if (auto reason = watchdog_->reason()) return *std::move(reason);
  }
  return error;
}

Result<std::unique_ptr<ChunkStream>> ChunkStream::start(const std::shared_ptr<Database>& database,
                                                        const std::string& sql, SqlOrigin origin,
                                                        QueryLimits limits) {
  if (sql.find('\0') != std::string::npos) {
    return Error(ErrorCode::kInvalidArgument, "the statement has a zero byte in it");
  }
  HARK_TRY(auto connection, database->connect());
  std::unique_ptr<ChunkStream> stream(new ChunkStream(std::move(connection), sql, origin));
  HARK_TRY_VOID(stream->begin(limits));
  return stream;
}

Result<void> ChunkStream::begin(QueryLimits limits) {
  if (limits.interrupt != nullptr || limits.timeout > std::chrono::milliseconds(0)) {
    watchdog_ = std::make_unique<Watchdog>(*connection_, limits);
  }
  auto prepared = prepare(*connection_, sql_, origin_);
  if (!prepared) return reason_or(std::move(prepared).error());
  columns_ = std::move(prepared->columns);
  Owned<duckdb_prepared_statement> statement = std::move(prepared->statement);
  const DuckdbApi& api = connection_->api();

  const std::vector<bool>& needs_cast = prepared->needs_cast;
  is_select_ = api.prepared_statement_type(statement.get()) == DUCKDB_STATEMENT_TYPE_SELECT;
  if (std::find(needs_cast.begin(), needs_cast.end(), true) != needs_cast.end()) {
    if (!is_select_) {
      return Error(ErrorCode::kUnsupported,
                   "the statement returns a type that batches do not have");
    }
    std::string select;
    for (std::size_t i = 0; i < needs_cast.size(); ++i) {
      if (i > 0) select += ", ";
      select += needs_cast[i] ? concat("CAST(c", i, " AS VARCHAR)") : concat("c", i);
    }
    auto cast = prepare(*connection_,
                        concat("SELECT ", select, " FROM ", as_table(sql_, needs_cast.size())),
                        SqlOrigin::kProgram);
    if (!cast) return reason_or(std::move(cast).error());
    statement = std::move(cast->statement);
  }
  has_result_ = true;
  if (api.execute_prepared_streaming(statement.get(), &result_) != DuckDBSuccess) {
    return failure();
  }
  return {};
}

Error ChunkStream::failure() {
  const char* const message = connection_->api().result_error(&result_);
  // Without a place: it would be one in the statement that casts.
  Error error = reason_or(connection_->database().error(message == nullptr ? "" : message, sql_,
                                                        origin_, ErrorPlace::kUnknown));
  if (error.code() != ErrorCode::kInterrupted || !is_select_) return error;
  if (watchdog_ && watchdog_->reason()) return error;
  // Nobody interrupted it but DuckDB: one of its threads failed and stopped the others, and of two
  // threads it told us the wrong one's error.
  auto again = run_for_error();
  if (!again) return std::move(again).error();
  return Error(ErrorCode::kInternal, "the query failed, and DuckDB does not say why");
}

Result<void> ChunkStream::run_for_error() {
  // The hash of every row makes DuckDB compute all of them, and keep none.
  const std::string sql = concat("SELECT bit_xor(hash(q)) FROM ", as_table(sql_, columns_.size()));
  const DuckdbApi& api = connection_->api();
  api.destroy_result(&result_);
  if (api.query(connection_->handle(), sql.c_str(), &result_) == DuckDBSuccess) return {};
  const char* const message = api.result_error(&result_);
  return reason_or(connection_->database().error(message == nullptr ? "" : message, sql_, origin_,
                                                 ErrorPlace::kUnknown));
}

Result<std::shared_ptr<const Chunk>> ChunkStream::next() {
  const DuckdbApi& api = connection_->api();
  while (!is_over_) {
    if (watchdog_) {
      if (auto reason = watchdog_->reason()) return *std::move(reason);
    }
    const duckdb_data_chunk handle = api.fetch_chunk(result_);
    if (handle == nullptr) {
      const char* const message = api.result_error(&result_);
      if (message != nullptr && *message != '\0') return failure();
      is_over_ = true;  // asking again would be an error
      break;
    }
    auto chunk = std::make_shared<const Chunk>(connection_->database().shared_from_this(), handle);
    if (chunk->num_rows() > 0) return chunk;
  }
  return std::shared_ptr<const Chunk>();
}

}  // namespace hark::engine
