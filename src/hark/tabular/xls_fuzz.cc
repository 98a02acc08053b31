// Any bytes as a sheet's records, the shared texts, the workbook's own records, the whole stream or
// the compound file itself: refused with a reason, or read the same twice.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "hark/tabular/whole_file.h"
#include "hark/tabular/xls_for_tests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::tabular;
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  XlsParts parts;
  parts.shared_texts = {biff_text("a"), biff_text("b")};
  parts.sheets = {XlsSheet{"S"}.shared(0, 0, 0).text(0, 1, "x").number(1, 0, 43202.5, 1)};
  std::string bytes;
  switch (data[0] % 5) {
    case 0:
      parts.sheets[0].records += text;
      break;
    case 1:
      parts.has_shared_texts = false;
      parts.before_sheets = biff(0x00FC, le(2, 8) + text.substr(0, 4000));
      if (text.size() > 4000) parts.before_sheets += biff(0x003C, text.substr(4000, 4000));
      break;
    case 2:
      parts.before_sheets = text;
      break;
    case 3:
      bytes = compound_file(text, u"Workbook", true);
      break;
    default:
      // A file with some of its bytes overwritten.
      bytes = compound_file(make_biff(parts), u"Workbook", data[0] >= 128);
      for (std::size_t i = 0; i + 2 < text.size(); i += 3) {
        const std::size_t at =
            static_cast<unsigned char>(text[i]) * 256U + static_cast<unsigned char>(text[i + 1]);
        bytes[at % bytes.size()] = text[i + 2];
      }
  }
  if (bytes.empty()) bytes = make_xls(parts);
  const WholeFile one = read_whole_text(bytes);
  const WholeFile other = read_whole_text(bytes, {.block_bytes = 1U + data[0]}, 1);
  if (one.error != other.error) std::abort();
  if (one.error.empty() && (one.rows != other.rows || one.rejects != other.rejects)) std::abort();
  return 0;
}
