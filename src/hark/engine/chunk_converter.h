// DuckDB's chunks as batches. Internal to engine.
//
// Include <duckdb.h> first.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/engine/chunk_stream.h"

namespace hark::engine {

/// Rows [from, to) of a chunk.
struct Slice {
  std::shared_ptr<const Chunk> chunk;
  std::size_t from = 0;
  std::size_t to = 0;
};

/// Cuts a stream into runs of exactly `num_rows` rows (the last one fewer), so that batches do not
/// depend on the chunks DuckDB happens to make.
class SliceReader {
 public:
  explicit SliceReader(ChunkStream& stream) : stream_(stream) {}
  /// Empty after the last row.
  Result<std::vector<Slice>> next(std::size_t num_rows);

 private:
  ChunkStream& stream_;
  Slice rest_;
};

/// Makes kDouble of those wide integer columns of which a row in `slices` does not fit 64 bits.
void widen_types(std::vector<ColumnPlan>& columns, std::span<const Slice> slices);

/// Converts rows to one batch. Errors: kUnsupported for an integer that does not fit its column.
Result<columnar::Batch> to_batch(std::span<const ColumnPlan> columns, std::span<const Slice> slices,
                                 std::uint64_t ordinal);

}  // namespace hark::engine
