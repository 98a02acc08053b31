// Commits that a dataset's tables tell of each other and that are in their logs no more.
//
// A log whose newest entries are gone reads like an older version, and one that is gone like a
// table that never was: what they named would pass for the leftovers of a crash.
#pragma once

#include <string>
#include <vector>

#include "hark/pipeline/lake_folder.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {

struct LostCommits {
  std::string path;  ///< the table whose log lacks them
  std::string what;
  std::string fix;
};

/// What the logs of `dataset` lack. Curated tables keep the version of the trusted one they were
/// made from, the quarantine the number of the last load with refused records, and the trusted
/// table how many were refused; the last is looked up only where the quarantine has files that its
/// latest version does not name, or with `is_thorough`, as it reads the whole log. Errors: those of
/// the logs; a damaged curated table is passed over.
Result<std::vector<LostCommits>> find_lost_commits(const LakeFolder& lake,
                                                   const std::string& dataset,
                                                   const TableState& trusted,
                                                   const TableState& quarantine, bool is_thorough);

/// kCorrupt where find_lost_commits() finds any: for writers, before they remove anything, and for
/// who counts refused records.
Result<void> check_no_commit_is_lost(const LakeFolder& lake, const std::string& dataset,
                                     const TableState& trusted, const TableState& quarantine);
/// The same of the tables as they are.
Result<void> check_no_commit_is_lost(const LakeFolder& lake, const std::string& dataset);

}  // namespace hark::pipeline
