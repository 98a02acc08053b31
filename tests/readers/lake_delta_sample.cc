// Writes sample Delta tables for delta_tables.py, or prints what hark reads in a table.
//
//   lake_delta_sample write DIRECTORY     tables DIRECTORY/NAME, expectations DIRECTORY/NAME.json
//   lake_delta_sample read TABLE          one JSON object: version, files, rows, schema, txns
//
// The expectations are what delta_tables.py says; they come from the values that went in.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "hark/columnar/parquet_writer.h"
#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/io/file_system.h"
#include "hark/lake/data_file.h"
#include "hark/lake/file_stats.h"
#include "hark/lake/partition.h"
#include "hark/lake/schema.h"
#include "hark/lake/transaction.h"
#include "hark/pipeline/checkpoint_file.h"

namespace hark::lake {
namespace {

using columnar::Field;
using columnar::Type;

/// The rows of a sample, made from their number: every column of every type, nulls between.
struct Rows {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

constexpr std::int64_t kStart = 1'709'251'200'000'000;  // 2024-03-01T00:00:00Z
constexpr std::int32_t kFirstDay = 19'783;              // 2024-03-01

std::vector<Field> data_fields() {
  return {{"call_id", Type::kInt64}, {"wait_s", Type::kInt32},         {"score", Type::kDouble},
          {"answered", Type::kBool}, {"started_at", Type::kTimestamp}, {"local_day", Type::kDate},
          {"queue", Type::kString}};
}

bool is_null(std::int64_t row) { return row % 7 == 3; }

columnar::Batch make_batch(Rows rows) {
  columnar::Batch batch;
  for (const Field& field : data_fields()) batch.columns.emplace_back(field);
  columnar::DictionaryBuilder queues;
  for (std::int64_t row = rows.first; row < rows.first + rows.count; ++row) {
    batch.columns[0].append_int64(row);
    for (std::size_t i = 1; i < batch.columns.size() && is_null(row); ++i) {
      batch.columns[i].append_absent(columnar::Presence::kNull);
    }
    if (is_null(row)) continue;
    batch.columns[1].append_int32(static_cast<std::int32_t>(row % 600));
    batch.columns[2].append_double(static_cast<double>(row) / 8 - 3);
    batch.columns[3].append_bool(row % 2 == 0);
    // A second and a bit apart: the log's milliseconds must cut the bounds.
    batch.columns[4].append_int64(kStart + row * 1'000'123);
    batch.columns[5].append_int32(kFirstDay + static_cast<std::int32_t>(row % 31));
    batch.columns[6].append_code(queues.code_of(concat("queue ", row % 5, " – \"é\"")));
  }
  batch.columns[6].set_dictionary(queues.finish());
  batch.num_rows = static_cast<std::size_t>(rows.count);
  return batch;
}

/// One table in the making, with what must be found in it.
class Sample {
 public:
  Sample(std::string directory, std::string name)
      : path_(io::join_path(directory, name)), expected_path_(concat(path_, ".json")) {}

  Result<void> create(const std::vector<Field>& partition_fields = {}) {
    fields_ = data_fields();
    partition_fields_ = partition_fields;
    fields_.insert(fields_.end(), partition_fields.begin(), partition_fields.end());
    Metadata metadata;
    metadata.name = "sample";
    HARK_TRY(metadata.schema_string, format_schema(fields_));
    for (const Field& field : partition_fields) metadata.partition_columns.push_back(field.name);
    auto transaction = Transaction::create(files_, path_, std::move(metadata));
    return finish(std::move(transaction), "CREATE TABLE");
  }

