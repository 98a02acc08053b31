#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <algorithm>

#include "hark/core/clock.h"
#include "hark/core/text.h"
#include "hark/engine/chunk_stream.h"
#include "hark/engine/parquet_copy.h"
#include "hark/engine/sql_text.h"
#include "hark/io/file_system.h"

namespace hark::engine {
namespace {

using columnar::ColumnStats;
using columnar::FileStats;
using columnar::StatValue;
using columnar::Type;

// Columns of what COPY … RETURN_STATS returns.
enum : idx_t { kCount = 1, kFileSize = 2, kStatistics = 4 };

/// The entries of a MAP of which keys are texts: called with (key, vector of values, row in it).
template <typename Visit>
void for_each_entry(const DuckdbApi& api, duckdb_vector map, idx_t row, Visit visit) {
  const auto entry = static_cast<const duckdb_list_entry*>(api.vector_get_data(map))[row];
  const duckdb_vector pairs = api.list_vector_get_child(map);
  const duckdb_vector keys = api.struct_vector_get_child(pairs, 0);
  const duckdb_vector values = api.struct_vector_get_child(pairs, 1);
  const auto* const key = static_cast<const duckdb_string_t*>(api.vector_get_data(keys));
  for (idx_t at = entry.offset; at < entry.offset + entry.length; ++at) {
    visit(text_of(key[at]), values, at);
  }
}

/// A bound of a column as DuckDB writes it; nullopt if it is none.
std::optional<StatValue> bound(Type type, std::string_view text) {
  const auto integer = [](auto number) {
    return number ? std::optional<StatValue>(static_cast<std::int64_t>(*number)) : std::nullopt;
  };
  switch (type) {
    case Type::kBool:
      return std::nullopt;
    case Type::kInt32:
    case Type::kInt64:
      return integer(parse_int(text));
    case Type::kDouble: {
      const auto number = parse_double(text);
      return number ? std::optional<StatValue>(*number) : std::nullopt;
    }
    case Type::kTimestamp: {
      // "2024-01-01 00:00:00.123456+00"
      std::string iso(text.substr(0, text.find('+')));
      std::replace(iso.begin(), iso.end(), ' ', 'T');
      const auto instant = parse_instant(iso + "Z");
      return instant ? std::optional<StatValue>(instant->time_since_epoch().count()) : std::nullopt;
    }
    case Type::kDate: {
      const auto instant = parse_instant(text);
      return instant
                 ? std::optional<StatValue>(
                       std::chrono::floor<std::chrono::days>(*instant).time_since_epoch().count())
                 : std::nullopt;
    }
    case Type::kString:
      return StatValue(std::string(text));
  }
  return std::nullopt;
}

void read_stats(const DuckdbApi& api, duckdb_vector values, idx_t row, ColumnStats& stats) {
  std::optional<StatValue> min, max;
  bool has_nan = false;
  for_each_entry(api, values, row, [&](std::string_view key, duckdb_vector vector, idx_t at) {
    const auto value =
        text_of(static_cast<const duckdb_string_t*>(api.vector_get_data(vector))[at]);
    if (key == "null_count") stats.null_count = parse_int(value).value_or(0);
    if (key == "has_nan") has_nan = value == "true";
    if (key == "min") min = bound(stats.type, value);
    if (key == "max") max = bound(stats.type, value);
  });
  // Both or none; and DuckDB's bounds leave NaN out, where engines disagree on its order.
  if (has_nan || !min || !max) return;
  stats.min = std::move(min);
  stats.max = std::move(max);
}

Result<FileStats> read_result(Connection& connection, duckdb_result& result,
                              std::vector<ColumnStats> columns) {
  const DuckdbApi& api = connection.api();
  const duckdb_data_chunk handle = api.fetch_chunk(result);
  if (handle == nullptr) return Error(ErrorCode::kInternal, "DuckDB gave no statistics of a copy");
  const Chunk chunk(connection.database().shared_from_this(), handle);
  const auto vector = [&](idx_t column) { return api.data_chunk_get_vector(handle, column); };
  FileStats copied;
  copied.columns = std::move(columns);
  copied.num_rows = static_cast<const std::int64_t*>(api.vector_get_data(vector(kCount)))[0];
  copied.size_bytes = static_cast<const std::uint64_t*>(api.vector_get_data(vector(kFileSize)))[0];
  for_each_entry(api, vector(kStatistics), 0,
                 [&](std::string_view key, duckdb_vector values, idx_t at) {
                   for (ColumnStats& stats : copied.columns) {
                     if (quote_identifier(stats.name) != key) continue;
                     read_stats(api, values, at, stats);
                   }
                 });
  return copied;
}

}  // namespace

Result<FileStats> copy_select(const std::shared_ptr<Database>& database, const std::string& sql,
                              const std::string& path, const ParquetCopyOptions& options) {
  io::FileSystem& files = io::local_file_system();
  if (files.exists(path)) {
    return Error(ErrorCode::kConflict, concat("'", path, "' is there already"));
  }
  HARK_TRY(const auto connection, database->connect());
  HARK_TRY(const Prepared prepared, prepare(*connection, sql, SqlOrigin::kProgram));

  // Every column is written as one of hark's types: instants and not wall clocks, no 128-bit
  // integers (which would become doubles), no decimals.
  std::string select;
  std::vector<ColumnStats> columns;
  for (std::size_t i = 0; i < prepared.columns.size(); ++i) {
    const ColumnPlan& column = prepared.columns[i];
    if (i > 0) select += ", ";
    // An enumeration is written as the texts it stands for, from its codes.
    const std::string value =
        column.is_enum ? concat("c", i) : concat("CAST(c", i, " AS ", sql_type(column.type), ")");
    select += concat(value, " AS ", quote_identifier(column.name));
    columns.emplace_back().name = column.name;
    columns.back().type = column.type;
  }
  // A column of which a row group has more texts than the limit has mostly a new one in every row,
  // and looking each up to find that out costs more than a few codes save.
  const std::string copy =
      concat("COPY (SELECT ", select, " FROM ", as_table(sql, prepared.columns.size()), ") TO ",
             quote_literal(absolute_path(path)), " (FORMAT parquet, COMPRESSION ",
             options.zstd ? "zstd" : "snappy", options.zstd ? ", COMPRESSION_LEVEL 1" : "",
             ", DICTIONARY_SIZE_LIMIT 8192, ROW_GROUP_SIZE ", options.row_group_size,
             ", USE_TMP_FILE false, RETURN_STATS)");

  const DuckdbApi& api = database->api();
  duckdb_result result;
  Result<FileStats> copied = [&]() -> Result<FileStats> {
    if (api.query(connection->handle(), copy.c_str(), &result) == DuckDBSuccess) {
      return read_result(*connection, result, std::move(columns));
    }
    const char* const message = api.result_error(&result);
    return database->error(message == nullptr ? "" : message, sql, SqlOrigin::kProgram);
  }();
  api.destroy_result(&result);
  // Half a file is worse than none; that removing it may fail too changes nothing.
  if (!copied && files.exists(path)) (void)files.remove(path);
  return copied;
}

}  // namespace hark::engine
