// What the sheets of a workbook (xlsx, ECMA-376) share: their names, the shared texts, the formats.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hark/io/zip_archive.h"
#include "hark/tabular/shared_texts.h"
#include "hark/tabular/sheet_values.h"

namespace hark::tabular {

struct XlsxBook {
  struct Sheet {
    std::string name;
    std::uint64_t member = 0;  ///< in the archive
  };
  std::shared_ptr<const io::ZipArchive> archive;
  std::vector<Sheet> sheets;  ///< in the workbook's order
  bool is_1904 = false;
  std::vector<NumberKind> kinds;  ///< by a cell's style
  SharedTexts texts;

  /// Reads everything but the sheets. Errors: kInvalidInput for a damaged or locked workbook, or
  /// one without a sheet; kExhausted beyond kMaxSheets or kMaxSharedTextBytes; kIo.
  static Result<XlsxBook> open(std::shared_ptr<const io::InputFile> file);
};

}  // namespace hark::tabular
