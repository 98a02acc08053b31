#include "hark/tabular/file_kind.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "hark/core/text.h"

namespace hark::tabular {
namespace {

using std::string_view_literals::operator""sv;

struct Signature {
  std::string_view bytes;
  std::string_view what;
  std::string_view hint;
};

constexpr std::string_view kSaveAsCsv = "save or export it as CSV (UTF-8)";
constexpr std::string_view kUnpack = "unpack it and name the file inside";

// The packed ones come up here only inside of another one.
constexpr Signature kSignatures[] = {
    {"\x28\xB5\x2F\xFD"sv, "a zstd file in another packed file", kUnpack},
    {"\x1f\x8b"sv, "a gzip file in another packed file", kUnpack},
    {"PK\x03\x04"sv, "a zip archive or workbook in another packed file", kUnpack},
    {"Obj\x01"sv, "an Avro file", kSaveAsCsv},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "an Excel workbook (xls) in another packed file",
     kUnpack},
    {"BZh"sv, "a bzip2 file", kUnpack},
    {"\xFD\x37zXZ\x00"sv, "an xz file", kUnpack},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip file", kUnpack},
    {"%PDF-"sv, "a PDF document", kSaveAsCsv},
    {"SQLite format 3\x00"sv, "an SQLite database", kSaveAsCsv},
    {"ARROW1\x00"sv, "an Arrow file", kSaveAsCsv},
    {"ORC"sv, "an ORC file", kSaveAsCsv},
};

Error unsupported(std::string_view name, std::string_view what, std::string_view hint) {
  return Error(ErrorCode::kUnsupported, concat("'", name, "' is ", what, ", not supported yet"))
      .hint(std::string(hint));
}

Error invalid(std::string_view name, std::string_view what, std::string_view hint) {
  return Error(ErrorCode::kInvalidInput, concat("'", name, "' ", what)).hint(std::string(hint));
}

bool has_text_before_controls(std::string_view head) {
  // Some control bytes occur in real text (form feeds, an escape); a share of them does not.
  const auto num_controls = std::ranges::count_if(head, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && byte != 0x1B;
  });
  return head.find('\0') == std::string_view::npos &&
         static_cast<std::size_t>(num_controls) * 100 <= head.size();
}

/// A header may begin with a bracket too ("[id],[name]"), but not like this.
bool looks_like_json(std::string_view text) {
  if (!text.starts_with('{') && !text.starts_with('[')) return false;
  const std::string_view inner = trim(text.substr(1));
  return !inner.empty() &&
         std::string_view("\"{[]}0123456789-").find(inner[0]) != std::string_view::npos;
}

}  // namespace

std::string_view name_of(FileFormat format) noexcept {
  switch (format) {
    case FileFormat::kDelimited:
      return "delimited text";
    case FileFormat::kJson:
      return "JSON";
    case FileFormat::kParquet:
      return "Parquet";
    case FileFormat::kXlsx:
      return "Excel workbook (xlsx)";
    case FileFormat::kXls:
      return "Excel workbook (xls)";
  }
  return "";
}

Result<FileFormat> recognise(std::string_view name, std::string_view head, bool is_whole) {
  if (head.starts_with("PAR1"sv) && !has_text_before_controls(head)) return FileFormat::kParquet;
  for (const Signature& signature : kSignatures) {
    // Of the printable ones only those followed by binary data: a header may begin with "ORC".
    if (head.starts_with(signature.bytes) &&
        (!has_text_before_controls(head) || signature.bytes == "%PDF-"sv))
      return unsupported(name, signature.what, signature.hint);
  }
  if (head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv))
    return invalid(name, "is UTF-16 text, which is not read",
                   "save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 FILE > NEW");

  std::string_view text = head;
  if (text.starts_with("\xEF\xBB\xBF"sv)) text.remove_prefix(3);
  text = trim(text);
  if (text.empty() && is_whole)
    return invalid(name, "is empty", "was the download interrupted? Fetch the file again");
  if (text.starts_with("version https://git-lfs.github.com/spec/"sv))
    return invalid(name, "is a Git-LFS pointer, not the data it points to",
                   "run `git lfs pull` where it came from, or download the file itself");
  const std::string beginning = lower(text.substr(0, 1024));
  if (beginning.starts_with("<!doctype html") || beginning.find("<html") != std::string::npos)
    return invalid(name, "is a web page (HTML), not data",
                   "download the data instead of the page that shows it (Export, CSV)");
  if (text.starts_with('<')) return unsupported(name, "an XML document", kSaveAsCsv);
  if (looks_like_json(text)) return FileFormat::kJson;
  if (!has_text_before_controls(head))
    return invalid(name, "is binary data, not text",
                   "hark reads CSV text and JSON, plain or packed by gzip, zstd or zip");
  return FileFormat::kDelimited;
}

}  // namespace hark::tabular
