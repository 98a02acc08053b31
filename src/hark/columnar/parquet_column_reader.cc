#include "hark/columnar/parquet_column_reader.h"

#include <algorithm>
#include <span>
#include <type_traits>

#include "hark/columnar/parquet_decoding.h"
#include "hark/core/text.h"
#include "hark/io/compression.h"

namespace hark::columnar {
namespace {

Error corrupt(std::string_view what) {
  return {ErrorCode::kCorrupt, concat("a Parquet column ", what)};
}

class ChunkReader {
 public:
  ChunkReader(const Field& field, std::size_t num_rows, std::string_view bytes,
              DecodeScratch& scratch)
      : bytes_(bytes), scratch_(scratch), presence_(num_rows), column_(field) {}

  Result<Column> read() {
    switch (column_.type()) {
      case Type::kBool:
        HARK_TRY_VOID(read_values<std::uint8_t>(scratch_.bools));
        break;
      case Type::kInt32:
      case Type::kDate:
        HARK_TRY_VOID(read_numbers(scratch_.int32s, scratch_.distinct_int32s));
        break;
      case Type::kInt64:
      case Type::kTimestamp:
        HARK_TRY_VOID(read_numbers(scratch_.int64s, scratch_.distinct_int64s));
        break;
      case Type::kDouble:
        HARK_TRY_VOID(read_numbers(scratch_.doubles, scratch_.distinct_doubles));
        break;
      case Type::kString:
        HARK_TRY_VOID(read_texts());
        break;
    }
    return std::move(column_);
  }

 private:
  /// Reads every page. `values_of(page, encoding, values)` takes all of `values` from a page.
  template <typename T, typename ValuesOf, typename TakeDictionary>
  Result<void> read_pages(RawVector<T>& dense, const ValuesOf& values_of,
                          const TakeDictionary& take_dictionary) {
    std::vector<T> values(presence_.size());
    std::size_t row = 0;
    while (row < presence_.size()) {
      HARK_TRY(const PageHeader header, take_page_header(bytes_));
      HARK_TRY(std::string_view page, unpack_page(header));
      const auto count = static_cast<std::size_t>(header.num_values);
      if (header.is_dictionary) {
        if (row != 0 || header.encoding != ParquetEncoding::kPlain)
          return corrupt("has a dictionary where none belongs");
        HARK_TRY_VOID(take_dictionary(page, count));
        continue;
      }
      if (count == 0 || count > presence_.size() - row)
        return corrupt("has another number of rows");
      HARK_TRY_VOID(read_page(page, header.encoding, dense, values_of,
                              std::span(presence_).subspan(row, count),
                              std::span(values).subspan(row, count)));
      row += count;
    }
    column_.set(std::move(presence_), std::move(values));
    return {};
  }

  template <typename T, typename ValuesOf>
  static Result<void> read_page(std::string_view page, ParquetEncoding encoding,
                                RawVector<T>& dense, const ValuesOf& values_of,
                                std::span<Presence> presence, std::span<T> values) {
    HARK_TRY(const std::size_t num_values, take_levels(page, presence));
    if (num_values == values.size()) return values_of(page, encoding, values);
    if (num_values == 0) return {};
    // One more than there are: the absent ones after the last look at it.
    dense.resize(num_values + 1);
    dense[num_values] = T{};
    HARK_TRY_VOID(values_of(page, encoding, std::span(dense).first(num_values)));
    std::size_t next = 0;
    for (std::size_t row = 0; row < values.size(); ++row) {
      const bool is_value = presence[row] == Presence::kValue;
      values[row] = is_value ? dense[next] : T{};
      next += is_value ? 1 : 0;
    }
    return {};
  }

  template <typename T>
  Result<void> read_values(RawVector<T>& dense) {
    return read_pages<T>(
        dense,
        [](std::string_view page, ParquetEncoding encoding, std::span<T> values) -> Result<void> {
          if (encoding != ParquetEncoding::kPlain) return other_encoding();
          return take_plain_bools(page, values);
        },
        no_dictionary);
  }

