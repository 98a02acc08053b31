// Writes sample Parquet files and beside each what is in it, for parquet_roundtrip.py.
//
//   columnar_parquet_sample DIRECTORY
//
// NAME.parquet   the file
// NAME.jsonl     its rows, one JSON array a line: null, true/false, integers as text (exact in
// every
//                JSON reader), doubles as the integer of their bits, texts
// NAME.json      {"fields": [[name, type]...], "row_groups": [rows...], "stats": the FileStats}
#include <array>
#include <bit>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "hark/columnar/parquet_writer.h"
#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/io/file_system.h"

namespace hark::columnar {
namespace {

constexpr std::int64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMinInt64 = std::numeric_limits<std::int64_t>::min();
// Years 1 to 9999: outside some readers refuse, or have infinities of their own.
constexpr std::int64_t kFirstInstant = -62'135'596'800'000'000;
constexpr std::int64_t kLastInstant = 253'402'300'799'999'999;
constexpr std::int32_t kFirstDay = -719'162;
constexpr std::int32_t kLastDay = 2'932'896;

std::vector<Field> all_fields() {
  return {{"flag", Type::kBool},        {"small", Type::kInt32},      {"big", Type::kInt64},
          {"ratio", Type::kDouble},     {"day", Type::kDate},         {"instant", Type::kTimestamp},
          {"few texts", Type::kString}, {"many texts", Type::kString}};
}

/// Fills batches column by column; texts go to a dictionary per column.
class BatchMaker {
 public:
  explicit BatchMaker(const std::vector<Field>& fields) : builders_(fields.size()) {
    for (const Field& field : fields) batch_.columns.emplace_back(field);
  }
  Column& operator[](std::size_t column) { return batch_.columns[column]; }
  void text(std::size_t column, std::string_view value) {
    batch_.columns[column].append_code(builders_[column].code_of(value));
  }
  Batch finish() {
    for (std::size_t i = 0; i < builders_.size(); ++i)
      if (batch_.columns[i].type() == Type::kString)
        batch_.columns[i].set_dictionary(builders_[i].finish());
    batch_.num_rows = batch_.columns.front().size();
    return std::move(batch_);
  }