  /// Commits one load: a file with `rows` under the partition values, and removes the files of the
  /// loads in `replaced`.
  Result<void> load(Rows rows, const std::vector<PartitionValue>& values = {},
                    const std::vector<std::int64_t>& replaced = {}) {
    HARK_TRY(const auto table, Table::open(files_, path_, &pipeline::checkpoint_reader()));
    HARK_TRY(const auto snapshot, table.snapshot());
    HARK_TRY(auto transaction, Transaction::begin(table, snapshot));
    ++load_;
    for (const std::int64_t load : replaced) {
      for (const AddFile& file : snapshot.files()) {
        if (file.path.name() == file_of_load_[load]) transaction.remove(file);
      }
      file_of_load_.erase(load);
      rows_of_load_.erase(load);
    }
    std::vector<PartitionColumn> columns;
    PartitionValues texts;
    for (std::size_t i = 0; i < partition_fields_.size(); ++i) {
      const Field& field = partition_fields_[i];
      std::optional<std::string> text;
      if (i < values.size()) {
        HARK_TRY(text, format_partition_value(field.type, values[i]));
      }
      columns.emplace_back(field.name, text);
      texts.emplace(field.name, text);
    }
    const std::string name =
        io::join_path(partition_folder(columns), data_file_name(0, random_uuid()));
    const std::string on_disk = io::join_path(path_, name);
    HARK_TRY_VOID(files_.create_directories(std::string(io::parent_path(on_disk))));
    HARK_TRY(auto output, files_.open_output(on_disk));
    HARK_TRY(auto writer, columnar::ParquetWriter::create(std::move(output), data_fields()));
    HARK_TRY_VOID(writer.write(make_batch(rows)));
    HARK_TRY(const auto stats, std::move(writer).finish());
    HARK_TRY(auto file, describe_file(name, stats, clock_.now(), std::move(texts)));
    transaction.add(std::move(file));
    transaction.set_txn("sample", load_);
    file_of_load_[load_] = name;
    rows_of_load_[load_] = rows;
    return finish(std::move(transaction), "WRITE");
  }

  /// Writes a checkpoint of the latest version and removes the log entries before it.
  Result<void> checkpoint() {
    HARK_TRY_VOID(pipeline::write_checkpoint(files_, path_, version_, clock_.now()));
    for (; first_version_ < version_.value; ++first_version_)
      HARK_TRY_VOID(files_.remove(log_entry_path(path_, {first_version_})));
    return {};
  }

  /// Writes the expectations.
  Result<void> write_expected() {
    Json files = Json::array();
    std::int64_t num_rows = 0;
    std::int64_t sum_id = 0;
    std::int64_t sum_wait = 0;
    double sum_score = 0;
    std::int64_t num_nulls = 0;
    for (const auto& [load, name] : file_of_load_) files.push_back(name);
    for (const auto& [load, rows] : rows_of_load_) {
      num_rows += rows.count;
      for (std::int64_t row = rows.first; row < rows.first + rows.count; ++row) {
        sum_id += row;
        num_nulls += is_null(row) ? 1 : 0;
        if (is_null(row)) continue;
        sum_wait += row % 600;
        sum_score += static_cast<double>(row) / 8 - 3;
      }
    }
    Json columns = Json::array();
    for (const Field& field : fields_) {
      columns.push_back(Json(Json::Array{field.name, columnar::name_of(field.type)}));
    }
    Json nulls = Json::object();
    for (const Field& field : data_fields()) nulls.set(field.name, num_nulls);
    nulls.set("call_id", 0);
    Json expected = Json::object({{"version", version_.value},
                                  {"files", std::move(files)},
                                  {"columns", std::move(columns)},
                                  {"rows", num_rows},
                                  {"nulls", std::move(nulls)},
                                  {"rows_by_version", rows_by_version_},
                                  {"first_version", first_version_}});
    Json partitions = Json::array();
    for (const Field& field : partition_fields_) partitions.push_back(field.name);
    expected.set("partition_columns", std::move(partitions));
    expected.set("sums",
                 Json::object({{"call_id", sum_id}, {"wait_s", sum_wait}, {"score", sum_score}}));
    if (load_ > 0) expected.set("txns", Json::object({{"sample", load_}}));
    return files_.write_atomically(expected_path_, expected.dump(1));
  }

 private:
  Result<void> finish(Transaction transaction, const char* operation) {
    CommitInfo info;
    info.operation = operation;
    info.operation_parameters = Json::object({{"mode", "Append"}});
    info.operation_metrics = Json::object({{"numFiles", 1}});
    info.run_id = "sample-run";
    info.extra = Json::object({{"balance", Json::object({{"rows_read", 5}})}});
    HARK_TRY(version_, std::move(transaction).commit(std::move(info), clock_));
    std::int64_t num_rows = 0;
    for (const auto& [load, rows] : rows_of_load_) num_rows += rows.count;
    rows_by_version_.push_back(num_rows);
    return {};
  }

