// Landing → raw → trusted: one file into the lake, all or nothing.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/json.h"
#include "hark/core/warning.h"
#include "hark/pipeline/lake_folder.h"
#include "hark/pipeline/load_profiler.h"
#include "hark/pipeline/trusted_load.h"

namespace hark::pipeline {

struct IngestOptions {
  std::string contract;  ///< name or YAML path; empty: the dataset whose header fits
  unsigned threads = 1;
  std::size_t memory_limit_bytes = std::size_t{1} << 30;
  bool is_strict = false;  ///< the first refused record fails the load
  /// The file holds every record of the period it covers: rows of the table within it that the file
  /// lacks are marked as vanished (vanished.h).
  bool is_complete = false;
  std::string run_id;
  const std::atomic<bool>* interrupt = nullptr;
  std::function<void(std::uint64_t, std::uint64_t)> progress;  ///< bytes done, bytes in all
  /// Rows kept in memory before they are written; 0: three eighths of the memory limit.
  std::size_t run_bytes = 0;
  std::size_t rows_per_file = std::size_t{1} << 18;
  std::size_t block_bytes = std::size_t{1} << 20;  ///< plain bytes read at a time; one batch each
  LoadProfilerMaker profiler;        ///< looks at the rows while they are read; may be empty
  Json provenance = Json::object();  ///< members for the landing file's note: where it came from
};

struct LoadReport {
  std::string dataset;
  std::string file;  ///< name of the source file
  std::string landing_hash;
  bool is_already_loaded = false;  ///< these very bytes are in the lake: nothing was committed
  std::int64_t rows_read = 0;      ///< inserted + updated + unchanged + duplicate + quarantined
  RowCounts rows;
  std::int64_t rows_quarantined = 0;
  std::int64_t rows_vanished = 0;  ///< of the table, newly marked so
  std::int64_t rows_returned = 0;  ///< of the table, marked so before and in the file again
  std::uint64_t bytes = 0;
  double seconds = 0;
  std::int64_t version = -1;      ///< of the trusted table, afterwards
  std::int64_t load = 0;          ///< number of the load in its dataset, from 1
  std::int64_t retried_load = 0;  ///< whose quarantined records were read again; 0: none
  std::vector<Warning> warnings;
};

/// Loads one file. The trusted commit decides: killed at any point, the lake is as before or as
/// after, and loading the file again ends in the same lake. Takes the lake's lock.
///
/// Errors: kInvalidInput, kNotFound for a file that is no data (nothing is written);
/// kInvalidArgument for `is_complete` where the contract has no key or no time; kCheckFailed
/// if more records are refused than the contract allows, or one with `is_strict` (nothing is
/// committed); kConflict, kIo, kExhausted, kInterrupted (as before, or a rerun settles it).
Result<LoadReport> ingest(const LakeFolder& lake, const std::string& path,
                          const IngestOptions& options, const Clock& clock);

/// Reads the records in quarantine again, out of their landing files, with the contract named
/// (which then becomes the lake's) or the lake's own. Those that pass now are loaded as by
/// ingest(), one commit "RETRY" for each load that had refused some; those that do not stay in
/// quarantine, with today's reason. A load of which no record passes is left alone. The trusted
/// commit decides here too, and again is nothing. Takes the lake's lock.
///
/// Returns one report per load that had records in quarantine, `rows_read` being those records.
/// Errors: those of ingest(); kInvalidArgument if the contract is another dataset's; kNotFound if a
/// landing file is gone. Loads before the failing one are committed.
Result<std::vector<LoadReport>> retry_quarantine(const LakeFolder& lake, const std::string& dataset,
                                                 const IngestOptions& options, const Clock& clock);

/// Removes what a killed load left behind: landing files without a load, parquet files without a
/// commit, quarantined records of a load that the trusted table does not have or that was tried
/// again since. For the holder of the lake's lock.
Result<void> recover(const LakeFolder& lake, const std::string& dataset, const Clock& clock);

/// The application id under which a load of these bytes is recorded in the trusted table's log.
std::string landing_app_id(std::string_view landing_hash);

}  // namespace hark::pipeline
