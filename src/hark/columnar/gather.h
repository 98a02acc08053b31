// One batch out of chosen rows of many: what puts rows into other files, or in another order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hark/columnar/batch.h"

namespace hark::columnar {

/// Rows [begin, end) of one of several batches.
struct RowRange {
  std::uint32_t batch = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(RowRange, RowRange) = default;
};

/// Appends a row; one that follows the last row makes its range longer.
void add_row(std::vector<RowRange>& rows, std::uint32_t batch, std::uint32_t row);

/// Chosen rows of several batches, taken column by column: a writer needs no more than the columns
/// it is at. Threads: column() may be called by many.
class Gatherer {
 public:
  /// The batches have the same fields in the same order, and outlive the gatherer; a row may be
  /// taken more than once. Errors: kInvalidArgument if fields differ or a range points nowhere.
  static Result<Gatherer> create(std::vector<const Batch*> batches, std::vector<RowRange> rows);

  std::size_t num_rows() const noexcept { return num_rows_; }
  std::size_t num_columns() const noexcept {
    return batches_.empty() ? 0 : batches_.front()->columns.size();
  }
  /// A column of the chosen rows in their order. Texts get one dictionary, in order of first
  /// appearance, each text once unless as good as none repeats; where all batches share one
  /// dictionary it is shared with the result as it is. Presence is kept (kInvalid stays kInvalid).
  Column column(std::size_t index) const;

 private:
  Gatherer() = default;
  std::vector<const Batch*> batches_;
  std::vector<RowRange> rows_;
  std::size_t num_rows_ = 0;
};

/// All columns at once, by `threads` threads; the result does not depend on their number.
/// `ordinal` is 0. Errors: as Gatherer::create().
Result<Batch> gather(std::vector<const Batch*> batches, std::vector<RowRange> rows,
                     unsigned threads = 1);

/// Puts the rows of a batch in another order: row i becomes what row `order[i]` was. `order` has
/// each row once.
void reorder(Batch& batch, std::span<const std::uint32_t> order);

}  // namespace hark::columnar
