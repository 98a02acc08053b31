// The quarantine zone: records that a load refused, with the place and the reason.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "hark/pipeline/lake_folder.h"
#include "hark/pipeline/landing.h"
#include "hark/pipeline/table_commit.h"
#include "hark/tabular/reject.h"

namespace hark::pipeline {

/// Columns of a quarantine table.
std::vector<columnar::Field> quarantine_fields();

/// Takes rejects as they come and writes them to parquet files of the quarantine table, so that
/// memory stays bounded whatever a file holds. Threads: belongs to one at a time.
class QuarantineWriter {
 public:
  QuarantineWriter(io::FileSystem& files, std::string table_path, LandingHash landing_hash,
                   std::string source_name, std::int64_t load);

  /// Errors: kIo, kExhausted; those of the landing.
  Result<void> add(std::vector<tabular::Reject> rejects);
  /// Writes what is left. The files are part of the table once they are committed.
  Result<std::vector<NewFile>> finish();
  std::int64_t num_rejects() const noexcept { return num_rejects_; }

 private:
  Result<void> flush();

  io::FileSystem& files_;
  std::string table_path_;
  LandingHash landing_hash_;
  std::string source_name_;
  std::int64_t load_;
  std::vector<tabular::Reject> pending_;
  std::size_t pending_bytes_ = 0;
  std::int64_t num_rejects_ = 0;
  std::vector<NewFile> written_;
};

/// The load that a quarantine file belongs to, by its tag; 0 where it has none.
std::int64_t load_of(const lake::AddFile& file);

/// True if a quarantine file belongs to a load that `trusted` has and that was not tried again
/// since. The others are of a load that was killed, or still runs, or await removal.
bool is_visible(const lake::AddFile& file, const TableState& trusted, const std::string& dataset);
/// Full paths of the visible quarantine files.
Result<std::vector<std::string>> visible_files(const TableState& trusted,
                                               const TableState& quarantine,
                                               const std::string& dataset);

/// The application id under which the trusted table's log records that the quarantined records of a
/// load were tried again: its files of before are invisible from then on.
std::string retried_app_id(std::int64_t load);

/// The refused records of one load.
struct QuarantinedLoad {
  std::int64_t load = 0;
  std::string landing_hash;
  std::string file;  ///< name of the source file
  std::set<std::int64_t> records;
};
/// By load. Errors: those of reading the table.
Result<std::vector<QuarantinedLoad>> quarantined_loads(const LakeFolder& lake,
                                                       const std::string& dataset);

struct QuarantinedRecord {
  std::string file;  ///< name of the source file
  std::string hash;  ///< its landing hash
  std::int64_t load = 0;
  std::int64_t record = 0;
  std::int64_t line = 0;
  std::int64_t byte_offset = 0;
  std::string column;
  std::string rule;
  std::string message;
  std::string text;
};

struct QuarantineCount {
  std::string rule;
  std::string column;
  std::int64_t records = 0;
};

/// Counts of what is in quarantine by rule and column, most frequent first. Loads that the trusted
/// table does not have are invisible.
Result<std::vector<QuarantineCount>> count_quarantine(const LakeFolder& lake,
                                                      const std::string& dataset);

/// Quarantined records in the order of load and record, at most `limit`; of one rule if `rule` is
/// not empty.
Result<std::vector<QuarantinedRecord>> read_quarantine(const LakeFolder& lake,
                                                       const std::string& dataset,
                                                       const std::string& rule, std::size_t limit);

}  // namespace hark::pipeline
