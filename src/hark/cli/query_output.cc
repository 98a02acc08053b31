#include "hark/cli/query_output.h"

#include <algorithm>

#include "hark/calendar/civil.h"
#include "hark/cli/text_table.h"
#include "hark/core/clock.h"
#include "hark/core/text.h"

namespace hark::cli {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Field;
using columnar::Type;

bool is_number(Type type) {
  return type == Type::kInt32 || type == Type::kInt64 || type == Type::kDouble;
}

std::string csv_field(std::string text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

std::string md_cell(std::string text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

class CsvWriter final : public RowWriter {
 public:
  CsvWriter(std::vector<Field> fields, TextSink sink)
      : fields_(std::move(fields)), sink_(std::move(sink)) {}

  Result<void> write(const Batch& batch) override {
    HARK_TRY_VOID(write_header());
    std::string text;
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      for (std::size_t i = 0; i < batch.columns.size(); ++i) {
        if (i > 0) text += ',';
        text += csv_field(value_text(batch.columns[i], row));
      }
      text += '\n';
    }
    return sink_(text);
  }
  Result<void> finish() override { return write_header(); }

 private:
  Result<void> write_header() {
    if (has_header_) return {};
    has_header_ = true;
    std::string line;
    for (const Field& field : fields_) line += (line.empty() ? "" : ",") + csv_field(field.name);
    return sink_(line + "\n");
  }
  std::vector<Field> fields_;
  TextSink sink_;
  bool has_header_ = false;
};

class JsonWriter final : public RowWriter {
 public:
  JsonWriter(bool is_lines, TextSink sink) : is_lines_(is_lines), sink_(std::move(sink)) {}

  Result<void> write(const Batch& batch) override {
    std::string text;
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      if (!is_lines_) text += num_rows_ == 0 ? "[\n  " : ",\n  ";
      Json object = Json::object();
      for (const Column& column : batch.columns) object.set(column.name(), value_json(column, row));
      text += object.dump();
      if (is_lines_) text += '\n';
      ++num_rows_;
    }
    return sink_(text);
  }
  Result<void> finish() override {
    if (is_lines_) return {};
    return sink_(num_rows_ == 0 ? "[]\n" : "\n]\n");
  }

 private:
  bool is_lines_;
  TextSink sink_;
  std::size_t num_rows_ = 0;
};

class MarkdownWriter final : public RowWriter {
 public:
  MarkdownWriter(std::vector<Field> fields, TextSink sink)
      : fields_(std::move(fields)), sink_(std::move(sink)) {}

  Result<void> write(const Batch& batch) override {
    HARK_TRY_VOID(write_header());
    std::string text;
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      text += '|';
      for (const Column& column : batch.columns)
        text += " " + md_cell(value_text(column, row)) + " |";
      text += '\n';
    }
    return sink_(text);
  }
  Result<void> finish() override { return write_header(); }

 private:
  Result<void> write_header() {
    if (has_header_) return {};
    has_header_ = true;
    std::string names = "|";
    std::string rule = "|";
    for (const Field& field : fields_) {
      names += " " + md_cell(field.name) + " |";
      rule += is_number(field.type) ? " ---: |" : " --- |";
    }
    return sink_(names + "\n" + rule + "\n");
  }
  std::vector<Field> fields_;
  TextSink sink_;
  bool has_header_ = false;
};

/// Keeps the first rows for a table that fits its columns.
class TableWriter final : public RowWriter {
 public:
  TableWriter(const std::vector<Field>& fields, std::size_t max_rows, TextSink sink)
      : table_(columns_of(fields)), max_rows_(max_rows), sink_(std::move(sink)) {}

  Result<void> write(const Batch& batch) override {
    for (std::size_t row = 0; row < batch.num_rows && num_rows_ + row < max_rows_; ++row) {
      std::vector<std::string> cells;
      for (const Column& column : batch.columns) cells.push_back(value_text(column, row));
      table_.add(std::move(cells));
    }
    num_rows_ += batch.num_rows;
    return {};
  }
  Result<void> finish() override {
    HARK_TRY_VOID(sink_(table_.to_string()));
    const auto shown = static_cast<std::int64_t>(std::min(num_rows_, max_rows_));
    const auto total = static_cast<std::int64_t>(num_rows_);
    if (shown == total)
      return sink_(concat("(", show_count(total), total == 1 ? " row)\n" : " rows)\n"));
    return sink_(concat("(", show_count(shown), " of ", show_count(total),
                        " rows; --format csv writes all)\n"));
  }

 private:
  static std::vector<TextTable::Column> columns_of(const std::vector<Field>& fields) {
    std::vector<TextTable::Column> columns;
    for (const Field& field : fields)
      columns.push_back({field.name, is_number(field.type) ? Align::kRight : Align::kLeft});
    return columns;
  }
  TextTable table_;
  std::size_t max_rows_;
  TextSink sink_;
  std::size_t num_rows_ = 0;
};

}  // namespace

std::string value_text(const Column& column, std::size_t row) {
  if (!column.is_value(row)) return {};
  switch (column.type()) {
    case Type::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case Type::kInt32:
      return std::to_string(column.int32s()[row]);
    case Type::kInt64:
      return std::to_string(column.int64s()[row]);
    case Type::kDouble:
      return concat(column.doubles()[row]);
    case Type::kDate:
      return calendar::format_date(column.int32s()[row]);
    case Type::kTimestamp:
      return format_instant(Instant(std::chrono::microseconds(column.int64s()[row])));
    case Type::kString:
      return std::string(column.text(row));
  }
  return {};
}

Json value_json(const Column& column, std::size_t row) {
  if (!column.is_value(row)) return {};
  switch (column.type()) {
    case Type::kBool:
      return column.bools()[row] != 0;
    case Type::kInt32:
      return std::int64_t{column.int32s()[row]};
    case Type::kInt64:
      return column.int64s()[row];
    case Type::kDouble:
      return column.doubles()[row];
    default:
      return value_text(column, row);
  }
}

Result<std::unique_ptr<RowWriter>> make_row_writer(std::string_view format,
                                                   std::vector<Field> fields,
                                                   std::size_t max_table_rows, TextSink sink) {
  std::unique_ptr<RowWriter> writer;
  if (format == "table")
    writer = std::make_unique<TableWriter>(fields, max_table_rows, std::move(sink));
  if (format == "csv") writer = std::make_unique<CsvWriter>(std::move(fields), std::move(sink));
  if (format == "json") writer = std::make_unique<JsonWriter>(false, std::move(sink));
  if (format == "ndjson") writer = std::make_unique<JsonWriter>(true, std::move(sink));
  if (format == "md") writer = std::make_unique<MarkdownWriter>(std::move(fields), std::move(sink));
  if (!writer) {
    return Error(ErrorCode::kInvalidArgument, concat("no format '", format, "'"))
        .hint("there are: table, csv, json, ndjson, md, parquet");
  }
  return writer;
}

}  // namespace hark::cli
