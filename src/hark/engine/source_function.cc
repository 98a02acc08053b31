#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <algorithm>
#include <cstring>
#include <new>
#include <system_error>
#include <thread>

#include "hark/core/text.h"
#include "hark/engine/batch_queue.h"
#include "hark/engine/source_function.h"

namespace hark::engine {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Presence;
using columnar::Type;

/// What the function knows from its registration on. The database owns it, so it outlives it.
struct Binding {
  Database& database;
  std::shared_ptr<columnar::BatchSource> source;
};

/// One scan: the source fills the queue on a thread of its own, DuckDB's threads empty it.
class Scan {
 public:
  Scan(std::shared_ptr<columnar::BatchSource> source, std::vector<std::string> columns,
       unsigned threads, bool in_order)
      : source_(std::move(source)),
        columns_(std::move(columns)),
        threads_(threads),
        queue_(std::size_t{2} * threads, in_order),
        producer_([this] { produce(); }) {}
  ~Scan() {
    queue_.cancel();
    producer_.join();
  }
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  Result<std::shared_ptr<const Batch>> pop() { return queue_.pop(); }

 private:
  void produce() {
    // Made now: there is no memory for its words later.
    Error out_of_memory(ErrorCode::kExhausted, "out of memory while reading a table");
    try {
      queue_.finish(source_->stream(columns_, threads_, queue_));
    } catch (const std::bad_alloc&) {
      queue_.finish(std::move(out_of_memory));
    }
  }

  const std::shared_ptr<columnar::BatchSource> source_;
  const std::vector<std::string> columns_;
  const unsigned threads_;
  BatchQueue queue_;
  std::thread producer_;  // last, so that it starts when everything else is there
};

/// What all threads of one scan share.
struct GlobalState {
  GlobalState(Database& where, std::vector<std::optional<std::size_t>> output,
              std::shared_ptr<columnar::BatchSource> source, std::vector<std::string> names,
              unsigned threads, bool in_order)
      : database(where),
        columns(std::move(output)),
        scan(std::move(source), std::move(names), threads, in_order) {}

  Database& database;
  /// Column of the batch for each column of the output; none where DuckDB wants only rows.
  std::vector<std::optional<std::size_t>> columns;
  Scan scan;
};

/// Where one thread stands.
struct LocalState {
  std::shared_ptr<const Batch> batch;
  std::size_t next_row = 0;
};

template <typename T>
void destroy(void* state) {
  delete static_cast<T*>(state);
}

duckdb_type duckdb_type_of(Type type) {
  switch (type) {
    case Type::kBool:
      return DUCKDB_TYPE_BOOLEAN;
    case Type::kInt32:
      return DUCKDB_TYPE_INTEGER;
    case Type::kInt64:
      return DUCKDB_TYPE_BIGINT;
    case Type::kDouble:
      return DUCKDB_TYPE_DOUBLE;
    case Type::kDate:
      return DUCKDB_TYPE_DATE;
    case Type::kTimestamp:
      return DUCKDB_TYPE_TIMESTAMP_TZ;
    case Type::kString:
      return DUCKDB_TYPE_VARCHAR;
  }
  return DUCKDB_TYPE_VARCHAR;
}

/// DuckDB's string: short ones inside, long ones a prefix and where the rest is.
duckdb_string_t string_of(std::string_view text) {
  duckdb_string_t out{};
  constexpr std::size_t kInlined = sizeof out.value.inlined.inlined;
  if (text.size() <= kInlined) {
    out.value.inlined.length = static_cast<std::uint32_t>(text.size());
    if (!text.empty()) std::memcpy(out.value.inlined.inlined, text.data(), text.size());
  } else {
    out.value.pointer.length = static_cast<std::uint32_t>(text.size());
    std::memcpy(out.value.pointer.prefix, text.data(), sizeof out.value.pointer.prefix);
    out.value.pointer.ptr = const_cast<char*>(text.data());
  }
  return out;
}

template <typename T>
void fill_values(std::span<const T> values, std::size_t from, std::size_t num_rows, void* out) {
  std::memcpy(out, values.data() + from, num_rows * sizeof(T));
}

void fill_vector(const DuckdbApi& api, const Column& column, std::size_t from, std::size_t num_rows,
                 duckdb_vector vector) {
  void* const out = api.vector_get_data(vector);
  switch (column.type()) {
    case Type::kBool:
      fill_values(column.bools(), from, num_rows, out);
      break;
    case Type::kInt32:
    case Type::kDate:
      fill_values(column.int32s(), from, num_rows, out);
      break;
    case Type::kInt64:
    case Type::kTimestamp:
      fill_values(column.int64s(), from, num_rows, out);
      break;
    case Type::kDouble:
      fill_values(column.doubles(), from, num_rows, out);
      break;
    case Type::kString: {
      auto* const texts = static_cast<duckdb_string_t*>(out);
      for (std::size_t row = 0; row < num_rows; ++row) {
        texts[row] = string_of(column.text(from + row));
      }
      break;
    }
  }
  const auto presence = column.presence().subspan(from, num_rows);
  const auto is_absent = [](Presence p) { return p != Presence::kValue; };
  if (std::none_of(presence.begin(), presence.end(), is_absent)) return;
  api.vector_ensure_validity_writable(vector);
  std::uint64_t* const validity = api.vector_get_validity(vector);
  for (std::size_t row = 0; row < num_rows; ++row) {
    if (is_absent(presence[row])) validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  }
}

/// DuckDB's functions, inside a callback: it runs, so they are loaded.
const DuckdbApi& loaded_api() { return **duckdb(); }

// The callbacks. DuckDB calls them through C: no exception may leave them, so memory that runs out
// becomes an error of the query.

template <typename Info, typename SetError, typename Work>
void guarded(Info info, SetError set_error, Work work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    set_error(info, "Out of Memory Error: out of memory while reading a table");
  } catch (const std::system_error&) {
    set_error(info, "Out of Memory Error: no thread can be started to read a table");
  }
}

