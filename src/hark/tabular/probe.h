// What a file is, before it is read: its packing, dialect and header; or why it cannot be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/io/file_system.h"
#include "hark/tabular/byte_source.h"
#include "hark/tabular/dialect.h"
#include "hark/tabular/file_kind.h"
#include "hark/tabular/json_record.h"
#include "hark/tabular/row_reader.h"
#include "hark/tabular/workbook.h"

namespace hark::tabular {

struct ProbeOptions {
  std::optional<char> delimiter = std::nullopt;  ///< instead of the one found among , ; tab |
  /// Accept a first row with numbers or dates in it, as tables with years for column names have.
  bool header_may_look_like_data = false;
  /// Plain bytes looked at; the header must end within.
  std::size_t head_bytes = std::size_t{128} << 10;
  std::size_t num_first_rows = 20;
  /// How Parquet is read: by a layer above, which has the engine for it. Without it Parquet is
  /// refused.
  RowOpener open_parquet = {};
  /// Tells a table's header in a workbook; without it: the built-in contracts know it.
  HeaderTest is_known_header = {};
};

enum class Encoding : std::uint8_t { kAscii, kUtf8, kNotUtf8 };
/// "ASCII", "UTF-8", "not UTF-8".
std::string_view name_of(Encoding encoding) noexcept;

struct FileProbe {
  std::string path;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_us = 0;
  Compression compression = Compression::kNone;
  FileFormat format = FileFormat::kDelimited;
  Dialect dialect;      ///< kDelimited
  JsonLayout json;      ///< kJson
  RowOpener open_rows;  ///< formats with rows of their own
  std::string sheet;    ///< of a workbook: the table's
  /// Sheets of it that are not read although a contract knows their header.
  std::vector<std::string> other_sheets;
  /// Of the bytes looked at. Records that are not UTF-8 are refused when they are read.
  Encoding encoding = Encoding::kAscii;
  std::vector<std::string> header;  ///< names as written, trimmed; some may be empty or repeated
  std::uint64_t data_offset = 0;    ///< plain offset of the first byte behind the header's line end
  std::uint64_t lines_before_data = 0;  ///< line ends before it
  /// The first records as texts, trimmed; those of another width than the header included.
  std::vector<std::vector<std::string>> first_rows;
};

/// Looks at the beginning of a file; reads a JSON file once from end to end, because a name may
/// come up in its last record first.
///
/// Errors: kNotFound (absent); kInvalidInput with a hint for what is no table: a directory, an
/// empty file, a web page, a Git-LFS pointer, binary data, UTF-16, a truncated gzip, a file without
/// a header row or without a row behind it, a header of another width than all rows, broken JSON;
/// kUnsupported for known formats that are not read (Avro, ORC, ...), naming them; kIo.
Result<FileProbe> probe_file(const io::FileSystem& files, const std::string& path,
                             const ProbeOptions& options = {});

}  // namespace hark::tabular
