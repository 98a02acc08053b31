// Taking out what a lake no longer needs: old files, leftovers of crashes, old log entries.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/lake/vacuum.h"
#include "hark/pipeline/compact.h"
#include "hark/pipeline/lake_folder.h"

namespace hark::pipeline {

/// Below this a version that somebody still reads, or wants to go back to, may lose its files.
inline constexpr std::chrono::seconds kSafeRetention = std::chrono::days(7);

struct VacuumOptions {
  std::chrono::seconds retain = kSafeRetention;
  bool is_compacting = false;
  bool is_dry_run = false;  ///< plans, and touches nothing
  CompactOptions compact;
};

struct VacuumReport {
  std::vector<lake::VacuumItem> items;  ///< removed, or to be removed in a dry run
  std::uint64_t bytes = 0;
  std::vector<CompactReport> compacted;  ///< tables in which something was merged
};

/// Paths of the dataset's Delta tables that are there: trusted, quarantine, curated.
std::vector<std::string> tables_of(const LakeFolder& lake, const std::string& dataset);

/// Compacts if asked to, then removes, for each dataset: data files that left their table longer
/// ago than `retain`, what crashes left behind (in landing too), and expired log entries
/// (lake/vacuum.h). Landing files of loads stay: only erasure takes them. Takes the lake's lock,
/// except for a dry run, which therefore may list files of a load that still runs. Errors:
/// kConflict if the lake is in use; kCorrupt: nothing is removed from a table whose log is damaged,
/// and nothing from those after it.
Result<VacuumReport> vacuum(const LakeFolder& lake, const std::vector<std::string>& datasets,
                            const VacuumOptions& options, const Clock& clock);

}  // namespace hark::pipeline
