#include "hark/tabular/probe.h"

#include <algorithm>
#include <array>

#include "hark/contract/contract.h"
#include "hark/core/text.h"
#include "hark/io/gzip_stream.h"
#include "hark/io/zip_archive.h"
#include "hark/io/zstd_stream.h"
#include "hark/simd/csv_scan.h"
#include "hark/tabular/compound_file.h"
#include "hark/tabular/json_probe.h"
#include "hark/tabular/reject.h"
#include "hark/tabular/values.h"

namespace hark::tabular {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
/// Records compared to find the delimiter and the width.
constexpr std::size_t kComparedRecords = 100;
/// With fewer rows of another width than the header, the rows are at fault and not the header.
constexpr std::size_t kEnoughRows = 5;

struct HeadRecord {
  std::vector<std::string> fields;
  bool is_last_field_empty = false;  ///< not even quotes
  std::size_t next = 0;              ///< place behind the record's line end
};

/// The scan of a file's beginning.
simd::ScanResult scan_head(std::string_view head, const Dialect& dialect,
                           std::vector<std::uint32_t>& positions) {
  positions.resize(head.size() + simd::kScanSlack);
  std::vector<std::uint32_t> record_ends(head.size() + simd::kScanSlack);
  std::vector<std::uint8_t> non_ascii(simd::num_lines(head.size()));
  std::vector<std::uint8_t> quoted_lines(non_ascii.size());
  // A kernel that the environment names in vain is the reading's error.
  const auto kernel = simd::active_scan_kernel();
  return (kernel ? *kernel : &simd::scan_kernels().back())
      ->scan({.bytes = head.data(),
              .size = head.size(),
              .delimiter = dialect.delimiter,
              .quote = dialect.quote},
             {positions.data(), record_ends.data(), non_ascii.data(), quoted_lines.data()});
}

/// The records that end within `head`, at most `limit`; with `is_whole` the last one need not have
/// a line end.
std::vector<HeadRecord> read_records(std::string_view head, bool is_whole, const Dialect& dialect,
                                     std::size_t limit) {
  std::vector<std::uint32_t> positions;
  const simd::ScanResult scan = scan_head(head, dialect, positions);
  std::size_t num_positions = scan.num_positions;
  if (is_whole && scan.end != simd::ScanState::kQuoted)
    positions[num_positions++] = static_cast<std::uint32_t>(head.size());

  std::vector<HeadRecord> records;
  std::string scratch;
  HeadRecord record;
  std::size_t begin = 0;
  std::size_t field_begin = 0;
  for (std::size_t i = 0; i < num_positions && records.size() < limit; ++i) {
    const std::size_t at = positions[i];
    const bool ends_record = at == head.size() || head[at] != dialect.delimiter;
    if (!ends_record || at > begin) {
      const std::string_view raw = head.substr(field_begin, at - field_begin);
      record.fields.emplace_back(field_text(raw, dialect.quote, scratch));
      record.is_last_field_empty = raw.empty();
    }
    field_begin = at + 1;
    if (!ends_record) continue;
    begin = at + 1;
    if (at + 1 < head.size() && head[at] == '\r' && head[at + 1] == '\n') {
      // The LF is a position of its own.
      ++i;
      field_begin = ++begin;
    }
    if (record.fields.empty()) continue;
    record.next = std::min(begin, head.size());
    records.push_back(std::move(record));
    record = {};
  }
  return records;
}

LineEnd line_end_of(std::string_view head, const Dialect& dialect) {
  std::vector<std::uint32_t> positions;
  const simd::ScanResult scan = scan_head(head, dialect, positions);
  for (std::size_t i = 0; i < scan.num_positions; ++i) {
    const std::size_t at = positions[i];
    if (head[at] == '\n') return LineEnd::kLf;
    if (head[at] == '\r')
      return at + 1 < head.size() && head[at + 1] == '\n' ? LineEnd::kCrLf : LineEnd::kCr;
  }
  return LineEnd::kNone;
}

/// The delimiter that gives most records the header's width; the wider header decides between two.
char find_delimiter(std::string_view head, bool is_whole, Dialect dialect) {
  char best = ',';
  std::size_t best_agreeing = 0;
  std::size_t best_width = 1;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    dialect.delimiter = delimiter;
    const auto records = read_records(head, is_whole, dialect, kComparedRecords);
    if (records.empty() || records[0].fields.size() < 2) continue;
    const std::size_t width = records[0].fields.size();
    const auto agreeing = static_cast<std::size_t>(std::ranges::count_if(
        records, [&](const HeadRecord& record) { return record.fields.size() == width; }));
    const bool is_better =
        agreeing != best_agreeing ? agreeing > best_agreeing : width > best_width;
    if (is_better) {
      best = delimiter;
      best_agreeing = agreeing;
      best_width = width;
    }
  }
  return best;
}

