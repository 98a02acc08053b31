#include "hark/pipeline/inspect.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/lake/data_file.h"
#include "hark/lake/unreferenced.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/ingest.h"
#include "hark/pipeline/landing.h"
#include "hark/pipeline/lost_commits.h"
#include "hark/pipeline/quarantine.h"
#include "hark/pipeline/table_file.h"
#include "hark/pipeline/vacuum.h"

namespace hark::pipeline {
namespace {

constexpr std::size_t kMaxProfile = std::size_t{64} << 20;
constexpr std::string_view kFromBackup = "restore it from a backup";
constexpr std::string_view kLandAgain =
    "load the file it was made from again, which puts the bytes back, or restore it from a backup";
constexpr std::string_view kProfileAgain =
    "nothing of the data is lost; `hark profile` of the landing file tells the same";
constexpr std::string_view kReload =
    "restore it from a backup, or load the files of the lake's landing folder into a new lake";
constexpr std::string_view kForcedBuild = "hark build LAKE --force makes it anew";
constexpr std::string_view kOtherDamageFirst =
    "it may be what other damage told of here is about: mend that first, then look again";
constexpr std::string_view kRepair = "hark doctor --lake LAKE --repair removes it";

constexpr std::pair<DamageKind, std::string_view> kNames[] = {
    {DamageKind::kContract, "contract"},
    {DamageKind::kLog, "log"},
    {DamageKind::kCheckpoint, "checkpoint"},
    {DamageKind::kMissingFile, "missing_file"},
    {DamageKind::kWrongSize, "wrong_size"},
    {DamageKind::kFileHash, "file_hash"},
    {DamageKind::kMissingLanding, "missing_landing"},
    {DamageKind::kLandingHash, "landing_hash"},
    {DamageKind::kProvenance, "provenance"},
    {DamageKind::kProfile, "profile"},
    {DamageKind::kOrphan, "orphan"},
    {DamageKind::kTemporary, "temporary"},
    {DamageKind::kKilledQuarantine, "killed_quarantine"},
};

class Inspector {
 public:
  explicit Inspector(const LakeFolder& lake) : lake_(lake), files_(lake.files()) {}

  Result<Inspection> run() {
    HARK_TRY(const auto lost, lake_.datasets_without_log());
    for (const std::string& dataset : lost)
      add(DamageKind::kLog, lake_.trusted_table(dataset), "the log is gone");
    HARK_TRY(const auto datasets, lake_.datasets());
    for (const std::string& dataset : datasets) {
      if (const auto contract = lake_.contract(dataset); !contract)
        add(DamageKind::kContract, lake_.contract_path(dataset), contract.error().message());
      has_doubt_ = false;
      for (const std::string& table : tables_of(lake_, dataset)) HARK_TRY_VOID(look_at(table));
      look_for_curated_logs(dataset);
      HARK_TRY_VOID(look_at_loads(dataset));
    }
    return std::move(found_);
  }

 private:
  void add(DamageKind kind, std::string path, std::string what,
           std::string_view fix = kFromBackup) {
    found_.damages.push_back({kind, std::move(path), std::move(what), std::string(fix), false});
  }
  void add_repairable(DamageKind kind, std::string path, std::string what) {
    found_.damages.push_back({kind, std::move(path), std::move(what), std::string(kRepair), true});
  }

  /// A curated table whose log is gone has data files that no log names.
  void look_for_curated_logs(const std::string& dataset) {
    for (const Model& model : models()) {
      const std::string path = lake_.curated_table(dataset, model.name);
      const auto log = lake::list_log(files_, path);
      if (log || log.error().code() != ErrorCode::kNotFound) continue;
      const auto files = files_.list(path);
      const bool has_data = files && std::ranges::any_of(*files, [](const io::FileInfo& file) {
                              return lake::is_data_file_name(io::file_name(file.path));
                            });
      if (has_data)
        found_.damages.push_back({DamageKind::kLog, path, "has data files and no log",
                                  std::string(kForcedBuild), false});
    }
  }

