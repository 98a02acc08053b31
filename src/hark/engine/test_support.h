// What engine's tests share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"

namespace hark::engine {

/// A folder that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hark_engine_XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::string path_;
};

inline std::unique_ptr<Engine> open_engine(EngineOptions options = {}) {
  if (options.threads == 0) options.threads = 2;
  auto engine = Engine::open(options);
  EXPECT_TRUE(engine) << engine.error().to_string();
  return engine ? std::move(*engine) : nullptr;
}

/// A cell as text: "null" and "invalid" for what is not there.
inline std::string cell(const columnar::Column& column, std::size_t row) {
  if (column.presence()[row] == columnar::Presence::kNull) return "null";
  if (column.presence()[row] == columnar::Presence::kInvalid) return "invalid";
  switch (column.type()) {
    case columnar::Type::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case columnar::Type::kInt32:
    case columnar::Type::kDate:
      return concat(column.int32s()[row]);
    case columnar::Type::kInt64:
      return concat(column.int64s()[row]);
    case columnar::Type::kTimestamp:
      return format_instant(Instant(std::chrono::microseconds(column.int64s()[row])));
    case columnar::Type::kDouble:
      return concat(column.doubles()[row]);
    case columnar::Type::kString:
      return std::string(column.text(row));
  }
  return {};
}

/// All rows of a result, cells joined by '|', rows by '\n'; an error as its text.
inline std::string rows_of(Result<std::unique_ptr<QueryResult>> result) {
  if (!result) return "error: " + result.error().to_string();
  std::string out;
  while (true) {
    auto batch = (*result)->next();
    if (!batch) return "error: " + batch.error().to_string();
    if (!*batch) return out;
    for (std::size_t row = 0; row < (*batch)->num_rows; ++row) {
      if (!out.empty()) out += '\n';
      for (std::size_t i = 0; i < (*batch)->columns.size(); ++i) {
        if (i > 0) out += '|';
        out += cell((*batch)->columns[i], row);
      }
    }
  }
}

inline std::string rows_of(Engine& engine, const std::string& sql) {
  return rows_of(engine.query(sql));
}

/// The error of a query that fails at once or while its rows are read.
inline std::optional<Error> error_of(Result<std::unique_ptr<QueryResult>> result) {
  while (result) {
    auto batch = (*result)->next();
    if (!batch) return std::move(batch).error();
    if (!*batch) return std::nullopt;
  }
  return std::move(result).error();
}

/// Its code's name, or "no failure".
inline std::string failure_of(Result<std::unique_ptr<QueryResult>> result) {
  const auto error = error_of(std::move(result));
  return error ? std::string(name_of(error->code())) : "no failure";
}

/// Makes a Parquet file with DuckDB itself.
inline void write_parquet(Engine& engine, const std::string& select, const std::string& path) {
  std::string quoted;
  for (const char c : path) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  const auto done = engine.execute(
      concat("COPY (", select, ") TO '", quoted, "' (FORMAT parquet, USE_TMP_FILE false)"));
  ASSERT_TRUE(done) << done.error().to_string();
}

}  // namespace hark::engine