  io::FileSystem& files_ = io::local_file_system();
  SystemClock clock_;
  std::string path_;
  std::string expected_path_;
  std::vector<Field> fields_;
  std::vector<Field> partition_fields_;
  std::int64_t load_ = 0;
  std::int64_t first_version_ = 0;
  Version version_;
  std::map<std::int64_t, std::string> file_of_load_;
  std::map<std::int64_t, Rows> rows_of_load_;
  Json rows_by_version_ = Json::array();
};

Result<void> write_samples(const std::string& directory) {
  HARK_TRY_VOID(io::local_file_system().create_directories(directory));

  Sample empty(directory, "empty");
  HARK_TRY_VOID(empty.create());
  HARK_TRY_VOID(empty.write_expected());

  Sample loads(directory, "loads");
  HARK_TRY_VOID(loads.create());
  HARK_TRY_VOID(loads.load({0, 1000}));
  HARK_TRY_VOID(loads.load({1000, 500}));
  HARK_TRY_VOID(loads.load({0, 990}, {}, {1}));
  HARK_TRY_VOID(loads.load({5000, 1}));
  HARK_TRY_VOID(loads.write_expected());

  Sample partitioned(directory, "partitioned_by_text");
  HARK_TRY_VOID(partitioned.create({{"month", Type::kString}, {"city", Type::kString}}));
  HARK_TRY_VOID(partitioned.load({0, 100}, {"2024-03", "New York/Bronx: 100% {é} #1?"}));
  HARK_TRY_VOID(partitioned.load({100, 50}, {"2024-04", "a%20b+c=d&e"}));
  HARK_TRY_VOID(partitioned.load({150, 25}, {"2024-04"}));  // a null city
  HARK_TRY_VOID(partitioned.load({200, 10}, {"2024-05", "日本"}, {2}));
  HARK_TRY_VOID(partitioned.write_expected());

  // Partitions with and without value, removed files and txns, all by way of the checkpoint.
  Sample checkpointed(directory, "checkpointed");
  HARK_TRY_VOID(checkpointed.create({{"city", Type::kString}}));
  for (std::int64_t load = 0; load < 9; ++load)
    HARK_TRY_VOID(checkpointed.load({load * 100, 40}, {concat("Québec \"", load % 3, "\"")}));
  HARK_TRY_VOID(checkpointed.load({900, 40}, {}, {1, 4}));
  HARK_TRY_VOID(checkpointed.checkpoint());
  HARK_TRY_VOID(checkpointed.load({1000, 7}, {"x"}, {2}));
  HARK_TRY_VOID(checkpointed.write_expected());

  Sample typed(directory, "partitioned_by_values");
  HARK_TRY_VOID(typed.create({{"p_day", Type::kDate},
                              {"p_at", Type::kTimestamp},
                              {"p_int", Type::kInt32},
                              {"p_long", Type::kInt64},
                              {"p_double", Type::kDouble},
                              {"p_flag", Type::kBool}}));
  HARK_TRY_VOID(typed.load({0, 30}, {std::int64_t{kFirstDay}, kStart + 123'456, std::int64_t{-7},
                                     std::int64_t{7'000'000'000}, 0.125, true}));
  HARK_TRY_VOID(typed.load({30, 30}, {std::int64_t{-1}, std::int64_t{-1}, std::int64_t{0},
                                      std::int64_t{0}, -1e300, false}));
  HARK_TRY_VOID(typed.load({60, 30}));
  return typed.write_expected();
}

Result<std::string> read_table(const std::string& path) {
  HARK_TRY(const auto table,
           Table::open(io::local_file_system(), path, &pipeline::checkpoint_reader()));
  HARK_TRY(const auto snapshot, table.snapshot());
  HARK_TRY(const auto rows, snapshot.num_records());
  HARK_TRY(const auto fields, snapshot.fields());
  Json files = Json::array();
  for (const AddFile& file : snapshot.files()) files.push_back(file.path.name());
  Json columns = Json::array();
  for (const Field& field : fields) {
    columns.push_back(Json(Json::Array{field.name, columnar::name_of(field.type)}));
  }
  return Json::object({{"version", snapshot.version().value},
                       {"files", std::move(files)},
                       {"rows", rows},
                       {"columns", std::move(columns)},
                       {"sample_txn", snapshot.txn_version("sample")}})
      .dump();
}

}  // namespace
}  // namespace hark::lake

int main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  if (mode != "write" && mode != "read") {
    std::fputs("usage: lake_delta_sample write DIRECTORY | read TABLE\n", stderr);
    return 2;
  }
  if (mode == "write") {
    if (const auto written = hark::lake::write_samples(argv[2]); !written) {
      std::fputs(("error: " + written.error().to_string() + "\n").c_str(), stderr);
      return 1;
    }
    return 0;
  }
  const auto read = hark::lake::read_table(argv[2]);
  if (!read) {
    std::fputs(("error: " + read.error().to_string() + "\n").c_str(), stderr);
    return 1;
  }
  std::puts(read->c_str());
  return 0;
}
