#include "hark/pipeline/table_commit.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/lake/checkpoint.h"
#include "hark/lake/file_stats.h"
#include "hark/lake/schema.h"
#include "hark/lake/transaction.h"
#include "hark/pipeline/checkpoint_file.h"

namespace hark::pipeline {

std::optional<std::int64_t> TableState::txn_version(std::string_view app_id) const {
  return snapshot ? snapshot->txn_version(app_id) : std::nullopt;
}

std::optional<Instant> TableState::retrieved_at() const {
  if (!snapshot) return std::nullopt;
  std::optional<std::int64_t> latest_ms;
  for (const auto& [app_id, txn] : snapshot->txns()) {
    if (app_id.starts_with(kLandingAppId) && txn.last_updated_ms)
      latest_ms = std::max(latest_ms.value_or(*txn.last_updated_ms), *txn.last_updated_ms);
  }
  return latest_ms ? Instant(std::chrono::milliseconds(*latest_ms)) : snapshot->timestamp();
}

std::string TableState::latest_landing() const {
  std::string hash;
  std::int64_t latest = 0;
  if (!snapshot) return hash;
  for (const auto& [app_id, txn] : snapshot->txns()) {
    if (!app_id.starts_with(kLandingAppId) || txn.version <= latest) continue;
    latest = txn.version;
    hash = app_id.substr(kLandingAppId.size());
  }
  return hash;
}

Result<std::vector<std::string>> TableState::file_paths() const {
  std::vector<std::string> paths;
  if (!snapshot) return paths;
  for (const lake::AddFile& file : snapshot->files()) {
    HARK_TRY(std::string full, file.path.resolve(path));
    paths.push_back(std::move(full));
  }
  return paths;
}

Result<TableState> open_table(io::FileSystem& files, std::string path) {
  TableState state;
  state.path = path;
  auto table = lake::Table::open(files, std::move(path), &checkpoint_reader());
  if (!table) {
    if (table.error().code() == ErrorCode::kNotFound) return state;
    return std::move(table).error();
  }
  state.table = *std::move(table);
  HARK_TRY(state.snapshot, state.table->snapshot());
  return state;
}

Result<std::int64_t> commit_table(io::FileSystem& files, const TableState& state,
                                  CommitRequest request, const Clock& clock) {
  lake::Metadata metadata;
  HARK_TRY(metadata.schema_string, lake::format_schema(request.fields));
  const auto begin = [&]() -> Result<lake::Transaction> {
    if (!state.snapshot) return lake::Transaction::create(files, state.path, metadata);
    HARK_TRY(auto transaction, lake::Transaction::begin(*state.table, *state.snapshot));
    if (state.snapshot->metadata().schema_string != metadata.schema_string) {
      lake::Metadata changed = state.snapshot->metadata();
      changed.schema_string = metadata.schema_string;
      transaction.set_metadata(std::move(changed));
    }
    return transaction;
  };
  HARK_TRY(auto transaction, begin());
  // The log must not name a file whose folder entry a power cut may take away.
  if (!request.added.empty()) HARK_TRY_VOID(files.sync_directory(state.path));
  const std::int64_t now_ms =
      std::chrono::floor<std::chrono::milliseconds>(clock.now()).time_since_epoch().count();
  for (const lake::AddFile& file : request.removed)
    transaction.remove(file, request.is_data_change);
  for (NewFile& file : request.added) {
    lake::AddFile add;
    add.path = lake::LogPath::of_name(file.name);
    add.size_bytes = file.size_bytes;
    add.modification_time_ms = now_ms;
    add.data_change = request.is_data_change;
    add.stats = std::move(file.stats);
    for (auto& [key, value] : file.tags) add.tags.emplace(std::move(key), std::move(value));
    transaction.add(std::move(add));
  }
  for (auto& [app_id, version] : request.txns) transaction.set_txn(std::move(app_id), version);
  lake::CommitInfo info;
  info.operation = std::move(request.operation);
  info.operation_parameters = std::move(request.parameters);
  info.operation_metrics = std::move(request.metrics);
  info.run_id = std::move(request.run_id);
  info.extra = std::move(request.extra);
  info.is_blind_append = request.is_blind_append;
  HARK_TRY(const lake::Version version, std::move(transaction).commit(std::move(info), clock));
  if (lake::is_checkpoint_due(state.snapshot ? state.snapshot->metadata() : metadata, version)) {
    // Only a shortcut for readers: the commit stands, and the next checkpoint makes up for it.
    (void)write_checkpoint(files, state.path, version, clock.now());
  }
  return version.value;
}

Result<std::string> log_stats(columnar::FileStats stats,
                              std::span<const std::string> private_columns) {
  for (columnar::ColumnStats& column : stats.columns) {
    if (std::ranges::find(private_columns, column.name) == private_columns.end()) continue;
    column.min.reset();
    column.max.reset();
  }
  return lake::format_stats(stats);
}

std::vector<std::string> personal_columns(const contract::Contract& contract) {
  std::vector<std::string> names;
  for (const contract::ColumnSpec& column : contract.columns) {
    if (column.is_personal) names.push_back(column.name);
  }
  return names;
}

}  // namespace hark::pipeline
