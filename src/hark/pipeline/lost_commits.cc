#include "hark/pipeline/lost_commits.h"

#include <algorithm>
#include <functional>
#include <set>

#include "hark/core/text.h"
#include "hark/lake/data_file.h"
#include "hark/pipeline/build.h"

namespace hark::pipeline {
namespace {

constexpr const char* kTrustedFix =
    "restore its _delta_log from a backup; without one copy the landing files that belong to no "
    "load, run `hark build LAKE --force` and load the copies";
constexpr const char* kQuarantineFix =
    "restore its _delta_log from a backup; without one move the folder away, and its refused "
    "records count nowhere";

struct Refused {
  std::int64_t records = 0;
  std::int64_t last_load = 0;  ///< the last one that refused any
};

/// What the commits still in the trusted table's log refused.
Result<Refused> refused_records(const lake::Table& trusted) {
  Refused refused;
  for (const lake::LogListing::Entry& entry : trusted.log().entries) {
    HARK_TRY(const auto actions,
             lake::read_log_entry(trusted.files(), trusted.path(), entry.version));
    for (const lake::LoggedAction& logged : actions) {
      const auto* info = std::get_if<lake::CommitInfo>(&logged.action);
      if (info == nullptr) continue;
      // Delta keeps metrics as texts.
      const Json& metric = info->operation_metrics["rows_quarantined"];
      const std::int64_t records = parse_int(metric.as_string()).value_or(metric.as_int());
      if (records == 0) continue;
      refused.records += records;
      refused.last_load = info->extra["load"].as_int();
    }
  }
  return refused;
}

/// Whether the table's folder holds data files that its latest version does not name: what a killed
/// or undone load leaves, or lost entries of the log.
bool has_unnamed_files(io::FileSystem& files, const TableState& table) {
  const auto entries = files.list(table.path);
  if (!entries) return false;
  std::set<std::string, std::less<>> named;
  if (table.snapshot) {
    for (const lake::AddFile& file : table.snapshot->files()) named.insert(file.path.name());
  }
  return std::ranges::any_of(*entries, [&](const io::FileInfo& entry) {
    const std::string_view name = io::file_name(entry.path);
    return lake::is_data_file_name(name) && !named.contains(name);
  });
}

}  // namespace

Result<std::vector<LostCommits>> find_lost_commits(const LakeFolder& lake,
                                                   const std::string& dataset,
                                                   const TableState& trusted,
                                                   const TableState& quarantine, bool is_thorough) {
  std::vector<LostCommits> lost;
  if (!trusted.snapshot) return lost;  // LakeFolder::datasets_without_log()
  for (const Model& model : models()) {
    const auto curated = open_table(lake.files(), lake.curated_table(dataset, model.name));
    const auto made_from = curated ? trusted_version_of(*curated) : std::nullopt;
    if (!made_from || *made_from <= trusted.version()) continue;
    lost.push_back({trusted.path,
                    concat("its newest log entries are gone: it is at version ", trusted.version(),
                           ", and '", model.name, "' was made from version ", *made_from),
                    kTrustedFix});
    break;
  }
  const std::int64_t last_load = trusted.txn_version(dataset).value_or(0);
  const std::int64_t last_refusal = quarantine.txn_version(dataset).value_or(0);
  // A load that was killed has its refused records in quarantine and nothing in trusted.
  if (lost.empty() && last_refusal > last_load + 1) {
    lost.push_back({trusted.path,
                    concat("its newest log entries are gone: its last load is number ", last_load,
                           ", and load ", last_refusal, " refused records"),
                    kTrustedFix});
  }
  if (!is_thorough && !has_unnamed_files(lake.files(), quarantine)) return lost;
  HARK_TRY(const Refused refused, refused_records(*trusted.table));
  if (refused.records > 0 && !quarantine.snapshot) {
    lost.push_back({quarantine.path,
                    concat("its log is gone: loads refused ", refused.records, " records"),
                    kQuarantineFix});
  } else if (refused.last_load > last_refusal) {
    lost.push_back({quarantine.path,
                    concat("its newest log entries are gone: load ", refused.last_load,
                           " refused records, and the last it knows of is ", last_refusal),
                    kQuarantineFix});
  }
  return lost;
}

Result<void> check_no_commit_is_lost(const LakeFolder& lake, const std::string& dataset,
                                     const TableState& trusted, const TableState& quarantine) {
  HARK_TRY(const auto lost, find_lost_commits(lake, dataset, trusted, quarantine, false));
  if (lost.empty()) return {};
  return Error(ErrorCode::kCorrupt, concat("'", lost.front().path, "': ", lost.front().what))
      .hint(concat(lost.front().fix, "; nothing was changed"));
}

Result<void> check_no_commit_is_lost(const LakeFolder& lake, const std::string& dataset) {
  HARK_TRY(const TableState trusted, open_table(lake.files(), lake.trusted_table(dataset)));
  HARK_TRY(const TableState quarantine, open_table(lake.files(), lake.quarantine_table(dataset)));
  return check_no_commit_is_lost(lake, dataset, trusted, quarantine);
}

}  // namespace hark::pipeline
