#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>

#include "hark/core/text.h"
#include "hark/engine/duckdb_api.h"

namespace hark::engine {
namespace {

/// Folder of the running program; empty if the system does not say.
std::string program_folder() {
  std::string path(4096, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return {};
  path.resize(static_cast<std::size_t>(length));
  return path.substr(0, path.rfind('/'));
}

}  // namespace

Result<std::string> find_duckdb(const char* named, const std::string& folder) {
  // A named library is the one, or an error: falling back in silence would hide a typing error.
  if (named != nullptr && *named != '\0') {
    if (::access(named, R_OK) == 0) return std::string(named);
    return Error(ErrorCode::kNotFound, concat("no DuckDB library at '", named, "'"))
        .hint("HARK_DUCKDB_LIBRARY must name a libduckdb.so, or be unset");
  }
  for (const std::string& path : {folder + "/../lib/libduckdb.so", folder + "/libduckdb.so",
                                  std::string(HARK_DUCKDB_BUILD_LIBRARY)}) {
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return Error(ErrorCode::kNotFound, "DuckDB's library libduckdb.so is not there")
      .hint("run scripts/setup, or set HARK_DUCKDB_LIBRARY to the file");
}

Result<DuckdbApi> load_duckdb(const std::string& path) {
  // Never closed: its threads and its allocator may live to the end of the process.
  void* const library = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    return Error(ErrorCode::kUnsupported,
                 concat("'", path, "' cannot be loaded: ", reason == nullptr ? "" : reason))
        .hint("run scripts/setup, or set HARK_DUCKDB_LIBRARY to DuckDB 1.5 for this machine");
  }
  DuckdbApi api;
  const char* missing = nullptr;
#define HARK_DUCKDB_FIND(name)                                                      \
  api.name = reinterpret_cast<decltype(api.name)>(dlsym(library, "duckdb_" #name)); \
  if (api.name == nullptr && missing == nullptr) missing = "duckdb_" #name;
  HARK_DUCKDB_FUNCTIONS(HARK_DUCKDB_FIND)
#undef HARK_DUCKDB_FIND
  if (missing != nullptr) {
    return Error(ErrorCode::kUnsupported, concat("'", path, "' has no function ", missing))
        .hint("hark needs DuckDB 1.4 or newer; run scripts/setup");
  }
  return api;
}

Result<const DuckdbApi*> duckdb() {
  // A cache, not state: what is found once is what every later call would find.
  static std::mutex mutex;
  static std::optional<DuckdbApi> loaded;
  const std::lock_guard lock(mutex);
  if (!loaded) {
    HARK_TRY(const std::string path,
             find_duckdb(std::getenv("HARK_DUCKDB_LIBRARY"), program_folder()));
    HARK_TRY(loaded, load_duckdb(path));
  }
  return &*loaded;
}

}  // namespace hark::engine