  template <typename T>
  Result<void> read_numbers(RawVector<T>& dense, RawVector<T>& distinct) {
    distinct.clear();
    return read_pages<T>(
        dense,
        [&](std::string_view page, ParquetEncoding encoding, std::span<T> values) -> Result<void> {
          if (encoding == ParquetEncoding::kPlain) return take_plain(page, values);
          if constexpr (std::is_integral_v<T>) {
            if (encoding == ParquetEncoding::kDeltaBinaryPacked) return take_delta(page, values);
          }
          if (encoding != ParquetEncoding::kRleDictionary) return other_encoding();
          scratch_.codes.resize(values.size());
          HARK_TRY_VOID(take_codes(page, scratch_.codes, distinct.size()));
          for (std::size_t i = 0; i < values.size(); ++i) values[i] = distinct[scratch_.codes[i]];
          return {};
        },
        [&](std::string_view page, std::size_t count) -> Result<void> {
          // A size is only believed after a look at the bytes.
          if (count > page.size() / sizeof(T)) return corrupt("has a dictionary that is cut short");
          distinct.resize(count);
          return take_plain(page, std::span<T>(distinct));
        });
  }

  Result<void> read_texts() {
    const auto texts = std::make_shared<Dictionary>();
    auto read = read_pages<std::uint32_t>(
        scratch_.codes,
        [&](std::string_view page, ParquetEncoding encoding,
            std::span<std::uint32_t> codes) -> Result<void> {
          if (encoding == ParquetEncoding::kRleDictionary)
            return take_codes(page, codes, texts->size());
          if (encoding != ParquetEncoding::kPlain) return other_encoding();
          // As many texts as rows, whether they repeat or not: the writer found that they hardly
          // do.
          std::uint32_t code = texts->size();
          HARK_TRY_VOID(take_plain_texts(page, codes.size(), *texts));
          for (std::uint32_t& each : codes) each = code++;
          return {};
        },
        [&](std::string_view page, std::size_t count) {
          return take_plain_texts(page, count, *texts);
        });
    if (!read) return read;
    column_.set_dictionary(texts);
    return {};
  }

  static Result<void> take_codes(std::string_view& page, std::span<std::uint32_t> codes,
                                 std::size_t num_codes) {
    if (page.empty()) return corrupt("has a page without codes");
    const auto width = static_cast<std::uint8_t>(page.front());
    page.remove_prefix(1);
    HARK_TRY_VOID(take_rle_hybrid(page, width, codes));
    std::uint32_t greatest = 0;
    for (const std::uint32_t code : codes) greatest = std::max(greatest, code);
    if (greatest >= num_codes) return corrupt("has a code that its dictionary lacks");
    return {};
  }

  Result<std::string_view> unpack_page(const PageHeader& header) {
    const auto packed = static_cast<std::size_t>(header.sizes.compressed_bytes);
    if (packed > bytes_.size()) return corrupt("has a page that is cut short");
    scratch_.page.resize(static_cast<std::size_t>(header.sizes.uncompressed_bytes));
    HARK_TRY_VOID(io::zstd_decompress(bytes_.substr(0, packed), scratch_.page));
    bytes_.remove_prefix(packed);
    return std::string_view(scratch_.page.data(), scratch_.page.size());
  }

  static Result<void> no_dictionary(std::string_view, std::size_t) {
    return corrupt("has a dictionary where none belongs");
  }
  static Error other_encoding() {
    return {ErrorCode::kUnsupported, "a Parquet column in another encoding than hark writes"};
  }

  std::string_view bytes_;
  DecodeScratch& scratch_;
  std::vector<Presence> presence_;
  Column column_;
};

}  // namespace

Result<Column> decode_chunk(const Field& field, std::size_t num_rows, std::string_view bytes,
                            DecodeScratch& scratch) {
  return ChunkReader(field, num_rows, bytes, scratch).read();
}

}  // namespace hark::columnar
