// One column of one row group from its bytes: the way back of parquet_column.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/columnar/parquet_metadata.h"
#include "hark/core/raw_vector.h"

namespace hark::columnar {

/// Memory that one chunk after the other uses; its contents mean nothing in between.
struct DecodeScratch {
  RawVector<char> chunk;  ///< a chunk's bytes, for who reads them from a file
  RawVector<char> page;   ///< a page after decompression
  RawVector<std::uint32_t> codes;
  RawVector<std::uint8_t> bools;  ///< values without the absent ones between them
  RawVector<std::int32_t> int32s, distinct_int32s;
  RawVector<std::int64_t> int64s, distinct_int64s;
  RawVector<double> doubles, distinct_doubles;
};

/// Makes the column of `num_rows` rows whose pages `bytes` are. Errors: kCorrupt for bytes that are
/// not pages of so many rows; kUnsupported for other pages and encodings than encode_chunk()'s;
/// kExhausted.
Result<Column> decode_chunk(const Field& field, std::size_t num_rows, std::string_view bytes,
                            DecodeScratch& scratch);

}  // namespace hark::columnar
