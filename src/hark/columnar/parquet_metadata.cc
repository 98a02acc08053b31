#include "hark/columnar/parquet_metadata.h"

#include <algorithm>
#include <limits>

#include "hark/columnar/thrift_compact.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

// Numbers of parquet.thrift's enums.
enum PhysicalType : std::int32_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kDouble = 5,
  kByteArray = 6
};
enum ConvertedType : std::int32_t { kUtf8 = 0, kDate = 6, kTimestampMicros = 10 };
enum PageType : std::int32_t { kDataPage = 0, kDictionaryPage = 2 };
constexpr std::int32_t kOptional = 1;
constexpr std::int32_t kZstd = 6;

PhysicalType physical_type(Type type) {
  switch (type) {
    case Type::kBool:
      return kBoolean;
    case Type::kInt32:
    case Type::kDate:
      return kInt32;
    case Type::kInt64:
    case Type::kTimestamp:
      return kInt64;
    case Type::kDouble:
      return kDouble;
    case Type::kString:
      return kByteArray;
  }
  return kByteArray;
}

std::int32_t number_of(ParquetEncoding encoding) { return static_cast<std::int32_t>(encoding); }

void write_page_header_start(ThriftCompactWriter& thrift, PageType type, PageSizes sizes) {
  thrift.begin_struct();
  thrift.field_i32(1, type);
  thrift.field_i32(2, sizes.uncompressed_bytes);
  thrift.field_i32(3, sizes.compressed_bytes);
}

void write_schema_element(ThriftCompactWriter& thrift, const Field& field) {
  thrift.begin_struct();
  thrift.field_i32(1, physical_type(field.type));
  thrift.field_i32(3, kOptional);
  thrift.field_binary(4, field.name);
  // Both the old (converted) and the new (logical) annotation: old readers know only the first.
  if (field.type == Type::kString) {
    thrift.field_i32(6, kUtf8);
    thrift.field_struct(10);
    thrift.field_struct(1);  // STRING
    thrift.end_struct();
    thrift.end_struct();
  } else if (field.type == Type::kDate) {
    thrift.field_i32(6, kDate);
    thrift.field_struct(10);
    thrift.field_struct(6);  // DATE
    thrift.end_struct();
    thrift.end_struct();
  } else if (field.type == Type::kTimestamp) {
    thrift.field_i32(6, kTimestampMicros);
    thrift.field_struct(10);
    thrift.field_struct(8);      // TIMESTAMP
    thrift.field_bool(1, true);  // isAdjustedToUTC: an instant
    thrift.field_struct(2);
    thrift.field_struct(2);  // MICROS
    thrift.end_struct();
    thrift.end_struct();
    thrift.end_struct();
    thrift.end_struct();
  }
  thrift.end_struct();
}

void write_statistics(ThriftCompactWriter& thrift, const ChunkMetadata& chunk) {
  thrift.field_struct(12);
  thrift.field_i64(3, chunk.null_count);
  if (chunk.bounds) {
    thrift.field_binary(5, chunk.bounds->second);
    thrift.field_binary(6, chunk.bounds->first);
    thrift.field_bool(7, true);  // both are values of the column, not roundings
    thrift.field_bool(8, true);
  }
  thrift.end_struct();
}

// Lets a reader see that every data page is dictionary-coded before it reads one.
void write_encoding_stats(ThriftCompactWriter& thrift, const ChunkMetadata& chunk) {
  const auto write = [&](PageType type, ParquetEncoding encoding, std::int64_t count) {
    thrift.begin_struct();
    thrift.field_i32(1, type);
    thrift.field_i32(2, number_of(encoding));
    thrift.field_i32(3, static_cast<std::int32_t>(count));
    thrift.end_struct();
  };
  thrift.field_list(13, ThriftType::kStruct, chunk.dictionary_page_offset ? 2 : 1);
  if (chunk.dictionary_page_offset) write(kDictionaryPage, ParquetEncoding::kPlain, 1);
  write(kDataPage, chunk.encoding, chunk.num_data_pages);
}

void write_chunk(ThriftCompactWriter& thrift, const Field& field, const ChunkMetadata& chunk) {
  thrift.begin_struct();
  thrift.field_i64(2, 0);  // file_offset: of no use since the metadata is in the footer only
  thrift.field_struct(3);
  thrift.field_i32(1, physical_type(field.type));
  std::vector<ParquetEncoding> encodings{ParquetEncoding::kRle, chunk.encoding};
  if (chunk.dictionary_page_offset) encodings.push_back(ParquetEncoding::kPlain);
  thrift.field_list(2, ThriftType::kI32, encodings.size());
  for (const ParquetEncoding encoding : encodings) thrift.element_i32(number_of(encoding));
  thrift.field_list(3, ThriftType::kBinary, 1);
  thrift.element_binary(field.name);
  thrift.field_i32(4, kZstd);
  thrift.field_i64(5, chunk.num_rows);
  thrift.field_i64(6, chunk.uncompressed_bytes);
  thrift.field_i64(7, chunk.compressed_bytes);
  thrift.field_i64(9, chunk.data_page_offset);
  if (chunk.dictionary_page_offset) thrift.field_i64(11, *chunk.dictionary_page_offset);
  write_statistics(thrift, chunk);
  write_encoding_stats(thrift, chunk);
  thrift.end_struct();
  thrift.end_struct();
}

