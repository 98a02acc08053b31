#include "hark/columnar/parquet_column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "hark/columnar/parquet_encoding.h"
#include "hark/core/text.h"
#include "hark/io/compression.h"

namespace hark::columnar {
namespace {

constexpr std::size_t kMaxPageBytes = std::numeric_limits<std::int32_t>::max();
/// Larger dictionaries are legal, but readers hold them in memory whole.
constexpr std::size_t kMaxDictionaryBytes = std::size_t{128} << 20;
/// A footer is read whole: long texts stay out of it.
constexpr std::size_t kMaxBoundBytes = 256;
/// Drawing among 65,536 values repeats 128 times before 4,096 different ones are seen: where it
/// takes fewer than 41 repetitions, there are many more values.
constexpr std::size_t kFirstLook = 4096;
constexpr std::uint32_t kNoCode = std::numeric_limits<std::uint32_t>::max();

std::size_t count_values(std::span<const Presence> rows) {
  std::size_t count = 0;
  for (const Presence presence : rows) count += presence == Presence::kValue ? 1 : 0;
  return count;
}

template <typename T>
std::string plain_bytes(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

class ChunkWriter {
 public:
  ChunkWriter(const Column& column, const ChunkOptions& options, ChunkScratch& scratch,
              EncodedChunk& out)
      : column_(column),
        rows_(column.presence()),
        options_(options),
        scratch_(scratch),
        out_(out) {}

  Result<void> write() {
    out_.bytes.clear();
    out_.metadata = {};
    out_.range.reset();
    out_.is_unordered = false;
    num_values_ = column_.is_blank() ? 0 : count_values(rows_);
    out_.metadata.num_rows = static_cast<std::int64_t>(rows_.size());
    out_.metadata.null_count = static_cast<std::int64_t>(rows_.size() - num_values_);
    HARK_TRY_VOID(write_values());
    out_.metadata.compressed_bytes = static_cast<std::int64_t>(out_.bytes.size());
    return {};
  }

 private:
  Result<void> write_values() {
    if (num_values_ == 0) return write_data_page(ParquetEncoding::kPlain, rows_, 0, [] {});
    switch (column_.type()) {
      case Type::kBool:
        return write_bools();
      case Type::kInt32:
      case Type::kDate:
        return write_numbers(dense(column_.int32s(), scratch_.int32s), scratch_.distinct_int32s);
      case Type::kInt64:
      case Type::kTimestamp:
        return write_numbers(dense(column_.int64s(), scratch_.int64s), scratch_.distinct_int64s);
      case Type::kDouble:
        return write_numbers(dense(column_.doubles(), scratch_.doubles), scratch_.distinct_doubles);
      case Type::kString:
        return write_texts();
    }
    return {};
  }

  /// The values of the rows that have one: `values` itself where all have.
  template <typename T>
  std::span<const T> dense(std::span<const T> values, std::vector<T>& scratch) const {
    if (num_values_ == rows_.size()) return values;
    scratch.resize(rows_.size());
    std::size_t count = 0;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      scratch[count] = values[row];
      count += rows_[row] == Presence::kValue ? 1 : 0;
    }
    return std::span(scratch).first(count);
  }

  Result<void> write_bools() {
    const auto values = dense(column_.bools(), scratch_.bools);
    return write_pages(ParquetEncoding::kPlain, options_.page_bytes * 8,
                       [&](std::size_t first, std::size_t count) {
                         append_plain_bools(scratch_.raw, values.subspan(first, count));
                       });
  }

  template <typename T>
  Result<void> write_numbers(std::span<const T> values, std::vector<T>& distinct) {
    set_number_bounds(values);
    // A quarter: past it the codes and the dictionary together save nothing (measured on NYC 311).
    if (find_distinct(values, values.size() / 4 + 1, distinct)) {
      scratch_.raw.clear();
      append_plain(scratch_.raw, std::span<const T>(distinct));
      HARK_TRY_VOID(write_dictionary_page(distinct.size()));
      return write_coded_pages(distinct.size());
    }
    const std::size_t rows_per_page = options_.page_bytes / sizeof(T);
    if constexpr (std::is_integral_v<T>) {
      return write_pages(ParquetEncoding::kDeltaBinaryPacked, rows_per_page,
                         [&](std::size_t first, std::size_t count) {
                           append_delta(scratch_.raw, values.subspan(first, count));
                         });
    } else {
      return write_pages(ParquetEncoding::kPlain, rows_per_page,
                         [&](std::size_t first, std::size_t count) {
                           append_plain(scratch_.raw, values.subspan(first, count));
                         });
    }
  }

  template <typename T>
  void set_number_bounds(std::span<const T> values) {
    T least = values[0];
    T greatest = values[0];
    bool has_nan = false;
    for (const T value : values) {
      least = std::min(least, value);
      greatest = std::max(greatest, value);
      if constexpr (std::is_floating_point_v<T>) has_nan |= value != value;
    }
    out_.is_unordered = has_nan;
    if (has_nan) return;
    if constexpr (std::is_floating_point_v<T>) {
      out_.range.emplace(least + 0.0, greatest + 0.0);  // -0 becomes 0
      // The format's rule: a zero bound is written with the sign that leaves out neither zero.
      if (least == 0) least = -0.0;
      if (greatest == 0) greatest = 0.0;
    } else {
      out_.range.emplace(std::int64_t{least}, std::int64_t{greatest});
    }
    out_.metadata.bounds.emplace(plain_bytes(least), plain_bytes(greatest));
  }

  /// Numbers the distinct values in order of first appearance: scratch_.codes has one code a value.
  /// False, and nothing of use, if there are more than `limit`, or as good as no repetition among
  /// the first values: then the rest is not worth looking at.
  template <typename T>
  bool find_distinct(std::span<const T> values, std::size_t limit, std::vector<T>& distinct) {
    auto& codes = scratch_.codes;
    auto& slots = scratch_.slots;
    distinct.clear();
    codes.resize(values.size());
    slots.assign(1024, {});
    unsigned shift = 64 - 10;
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint64_t key = 0;  // by bits: a NaN equals itself, and -0 stays what it is
      std::memcpy(&key, &values[i], sizeof(T));
      std::size_t at = (key * 0x9E3779B97F4A7C15ULL) >> shift;
      while (slots[at].code != 0 && slots[at].key != key) at = (at + 1) & (slots.size() - 1);
      if (slots[at].code == 0) {
        if (distinct.size() == limit) return false;
        if (distinct.size() == kFirstLook && i < kFirstLook * 101 / 100) return false;
        distinct.push_back(values[i]);
        slots[at] = {key, static_cast<std::uint32_t>(distinct.size())};
        codes[i] = static_cast<std::uint32_t>(distinct.size() - 1);
        if (distinct.size() * 2 > slots.size()) shift = grow_slots(shift);
      } else {
        codes[i] = slots[at].code - 1;
      }
    }
    return true;
  }

