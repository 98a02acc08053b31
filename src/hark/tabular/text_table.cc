#include "hark/tabular/text_table.h"

#include "hark/core/text.h"
#include "hark/tabular/file_source.h"

namespace hark::tabular {
namespace {

class TableSink final : public columnar::BatchSink {
 public:
  TableSink(TextTable& table, std::size_t max_rows) : table_(table), max_rows_(max_rows) {}

  Result<void> consume(columnar::Batch batch, unsigned) override {
    if (table_.rows.size() + batch.num_rows > max_rows_)
      return Error(ErrorCode::kExhausted, concat("more than ", max_rows_, " rows"));
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      std::vector<std::string>& texts = table_.rows.emplace_back();
      texts.reserve(batch.columns.size());
      for (const columnar::Column& column : batch.columns) texts.emplace_back(column.text(row));
    }
    return {};
  }

 private:
  TextTable& table_;
  std::size_t max_rows_;
};

}  // namespace

Result<TextTable> read_text_table(const io::FileSystem& files, const std::string& path,
                                  const TextTableLimits& limits) {
  HARK_TRY(FileProbe probe, probe_file(files, path, {.header_may_look_like_data = true}));
  if (probe.size_bytes > limits.max_file_bytes)
    return Error(ErrorCode::kExhausted,
                 concat("'", path, "' is larger than ", limits.max_file_bytes, " bytes"));
  TextTable table;
  table.header = probe.header;
  ReadOptions options;
  options.on_rejects = [](std::uint64_t, std::vector<Reject> rejects) -> Result<void> {
    return Error(ErrorCode::kInvalidInput,
                 concat("line ", rejects[0].line, ": ", rejects[0].message))
        .hint("every line of a table must have the header's number of fields");
  };
  HARK_TRY(const auto source, FileSource::open(files, std::move(probe), nullptr, options));
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < table.header.size(); ++i) columns.push_back(source->fields()[i].name);
  TableSink sink(table, limits.max_rows);
  HARK_TRY_VOID(source->stream(columns, 1, sink));
  return table;
}

}  // namespace hark::tabular
