// DuckDB's C API as pointers, found in the library when it is opened. Internal to engine.
//
// Include <duckdb.h> first: third-party headers stay in .cc files.
#pragma once

#ifndef DUCKDB_C_API
#error "include <duckdb.h> before duckdb_api.h"
#endif

#include <string>
#include <utility>

#include "hark/core/result.h"

namespace hark::engine {

// Every function this module calls, without its prefix.
#define HARK_DUCKDB_FUNCTIONS(X)                 \
  X(library_version)                             \
  X(create_config)                               \
  X(set_config)                                  \
  X(destroy_config)                              \
  X(open_ext)                                    \
  X(close)                                       \
  X(connect)                                     \
  X(disconnect)                                  \
  X(interrupt)                                   \
  X(free)                                        \
  X(query)                                       \
  X(destroy_result)                              \
  X(result_error)                                \
  X(prepare)                                     \
  X(prepare_error)                               \
  X(destroy_prepare)                             \
  X(nparams)                                     \
  X(bind_varchar_length)                         \
  X(prepared_statement_type)                     \
  X(prepared_statement_column_count)             \
  X(prepared_statement_column_name)              \
  X(prepared_statement_column_logical_type)      \
  X(execute_prepared)                            \
  X(execute_prepared_streaming)                  \
  X(fetch_chunk)                                 \
  X(destroy_data_chunk)                          \
  X(data_chunk_get_size)                         \
  X(data_chunk_set_size)                         \
  X(data_chunk_get_column_count)                 \
  X(data_chunk_get_vector)                       \
  X(vector_size)                                 \
  X(vector_get_data)                             \
  X(vector_get_validity)                         \
  X(vector_ensure_validity_writable)             \
  X(list_vector_get_child)                       \
  X(struct_vector_get_child)                     \
  X(create_logical_type)                         \
  X(destroy_logical_type)                        \
  X(get_type_id)                                 \
  X(decimal_scale)                               \
  X(decimal_internal_type)                       \
  X(create_table_function)                       \
  X(destroy_table_function)                      \
  X(table_function_set_name)                     \
  X(table_function_set_extra_info)               \
  X(table_function_set_bind)                     \
  X(table_function_set_init)                     \
  X(table_function_set_local_init)               \
  X(table_function_set_function)                 \
  X(table_function_supports_projection_pushdown) \
  X(register_table_function)                     \
  X(bind_get_extra_info)                         \
  X(bind_set_error)                              \
  X(bind_add_result_column)                      \
  X(init_get_extra_info)                         \
  X(init_get_column_count)                       \
  X(init_get_column_index)                       \
  X(init_set_init_data)                          \
  X(init_set_error)                              \
  X(init_set_max_threads)                        \
  X(function_get_init_data)                      \
  X(function_get_local_init_data)                \
  X(function_set_error)

struct DuckdbApi {
#define HARK_DUCKDB_POINTER(name) decltype(&::duckdb_##name) name = nullptr;
  HARK_DUCKDB_FUNCTIONS(HARK_DUCKDB_POINTER)
#undef HARK_DUCKDB_POINTER
};

/// The functions of this process's DuckDB; opens the library at the first call. It stays open, and
/// the same, until the process ends: callbacks, which get nothing but opaque handles, need it.
/// Errors: kNotFound (no library; the hint says how to get it), kUnsupported (a library that cannot
/// be loaded or lacks functions; the message names the first). Threads: any.
Result<const DuckdbApi*> duckdb();

/// Where the library is: `named` if that is set (HARK_DUCKDB_LIBRARY), else in ../lib of `folder`
/// (the program's), in it, or where the build found it.
Result<std::string> find_duckdb(const char* named, const std::string& folder);
/// Opens the library at `path`.
Result<DuckdbApi> load_duckdb(const std::string& path);

/// A handle of DuckDB and the function that destroys it.
template <typename Handle>
class Owned {
 public:
  explicit Owned(void (*destroy)(Handle*)) : destroy_(destroy) {}
  ~Owned() {
    if (handle_ != nullptr) destroy_(&handle_);
  }
  Owned(Owned&& other) noexcept : handle_(other.handle_), destroy_(other.destroy_) {
    other.handle_ = nullptr;
  }
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(destroy_, other.destroy_);
    return *this;
  }
  Handle get() const noexcept { return handle_; }
  /// Where a function of DuckDB puts a new handle; it must be empty.
  Handle* out() noexcept { return &handle_; }

 private:
  Handle handle_ = nullptr;
  void (*destroy_)(Handle*);
};

}  // namespace hark::engine