/// A number, a date, a clock or a key: something that names no column.
bool looks_like_value(std::string_view text) {
  if (parse_number_value(text)) return true;
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  // Digits and what stands between them in dates, clocks and keys; letters only as in AM, T, Z.
  return text.find_first_not_of("0123456789-/:., +TZAPMtzapm") == std::string_view::npos;
}

/// Why the first record is no header, as a phrase; empty if it may be one.
std::string no_header_reason(const std::vector<HeadRecord>& records) {
  const std::vector<std::string>& names = records[0].fields;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (looks_like_value(names[i]))
      return concat("field ", i + 1, " of the first line is a number, a date or a key");
  }
  const auto num_empty = static_cast<std::size_t>(
      std::ranges::count_if(names, [](const std::string& name) { return name.empty(); }));
  if (num_empty * 2 > names.size()) return "most fields of the first line are empty";
  // Values repeat down a column; names do not. A header repeated as a whole is another matter.
  std::size_t num_repeated = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    const bool is_repeated =
        std::any_of(records.begin() + 1, records.end(), [&](const HeadRecord& record) {
          return i < record.fields.size() && record.fields[i] == names[i] && record.fields != names;
        });
    if (is_repeated) ++num_repeated;
  }
  if (num_repeated > 0 && num_repeated * 2 >= names.size() - num_empty)
    return "the first line's fields come again in the lines below";
  return {};
}

Error no_table(const std::string& path, std::string_view what, std::string hint) {
  return Error(ErrorCode::kInvalidInput, concat("'", path, "' ", what)).hint(std::move(hint));
}

/// A hint that names the file that was meant, if one of the folder's names is near.
Error not_found(const io::FileSystem& files, const std::string& path) {
  Error error(ErrorCode::kNotFound, concat("there is no file '", path, "'"));
  if (path == "-")
    return std::move(error).hint("standard input is not read: write it to a file first");
  std::vector<std::string> names;
  if (const auto entries = files.list(std::string(io::parent_path(path)))) {
    for (const io::FileInfo& entry : *entries) names.emplace_back(io::file_name(entry.path));
  }
  if (const auto meant = nearest(io::file_name(path), names))
    return std::move(error).hint(concat("did you mean '", *meant, "'?"));
  return std::move(error).hint("check the path");
}

/// Whether a zip archive is a workbook. A damaged one is reported when it is read.
Result<bool> is_workbook(std::shared_ptr<const io::InputFile> file) {
  const auto archive = io::ZipArchive::open(std::move(file));
  if (!archive && archive.error().code() == ErrorCode::kInvalidInput) return false;
  if (!archive) return archive.error();
  return std::ranges::any_of((*archive)->members(), [](const io::ZipMember& member) {
    return member.name == "xl/workbook.xml";
  });
}

Compression compression_of(std::string_view first_bytes) {
  if (io::is_gzip(first_bytes)) return Compression::kGzip;
  if (io::is_zstd(first_bytes)) return Compression::kZstd;
  if (io::is_zip(first_bytes)) return Compression::kZip;
  return Compression::kNone;
}