void write_row_group(ThriftCompactWriter& thrift, const FileMetadata& file,
                     const RowGroupMetadata& group, std::int16_t ordinal) {
  std::int64_t uncompressed = 0;
  std::int64_t compressed = 0;
  for (const ChunkMetadata& chunk : group.chunks) {
    uncompressed += chunk.uncompressed_bytes;
    compressed += chunk.compressed_bytes;
  }
  const ChunkMetadata& first = group.chunks.front();
  thrift.begin_struct();
  thrift.field_list(1, ThriftType::kStruct, group.chunks.size());
  for (std::size_t i = 0; i < group.chunks.size(); ++i)
    write_chunk(thrift, file.fields[i], group.chunks[i]);
  thrift.field_i64(2, uncompressed);
  thrift.field_i64(3, group.num_rows);
  thrift.field_i64(5, first.dictionary_page_offset.value_or(first.data_page_offset));
  thrift.field_i64(6, compressed);
  thrift.field_i16(7, ordinal);
  thrift.end_struct();
}

Error no_metadata() { return {ErrorCode::kCorrupt, "the bytes are no Parquet metadata"}; }

Error not_of_hark(std::string_view what) {
  return {ErrorCode::kUnsupported, concat("a Parquet file with ", what)};
}

/// Of a schema element's logical type what tells hark's types apart.
struct LogicalType {
  bool is_utc_micros = false;  ///< TIMESTAMP, an instant, in microseconds
  bool is_known = false;
};

LogicalType read_logical_type(ThriftCompactReader& thrift) {
  LogicalType type;
  thrift.begin_struct();
  while (thrift.next_field()) {
    if (thrift.field_id() == 1 || thrift.field_id() == 6) type.is_known = true;
    if (thrift.field_id() != 8) continue;
    type.is_known = true;
    bool is_utc = false;
    bool is_micros = false;
    thrift.begin_struct();
    while (thrift.next_field()) {
      if (thrift.field_id() == 1) is_utc = thrift.field_bool();
      if (thrift.field_id() != 2) continue;
      thrift.begin_struct();
      while (thrift.next_field()) is_micros = thrift.field_id() == 2;
    }
    type.is_utc_micros = is_utc && is_micros;
  }
  return type;
}

/// The type that write_schema_element() writes so, or none.
std::optional<Type> type_of(std::int64_t physical, std::int64_t converted, LogicalType logical) {
  const bool is_plain = converted < 0 && !logical.is_known;
  switch (physical) {
    case kBoolean:
      return is_plain ? std::optional(Type::kBool) : std::nullopt;
    case kInt32:
      if (is_plain) return Type::kInt32;
      return converted == kDate ? std::optional(Type::kDate) : std::nullopt;
    case kInt64:
      if (is_plain) return Type::kInt64;
      return logical.is_utc_micros ? std::optional(Type::kTimestamp) : std::nullopt;
    case kDouble:
      return is_plain ? std::optional(Type::kDouble) : std::nullopt;
    case kByteArray:
      return converted == kUtf8 ? std::optional(Type::kString) : std::nullopt;
    default:
      return std::nullopt;
  }
}

Result<Field> read_schema_element(ThriftCompactReader& thrift) {
  std::int64_t physical = -1;
  std::int64_t converted = -1;
  std::int64_t repetition = -1;
  std::int64_t num_children = 0;
  LogicalType logical;
  Field field;
  thrift.begin_struct();
  while (thrift.next_field()) {
    switch (thrift.field_id()) {
      case 1:
        physical = thrift.field_integer();
        break;
      case 3:
        repetition = thrift.field_integer();
        break;
      case 4:
        field.name = thrift.field_binary();
        break;
      case 5:
        num_children = thrift.field_integer();
        break;
      case 6:
        converted = thrift.field_integer();
        break;
      case 10:
        logical = read_logical_type(thrift);
        break;
      default:
        break;
    }
  }
  if (!thrift.is_whole()) return no_metadata();
  if (num_children != 0) return not_of_hark("nested columns");
  if (repetition != kOptional) return not_of_hark("required or repeated columns");
  const auto type = type_of(physical, converted, logical);
  if (!type) return not_of_hark("columns of other types");
  field.type = *type;
  return field;
}

