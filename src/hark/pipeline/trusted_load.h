// The heart of a load: rows come in, each finds out whether it is new, and parquet files come out.
//
// Rows are kept in memory until they fill a share of the budget; such a run is deduplicated,
// compared with the rows the table holds, cut by time and written as files of about 256 thousand
// rows. So memory is bounded, files cover few months each, and their statistics let readers skip
// them. While one worker writes a run the others fill the next. Threads: consume() is called by
// many workers, everything else by one.
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
#include "hark/columnar/stream.h"
#include "hark/contract/version_order.h"
#include "hark/core/raw_vector.h"
#include "hark/io/file_system.h"
#include "hark/pipeline/existing_rows.h"
#include "hark/pipeline/landing.h"
#include "hark/pipeline/table_file.h"
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

/// Versions of a record that differ, of which nothing in them tells the newer (METRICS section 2: a
/// hash decides).
struct Undecided {
  std::int64_t rows = 0;
  std::map<std::string, std::int64_t> columns;  ///< in which they differ, and how many do
  std::vector<std::string> keys;                ///< of the first few, for a message
};

struct LoadedFile {
  WrittenFile written;
  bool has_vanished_rows = false;
};

/// What the commit must say.
struct LoadedFiles {
  RowCounts counts;
  Undecided undecided;
  /// Values of rows that were replaced, in columns the file does not have: absent from now on.
  std::map<std::string, std::int64_t> emptied;
  std::vector<LoadedFile> added;
  std::vector<std::string>
      removed;  ///< files of the table whose rows were superseded or written anew
};

struct TrustedLoadOptions {
  unsigned threads = 1;
  std::size_t budget_bytes = std::size_t{512} << 20;
  std::size_t rows_per_file = std::size_t{1} << 18;
  LandingHash landing_hash = {};  ///< names the rows' file
  /// Columns of the contract that the file does not have.
  std::vector<std::string> absent_columns = {};
};

class TrustedLoad final : public columnar::BatchSink {
 public:
  /// `existing`, `completer`, `contract`, `reader` and `files` must outlive the load. The reader is
  /// asked only for rows of the table that must be compared or rewritten.
  TrustedLoad(io::FileSystem& files, std::string table_path, const contract::Contract& contract,
              const Completer& completer, const ExistingRows& existing, TrustedReader& reader,
              TrustedLoadOptions options);

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

  /// Rows that are deduplicated and written together.
  struct Run {
    std::vector<columnar::Batch> batches;  ///< the rows of each by time
    std::size_t bytes = 0;
    /// Bytes counted of the texts of each lineage.
    std::unordered_map<const void*, std::size_t> texts;
    /// Batches that share texts count them once.
    void add(columnar::Batch batch);
  };
  /// Writes a run. Keys of the last run need not be kept if it is the only one. One at a time.
  Result<void> flush(Run run, unsigned threads, bool is_last);
  Result<void> drop_copies(const Run& run, unsigned threads, RawVector<RunKey>& keys,
                           Dropped& dropped);
  Result<void> compare_with_table(const Run& run, std::span<const RunKey> keys, unsigned threads,
                                  Dropped& dropped);
  /// `stored`: the rows of that file of the table whose keys the candidates have.
  void compare_with_file(const Run& run, std::uint32_t file, const columnar::Batch& stored,
                         std::span<const RunKey> candidates, Dropped& dropped);
  /// compare_versions(), counted where it is the hash that decides.
  std::strong_ordering order_of(const contract::RowView& a, const contract::RowView& b);
  /// How many of the table's files fit in memory whole, up to `threads`.
  unsigned files_at_once(unsigned threads) const noexcept;
  /// Cuts the rows that stay by time into pieces of equal size, a file each.
  Result<std::vector<std::vector<columnar::RowRange>>> cut_by_time(const Run& run,
                                                                   const Dropped& dropped,
                                                                   unsigned threads) const;
  Result<void> write_run(const Run& run, const Dropped& dropped, unsigned threads, bool is_last);
  /// Tells the files that are written but for that the name of their rows' file. Waits for it.
  Result<void> name_files();
  Result<void> settle_runs();
  /// Files of the table that lose rows or whose flags change.
  std::set<std::uint32_t> changed_files() const;
  Result<void> rewrite_table_files();
  /// The file of some rows, its footer to be written; the rows do without kFileColumn if
  /// `is_unnamed`.
  Result<TableFileWriter> begin_file(std::vector<const columnar::Batch*> batches,
                                     std::vector<columnar::RowRange> rows, unsigned threads,
                                     bool is_unnamed);
  /// Writes rows that know which file they came from.
  Result<WrittenFile> write_file(std::vector<const columnar::Batch*> batches,
                                 std::vector<columnar::RowRange> rows, unsigned threads);

  io::FileSystem& files_;
  std::string table_path_;
  const contract::Contract& contract_;
  const Completer& completer_;
  const ExistingRows& existing_;
  TrustedReader& reader_;
  TrustedLoadOptions options_;
  std::vector<columnar::Field> fields_;

  std::mutex mutex_;  ///< of run_; held by who waits for flushing_, so that no third run is filled
  Run run_;
  std::mutex flushing_;  ///< of what follows, as long as rows come
  std::size_t num_runs_ = 0;
  RowCounts counts_;
  Undecided undecided_;
  std::map<std::string, std::int64_t> emptied_;
  std::vector<LoadedFile> written_;
  std::vector<TableFileWriter> unnamed_;  ///< the last of written_, not complete yet
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