  unsigned grow_slots(unsigned shift) {
    auto& slots = scratch_.slots;
    std::vector<ChunkScratch::Slot> old(slots.size() * 4);
    old.swap(slots);
    shift -= 2;
    for (const ChunkScratch::Slot& slot : old) {
      if (slot.code == 0) continue;
      std::size_t at = (slot.key * 0x9E3779B97F4A7C15ULL) >> shift;
      while (slots[at].code != 0) at = (at + 1) & (slots.size() - 1);
      slots[at] = slot;
    }
    return shift;
  }

  Result<void> write_texts() {
    if (!column_.dictionary()) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("column '", column_.name(), "' has texts and no dictionary"));
    }
    const Dictionary& dictionary = *column_.dictionary();
    const auto source = dense(column_.codes(), scratch_.codes);
    find_used(source, dictionary.size());
    const auto& distinct = scratch_.distinct;
    std::size_t distinct_bytes = 0;
    for (const std::uint32_t code : distinct) distinct_bytes += dictionary[code].size();
    set_text_bounds(dictionary);
    if (dictionary_pays(distinct.size(), distinct_bytes)) {
      scratch_.raw.clear();
      append_plain_texts(scratch_.raw, dictionary, distinct, distinct_bytes);
      HARK_TRY_VOID(write_dictionary_page(distinct.size()));
      scratch_.codes.resize(source.size());
      for (std::size_t i = 0; i < source.size(); ++i)
        scratch_.codes[i] = scratch_.code_of[source[i]];
      return write_coded_pages(distinct.size());
    }
    return write_plain_texts(dictionary, source);
  }

  /// Numbers the codes that occur in order of first appearance, both ways.
  void find_used(std::span<const std::uint32_t> source, std::size_t num_codes) {
    auto& code_of = scratch_.code_of;
    auto& distinct = scratch_.distinct;
    code_of.assign(num_codes, kNoCode);
    distinct.clear();
    for (const std::uint32_t code : source) {
      if (code_of[code] != kNoCode) continue;
      code_of[code] = static_cast<std::uint32_t>(distinct.size());
      distinct.push_back(code);
    }
  }

  /// Compares what the two forms take after compression, a byte of text counted as 0.4 (measured
  /// on NYC 311's addresses and descriptions).
  bool dictionary_pays(std::size_t num_distinct, std::size_t distinct_bytes) const {
    if (distinct_bytes + 4 * num_distinct > kMaxDictionaryBytes) return false;
    const auto n = static_cast<double>(num_values_);
    const auto d = static_cast<double>(num_distinct);
    const double text_bytes = 0.4 * static_cast<double>(distinct_bytes) / d + 0.5;
    return d * text_bytes + n * bits_for(num_distinct) / 8 < n * text_bytes;
  }

  void set_text_bounds(const Dictionary& dictionary) {
    // In the dictionary's order, not the rows': its texts are then read from front to back.
    std::string_view least = dictionary[scratch_.distinct.front()];
    std::string_view greatest = least;
    for (std::uint32_t code = 0; code < scratch_.code_of.size(); ++code) {
      if (scratch_.code_of[code] == kNoCode) continue;
      const std::string_view text = dictionary[code];
      if (text < least) least = text;
      if (text > greatest) greatest = text;
    }
    out_.range.emplace(std::string(least), std::string(greatest));
    if (least.size() <= kMaxBoundBytes && greatest.size() <= kMaxBoundBytes)
      out_.metadata.bounds.emplace(least, greatest);
  }

  // Not DELTA_LENGTH_BYTE_ARRAY, which would be a tenth smaller: Spark 3.5's vectorized reader
  // takes the lengths of other rows where a page does not begin at its batch's first row.
  Result<void> write_plain_texts(const Dictionary& dictionary,
                                 std::span<const std::uint32_t> source) {
    // Pages are cut by the bytes they hold, as one text can be as long as a page of others.
    std::size_t value = 0;
    std::size_t first_row = 0;
    while (first_row < rows_.size()) {
      const std::size_t first_value = value;
      std::size_t num_bytes = 0;
      std::size_t row = first_row;
      for (; row < rows_.size() && num_bytes + 4 * (value - first_value) < options_.page_bytes;
           ++row) {
        if (rows_[row] == Presence::kValue) num_bytes += dictionary[source[value++]].size();
      }
      const auto codes = source.subspan(first_value, value - first_value);
      HARK_TRY_VOID(write_data_page(
          ParquetEncoding::kPlain, rows_.subspan(first_row, row - first_row), codes.size(),
          [&] { append_plain_texts(scratch_.raw, dictionary, codes, num_bytes); }));
      first_row = row;
    }
    return {};
  }

  Result<void> write_coded_pages(std::size_t num_codes) {
    const unsigned width = std::max(1U, bits_for(num_codes));
    const std::span<const std::uint32_t> codes(scratch_.codes);
    return write_pages(ParquetEncoding::kRleDictionary, options_.page_bytes * 8 / width,
                       [&](std::size_t first, std::size_t count) {
                         scratch_.raw += static_cast<char>(width);
                         append_rle_hybrid(scratch_.raw, codes.subspan(first, count), width);
                       });
  }

  /// Writes pages of `rows_per_page` rows; `append_values(first, count)` appends values to raw.
  template <typename AppendValues>
  Result<void> write_pages(ParquetEncoding encoding, std::size_t rows_per_page,
                           const AppendValues& append_values) {
    rows_per_page = std::max<std::size_t>(1, rows_per_page);
    std::size_t first_value = 0;
    for (std::size_t first_row = 0; first_row < rows_.size(); first_row += rows_per_page) {
      const auto rows = rows_.subspan(first_row, std::min(rows_per_page, rows_.size() - first_row));
      const std::size_t count = count_values(rows);
      HARK_TRY_VOID(
          write_data_page(encoding, rows, count, [&] { append_values(first_value, count); }));
      first_value += count;
    }
    return {};
  }

  template <typename AppendValues>
  Result<void> write_data_page(ParquetEncoding encoding, std::span<const Presence> rows,
                               std::size_t count, const AppendValues& append_values) {
    scratch_.raw.clear();
    append_levels(scratch_.raw, rows, count);
    append_values();
    HARK_TRY(const PageSizes sizes, compress_page());
    ChunkMetadata& metadata = out_.metadata;
    metadata.encoding = encoding;
    if (metadata.num_data_pages++ == 0)
      metadata.data_page_offset = static_cast<std::int64_t>(out_.bytes.size());
    const std::size_t header_at = out_.bytes.size();
    append_data_page_header(out_.bytes, sizes, static_cast<std::int32_t>(rows.size()), encoding);
    append_page_body(header_at);
    return {};
  }

  /// Writes scratch_.raw, `num_values` values in PLAIN, as the chunk's dictionary.
  Result<void> write_dictionary_page(std::size_t num_values) {
    HARK_TRY(const PageSizes sizes, compress_page());
    out_.metadata.dictionary_page_offset = 0;
    append_dictionary_page_header(out_.bytes, sizes, static_cast<std::int32_t>(num_values));
    append_page_body(0);
    return {};
  }

  Result<PageSizes> compress_page() {
    HARK_TRY_VOID(io::zstd_compress(scratch_.raw, options_.zstd_level, scratch_.compressed));
    if (scratch_.raw.size() > kMaxPageBytes || scratch_.compressed.size() > kMaxPageBytes) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("a page of column '", column_.name(), "' is too large for Parquet"));
    }
    return PageSizes{static_cast<std::int32_t>(scratch_.raw.size()),
                     static_cast<std::int32_t>(scratch_.compressed.size())};
  }

  void append_page_body(std::size_t header_at) {
    const std::size_t header_bytes = out_.bytes.size() - header_at;
    out_.bytes += scratch_.compressed;
    out_.metadata.uncompressed_bytes +=
        static_cast<std::int64_t>(header_bytes + scratch_.raw.size());
  }

  const Column& column_;
  const std::span<const Presence> rows_;
  const ChunkOptions& options_;
  ChunkScratch& scratch_;
  EncodedChunk& out_;
  std::size_t num_values_ = 0;
};

}  // namespace

Result<void> encode_chunk(const Column& column, const ChunkOptions& options, ChunkScratch& scratch,
                          EncodedChunk& out) {
  return ChunkWriter(column, options, scratch, out).write();
}

}  // namespace hark::columnar
