// Any bytes as a user's statement. What the first lock lets through must never make the second one
// say no: a refused file or setting here is a hole in the walk.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "hark/engine/user_sql.h"

namespace {

using namespace hark;

std::unique_ptr<engine::Engine> open_closed_engine() {
  auto opened = engine::Engine::open({.threads = 1, .memory_limit_bytes = std::size_t{100} << 20});
  if (!opened ||
      !(*opened)->create_parquet_view(
          "requests", {}, {{"id", columnar::Type::kInt64}, {"agency", columnar::Type::kString}})) {
    std::abort();
  }
  return std::move(*opened);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const std::unique_ptr<engine::Engine> engine = open_closed_engine();
  const std::string sql(reinterpret_cast<const char*>(data), size);
  auto result = engine::run_user_sql(
      *engine, sql, {.tables = {"requests"}, .limits = {.timeout = std::chrono::milliseconds(50)}});
  while (result) {
    auto batch = (*result)->next();
    if (!batch) {
      result = std::move(batch).error();
    } else if (!*batch) {
      return 0;
    }
  }
  const std::string& message = result.error().message();
  // An error may quote the statement, control characters as spaces, and that may hold the words by
  // itself.
  std::string quoted = sql;
  std::ranges::replace_if(quoted, [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, ' ');
  const auto says = [&](const char* words) {
    return message.find(words) != std::string::npos && quoted.find(words) == std::string::npos;
  };
  if (says("disabled by configuration") || says("has been locked")) {
    std::fprintf(stderr, "the second lock had to refuse: %s\n", message.c_str());
    std::abort();
  }
  return 0;
}