  Result<void> look_at(const std::string& path) {
    const bool is_curated = path.starts_with(io::join_path(lake_.root(), "curated/"));
    const auto table = lake::Table::open(files_, path, &checkpoint_reader());
    if (!table) {
      // A log folder without a commit is what a crash before the first one leaves.
      if (table.error().code() == ErrorCode::kNotFound) return {};
      found_.damages.push_back({DamageKind::kLog, path, table.error().message(),
                                std::string(is_curated ? kForcedBuild : kFromBackup), false});
      return {};
    }
    const bool is_log_whole = look_at_log(*table);
    bool is_doubtful = false;
    for (const lake::Checkpoint& checkpoint : table->log().checkpoints) {
      HARK_TRY(const bool is_sound, lake::is_checkpoint_sound(*table, checkpoint));
      if (is_sound) continue;
      is_doubtful = true;
      const std::string what = "cannot be read, or contradicts the log";
      if (is_log_whole) {
        for (const std::string& part : checkpoint.parts)
          add_repairable(DamageKind::kCheckpoint, part, what);
      } else {
        add(DamageKind::kCheckpoint, checkpoint.parts.front(), what);
      }
    }
    const auto snapshot = table->snapshot();
    if (!snapshot) {
      found_.damages.push_back({DamageKind::kLog, path, snapshot.error().message(),
                                std::string(is_curated ? kForcedBuild : kFromBackup), false});
      return {};  // without the log nobody knows what belongs to the table
    }
    TableHealth health{path, snapshot->version().value,
                       static_cast<std::int64_t>(snapshot->files().size())};
    for (const lake::AddFile& file : snapshot->files()) {
      HARK_TRY(const std::string full, file.path.resolve(path));
      is_doubtful |= !look_at_file(file, full, health, is_curated);
    }
    found_.tables.push_back(std::move(health));
    const Instant any_time = SystemClock().now() + std::chrono::hours(24 * 365);
    const auto orphans = lake::find_unreferenced(files_, path, any_time, &checkpoint_reader());
    if (!orphans) return {};  // a damaged entry, told of above, protects everything
    for (const io::FileInfo& file : *orphans) {
      const bool is_data = lake::is_data_file_name(io::file_name(file.path));
      add_repairable(is_data ? DamageKind::kOrphan : DamageKind::kTemporary, file.path,
                     concat("is in no version of the table (", file.size_bytes, " bytes)"));
    }
    // A file that seems to be left over may be the one that is missed under another name.
    if (is_doubtful) keep(path, kOtherDamageFirst);
    has_doubt_ |= is_doubtful;
    return {};
  }

  /// A data file of the table that `health` tells of. False if it is not as the log says.
  bool look_at_file(const lake::AddFile& file, const std::string& path, TableHealth& health,
                    bool is_curated) {
    const auto add_file = [&](DamageKind kind, std::string what) {
      const std::string_view fix = is_curated ? kForcedBuild : kReload;
      found_.damages.push_back({kind, path, std::move(what), std::string(fix), false});
      return false;
    };
    const auto info = files_.stat(path);
    if (!info) return add_file(DamageKind::kMissingFile, "is not there");
    if (info->size_bytes != static_cast<std::uint64_t>(file.size_bytes)) {
      return add_file(DamageKind::kWrongSize,
                      concat("has ", info->size_bytes, " bytes, the log says ", file.size_bytes));
    }
    const auto expected = file.tags.find(kHashTag);
    if (expected == file.tags.end()) return true;  // another writer's, or an older hark's
    ++health.num_hashed;
    const auto found = hash_of_file(files_, path);
    if (!found) return add_file(DamageKind::kFileHash, found.error().message());
    if (*found == expected->second) return true;
    return add_file(DamageKind::kFileHash, "its bytes have another SHA-256 than the log says");
  }

  /// True if the log alone gives every version from 0 on.
  bool look_at_log(const lake::Table& table) {
    const auto& entries = table.log().entries;
    bool is_whole = !entries.empty() && entries.front().version == lake::Version{0};
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const lake::Version version = entries[i].version;
      if (i > 0 && version.value != entries[i - 1].version.value + 1) {
        add(DamageKind::kLog,
            lake::log_entry_path(table.path(), {entries[i - 1].version.value + 1}),
            "is missing; the log has a gap");
        is_whole = false;
      }
      const auto actions = lake::read_log_entry(files_, table.path(), version);
      if (actions) continue;
      add(DamageKind::kLog, lake::log_entry_path(table.path(), version), actions.error().message());
      is_whole = false;
    }
    return is_whole;
  }

  Result<void> look_at_loads(const std::string& dataset) {
    const auto trusted = open_table(files_, lake_.trusted_table(dataset));
    if (!trusted || !trusted->snapshot) return {};  // told of above
    const auto quarantine = open_table(files_, lake_.quarantine_table(dataset));
    if (!quarantine) return {};
    const auto lost = find_lost_commits(lake_, dataset, *trusted, *quarantine, true);
    if (!lost) return {};
    for (const LostCommits& commits : *lost) {
      found_.damages.push_back({DamageKind::kLog, commits.path, commits.what, commits.fix, false});
      keep(commits.path, kFromBackup);
    }
    const std::string prefix = landing_app_id("");
    for (const auto& [app_id, txn] : trusted->snapshot->txns()) {
      if (app_id.starts_with(prefix)) {
        HARK_TRY_VOID(look_at_landing(dataset, app_id.substr(prefix.size())));
      }
    }
    HARK_TRY(const auto unwanted,
             find_unwanted_landings(lake_, dataset, [&](std::string_view hash) {
               return trusted->txn_version(landing_app_id(hash)).has_value();
             }));
    for (const io::FileInfo& file : unwanted) {
      const bool is_temporary = io::file_name(file.path).starts_with('.');
      if (!is_temporary && (!lost->empty() || has_doubt_)) {
        add(DamageKind::kOrphan, file.path, "belongs to no load that the log still has",
            has_doubt_ ? kOtherDamageFirst : kFromBackup);
        continue;
      }
      add_repairable(is_temporary ? DamageKind::kTemporary : DamageKind::kOrphan, file.path,
                     concat("belongs to no load (", file.size_bytes, " bytes)"));
    }
    if (!quarantine->snapshot || !lost->empty() || has_doubt_) return {};
    for (const lake::AddFile& file : quarantine->snapshot->files()) {
      if (is_visible(file, *trusted, dataset)) continue;
      add_repairable(DamageKind::kKilledQuarantine,
                     io::join_path(quarantine->path, file.path.name()),
                     concat("holds refused records of load ", load_of(file),
                            ", which was killed or tried again"));
    }
    return {};
  }

