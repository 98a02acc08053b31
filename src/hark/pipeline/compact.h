// Merging small files: the same rows in fewer files, so that readers open less.
#pragma once

#include <cstdint>
#include <string>

#include "hark/core/clock.h"
#include "hark/pipeline/lake_folder.h"

namespace hark::pipeline {

struct CompactOptions {
  unsigned threads = 1;
  std::size_t memory_limit_bytes = std::size_t{1} << 30;
  std::size_t rows_per_file = std::size_t{1} << 18;
  bool is_dry_run = false;
  std::string run_id;
};

struct CompactReport {
  std::string table;
  std::int64_t files_before = 0;  ///< small files that were merged; 0: nothing to do
  std::int64_t files_after = 0;   ///< files they became
  std::int64_t rows = 0;
  std::int64_t version = -1;  ///< of the table afterwards
};

/// Merges files of a dataset's trusted table that hold less than half of `rows_per_file` rows,
/// those of neighbouring times together, in one commit with dataChange = false. Older versions keep
/// their files until vacuum takes them. Quarantine and curated tables have one file a load or a
/// build, and stay. For the holder of the lake's lock. Errors: those of reading, writing and
/// committing; then the table is as before.
Result<CompactReport> compact(const LakeFolder& lake, const std::string& dataset,
                              const CompactOptions& options, const Clock& clock);

}  // namespace hark::pipeline
