// What a Parquet file says about itself: the header of each page and the footer, as plain data and
// as bytes.
//
// Source: apache/parquet-format, parquet.thrift (the field numbers in the .cc are its ids).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/core/result.h"

namespace hark::columnar {

enum class ParquetEncoding : std::int32_t {
  kPlain = 0,
  kRle = 3,
  kDeltaBinaryPacked = 5,
  kRleDictionary = 8,
};

/// First and last four bytes of a file.
inline constexpr std::string_view kParquetMagic = "PAR1";

/// One column of one row group. Offsets count from the start of the file in a footer, from the
/// start of the chunk while it is being encoded.
struct ChunkMetadata {
  ParquetEncoding encoding = ParquetEncoding::kPlain;  ///< of the data pages
  std::int64_t num_rows = 0;
  std::int64_t null_count = 0;
  std::int64_t uncompressed_bytes = 0;  ///< page headers included
  std::int64_t compressed_bytes = 0;    ///< page headers included
  std::int64_t num_data_pages = 0;
  std::optional<std::int64_t> dictionary_page_offset;
  std::int64_t data_page_offset = 0;
  /// Least and greatest value in PLAIN, byte arrays without their length; both or none.
  std::optional<std::pair<std::string, std::string>> bounds;
};

struct RowGroupMetadata {
  std::int64_t num_rows = 0;
  std::vector<ChunkMetadata> chunks;  ///< in the order of the columns
};

struct FileMetadata {
  std::vector<Field> fields;
  std::int64_t num_rows = 0;
  std::vector<RowGroupMetadata> row_groups;
  std::vector<std::pair<std::string, std::string>> key_values;
  std::string created_by;
};

struct PageSizes {
  std::int32_t uncompressed_bytes = 0;
  std::int32_t compressed_bytes = 0;
};

/// Header of a version 1 data page of `num_rows` rows, nulls among them.
void append_data_page_header(std::string& out, PageSizes sizes, std::int32_t num_rows,
                             ParquetEncoding encoding);
void append_dictionary_page_header(std::string& out, PageSizes sizes, std::int32_t num_values);

/// The whole end of a file: metadata, its length, the magic bytes.
void append_footer(std::string& out, const FileMetadata& file);

struct PageHeader {
  bool is_dictionary = false;   ///< else a version 1 data page
  PageSizes sizes;              ///< neither is negative
  std::int32_t num_values = 0;  ///< nulls among them
  ParquetEncoding encoding = ParquetEncoding::kPlain;
};

/// Takes the page header that `bytes` start with. Errors: kCorrupt; kUnsupported for other pages
/// and encodings than the ones above.
Result<PageHeader> take_page_header(std::string_view& bytes);

/// What append_footer() wrote, without its length and the magic bytes. Bounds, numbers of pages and
/// the encoding of a chunk's pages are not read. Errors: kCorrupt for what is no footer or does not
/// fit together; kUnsupported for what hark writes nowhere: nested or required columns, other types
/// and other compression.
Result<FileMetadata> read_footer(std::string_view bytes);

}  // namespace hark::columnar