Result<std::vector<Field>> read_schema(ThriftCompactReader& thrift) {
  const std::size_t size = thrift.field_list();
  if (size == 0) return no_metadata();
  std::int64_t num_children = -1;
  thrift.begin_struct();  // the root
  while (thrift.next_field()) {
    if (thrift.field_id() == 5) num_children = thrift.field_integer();
  }
  std::vector<Field> fields;
  for (std::size_t i = 1; i < size; ++i) {
    HARK_TRY(Field field, read_schema_element(thrift));
    fields.push_back(std::move(field));
  }
  if (num_children != static_cast<std::int64_t>(fields.size())) return no_metadata();
  return fields;
}

std::int64_t read_null_count(ThriftCompactReader& thrift) {
  std::int64_t count = 0;
  thrift.begin_struct();
  while (thrift.next_field()) {
    if (thrift.field_id() == 3) count = thrift.field_integer();
  }
  return count;
}

Result<ChunkMetadata> read_chunk_metadata(ThriftCompactReader& thrift) {
  ChunkMetadata chunk;
  std::int64_t codec = kZstd;
  thrift.begin_struct();
  while (thrift.next_field()) {
    switch (thrift.field_id()) {
      case 4:
        codec = thrift.field_integer();
        break;
      case 5:
        chunk.num_rows = thrift.field_integer();
        break;
      case 6:
        chunk.uncompressed_bytes = thrift.field_integer();
        break;
      case 7:
        chunk.compressed_bytes = thrift.field_integer();
        break;
      case 9:
        chunk.data_page_offset = thrift.field_integer();
        break;
      case 11:
        chunk.dictionary_page_offset = thrift.field_integer();
        break;
      case 12:
        chunk.null_count = read_null_count(thrift);
        break;
      default:
        break;
    }
  }
  if (!thrift.is_whole()) return no_metadata();
  if (codec != kZstd) return not_of_hark("another compression than zstd");
  return chunk;
}

Result<RowGroupMetadata> read_row_group(ThriftCompactReader& thrift) {
  RowGroupMetadata group;
  thrift.begin_struct();
  while (thrift.next_field()) {
    if (thrift.field_id() == 3) group.num_rows = thrift.field_integer();
    if (thrift.field_id() != 1) continue;
    const std::size_t size = thrift.field_list();
    for (std::size_t i = 0; i < size && thrift.is_whole(); ++i) {
      thrift.begin_struct();
      std::size_t num_metadata = 0;
      while (thrift.next_field()) {
        if (thrift.field_id() != 3) continue;
        HARK_TRY(ChunkMetadata chunk, read_chunk_metadata(thrift));
        group.chunks.push_back(std::move(chunk));
        ++num_metadata;
      }
      if (num_metadata != 1) return no_metadata();
    }
  }
  if (!thrift.is_whole()) return no_metadata();
  return group;
}

/// Whether the numbers of a footer agree with each other.
bool fits_together(const FileMetadata& file) {
  std::int64_t num_rows = 0;
  for (const RowGroupMetadata& group : file.row_groups) {
    if (group.num_rows < 0 || group.num_rows > std::numeric_limits<std::int32_t>::max() ||
        group.chunks.size() != file.fields.size())
      return false;
    for (const ChunkMetadata& chunk : group.chunks) {
      if (chunk.num_rows != group.num_rows || chunk.compressed_bytes < 0 ||
          chunk.data_page_offset < 0 || chunk.dictionary_page_offset.value_or(0) < 0)
        return false;
    }
    num_rows += group.num_rows;
  }
  return num_rows == file.num_rows;
}

}  // namespace

void append_data_page_header(std::string& out, PageSizes sizes, std::int32_t num_rows,
                             ParquetEncoding encoding) {
  ThriftCompactWriter thrift(out);
  write_page_header_start(thrift, kDataPage, sizes);
  thrift.field_struct(5);
  thrift.field_i32(1, num_rows);
  thrift.field_i32(2, number_of(encoding));
  thrift.field_i32(3, number_of(ParquetEncoding::kRle));  // definition levels
  thrift.field_i32(4,
                   number_of(ParquetEncoding::kRle));  // repetition levels, of which there are none
  thrift.end_struct();
  thrift.end_struct();
}

void append_dictionary_page_header(std::string& out, PageSizes sizes, std::int32_t num_values) {
  ThriftCompactWriter thrift(out);
  write_page_header_start(thrift, kDictionaryPage, sizes);
  thrift.field_struct(7);
  thrift.field_i32(1, num_values);
  thrift.field_i32(2, number_of(ParquetEncoding::kPlain));
  thrift.end_struct();
  thrift.end_struct();
}

