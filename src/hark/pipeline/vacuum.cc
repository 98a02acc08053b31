#include "hark/pipeline/vacuum.h"

#include <memory>

#include "hark/core/text.h"
#include "hark/lake/log_io.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/ingest.h"
#include "hark/pipeline/landing.h"
#include "hark/pipeline/lost_commits.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {
namespace {

/// Landing files without a load, and copies that were never finished.
Result<std::vector<lake::VacuumItem>> plan_landing(const LakeFolder& lake,
                                                   const std::string& dataset) {
  HARK_TRY(const TableState trusted, open_table(lake.files(), lake.trusted_table(dataset)));
  HARK_TRY(const auto unwanted, find_unwanted_landings(lake, dataset, [&](std::string_view hash) {
             return trusted.txn_version(landing_app_id(hash)).has_value();
           }));
  std::vector<lake::VacuumItem> items;
  for (const io::FileInfo& file : unwanted) {
    const bool is_temporary = io::file_name(file.path).starts_with('.');
    items.push_back({file.path,
                     is_temporary ? lake::VacuumReason::kTemporary : lake::VacuumReason::kOrphan,
                     file.size_bytes});
  }
  return items;
}

}  // namespace

std::vector<std::string> tables_of(const LakeFolder& lake, const std::string& dataset) {
  std::vector<std::string> tables = {lake.trusted_table(dataset), lake.quarantine_table(dataset)};
  for (const Model& model : models()) tables.push_back(lake.curated_table(dataset, model.name));
  std::erase_if(tables, [&](const std::string& table) {
    return !lake.files().exists(lake::log_folder(table));
  });
  return tables;
}

Result<VacuumReport> vacuum(const LakeFolder& lake, const std::vector<std::string>& datasets,
                            const VacuumOptions& options, const Clock& clock) {
  std::unique_ptr<io::FileLock> lock;
  if (!options.is_dry_run) {
    HARK_TRY(lock, lake.lock_for_writing());
  }
  VacuumReport report;
  const auto take = [&](std::vector<lake::VacuumItem> items) -> Result<void> {
    if (!options.is_dry_run) HARK_TRY_VOID(lake::remove_items(lake.files(), items));
    for (lake::VacuumItem& item : items) {
      report.bytes += item.size_bytes;
      report.items.push_back(std::move(item));
    }
    return {};
  };
  // Before anything goes: what lost entries named would pass for leftovers.
  for (const std::string& dataset : datasets) HARK_TRY_VOID(check_no_commit_is_lost(lake, dataset));
  for (const std::string& dataset : datasets) {
    if (options.is_compacting) {
      CompactOptions compacting = options.compact;
      compacting.is_dry_run = options.is_dry_run;
      auto compacted = compact(lake, dataset, compacting, clock);
      if (!compacted)
        return std::move(compacted).error().while_doing(concat("compacting '", dataset, "'"));
      if (compacted->files_before > 0) report.compacted.push_back(*std::move(compacted));
    }
    HARK_TRY(auto landing, plan_landing(lake, dataset));
    HARK_TRY_VOID(take(std::move(landing)));
    for (const std::string& table : tables_of(lake, dataset)) {
      auto planned = lake::plan_vacuum(lake.files(), table, {clock.now(), options.retain},
                                       checkpoint_reader());
      if (!planned) {
        // A log that a crash left empty is no table yet; the next load sees to it.
        if (planned.error().code() == ErrorCode::kNotFound) continue;
        return std::move(planned).error().while_doing(
            concat("planning what may go from '", table, "'"));
      }
      auto taken = take(*std::move(planned));
      if (!taken) return std::move(taken).error().while_doing(concat("cleaning up '", table, "'"));
    }
  }
  return report;
}

}  // namespace hark::pipeline
