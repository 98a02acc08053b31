// A data file as a source of typed batches, whatever its format: bytes in, columns out, every
// refused record reported.
//
// Delimited text: simd/csv_scan.h. Values: docs/formats/contract.md. Memory: per thread a block,
// its structure and its columns, and never more of one record than max_record_bytes. The same rows,
// rejects, numbers and batches come out whatever the number of threads; block size only moves the
// borders of the batches.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/io/file_system.h"
#include "hark/tabular/batch_builder.h"
#include "hark/tabular/probe.h"
#include "hark/tabular/reading.h"
#include "hark/tabular/reject.h"

namespace hark::tabular {

/// Bytes of the file read so far, of how many. One call at a time, now and then, in order.
using ProgressHandler = std::function<void(std::uint64_t file_bytes, std::uint64_t of_file_bytes)>;

struct ReadOptions {
  /// Plain bytes of a block, which makes one batch; 1 byte to 1 GiB.
  std::size_t block_bytes = std::size_t{1} << 20;
  /// A longer record is refused; 1 byte to 1 GiB.
  std::size_t max_record_bytes = std::size_t{4} << 20;
  RejectHandler on_rejects = {};
  ProgressHandler on_progress = {};
  /// When it becomes true, stream() ends with kInterrupted. Must outlive stream().
  const std::atomic<bool>* is_cancelled = nullptr;
  /// What finds the fields of delimited text; nullptr: simd::active_scan_kernel().
  const simd::ScanKernel* kernel = nullptr;
};

/// What the last stream() saw. records_read == rows + records_rejected.
struct ReadSummary {
  std::uint64_t records_read = 0;
  std::uint64_t records_rejected = 0;
  std::uint64_t rows = 0;
  std::uint64_t blank_lines = 0;  ///< skipped; no records
  std::uint64_t file_bytes = 0;
  std::uint64_t plain_bytes = 0;  ///< unpacked, the header included
  std::uint64_t num_blocks = 0;   ///< and batches
  /// Plain bytes, about, of records that a quote too many or its size got refused, and of refused
  /// ones of kLargeRecordBytes and more: other records may stand, or have stood, in them.
  std::uint64_t swallowed_bytes = 0;
  /// Rows with a value that could not be read, by column, where there are any: columns asked for
  /// and columns that are always checked.
  std::vector<std::pair<std::string, std::uint64_t>> invalid_values;
};

class FileSource final : public columnar::BatchSource {
 public:
  /// Opens a file that was probed. `contract` must outlive the source; without one every column of
  /// the file is a string under its header's name (an empty name becomes "column_3", a repeated one
  /// gets "_2"). Errors: kInvalidInput if the file lacks a column the contract requires;
  /// kInvalidArgument if `options` are out of range; kNotFound for the contract's time zone.
  static Result<std::unique_ptr<FileSource>> open(const io::FileSystem& files, FileProbe probe,
                                                  const contract::Contract* contract,
                                                  ReadOptions options = {});
  /// The same, probing the file first. Errors: those of probe_file() too.
  static Result<std::unique_ptr<FileSource>> open(const io::FileSystem& files,
                                                  const std::string& path,
                                                  const contract::Contract* contract,
                                                  ReadOptions options = {});

  /// The contract's columns in its order, those the file lacks too (all null). Behind a clock c
  /// stand c_offset_s, c_fold, c_gap and c_fold_width_s. Then the record's place: _record (from 1),
  /// _line (physical, from 1, the header counted), _offset (plain bytes).
  std::span<const columnar::Field> fields() const override { return fields_; }

  /// Sends one batch per block, with ordinals from 0 without gaps; a block in which no record
  /// begins makes an empty batch. Only the columns asked for are converted, and those the contract
  /// requires. May be called again; the file is read anew.
  ///
  /// Errors: kInvalidArgument for a column that is unknown or named twice; kInvalidInput for
  /// damaged gzip; kConflict if the file changed since it was probed; kInterrupted; kIo; the sink's
  /// and the reject handler's. Of several the one of the earliest block. What was sent before stays
  /// sent.
  Result<void> stream(const std::vector<std::string>& columns, unsigned threads,
                      columnar::BatchSink& sink) override;

  const FileProbe& probe() const noexcept { return probe_; }
  /// How the file's columns and the contract's belong together; empty without a contract.
  const contract::HeaderMatch& header_match() const noexcept { return match_; }
  /// Whether the file has the contract column (its place columns and clock parts included).
  bool has_column(std::string_view name) const noexcept;
  /// Errors: kConflict if the file is not the one that was probed, by its size and time.
  Result<void> check_unchanged() const;
  /// Of the last stream(); complete where it succeeded.
  const ReadSummary& summary() const noexcept { return summary_; }

 private:
  FileSource(const io::FileSystem& files, FileProbe probe, ReadOptions options)
      : files_(files), probe_(std::move(probe)), options_(std::move(options)) {}

  Result<void> plan_contract(const contract::Contract& contract);
  void plan_header();
  void add_place_fields();
  Result<ReadPlan> plan_read(const std::vector<std::string>& columns) const;

  const io::FileSystem& files_;
  FileProbe probe_;
  ReadOptions options_;
  contract::HeaderMatch match_;
  std::vector<ColumnPlan> columns_;
  std::vector<columnar::Field> fields_;
  std::vector<OutputPlan> outputs_;  // as fields_; column is an index into columns_
  ReadSummary summary_;
};

}  // namespace hark::tabular
