// The heart of a load: rows come in, each finds out whether it is new, and parquet files come out.
//
// Rows are kept in memory until they fill the budget; such a run is deduplicated, compared with the
// rows the table holds, cut by time and written as files of about 256 thousand rows. So memory is
// bounded, files cover few months each, and their statistics let readers skip them. Threads:
// consume() is called by many workers, everything else by one.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "hark/columnar/gather.h"
#include "hark/columnar/parquet_writer.h"
#include "hark/columnar/stream.h"
#include "hark/core/raw_vector.h"
#include "hark/io/file_system.h"
#include "hark/pipeline/existing_rows.h"
#include "hark/pipeline/landing.h"
#include "hark/pipeline/trusted_rows.h"
#include "hark/pipeline/vanished.h"

namespace hark::pipeline {

/// What became of the rows that were not refused. All but `superseded` add up to the rows taken.
struct RowCounts {
  std::int64_t inserted = 0;
  std::int64_t updated = 0;     ///< took the place of an older version in the table
  std::int64_t unchanged = 0;   ///< the table holds the very same row
  std::int64_t duplicate = 0;   ///< copies and older versions of another row; of these
  std::int64_t superseded = 0;  ///< differ from the row that counts
};

struct WrittenFile {
  std::string path;
  columnar::FileStats stats;
  bool has_vanished_rows = false;
};

/// What the commit must say.
struct LoadedFiles {
  RowCounts counts;
  std::vector<WrittenFile> added;
  std::vector<std::string>
      removed;  ///< files of the table whose rows were superseded or written anew
};

struct TrustedLoadOptions {
  unsigned threads = 1;
  std::size_t budget_bytes = std::size_t{512} << 20;
  std::size_t rows_per_file = std::size_t{1} << 18;
  LandingHash landing_hash = {};  ///< asked for before a run's rows are written
};

class TrustedLoad final : public columnar::BatchSink {
 public:
  /// `existing`, `completer`, `contract` and `files` must outlive the load. `engine` is called only
  /// when rows of the table must be read, so that a first load opens no SQL engine.
  TrustedLoad(io::FileSystem& files, std::string table_path, const contract::Contract& contract,
              const Completer& completer, const ExistingRows& existing,
              std::function<Result<engine::Engine*>()> engine, TrustedLoadOptions options);

  Result<void> consume(columnar::Batch batch, unsigned worker) override;

  /// Rows of the table whose flag changes; for between the last row and finish().
  void change_flags(FlagChanges changes) { flag_changes_ = std::move(changes); }

  /// Writes what is left, settles keys that came in several runs, and rewrites the table's files
  /// that lost rows.
  Result<LoadedFiles> finish();

 private:
  struct RunKey {
    std::uint64_t key;
    std::uint32_t batch;
    std::uint32_t row;
  };
  struct WrittenKey {
    std::uint64_t key;
    std::uint32_t file;  ///< position in written_
  };
  /// Rows of the current run that are not to be written, one byte per row of each batch.
  using Dropped = std::vector<std::vector<std::uint8_t>>;

  /// Memory that taking the batch holds on to; texts that batches share count once.
  std::size_t new_bytes(const columnar::Batch& batch);
  /// Writes the run. Keys of the last run need not be kept if it is the only one.
  Result<void> flush(bool is_last);
  Result<void> drop_copies(RawVector<RunKey>& keys, Dropped& dropped);
  Result<void> compare_with_table(std::span<const RunKey> keys, Dropped& dropped);
  Result<void> compare_with_file(std::uint32_t file, std::span<const RunKey> candidates,
                                 Dropped& dropped);
  /// Cuts the rows that stay by time into pieces of equal size, a file each.
  Result<std::vector<std::vector<columnar::RowRange>>> cut_by_time(const Dropped& dropped) const;
  Result<void> write_run(const Dropped& dropped, bool is_last, std::string_view landing_hash);
  Result<void> settle_runs();
  /// Files of the table that lose rows or whose flags change.
  std::set<std::uint32_t> changed_files() const;
  Result<void> rewrite_table_files();
  /// `landing_hash`: of rows that came with this load; empty for rows that know their file.
  Result<WrittenFile> write_file(std::vector<const columnar::Batch*> batches,
                                 std::vector<columnar::RowRange> rows, unsigned threads,
                                 std::string_view landing_hash = {});

  io::FileSystem& files_;
  std::string table_path_;
  const contract::Contract& contract_;
  const Completer& completer_;
  const ExistingRows& existing_;
  std::function<Result<engine::Engine*>()> engine_;
  TrustedLoadOptions options_;
  std::vector<columnar::Field> fields_;

  std::mutex mutex_;
  std::vector<columnar::Batch> run_;  ///< the rows of each by time
  std::size_t run_bytes_ = 0;
  /// Bytes counted of the texts of each lineage.
  std::unordered_map<const void*, std::size_t> run_texts_;
  std::size_t num_runs_ = 0;

  RowCounts counts_;
  std::vector<WrittenFile> written_;
  /// Keys that were written, file after file: 8 bytes each, as a load may have very many.
  struct KeyShare {
    std::vector<std::uint64_t> keys;
    std::vector<std::size_t> end_of_file;  ///< by position in written_
  };
  /// By the key's lowest bits, so that no more than a share must be sorted, or moved to grow.
  static constexpr std::size_t kKeyShares = 16;
  std::array<KeyShare, kKeyShares> written_keys_;
  /// Rows superseded in each file of the table: key and content hash.
  std::map<std::uint32_t, std::map<std::uint64_t, std::uint64_t>> superseded_;
  FlagChanges flag_changes_;
};

}  // namespace hark::pipeline
