#include "hark/pipeline/data_file.h"

#include <memory>
#include <utility>
#include <vector>

#include "hark/core/text.h"
#include "hark/engine/engine.h"

namespace hark::pipeline {
namespace {

constexpr std::size_t kMemoryBytes = std::size_t{512} << 20;

Error unreadable(Error error) {
  if (error.code() != ErrorCode::kCorrupt && error.code() != ErrorCode::kInternal) return error;
  return Error(ErrorCode::kInvalidInput,
               concat("the Parquet file is damaged or cut short: ", error.message()))
      .hint("fetch the file again");
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

/// A column as the text that tabular's row readers promise.
std::string text_of(const std::string& name, std::string_view type) {
  const std::string column = quoted(name);
  if (type == "TIMESTAMP WITH TIME ZONE")
    return concat("strftime(", column, ", '%Y-%m-%dT%H:%M:%S.%fZ')");
  if (type.starts_with("TIMESTAMP"))
    return concat("strftime(CAST(", column, " AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%f')");
  if (type.ends_with(']') || type.starts_with("STRUCT") || type.starts_with("MAP"))
    return concat("CAST(to_json(", column, ") AS VARCHAR)");
  // Older writers do not say that their bytes are texts.
  if (type == "BLOB")
    return concat("coalesce(TRY(decode(", column, ")), CAST(", column, " AS VARCHAR))");
  return concat("CAST(", column, " AS VARCHAR)");
}

class ParquetRows final : public tabular::RowReader {
 public:
  static Result<std::unique_ptr<tabular::RowReader>> open(const std::string& path) {
    auto rows = std::make_unique<ParquetRows>();
    if (auto started = rows->start(path); !started)
      return unreadable(std::move(started).error()).while_doing(concat("reading '", path, "'"));
    return std::unique_ptr<tabular::RowReader>(std::move(rows));
  }

  const std::vector<std::string>& header() const override { return header_; }

  Result<bool> next(const tabular::RowTaker& take) override {
    auto batch = result_->next();
    if (!batch) return unreadable(std::move(batch).error());
    if (!*batch) return false;
    for (std::size_t row = 0; row < (*batch)->num_rows; ++row) {
      for (std::size_t i = 0; i < fields_.size(); ++i) {
        const columnar::Column& column = (*batch)->columns[i];
        fields_[i] = column.presence()[row] == columnar::Presence::kValue ? column.text(row)
                                                                          : std::string_view();
      }
      take(fields_, {.line = ++num_rows_, .offset = 0});
    }
    return true;
  }

  std::uint64_t file_bytes_read() const override { return 0; }

 private:
  Result<void> start(const std::string& path) {
    engine::EngineOptions options;
    options.threads = 1;
    options.memory_limit_bytes = kMemoryBytes;
    HARK_TRY(engine_, engine::Engine::open(options));
    HARK_TRY_VOID(engine_->create_parquet_view("file", {path}, {}));
    std::string texts;
    HARK_TRY(const auto columns,
             engine_->query("SELECT column_name, column_type FROM (DESCRIBE file)"));
    for (;;) {
      HARK_TRY(const auto batch, columns->next());
      if (!batch) break;
      for (std::size_t row = 0; row < batch->num_rows; ++row) {
        header_.emplace_back(batch->columns[0].text(row));
        if (!texts.empty()) texts += ", ";
        texts += text_of(header_.back(), batch->columns[1].text(row));
      }
    }
    HARK_TRY(result_, engine_->query(concat("SELECT ", texts, " FROM file")));
    fields_.resize(header_.size());
    return {};
  }

  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::QueryResult> result_;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::int64_t num_rows_ = 0;
};

}  // namespace

Result<tabular::FileProbe> probe_data_file(const io::FileSystem& files, const std::string& path,
                                           tabular::ProbeOptions options) {
  options.open_parquet = &ParquetRows::open;
  return tabular::probe_file(files, path, options);
}

}  // namespace hark::pipeline
