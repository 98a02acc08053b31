#include "hark/lake/snapshot.h"

#include <algorithm>
#include <limits>
#include <set>

#include "hark/core/text.h"
#include "hark/lake/file_stats.h"
#include "hark/lake/protocol_check.h"
#include "hark/lake/schema.h"

namespace hark::lake {
namespace {

/// A logical file is a data file and, maybe, the vector that hides some of its rows.
template <typename T>
std::string key_of(const T& file) {
  std::string key = file.path.name();
  if (!file.deletion_vector.empty()) {
    key += '\0';
    key += file.deletion_vector;
  }
  return key;
}

}  // namespace

std::optional<std::int64_t> Snapshot::txn_version(std::string_view app_id) const {
  const auto it = txns_.find(app_id);
  if (it == txns_.end()) return std::nullopt;
  return it->second.version;
}

Result<std::vector<columnar::Field>> Snapshot::fields() const {
  return fields_of(metadata_.schema_string);
}

Result<std::optional<std::int64_t>> Snapshot::num_records() const {
  std::int64_t total = 0;
  for (const AddFile& file : files_) {
    if (!file.stats) return std::optional<std::int64_t>();
    auto stats = parse_stats(*file.stats);
    if (!stats) {
      return std::move(stats).error().while_doing(
          concat("counting the rows of '", file.path.text(), "'"));
    }
    if (!stats->num_records) return std::optional<std::int64_t>();
    if (*stats->num_records < 0 || __builtin_add_overflow(total, *stats->num_records, &total)) {
      return Error(ErrorCode::kCorrupt, concat("the statistics of '", file.path.text(),
                                               "' tell of an impossible number of rows"));
    }
  }
  return std::optional<std::int64_t>(total);
}

std::int64_t Snapshot::size_bytes() const {
  std::int64_t total = 0;
  for (const AddFile& file : files_) {
    if (__builtin_add_overflow(total, file.size_bytes, &total)) {
      return std::numeric_limits<std::int64_t>::max();
    }
  }
  return total;
}

template <typename T>
bool Replay::set(Version version, T action) {
  std::string key = key_of(action);
  const auto [it, is_new] = files_.try_emplace(std::move(key));
  if (!is_new && it->second.touched == version) return false;
  it->second = File{version, std::move(action)};
  return true;
}

Result<void> Replay::apply(Version version, std::vector<LoggedAction> actions,
                           std::string_view file) {
  version_ = version;
  bool has_protocol = false;
  bool has_metadata = false;
  std::set<std::string> apps;
  for (auto& [action, line] : actions) {
    const auto twice = [&](std::string_view what) {
      return Error(ErrorCode::kCorrupt, concat("log entry '", file, "' line ", line, ": ", what,
                                               " is there twice in one commit"));
    };
    if (auto* add = std::get_if<AddFile>(&action)) {
      const std::string path = add->path.text();
      if (!set(version, std::move(*add))) return twice(concat("the file '", path, "'"));
    } else if (auto* remove = std::get_if<RemoveFile>(&action)) {
      const std::string path = remove->path.text();
      if (!set(version, std::move(*remove))) return twice(concat("the file '", path, "'"));
    } else if (auto* txn = std::get_if<SetTransaction>(&action)) {
      if (!apps.insert(txn->app_id).second) return twice(concat("the txn of ", txn->app_id));
      txns_[txn->app_id] = *txn;
    } else if (auto* metadata = std::get_if<Metadata>(&action)) {
      if (std::exchange(has_metadata, true)) return twice("metaData");
      metadata_ = std::move(*metadata);
    } else if (auto* protocol = std::get_if<Protocol>(&action)) {
      if (std::exchange(has_protocol, true)) return twice("protocol");
      protocol_ = std::move(*protocol);
    }
  }
  return {};
}

Result<Snapshot> Replay::finish(Instant timestamp) && {
  const auto lacks = [](std::string_view what) {
    return Error(ErrorCode::kCorrupt, concat("the table's log has no ", what, " action"));
  };
  if (!protocol_) return lacks("protocol");
  if (!metadata_) return lacks("metaData");
  HARK_TRY_VOID(check_readable(*protocol_, *metadata_));

  Snapshot snapshot;
  snapshot.version_ = version_;
  snapshot.timestamp_ = timestamp;
  snapshot.protocol_ = *std::move(protocol_);
  snapshot.metadata_ = *std::move(metadata_);
  snapshot.txns_ = std::move(txns_);
  for (auto& [key, file] : files_) {
    if (auto* remove = std::get_if<RemoveFile>(&file.action)) {
      snapshot.tombstones_.push_back(std::move(*remove));
      continue;
    }
    auto& add = std::get<AddFile>(file.action);
    if (!add.deletion_vector.empty()) {
      return Error(ErrorCode::kUnsupported,
                   concat("cannot read this Delta table: rows of '", add.path.text(),
                          "' are hidden by a deletion vector "
                          "(feature deletionVectors)"));
    }
    snapshot.files_.push_back(std::move(add));
  }
  const auto by_path = [](const auto& a, const auto& b) { return a.path.text() < b.path.text(); };
  std::ranges::sort(snapshot.files_, by_path);
  std::ranges::sort(snapshot.tombstones_, by_path);
  return snapshot;
}

}  // namespace hark::lake
