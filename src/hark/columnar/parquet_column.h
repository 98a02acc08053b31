// One column of one row group as bytes: its encoding, its pages, its bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/columnar/parquet_metadata.h"
#include "hark/columnar/parquet_writer.h"

namespace hark::columnar {

struct ChunkOptions {
  int zstd_level = 1;
  std::size_t page_bytes = std::size_t{1} << 20;
};

struct EncodedChunk {
  std::string bytes;  ///< pages with their headers
  ChunkMetadata metadata;
  /// Least and greatest value, uncut; none for kBool, without values, or if is_unordered.
  std::optional<std::pair<StatValue, StatValue>> range;
  bool is_unordered = false;  ///< has a NaN, so that no bound holds for every engine
};

/// Memory that one chunk after the other uses; its contents mean nothing in between.
struct ChunkScratch {
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t code = 0;  ///< code + 1; 0 is an empty slot
  };
  std::string raw;         ///< a page before compression
  std::string compressed;  ///< and after
  std::vector<std::uint32_t> codes;
  std::vector<std::uint32_t> code_of;   ///< source code -> code in this chunk's dictionary
  std::vector<std::uint32_t> distinct;  ///< and back
  std::vector<Slot> slots;
  std::vector<std::uint8_t> bools;
  std::vector<std::int32_t> int32s, distinct_int32s;
  std::vector<std::int64_t> int64s, distinct_int64s;
  std::vector<double> doubles, distinct_doubles;
};

/// Encodes a column of at least one row into `out`, whose memory is used again.
/// Errors: kInvalidArgument for texts without a dictionary or of 2 GiB; kExhausted.
Result<void> encode_chunk(const Column& column, const ChunkOptions& options, ChunkScratch& scratch,
                          EncodedChunk& out);

}  // namespace hark::columnar