Encoding encoding_of(std::string_view head, bool is_whole) {
  const std::size_t bad_byte = find_invalid_utf8(head);
  // A letter may be cut in two where the head ends.
  if (bad_byte != std::string_view::npos && (is_whole || bad_byte + 4 <= head.size()))
    return Encoding::kNotUtf8;
  const bool is_ascii =
      std::ranges::all_of(head, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? Encoding::kAscii : Encoding::kUtf8;
}

/// Fills in the dialect, header and first rows from the file's first plain bytes.
Result<void> read_head(FileProbe& probe, std::string_view head, bool is_whole,
                       const ProbeOptions& options) {
  probe.encoding = encoding_of(head, is_whole);
  probe.dialect.has_bom = head.starts_with(kBom);
  const std::size_t bom_bytes = probe.dialect.has_bom ? kBom.size() : 0;
  if (probe.dialect.has_bom) probe.encoding = std::max(probe.encoding, Encoding::kUtf8);
  head.remove_prefix(bom_bytes);

  probe.dialect.delimiter =
      options.delimiter ? *options.delimiter : find_delimiter(head, is_whole, probe.dialect);
  probe.dialect.line_end = line_end_of(head, probe.dialect);
  const auto records = read_records(head, is_whole, probe.dialect,
                                    1 + std::max(kComparedRecords, options.num_first_rows));
  if (records.empty()) {
    if (is_whole)
      return no_table(probe.path, "is one field with a quote that is never closed",
                      "look at its first line");
    return no_table(probe.path, concat("has no line end in its first ", head.size(), " bytes"),
                    "hark reads CSV text with one record per line");
  }
  probe.header = records[0].fields;
  for (const std::string& name : probe.header) {
    if (find_invalid_utf8(name) != std::string_view::npos)
      return no_table(probe.path, "has a header that is not UTF-8", std::string(kConvertHint));
  }
  if (!options.header_may_look_like_data) {
    if (const std::string reason = no_header_reason(records); !reason.empty()) {
      return no_table(probe.path, concat("has no header row: ", reason),
                      "put a line with the columns' names on top of it");
    }
  }
  const bool has_more = head.find_first_not_of("\r\n", records[0].next) != std::string_view::npos;
  if (!has_more && is_whole)
    return no_table(probe.path, "has a header and no rows", "was the export cut short?");
  probe.data_offset = bom_bytes + records[0].next;
  probe.lines_before_data = simd::count_line_ends('\0', head.substr(0, records[0].next));

  const std::size_t width = probe.header.size();
  const std::span rows = std::span(records).subspan(1);
  const auto have = [&](auto condition) { return std::ranges::all_of(rows, condition); };
  probe.dialect.has_trailing_delimiter = !rows.empty() && have([&](const HeadRecord& record) {
    return record.fields.size() == width + 1 && record.is_last_field_empty;
  });
  if (!probe.dialect.has_trailing_delimiter && rows.size() >= kEnoughRows &&
      rows[0].fields.size() != width && have([&](const HeadRecord& record) {
        return record.fields.size() == rows[0].fields.size();
      })) {
    return no_table(probe.path,
                    concat("has ", width, " names in its header and ", rows[0].fields.size(),
                           " fields in its rows"),
                    "name the missing columns in the first line (R writes no name for row names)");
  }
  for (std::size_t i = 0; i < std::min(rows.size(), options.num_first_rows); ++i) {
    probe.first_rows.push_back(rows[i].fields);
  }
  return {};
}

/// Fills in the header and first rows of a format with rows of its own.
Result<void> probe_rows(std::size_t num_first_rows, FileProbe& probe) {
  HARK_TRY(const auto rows, probe.open_rows(probe.path));
  probe.header = rows->header();
  for (std::string& name : probe.header) name = trim_value(name);
  bool has_row = false;
  const RowTaker take = [&](std::span<const std::string_view> fields, const RecordPlace&) {
    has_row = true;
    if (probe.first_rows.size() == num_first_rows) return;
    std::vector<std::string>& row = probe.first_rows.emplace_back();
    for (const std::string_view field : fields) row.emplace_back(trim_value(field));
  };
  bool has_more = true;
  while (has_more && probe.first_rows.size() < std::max<std::size_t>(1, num_first_rows)) {
    HARK_TRY(has_more, rows->next(take));
  }
  if (!has_row)
    return no_table(probe.path, "has a header and no rows", "was the export cut short?");
  return {};
}

Result<void> probe_workbook(const io::FileSystem& files, const ProbeOptions& options,
                            FileFormat format, FileProbe& probe) {
  HeaderTest is_known = options.is_known_header;
  if (!is_known) {
    is_known = [](std::span<const std::string> header) {
      return static_cast<bool>(contract::choose_built_in(header));
    };
  }
  HARK_TRY(Table table,
           find_workbook_table(files, probe.path,
                               format == FileFormat::kXlsx ? open_xlsx : open_xls, is_known));
  probe.format = format;
  probe.compression = Compression::kNone;
  probe.encoding = Encoding::kUtf8;
  probe.sheet = std::move(table.sheet);
  probe.other_sheets = std::move(table.other_sheets);
  probe.open_rows = std::move(table.open);
  return probe_rows(options.num_first_rows, probe);
}

}  // namespace

