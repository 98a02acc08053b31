#include "hark/lake/transaction.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <span>

#include "hark/core/text.h"
#include "hark/lake/log_io.h"
#include "hark/lake/protocol_check.h"
#include "hark/lake/schema.h"

namespace hark::lake {
namespace {

Error invalid(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}

/// Spark reads metrics as texts.
Json as_texts(const Json& metrics) {
  Json out = Json::object();
  for (const auto& [name, value] : metrics.members()) {
    out.set(name, value.is_string() ? value : Json(value.dump()));
  }
  return out;
}

/// Versions that a blind append tries: more writers than this at once are not to be expected.
constexpr std::int64_t kMaxAttempts = 64;

/// Whether an append that read nothing may stand behind a commit that was faster. Errors: kConflict
/// naming what that commit changed.
Result<void> check_overtaken_by(std::span<const LoggedAction> theirs, Version version,
                                std::span<const Action> ours) {
  std::set<std::string, std::less<>> apps;
  std::set<std::string, std::less<>> names;
  for (const Action& action : ours) {
    if (const auto* txn = std::get_if<SetTransaction>(&action)) apps.insert(txn->app_id);
    if (const auto* add = std::get_if<AddFile>(&action)) names.insert(add->path.name());
  }
  for (const LoggedAction& logged : theirs) {
    const auto* txn = std::get_if<SetTransaction>(&logged.action);
    const auto* add = std::get_if<AddFile>(&logged.action);
    std::string changed;
    if (std::holds_alternative<Protocol>(logged.action)) changed = "the protocol";
    if (std::holds_alternative<Metadata>(logged.action)) changed = "the metadata";
    if (txn && apps.contains(txn->app_id)) changed = concat("the progress of '", txn->app_id, "'");
    if (add && names.contains(add->path.name())) changed = "a file of the same name";
    if (changed.empty()) continue;
    return Error(ErrorCode::kConflict,
                 concat("version ", version.value, ", by another writer, changed ", changed))
        .hint("open the table again, check again, and retry");
  }
  return {};
}

}  // namespace

Transaction Transaction::create(io::FileSystem& files, std::string path, Metadata metadata) {
  Transaction transaction(files, std::move(path), nullptr);
  transaction.metadata_ = std::move(metadata);
  return transaction;
}

Result<Transaction> Transaction::begin(const Table& table, const Snapshot& snapshot) {
  HARK_TRY_VOID(check_writable(snapshot.protocol(), snapshot.metadata()));
  return Transaction(table.files(), table.path(), &snapshot);
}

void Transaction::remove(const AddFile& file, bool data_change) {
  RemoveFile removed;
  removed.path = file.path;
  removed.data_change = data_change;
  removed.has_extended_metadata = true;
  removed.partition_values = file.partition_values;
  removed.size_bytes = file.size_bytes;
  removed.tags = file.tags;
  removes_.push_back(std::move(removed));
}

void Transaction::set_txn(std::string app_id, std::int64_t version) {
  txns_.push_back({std::move(app_id), version, std::nullopt});
}

const Metadata& Transaction::current_metadata() const {
  return metadata_ ? *metadata_ : snapshot_->metadata();
}

Result<void> Transaction::check_metadata(const Metadata& metadata) const {
  HARK_TRY_VOID(check_writable(Protocol{}, metadata));
  HARK_TRY(const auto fields, parse_schema(metadata.schema_string));
  for (const std::string& column : metadata.partition_columns) {
    if (std::ranges::find(fields, column, &SchemaField::name) == fields.end()) {
      return invalid(concat("partition column '", column, "' is not in the schema"));
    }
  }
  if (!snapshot_) return {};
  if (metadata.id != snapshot_->metadata().id) return invalid("a table's id cannot change");
  if (metadata.partition_columns != snapshot_->metadata().partition_columns) {
    return invalid("the partition columns of a table cannot change");
  }
  return {};
}

Result<void> Transaction::check() const {
  if (metadata_) HARK_TRY_VOID(check_metadata(*metadata_));
  const Metadata& metadata = current_metadata();

  std::set<std::string> active;
  if (snapshot_) {
    for (const AddFile& file : snapshot_->files()) active.insert(file.path.name());
  }
  for (const RemoveFile& file : removes_) {
    if (active.erase(file.path.name()) == 0) {
      return invalid(concat("'", file.path.text(), "' is not in the table and cannot leave it"));
    }
    if (file.data_change && is_append_only(metadata)) {
      return Error(ErrorCode::kUnsupported,
                   concat("the table at '", path_, "' is append-only: no row may leave it"));
    }
  }
  std::set<std::string> removed;
  for (const RemoveFile& file : removes_) removed.insert(file.path.name());
  for (const AddFile& file : adds_) {
    const std::string name = file.path.name();
    if (name.empty() || !file.path.is_relative()) {
      return invalid(concat("'", file.path.text(), "' is not a name in the table's folder"));
    }
    if (removed.contains(name) || !active.insert(name).second) {
      return invalid(concat("'", name, "' is there twice; every write needs a new name"));
    }
    if (!file.deletion_vector.empty()) return invalid("hark writes no deletion vectors");
    const bool has_all =
        file.partition_values.size() == metadata.partition_columns.size() &&
        std::ranges::all_of(metadata.partition_columns, [&](const std::string& column) {
          return file.partition_values.contains(column);
        });
    if (!has_all) {
      return invalid(concat("'", name, "' must have a value for each partition column"));
    }
  }
  std::set<std::string> apps;
  for (const SetTransaction& txn : txns_) {
    if (!apps.insert(txn.app_id).second) {
      return invalid(concat("the txn of '", txn.app_id, "' is set twice"));
    }
    const auto last = snapshot_ ? snapshot_->txn_version(txn.app_id) : std::nullopt;
    if (last && *last >= txn.version) {
      return Error(ErrorCode::kConflict,
                   concat("load ", txn.version, " of '", txn.app_id, "' is in the table already"));
    }
  }
  return {};
}

std::vector<Action> Transaction::actions(CommitInfo info, std::int64_t now_ms) {
  info.timestamp_ms = now_ms;
  info.operation_metrics = as_texts(info.operation_metrics);
  info.read_version = snapshot_ ? std::optional<std::int64_t>(read_version_) : std::nullopt;
  info.isolation_level = "Serializable";
  info.engine_info = "hark/" HARK_VERSION;

  std::vector<Action> actions;
  actions.emplace_back(std::move(info));
  if (!snapshot_) {
    actions.emplace_back(Protocol{});
    if (metadata_->id.empty()) metadata_->id = uuids_();
    if (!metadata_->created_time_ms) metadata_->created_time_ms = now_ms;
  }
  if (metadata_) actions.emplace_back(*std::move(metadata_));
  for (SetTransaction& txn : txns_) {
    txn.last_updated_ms = now_ms;
    actions.emplace_back(std::move(txn));
  }
  for (RemoveFile& file : removes_) {
    file.deletion_timestamp_ms = now_ms;
    actions.emplace_back(std::move(file));
  }
  for (AddFile& file : adds_) actions.emplace_back(std::move(file));
  return actions;
}

Result<Version> Transaction::commit(CommitInfo info, const Clock& clock) && {
  if (info.operation.empty()) return invalid("a commit must name its operation");
  HARK_TRY_VOID(check());
  const auto now =
      std::chrono::floor<std::chrono::milliseconds>(clock.now()).time_since_epoch().count();
  const std::string txn_id = uuids_();
  info.txn_id = txn_id;
  const bool may_follow =
      info.is_blind_append.value_or(false) && snapshot_ && !metadata_ && removes_.empty();
  const std::vector<Action> all = actions(std::move(info), now);

  if (!snapshot_) HARK_TRY_VOID(files_->create_directories(log_folder(path_)));
  for (Version at = version();; ++at.value) {
    auto written = write_log_entry(*files_, path_, at, all);
    if (written) return at;
    // The entry may be ours all the same: published, and then the answer was lost. Only when its
    // folder is durable too is the commit done.
    const auto is_ours = commit_landed(*files_, path_, at, txn_id);
    if (is_ours && *is_ours && files_->sync_directory(log_folder(path_))) return at;
    if (!is_ours || *is_ours || !may_follow || written.error().code() != ErrorCode::kConflict ||
        at.value - read_version_ >= kMaxAttempts) {
      return std::move(written).error();
    }
    HARK_TRY(const auto theirs, read_log_entry(*files_, path_, at));
    HARK_TRY_VOID(check_overtaken_by(theirs, at, all));
  }
}

}  // namespace hark::lake
