// Parquet's encodings, reading side: each function takes one encoded run of values from the front
// of a page.
//
// Bytes are not trusted: what does not fit is kCorrupt, and no size that is merely claimed is
// believed. Knows what parquet_encoding.h writes. Source: apache/parquet-format, Encodings.md.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "hark/columnar/batch.h"
#include "hark/core/result.h"

namespace hark::columnar {

constexpr std::int64_t from_zigzag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
/// Bytes of the unsigned LEB128 that `bytes` start with, 0 if there is none of 64 bits.
std::size_t read_varint(std::string_view bytes, std::uint64_t& value) noexcept;

/// All of `values` in the RLE / bit-packed hybrid, each below 2^width; width 0 to 32.
Result<void> take_rle_hybrid(std::string_view& page, unsigned width,
                             std::span<std::uint32_t> values);

/// Definition levels of an optional column, a 4-byte length in front: kValue or kNull for each row.
/// Returns how many have a value.
Result<std::size_t> take_levels(std::string_view& page, std::span<Presence> rows);

Result<void> take_plain_bools(std::string_view& page, std::span<std::uint8_t> values);
/// PLAIN of INT32, INT64 and DOUBLE.
template <typename T>
Result<void> take_plain(std::string_view& page, std::span<T> values);
/// PLAIN of BYTE_ARRAY: adds `count` texts to `texts`. They must be UTF-8.
Result<void> take_plain_texts(std::string_view& page, std::size_t count, Dictionary& texts);

/// All of `values` in DELTA_BINARY_PACKED.
Result<void> take_delta(std::string_view& page, std::span<std::int32_t> values);
Result<void> take_delta(std::string_view& page, std::span<std::int64_t> values);

}  // namespace hark::columnar
