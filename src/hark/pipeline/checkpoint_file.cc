#include "hark/pipeline/checkpoint_file.h"

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/lake/actions_json.h"
#include "hark/lake/checkpoint.h"

namespace hark::pipeline {
namespace {

/// The columns of a checkpoint as far as hark understands them, in DuckDB's words.
constexpr std::pair<std::string_view, std::string_view> kColumns[] = {
    {"txn", "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)"},
    {"add",
     "STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, "
     "modificationTime BIGINT, dataChange BOOLEAN, tags MAP(VARCHAR, VARCHAR), "
     "deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, "
     "sizeInBytes INTEGER, cardinality BIGINT), stats VARCHAR)"},
    {"remove",
     "STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, "
     "extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, "
     "deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, "
     "sizeInBytes INTEGER, cardinality BIGINT), tags MAP(VARCHAR, VARCHAR))"},
    {"metaData",
     "STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, "
     "format STRUCT(provider VARCHAR, \"options\" MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, "
     "partitionColumns VARCHAR[], createdTime BIGINT, \"configuration\" MAP(VARCHAR, VARCHAR))"},
    {"protocol",
     "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], "
     "writerFeatures VARCHAR[])"},
};

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

/// Actions as one column of JSON texts.
class JsonSource final : public columnar::BatchSource {
 public:
  explicit JsonSource(std::span<const lake::Action> actions) : actions_(actions) {}

  std::span<const columnar::Field> fields() const override { return {&field_, 1}; }
  Result<void> stream(const std::vector<std::string>& columns, unsigned,
                      columnar::BatchSink& sink) override {
    columnar::Batch batch;
    batch.num_rows = actions_.size();
    auto texts = std::make_shared<columnar::Dictionary>();
    columnar::Column column(field_);
    for (const lake::Action& action : actions_) {
      column.append_code(texts->add(lake::to_json(action).dump()));
    }
    column.set_dictionary(std::move(texts));
    for (std::size_t i = 0; i < columns.size(); ++i) batch.columns.push_back(column);
    return sink.consume(std::move(batch), 0);
  }

 private:
  const columnar::Field field_{"action", columnar::Type::kString};
  std::span<const lake::Action> actions_;
};

class ParquetCheckpointReader final : public lake::CheckpointReader {
 public:
  Result<std::vector<lake::Action>> read(const io::FileSystem&,
                                         std::span<const std::string> parts) const override {
    auto actions = read_parts(parts);
    if (actions) return actions;
    const ErrorCode code = actions.error().code();
    // Whatever else the engine says of these bytes: hark's query is always the same.
    const bool may_be_whole = code == ErrorCode::kExhausted || code == ErrorCode::kInterrupted ||
                              code == ErrorCode::kNotFound;
    if (may_be_whole) return actions;
    return Error(ErrorCode::kCorrupt, concat("checkpoint '", parts.front(),
                                             "' cannot be read: ", actions.error().message()));
  }

 private:
  static Result<std::vector<lake::Action>> read_parts(std::span<const std::string> parts) {
    HARK_TRY(const auto engine, engine::Engine::open({.threads = 1}));
    HARK_TRY_VOID(engine->create_parquet_view("parts", {parts.begin(), parts.end()}, {}));
    // Columns and members that other writers add are left out and ones they lack are null: names
    // count, not places.
    std::string absent;
    std::string row;
    for (const auto& [name, type] : kColumns) {
      absent += concat(absent.empty() ? "" : ", ", "NULL AS \"", name, "\"");
      row += concat(row.empty() ? "" : ", ", literal(name), ": CAST(\"", name, "\" AS ", type, ")");
    }
    HARK_TRY(const auto rows,
             engine->query(concat("SELECT CAST(to_json({", row, "}) AS VARCHAR) FROM (FROM parts ",
                                  "UNION ALL BY NAME SELECT ", absent, " WHERE false)")));
    std::vector<lake::Action> actions;
    while (true) {
      HARK_TRY(const auto batch, rows->next());
      if (!batch) return actions;
      for (std::size_t i = 0; i < batch->num_rows; ++i) {
        HARK_TRY(const Json document, Json::parse(batch->columns[0].text(i)));
        HARK_TRY(auto action, lake::parse_action(document));
        if (action) actions.push_back(*std::move(action));
      }
    }
  }
};

/// Writes the actions as a Parquet file, past the FileSystem and not synced.
Result<void> copy_actions(std::span<const lake::Action> actions, const std::string& path) {
  HARK_TRY(const auto engine, engine::Engine::open({.threads = 1}));
  HARK_TRY_VOID(engine->register_source("actions", std::make_shared<JsonSource>(actions)));
  Json types = Json::object();
  for (const auto& [name, type] : kColumns) types.set(name, type);
  return engine->execute(concat("COPY (SELECT unnest(json_transform(CAST(action AS JSON), ",
                                literal(types.dump()), ")) FROM actions) TO ", literal(path),
                                " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"));
}

}  // namespace

const lake::CheckpointReader& checkpoint_reader() {
  static const ParquetCheckpointReader reader;
  return reader;
}

Result<void> write_checkpoint(io::FileSystem& files, const std::string& table_path,
                              lake::Version version, Instant now) {
  const std::string path = lake::checkpoint_path(table_path, version);
  if (files.exists(path)) return {};
  HARK_TRY(const auto table, lake::Table::open(files, table_path, &checkpoint_reader()));
  HARK_TRY(const auto snapshot, table.snapshot_at(version));
  const std::vector<lake::Action> actions = lake::checkpoint_actions(snapshot, now);

  const std::string temporary =
      io::join_path(lake::log_folder(table_path), io::temporary_name(io::file_name(path)));
  std::uint64_t size_bytes = 0;
  const auto write = [&]() -> Result<void> {
    HARK_TRY_VOID(copy_actions(actions, temporary));
    HARK_TRY_VOID(files.sync_file(temporary));
    HARK_TRY(const io::FileInfo info, files.stat(temporary));
    size_bytes = info.size_bytes;
    return files.publish_if_absent(temporary, path);
  };
  if (auto written = write(); !written) {
    if (files.exists(temporary)) (void)files.remove(temporary);
    // Another writer's checkpoint of this version says the same.
    if (written.error().code() == ErrorCode::kConflict) return {};
    return std::move(written).error().while_doing(
        concat("writing checkpoint ", version.value, " of the table at '", table_path, "'"));
  }
  return files.write_atomically(lake::last_checkpoint_path(table_path),
                                lake::format_last_checkpoint(version, actions, size_bytes));
}

}  // namespace hark::pipeline
