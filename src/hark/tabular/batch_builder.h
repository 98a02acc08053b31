// Batches and rejects out of a block's records.
//
// Which records become rows does not depend on the columns asked for: the contract's required
// columns are read and checked always.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/tabular/column_reader.h"
#include "hark/tabular/dialect.h"
#include "hark/tabular/record_block.h"
#include "hark/tabular/reject.h"

namespace hark::tabular {

/// Where a column of the batch comes from.
struct OutputPlan {
  enum class Source : std::uint8_t { kColumn, kRecord, kLine, kOffset };
  columnar::Field field;
  Source source = Source::kColumn;
  std::size_t column = 0;  ///< kColumn: index into ReadPlan::columns
  ColumnPart part = ColumnPart::kValue;
};

/// What one stream() reads. Shared by its threads.
struct ReadPlan {
  std::vector<ColumnPlan> columns;  ///< those asked for and the guards
  std::vector<OutputPlan> outputs;
  std::uint32_t num_file_columns = 0;
  Dialect dialect;
  std::uint64_t max_record_bytes = 0;
};

/// Builds batches for one worker.
class BatchBuilder {
 public:
  explicit BatchBuilder(const ReadPlan& plan);

  /// Makes the batch of a block and appends its refused records to `rejects`, in their order.
  columnar::Batch build(const RecordBlock& block, std::vector<Reject>& rejects);
  /// Per ReadPlan::columns: values in the last batch that could not be read.
  const std::vector<std::uint64_t>& num_invalid() const noexcept { return num_invalid_; }
  /// Bytes of refused records of the last batch that seem to hold other records.
  std::uint64_t num_swallowed_bytes() const noexcept { return num_swallowed_bytes_; }

 private:
  /// Fills rows_ with the records that are whole; the others become rejects.
  void select_whole_records(const RecordBlock& block, std::vector<Reject>& rejects);
  /// Reads rows_, and takes those out of it that a guard refuses.
  void read_rows(const RecordBlock& block, std::vector<Reject>& rejects);
  /// Reads the guards of some records as the rows from `first_row` on, and returns those of them
  /// that no guard refuses: `some` itself, or `kept`.
  std::span<const RecordSpan> read_guards(const RecordBlock& block,
                                          std::span<const RecordSpan> some, std::size_t first_row,
                                          std::vector<RecordSpan>& kept,
                                          std::vector<Reject>& rejects);
  /// Appends the reject of a row that a guard refuses, if one does.
  bool is_refused(const RecordBlock& block, const RecordSpan& record, std::size_t row,
                  std::vector<Reject>& rejects) const;
  Reject reject_of(const RecordBlock& block, const RecordSpan& record, std::string_view rule,
                   std::string message) const;
  /// Whether many lines inside the record's fields look like records themselves.
  bool holds_table(const RecordBlock& block, const RecordSpan& record) const;
  /// Whether a line, read as if the quotes around it were not there, is a record of this file: as
  /// many fields as the header, and at their places the clocks that every record must have.
  bool holds_record(const RecordBlock& block, const RecordSpan& record) const;
  bool has_all_fields(const RecordBlock& block, const RecordSpan& record) const;
  columnar::Column place_column(const RecordBlock& block, const OutputPlan& output) const;

  const ReadPlan& plan_;
  std::vector<std::unique_ptr<ColumnReader>> readers_;  // as plan_.columns
  std::vector<ColumnReader*> guards_;      ///< of readers_, those that may refuse a record
  std::vector<const ColumnPlan*> clocks_;  ///< of the guards: those that are clocks of one column
  std::vector<RecordSpan> rows_;
  std::vector<std::uint64_t> num_invalid_;
  std::uint64_t num_swallowed_bytes_ = 0;
};

}  // namespace hark::tabular
