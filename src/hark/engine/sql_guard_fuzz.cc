// Any bytes as a syntax tree and as an error message: nothing may crash, and no tree without a
// query may pass.
#include <cstdlib>
#include <string_view>

#include "hark/engine/error_text.h"
#include "hark/engine/sql_guard.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace hark;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (engine::check_tree(text, "SELECT a\nFROM requests", {"requests"}) &&
      text.find("\"node\"") == std::string_view::npos) {
    std::abort();
  }
  const std::size_t half = size / 2;
  for (const auto origin : {engine::SqlOrigin::kProgram, engine::SqlOrigin::kUser}) {
    const Error error = engine::error_from_duckdb(text.substr(0, half), text.substr(half), origin);
    if (error.message().size() > size * 3 + 300) std::abort();
  }
  return 0;
}