void bind_source(duckdb_bind_info info) {
  const DuckdbApi& api = loaded_api();
  guarded(info, api.bind_set_error, [&] {
    const auto& binding = *static_cast<const Binding*>(api.bind_get_extra_info(info));
    for (const columnar::Field& field : binding.source->fields()) {
      Owned<duckdb_logical_type> type(api.destroy_logical_type);
      *type.out() = api.create_logical_type(duckdb_type_of(field.type));
      api.bind_add_result_column(info, field.name.c_str(), type.get());
    }
  });
}

void start_scan(duckdb_init_info info) {
  const DuckdbApi& api = loaded_api();
  guarded(info, api.init_set_error, [&] {
    const auto& binding = *static_cast<const Binding*>(api.init_get_extra_info(info));
    const auto fields = binding.source->fields();
    const EngineOptions& options = binding.database.options();
    const unsigned threads = binding.database.threads();

    std::vector<std::string> names;
    std::vector<std::optional<std::size_t>> columns;
    for (idx_t i = 0; i < api.init_get_column_count(info); ++i) {
      // count(*) asks for a column that is none of ours: only the number of its rows counts.
      const idx_t index = api.init_get_column_index(info, i);
      if (index >= fields.size()) {
        columns.emplace_back(std::nullopt);
        continue;
      }
      columns.emplace_back(names.size());
      names.push_back(fields[index].name);
    }
    // A source without columns could not say how many rows it has.
    if (names.empty() && !fields.empty()) names.push_back(fields.front().name);

    auto state =
        std::make_unique<GlobalState>(binding.database, std::move(columns), binding.source,
                                      std::move(names), threads, options.preserve_insertion_order);
    api.init_set_init_data(info, state.release(), destroy<GlobalState>);
    api.init_set_max_threads(info, options.preserve_insertion_order ? 1 : threads);
  });
}

void start_thread(duckdb_init_info info) {
  const DuckdbApi& api = loaded_api();
  guarded(info, api.init_set_error, [&] {
    auto state = std::make_unique<LocalState>();
    api.init_set_init_data(info, state.release(), destroy<LocalState>);
  });
}

void next_rows(duckdb_function_info info, duckdb_data_chunk output) {
  const DuckdbApi& api = loaded_api();
  guarded(info, api.function_set_error, [&] {
    auto& global = *static_cast<GlobalState*>(api.function_get_init_data(info));
    auto& local = *static_cast<LocalState*>(api.function_get_local_init_data(info));
    while (!local.batch || local.next_row == local.batch->num_rows) {
      auto batch = global.scan.pop();
      if (!batch) {
        api.function_set_error(info,
                               global.database.keep_source_error(std::move(batch).error()).c_str());
        return;
      }
      // The rows of the old batch were used up before DuckDB asked for these, so its texts may go.
      local.batch = *std::move(batch);
      local.next_row = 0;
      if (!local.batch) return;  // an empty chunk says that this was all
    }
    const std::size_t num_rows =
        std::min<std::size_t>(api.vector_size(), local.batch->num_rows - local.next_row);
    for (std::size_t i = 0; i < global.columns.size(); ++i) {
      if (!global.columns[i]) continue;
      fill_vector(api, local.batch->columns[*global.columns[i]], local.next_row, num_rows,
                  api.data_chunk_get_vector(output, i));
    }
    api.data_chunk_set_size(output, num_rows);
    local.next_row += num_rows;
  });
}

}  // namespace

Result<void> register_source_function(Connection& connection, const std::string& function,
                                      std::shared_ptr<columnar::BatchSource> source) {
  const DuckdbApi& api = connection.api();
  Owned<duckdb_table_function> table(api.destroy_table_function);
  *table.out() = api.create_table_function();
  api.table_function_set_name(table.get(), function.c_str());
  auto binding = std::make_unique<Binding>(Binding{connection.database(), std::move(source)});
  api.table_function_set_extra_info(table.get(), binding.release(), destroy<Binding>);
  api.table_function_set_bind(table.get(), bind_source);
  api.table_function_set_init(table.get(), start_scan);
  api.table_function_set_local_init(table.get(), start_thread);
  api.table_function_set_function(table.get(), next_rows);
  api.table_function_supports_projection_pushdown(table.get(), true);
  if (api.register_table_function(connection.handle(), table.get()) != DuckDBSuccess) {
    return Error(ErrorCode::kInternal, concat("DuckDB took no table function '", function, "'"));
  }
  return {};
}

}  // namespace hark::engine