std::string_view name_of(LineEnd line_end) noexcept {
  switch (line_end) {
    case LineEnd::kLf:
      return "LF";
    case LineEnd::kCrLf:
      return "CRLF";
    case LineEnd::kCr:
      return "CR";
    case LineEnd::kNone:
      return "none";
  }
  return "none";
}

std::string_view name_of(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::kAscii:
      return "ASCII";
    case Encoding::kUtf8:
      return "UTF-8";
    case Encoding::kNotUtf8:
      return "not UTF-8";
  }
  return "not UTF-8";
}

Result<FileProbe> probe_file(const io::FileSystem& files, const std::string& path,
                             const ProbeOptions& options) {
  const auto found = files.stat(path);
  if (!found) {
    if (found.error().code() == ErrorCode::kNotFound) return not_found(files, path);
    return found.error();
  }
  const io::FileInfo& info = *found;
  if (info.kind == io::FileKind::kDirectory)
    return no_table(path, "is a directory", "name one file in it");
  if (info.kind == io::FileKind::kOther)
    return no_table(path, "is no regular file", "write the data to a file first");
  FileProbe probe;
  probe.path = path;
  probe.size_bytes = info.size_bytes;
  probe.modified_us = info.modified_us;
  auto input = files.open_input(path);
  if (!input && input.error().code() == ErrorCode::kIo) {
    return Error(ErrorCode::kInvalidInput, input.error().message())
        .hint("may this user read the file?");
  }
  HARK_TRY(std::shared_ptr<const io::InputFile> file, std::move(input));

  std::array<char, 8> magic{};
  HARK_TRY(const std::size_t num_magic, file->read_at(0, magic));
  probe.compression = compression_of({magic.data(), num_magic});
  std::optional<FileFormat> workbook;
  if (is_compound_file({magic.data(), num_magic})) workbook = FileFormat::kXls;
  if (probe.compression == Compression::kZip) {
    HARK_TRY(const bool is_excel, is_workbook(file));
    if (is_excel) workbook = FileFormat::kXlsx;
  }
  if (workbook) {
    if (auto done = probe_workbook(files, options, *workbook, probe); !done)
      return std::move(done).error().while_doing(concat("reading '", path, "'"));
    return probe;
  }
  auto opened = open_source(std::move(file), probe.compression);
  if (!opened) return std::move(opened).error().while_doing(concat("reading '", path, "'"));
  const std::unique_ptr<ByteSource> source = *std::move(opened);
  std::string head(options.head_bytes, '\0');
  auto num_read = source->read_at(0, head);
  if (!num_read) return std::move(num_read).error().while_doing(concat("reading '", path, "'"));
  const bool is_whole = *num_read < head.size();
  head.resize(*num_read);

  HARK_TRY(probe.format, recognise(path, head, is_whole));
  if (probe.format == FileFormat::kParquet) {
    if (probe.compression != Compression::kNone)
      return Error(ErrorCode::kUnsupported,
                   concat("'", path, "' is Parquet in another packed file"))
          .hint("unpack it and name the file inside");
    if (!options.open_parquet)
      return Error(ErrorCode::kUnsupported,
                   concat("'", path, "' is a Parquet file, which is not read here"))
          .hint("save or export it as CSV (UTF-8)");
    probe.open_rows = options.open_parquet;
    probe.encoding = Encoding::kUtf8;
    HARK_TRY_VOID(probe_rows(options.num_first_rows, probe));
  } else if (probe.format == FileFormat::kJson) {
    probe.encoding = encoding_of(head, is_whole);
    HARK_TRY_VOID(probe_json(*source, head, is_whole, options.num_first_rows, probe));
  } else {
    HARK_TRY_VOID(read_head(probe, head, is_whole, options));
  }
  return probe;
}

}  // namespace hark::tabular
