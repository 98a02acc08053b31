// One batch out of chosen rows of many: what puts rows in another order, or into other files.
#pragma once

#include <cstdint>
#include <span>

#include "hark/columnar/batch.h"

namespace hark::columnar {

/// A row of one of several batches.
struct RowRef {
  std::uint32_t batch = 0;
  std::uint32_t row = 0;
  friend bool operator==(RowRef, RowRef) = default;
};

/// Makes a batch whose i-th row is `rows[i]` of `batches`; a row may be taken more than once.
///
/// The batches have the same fields in the same order. Texts get one dictionary per column, in
/// order of first appearance, each text once; where all batches share one dictionary it is shared
/// with the result as it is. Presence is kept (kInvalid stays kInvalid). `ordinal` is 0. Columns
/// are worked on by `threads` threads; the result does not depend on their number. Errors:
/// kInvalidArgument if fields differ or a ref points nowhere.
Result<Batch> gather(std::span<const Batch* const> batches, std::span<const RowRef> rows,
                     unsigned threads = 1);

}  // namespace hark::columnar
