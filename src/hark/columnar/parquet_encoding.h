// Parquet's encodings, writing side: each function appends one encoded run of values to a page.
//
// Plain functions on spans; what is chosen when is parquet_column's business. Little-endian
// machines only, as all of Parquet is little-endian. Source: apache/parquet-format, Encodings.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "hark/columnar/batch.h"

namespace hark::columnar {

/// Small numbers first: 0, -1, 1, -2, ...
constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
/// Unsigned LEB128.
void append_varint(std::string& out, std::uint64_t value);

/// Bits that hold every code below `num_codes`: 0 for 0 and 1.
unsigned bits_for(std::uint64_t num_codes) noexcept;

/// RLE / bit-packed hybrid without a length in front. Values are below 2^width, width 0 to 32.
void append_rle_hybrid(std::string& out, std::span<const std::uint32_t> values, unsigned width);

/// Definition levels of an optional column: 1 where the row has a value, else 0; as they stand in a
/// version 1 data page, a 4-byte length in front. `num_values` of the rows have a value.
void append_levels(std::string& out, std::span<const Presence> rows, std::size_t num_values);

/// One bit a value, least significant first (PLAIN of BOOLEAN).
void append_plain_bools(std::string& out, std::span<const std::uint8_t> values);

/// PLAIN of INT32, INT64 and DOUBLE: the bytes as they are.
template <typename T>
void append_plain(std::string& out, std::span<const T> values) {
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}
/// PLAIN of BYTE_ARRAY: of each of `codes` the 4-byte length of its text in `dictionary`, then the
/// text. The texts have `num_bytes` in all.
void append_plain_texts(std::string& out, const Dictionary& dictionary,
                        std::span<const std::uint32_t> codes, std::size_t num_bytes);

/// DELTA_BINARY_PACKED: differences from one value to the next, packed at the width that each 32
/// need.
void append_delta(std::string& out, std::span<const std::int32_t> values);
void append_delta(std::string& out, std::span<const std::int64_t> values);

}  // namespace hark::columnar