void append_footer(std::string& out, const FileMetadata& file) {
  const std::size_t start = out.size();
  ThriftCompactWriter thrift(out);
  thrift.begin_struct();
  thrift.field_i32(1, 2);  // format version
  thrift.field_list(2, ThriftType::kStruct, file.fields.size() + 1);
  thrift.begin_struct();  // the root of the schema
  thrift.field_binary(4, "schema");
  thrift.field_i32(5, static_cast<std::int32_t>(file.fields.size()));
  thrift.end_struct();
  for (const Field& field : file.fields) write_schema_element(thrift, field);
  thrift.field_i64(3, file.num_rows);
  thrift.field_list(4, ThriftType::kStruct, file.row_groups.size());
  for (std::size_t i = 0; i < file.row_groups.size(); ++i)
    write_row_group(thrift, file, file.row_groups[i], static_cast<std::int16_t>(i));
  if (!file.key_values.empty()) {
    thrift.field_list(5, ThriftType::kStruct, file.key_values.size());
    for (const auto& [key, value] : file.key_values) {
      thrift.begin_struct();
      thrift.field_binary(1, key);
      thrift.field_binary(2, value);
      thrift.end_struct();
    }
  }
  thrift.field_binary(6, file.created_by);
  // Without column orders a reader must not trust min_value and max_value.
  thrift.field_list(7, ThriftType::kStruct, file.fields.size());
  for (std::size_t i = 0; i < file.fields.size(); ++i) {
    thrift.begin_struct();
    thrift.field_struct(1);  // TYPE_ORDER
    thrift.end_struct();
    thrift.end_struct();
  }
  thrift.end_struct();
  const auto length = static_cast<std::uint32_t>(out.size() - start);
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out += kParquetMagic;
}

Result<PageHeader> take_page_header(std::string_view& bytes) {
  ThriftCompactReader thrift(bytes);
  PageHeader page;
  std::int64_t type = -1;
  std::int64_t uncompressed = -1;
  std::int64_t compressed = -1;
  std::int64_t num_values = -1;
  std::int64_t encoding = -1;
  thrift.begin_struct();
  while (thrift.next_field()) {
    switch (thrift.field_id()) {
      case 1:
        type = thrift.field_integer();
        break;
      case 2:
        uncompressed = thrift.field_integer();
        break;
      case 3:
        compressed = thrift.field_integer();
        break;
      case 5:
      case 7:
        thrift.begin_struct();
        while (thrift.next_field()) {
          if (thrift.field_id() == 1) num_values = thrift.field_integer();
          if (thrift.field_id() == 2) encoding = thrift.field_integer();
        }
        break;
      default:
        break;
    }
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (!thrift.is_whole() || std::min({uncompressed, compressed, num_values}) < 0 ||
      std::max({uncompressed, compressed, num_values}) > kMost)
    return Error(ErrorCode::kCorrupt, "the bytes are no Parquet page");
  if (type != kDataPage && type != kDictionaryPage) return not_of_hark("version 2 pages");
  page.is_dictionary = type == kDictionaryPage;
  page.sizes = {static_cast<std::int32_t>(uncompressed), static_cast<std::int32_t>(compressed)};
  page.num_values = static_cast<std::int32_t>(num_values);
  page.encoding = static_cast<ParquetEncoding>(encoding);
  bytes = thrift.rest();
  return page;
}

Result<FileMetadata> read_footer(std::string_view bytes) {
  ThriftCompactReader thrift(bytes);
  FileMetadata file;
  thrift.begin_struct();
  while (thrift.next_field()) {
    switch (thrift.field_id()) {
      case 2: {
        HARK_TRY(file.fields, read_schema(thrift));
        break;
      }
      case 3:
        file.num_rows = thrift.field_integer();
        break;
      case 4: {
        const std::size_t size = thrift.field_list();
        for (std::size_t i = 0; i < size; ++i) {
          HARK_TRY(RowGroupMetadata group, read_row_group(thrift));
          file.row_groups.push_back(std::move(group));
        }
        break;
      }
      case 5: {
        const std::size_t size = thrift.field_list();
        for (std::size_t i = 0; i < size && thrift.is_whole(); ++i) {
          auto& [key, value] = file.key_values.emplace_back();
          thrift.begin_struct();
          while (thrift.next_field()) {
            if (thrift.field_id() == 1) key = thrift.field_binary();
            if (thrift.field_id() == 2) value = thrift.field_binary();
          }
        }
        break;
      }
      case 6:
        file.created_by = thrift.field_binary();
        break;
      default:
        break;
    }
  }
  if (!thrift.is_whole() || !fits_together(file)) return no_metadata();
  return file;
}

}  // namespace hark::columnar