  /// What lies in the table's folder is no leftover: its log may have named it.
  void keep(const std::string& table, std::string_view fix) {
    for (Damage& damage : found_.damages) {
      if (!damage.is_repairable || io::parent_path(damage.path) != table) continue;
      damage.is_repairable = false;
      damage.fix = fix;
    }
  }

  Result<void> look_at_landing(const std::string& dataset, const std::string& hash) {
    const std::string path = io::join_path(lake_.landing_folder(dataset), hash);
    const auto found = hash_of_file(files_, path);
    if (!found) {
      if (found.error().code() != ErrorCode::kNotFound) return found.error();
      add(DamageKind::kMissingLanding, path, "the bytes of a load are not there", kLandAgain);
      return {};
    }
    ++found_.num_landing_files;
    if (*found != hash)
      add(DamageKind::kLandingHash, path, concat("its bytes have the SHA-256 ", *found),
          kLandAgain);
    const auto note = files_.read_text(path + ".json", std::size_t{1} << 20);
    const auto json = note ? Json::parse(*note) : Result<Json>(note.error());
    if (!json || (*json)["sha256"].as_string() != hash)
      add(DamageKind::kProvenance, path + ".json",
          json ? "names another hash" : "is missing or damaged");
    look_at_profile(path, json && (*json)["profile"].as_bool());
    return {};
  }

  /// `is_due`: the note says that the load made one; loads without a profiler make none.
  void look_at_profile(const std::string& landing, bool is_due) {
    const std::string path = profile_path(landing);
    const auto text = files_.read_text(path, kMaxProfile);
    if (!text && text.error().code() == ErrorCode::kNotFound) {
      if (is_due) add(DamageKind::kProfile, path, "is not there", kProfileAgain);
      return;
    }
    const auto json = text ? Json::parse(*text) : Result<Json>(text.error());
    if (!json || !json->is_object())
      add(DamageKind::kProfile, path, "cannot be read", kProfileAgain);
  }

  const LakeFolder& lake_;
  io::FileSystem& files_;
  Inspection found_;
  bool has_doubt_ = false;  ///< of what the tables of this dataset say
};

/// An unsound checkpoint may make all else look wrong: it goes first, and the rest is looked at
/// again.
Result<std::vector<Damage>> remove_checkpoints(const LakeFolder& lake, const Inspection& found) {
  std::vector<Damage> removed;
  for (const Damage& damage : found.damages) {
    if (!damage.is_repairable || damage.kind != DamageKind::kCheckpoint) continue;
    HARK_TRY_VOID(lake.files().remove(damage.path));
    removed.push_back(damage);
  }
  return removed;
}

}  // namespace

std::string_view name_of(DamageKind kind) noexcept {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return name;
  }
  return {};
}

Result<Inspection> inspect(const LakeFolder& lake) {
  auto lock = lake.lock_for_writing();
  // Who may not write to a lake cannot lock it either, and may still look at it.
  if (!lock && lock.error().code() != ErrorCode::kIo) return lock.error();
  HARK_TRY(Inspection found, Inspector(lake).run());
  found.is_locked = lock.has_value();
  return found;
}

Result<std::vector<Damage>> repair(const LakeFolder& lake, const Clock& clock) {
  HARK_TRY(const auto lock, lake.lock_for_writing());
  HARK_TRY(Inspection found, Inspector(lake).run());
  HARK_TRY(std::vector<Damage> mended, remove_checkpoints(lake, found));
  if (!mended.empty()) {
    HARK_TRY(found, Inspector(lake).run());
  }
  bool has_killed_quarantine = false;
  for (const Damage& damage : found.damages) {
    if (!damage.is_repairable) continue;
    if (damage.kind == DamageKind::kKilledQuarantine) {
      has_killed_quarantine = true;  // these leave the table by a commit
    } else {
      HARK_TRY_VOID(lake.files().remove(damage.path));
    }
    mended.push_back(damage);
  }
  if (!has_killed_quarantine) return mended;
  HARK_TRY(const auto datasets, lake.datasets());
  for (const std::string& dataset : datasets) HARK_TRY_VOID(recover(lake, dataset, clock));
  return mended;
}

}  // namespace hark::pipeline