 private:
  Batch batch_;
  std::vector<DictionaryBuilder> builders_;
};

Json value_as_json(const Column& column, std::size_t row) {
  if (!column.is_value(row)) return nullptr;
  switch (column.type()) {
    case Type::kBool:
      return column.bools()[row] != 0;
    case Type::kInt32:
    case Type::kDate:
      return std::to_string(column.int32s()[row]);
    case Type::kInt64:
    case Type::kTimestamp:
      return std::to_string(column.int64s()[row]);
    case Type::kDouble:
      return std::to_string(std::bit_cast<std::int64_t>(column.doubles()[row]));
    case Type::kString:
      return column.text(row);
  }
  return nullptr;
}

Json stat_as_json(const std::optional<StatValue>& value) {
  if (!value) return nullptr;
  if (const auto* number = std::get_if<std::int64_t>(&*value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&*value))
    return std::to_string(std::bit_cast<std::int64_t>(*real));
  return std::get<std::string>(*value);
}

Result<void> write_sample(const std::string& directory, const std::string& name,
                          const std::vector<Field>& fields, const std::vector<Batch>& batches,
                          ParquetOptions options = {}) {
  io::FileSystem& files = io::local_file_system();
  options.created_by = "hark version 0.0.0";
  options.key_values = {{"sample", name}};
  HARK_TRY(auto file, files.open_output(io::join_path(directory, name + ".parquet")));
  HARK_TRY(ParquetWriter writer, ParquetWriter::create(std::move(file), fields, options));
  std::string rows;
  Json::Array row_groups;
  for (const Batch& batch : batches) {
    HARK_TRY_VOID(writer.write(batch));
    if (batch.num_rows > 0) row_groups.emplace_back(std::uint64_t{batch.num_rows});
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      Json::Array values;
      for (const Column& column : batch.columns) values.push_back(value_as_json(column, row));
      rows += Json(std::move(values)).dump();
      rows += '\n';
    }
  }
  HARK_TRY(const FileStats stats, std::move(writer).finish());
  Json about = Json::object();
  about.set("rows", stats.num_rows);
  about.set("bytes", stats.size_bytes);
  about.set("row_groups", Json(std::move(row_groups)));
  Json columns = Json::array();
  for (const ColumnStats& column : stats.columns) {
    columns.push_back(Json::object({{"name", column.name},
                                    {"type", name_of(column.type)},
                                    {"null_count", column.null_count},
                                    {"min", stat_as_json(column.min)},
                                    {"max", stat_as_json(column.max)}}));
  }
  about.set("columns", std::move(columns));
  HARK_TRY_VOID(files.write_atomically(io::join_path(directory, name + ".jsonl"), rows));
  return files.write_atomically(io::join_path(directory, name + ".json"), about.dump(1));
}

void append_absent_row(BatchMaker& batch, Presence presence) {
  for (std::size_t i = 0; i < all_fields().size(); ++i) batch[i].append_absent(presence);
}

/// Every type at its edges, a null and an invalid row between.
Batch edges() {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::array<double, 10> ratios{0.0,
                                      -0.0,
                                      infinity,
                                      -infinity,
                                      1.5,
                                      std::numeric_limits<double>::min(),
                                      std::numeric_limits<double>::max(),
                                      std::numeric_limits<double>::denorm_min(),
                                      -1e300,
                                      0.1};
  const std::array<std::int64_t, 10> bigs{0,         kMinInt64, kMaxInt64, -1, 1,
                                          kMinInt64, kMaxInt64, 2,         3,  4};
  const std::array<std::int32_t, 10> days{0,       -1,     1,      kFirstDay, kLastDay,
                                          -25'567, 19'000, 20'000, -2,        7};
  const std::array<std::string, 10> texts{"",
                                          "a",
                                          "Straße",
                                          "naïve café",
                                          "日本語テキスト",
                                          "😀👍🏽",
                                          "quote \" and\nnewline",
                                          std::string("nul\0byte", 8),
                                          "\xF4\x8F\xBF\xBF",
                                          " "};
  BatchMaker batch(all_fields());
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    batch[0].append_bool(i % 3 == 0);
    batch[1].append_int32(i == 1   ? std::numeric_limits<std::int32_t>::min()
                          : i == 2 ? std::numeric_limits<std::int32_t>::max()
                                   : static_cast<std::int32_t>(i) - 5);
    batch[2].append_int64(bigs[i]);
    batch[3].append_double(ratios[i]);
    batch[4].append_int32(days[i]);
    batch[5].append_int64(i == 1   ? kFirstInstant
                          : i == 2 ? kLastInstant
                                   : -1 + static_cast<std::int64_t>(i));
    batch.text(6, i % 2 == 0 ? "even" : "odd");
    batch.text(7, texts[i]);
    if (i == 4) append_absent_row(batch, Presence::kNull);
    if (i == 7) append_absent_row(batch, Presence::kInvalid);
  }
  return batch.finish();
}

Batch one_row(bool has_values) {
  BatchMaker batch(all_fields());
  if (!has_values) {
    append_absent_row(batch, Presence::kNull);
    return batch.finish();
  }
  batch[0].append_bool(true);
  batch[1].append_int32(-7);
  batch[2].append_int64(7'000'000'000);
  batch[3].append_double(40.7128);
  batch[4].append_int32(-1);
  batch[5].append_int64(-1);
  batch.text(6, "one");
  batch.text(7, "only");
  return batch.finish();
}

/// Rows as a city's: `null_share` of each column absent, values that make every encoding happen.
Batch many_rows(std::size_t num_rows, double null_share, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  BatchMaker batch(all_fields());
  std::int64_t instant = -3'600'000'000;  // crosses 1970
  for (std::size_t row = 0; row < num_rows; ++row) {
    instant += below(120) * 1'000'000;
    const auto is_absent = [&](std::size_t column) {
      if (static_cast<double>(below(1000)) >= null_share * 1000) return false;
      batch[column].append_absent(below(10) == 0 ? Presence::kInvalid : Presence::kNull);
      return true;
    };
    if (!is_absent(0)) batch[0].append_bool(below(5) == 0);
    if (!is_absent(1)) batch[1].append_int32(static_cast<std::int32_t>(below(200)) - 100);
    if (!is_absent(2)) batch[2].append_int64(static_cast<std::int64_t>(random()));
    if (!is_absent(3)) batch[3].append_double(static_cast<double>(below(1'000'000)) / 999 - 500);
    if (!is_absent(4)) batch[4].append_int32(static_cast<std::int32_t>(row / 1000) - 30);
    if (!is_absent(5)) batch[5].append_int64(instant);
    if (!is_absent(6)) batch.text(6, concat("type ", below(below(90) + 1)));
    if (!is_absent(7)) batch.text(7, concat(below(9999), " Main Street, unit ", row));
  }
  return batch.finish();
}

/// Pages without a single value, in columns of every encoding.
Batch stretches_of_nulls() {
  std::mt19937_64 random(5);
  BatchMaker batch(all_fields());
  for (std::size_t row = 0; row < 20'000; ++row) {
    if (row / 1000 % 2 == 0) {
      append_absent_row(batch, Presence::kNull);
      continue;
    }
    batch[0].append_bool(random() % 2 == 0);
    batch[1].append_int32(static_cast<std::int32_t>(random() % 9));
    batch[2].append_int64(static_cast<std::int64_t>(random()));
    batch[3].append_double(static_cast<double>(random()) / 7);
    batch[4].append_int32(static_cast<std::int32_t>(random() % 1'000'000));
    batch[5].append_int64(static_cast<std::int64_t>(row) * 7'777'777);
    batch.text(6, concat("type ", random() % 90));
    batch.text(7, concat(random(), " is a number"));
  }
  return batch.finish();
}

Batch long_texts() {
  BatchMaker batch({{"text", Type::kString}, {"same", Type::kString}});
  for (std::size_t i = 0; i < 12; ++i) {
    std::string text = concat("text ", i, ": ");
    for (std::size_t k = 0; k < i * i * 4000; ++k) text += concat(k * i % 977, " é");
    batch.text(0, text);
    batch.text(1, std::string(300, 'x'));
  }
  return batch.finish();
}

Batch not_numbers() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  BatchMaker batch({{"some", Type::kDouble}, {"all", Type::kDouble}, {"none", Type::kDouble}});
  for (int i = 0; i < 100; ++i) {
    batch[0].append_double(i % 10 == 0 ? nan : i);
    batch[1].append_double(i % 2 == 0 ? nan : -nan);
    batch[2].append_double(i - 50);
  }
  return batch.finish();
}

/// Texts that Delta's 32 code points cut: ASCII, two-byte and four-byte characters after them.
Batch long_bounds() {
  BatchMaker batch(
      {{"ascii", Type::kString}, {"accents", Type::kString}, {"greatest", Type::kString}});
  std::string greatest(32, 'z');
  for (int i = 0; i < 5; ++i) {
    batch.text(0, concat(std::string(31, 'm'), i, " and more"));
    batch.text(1, concat(std::string(31, 'm'), i, "é and more"));
    batch.text(2, concat(greatest, "tail"));
    greatest += "\xF4\x8F\xBF\xBF";
  }
  return batch.finish();
}

Result<void> write_samples(const std::string& directory) {
  const std::vector<Field> fields = all_fields();
  HARK_TRY_VOID(io::local_file_system().create_directories(directory));
  std::vector<Batch> batches;
  HARK_TRY_VOID(write_sample(directory, "no_row_group", fields, batches));

  batches.push_back(BatchMaker(fields).finish());
  HARK_TRY_VOID(write_sample(directory, "no_rows", fields, batches));

  batches.clear();
  batches.push_back(one_row(true));
  HARK_TRY_VOID(write_sample(directory, "one_row", fields, batches));

  batches.clear();
  batches.push_back(one_row(false));
  HARK_TRY_VOID(write_sample(directory, "one_row_of_nulls", fields, batches));

  batches.clear();
  batches.push_back(edges());
  HARK_TRY_VOID(write_sample(directory, "edges", fields, batches));

  batches.clear();
  batches.push_back(many_rows(70'000, 0, 1));
  HARK_TRY_VOID(write_sample(directory, "rows_70000", fields, batches));

  batches.clear();
  batches.push_back(many_rows(40'001, 0.3, 2));
  batches.push_back(BatchMaker(fields).finish());
  batches.push_back(one_row(false));
  batches.push_back(many_rows(29'999, 0.97, 3));
  HARK_TRY_VOID(write_sample(directory, "row_groups_with_nulls", fields, batches,
                             {.zstd_level = 3, .threads = 2}));

  batches.clear();
  batches.push_back(many_rows(20'000, 0.5, 4));
  HARK_TRY_VOID(write_sample(directory, "small_pages", fields, batches, {.page_bytes = 1024}));

  batches.clear();
  batches.push_back(stretches_of_nulls());
  HARK_TRY_VOID(
      write_sample(directory, "stretches_of_nulls", fields, batches, {.page_bytes = 1024}));

  batches.clear();
  batches.push_back(long_texts());
  HARK_TRY_VOID(write_sample(directory, "long_texts",
                             {{"text", Type::kString}, {"same", Type::kString}}, batches));

  batches.clear();
  batches.push_back(not_numbers());
  HARK_TRY_VOID(write_sample(
      directory, "not_numbers",
      {{"some", Type::kDouble}, {"all", Type::kDouble}, {"none", Type::kDouble}}, batches));

  batches.clear();
  batches.push_back(long_bounds());
  return write_sample(
      directory, "long_bounds",
      {{"ascii", Type::kString}, {"accents", Type::kString}, {"greatest", Type::kString}}, batches);
}

}  // namespace
}  // namespace hark::columnar

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: columnar_parquet_sample DIRECTORY\n", stderr);
    return 2;
  }
  if (const auto written = hark::columnar::write_samples(argv[1]); !written) {
    std::fputs(("error: " + written.error().to_string() + "\n").c_str(), stderr);
    return 1;
  }
  return 0;
}
