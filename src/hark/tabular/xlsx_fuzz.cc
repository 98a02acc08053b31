// Any bytes as a sheet, the shared texts, the styles or the archive itself: refused with a reason,
// or read the same twice.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "hark/tabular/whole_file.h"
#include "hark/tabular/xlsx_for_tests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::tabular;
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string rows =
      "<row><c t=\"s\"><v>0</v></c><c><v>7</v></c></row><row><c s=\"1\"><v>43202.5</v></c></row>";
  XlsxParts parts;
  parts.shared_texts = "<si><t>a</t></si>";
  parts.sheets = {{"S", rows}};
  std::string bytes;
  switch (data[0] % 4) {
    case 0:
      parts.sheets = {{"S", rows + text}};
      break;
    case 1:
      parts.shared_texts = text;
      break;
    case 2:
      parts.styles = text;
      break;
    default:
      // An archive with some of its bytes overwritten.
      bytes = make_xlsx(parts);
      for (std::size_t i = 0; i + 2 < text.size(); i += 3) {
        const std::size_t at =
            static_cast<unsigned char>(text[i]) * 256U + static_cast<unsigned char>(text[i + 1]);
        bytes[at % bytes.size()] = text[i + 2];
      }
  }
  if (bytes.empty()) bytes = make_xlsx(parts);
  const WholeFile one = read_whole_text(bytes);
  const WholeFile other = read_whole_text(bytes, {.block_bytes = 1U + data[0]}, 1);
  if (one.error != other.error) std::abort();
  if (one.error.empty() && (one.rows != other.rows || one.rejects != other.rejects)) std::abort();
  return 0;
}
