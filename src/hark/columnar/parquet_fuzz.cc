// Fuzzes what is read of a Parquet file: whatever the bytes, reading ends in rows or an Error, and
// a column has as many rows as were asked for.
//
// The first byte chooses: the bytes are a footer, the pages of a column, or what stands in its
// pages before they are compressed, which chance would hardly ever get past zstd.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "hark/columnar/parquet_column_reader.h"
#include "hark/columnar/parquet_metadata.h"
#include "hark/io/compression.h"

namespace {

using namespace hark::columnar;

void require(bool holds) {
  if (!holds) std::abort();
}

/// What is understood of a footer is understood again when it is written.
void read_a_footer(std::string_view bytes) {
  const auto file = read_footer(bytes);
  if (!file || file->fields.empty()) return;
  std::string written;
  append_footer(written, *file);
  const auto again = read_footer(std::string_view(written).substr(0, written.size() - 8));
  require(again && again->fields == file->fields && again->num_rows == file->num_rows &&
          again->row_groups.size() == file->row_groups.size() &&
          again->key_values == file->key_values && again->created_by == file->created_by);
}

void read_a_column(Type type, std::size_t num_rows, std::string_view bytes) {
  static DecodeScratch scratch;
  const auto column = decode_chunk({"column", type}, num_rows, bytes, scratch);
  if (!column) return;
  require(column->size() == num_rows && column->presence().size() == num_rows);
  std::size_t sum = 0;
  for (std::size_t row = 0; type == Type::kString && row < num_rows; ++row) {
    for (const char c : column->text(row)) sum += static_cast<unsigned char>(c);
  }
  static volatile std::size_t seen;
  seen = sum;
}

PageSizes compress(std::string_view raw, std::string& compressed) {
  require(hark::io::zstd_compress(raw, 1, compressed).has_value());
  return {static_cast<std::int32_t>(raw.size()), static_cast<std::int32_t>(compressed.size())};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 6;
  if (size < kHead) return 0;
  const std::string_view bytes =
      std::string_view(reinterpret_cast<const char*>(data), size).substr(kHead);
  const auto type = static_cast<Type>(data[1] % 7);
  const std::size_t num_rows = data[2] + std::size_t{256} * (data[3] % 8);
  if (data[0] % 4 == 0) {
    read_a_footer(bytes);
  } else if (data[0] % 4 == 1) {
    read_a_column(type, num_rows, bytes);
  } else {
    constexpr ParquetEncoding kEncodings[] = {
        ParquetEncoding::kPlain, ParquetEncoding::kDeltaBinaryPacked,
        ParquetEncoding::kRleDictionary, ParquetEncoding::kRle};
    std::string chunk;
    std::string compressed;
    std::string_view page = bytes;
    if (const std::size_t num_texts = data[4] % 16; num_texts > 0) {
      const std::string_view dictionary = page.substr(0, data[4] / 16 * std::size_t{8});
      page.remove_prefix(dictionary.size());
      append_dictionary_page_header(chunk, compress(dictionary, compressed),
                                    static_cast<std::int32_t>(num_texts));
      chunk += compressed;
    }
    append_data_page_header(chunk, compress(page, compressed), static_cast<std::int32_t>(num_rows),
                            kEncodings[data[5] % 4]);
    chunk += compressed;
    read_a_column(type, num_rows, chunk);
  }
  return 0;
}
