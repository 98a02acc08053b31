// What the sheets of a workbook (xlsx, ECMA-376) share: their names, the shared texts, the formats.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/io/zip_archive.h"
#include "hark/tabular/sheet_values.h"

namespace hark::tabular {

/// Texts by number, held as one.
class SharedTexts {
 public:
  void append(std::string_view part) { bytes_ += part; }
  void end_text() { ends_.push_back(bytes_.size()); }
  std::size_t num_bytes() const noexcept { return bytes_.size() + ends_.size() * sizeof ends_[0]; }
  std::optional<std::string_view> get(std::size_t number) const noexcept;

 private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

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
  /// one without a sheet; kExhausted beyond 512 MiB of shared texts; kIo.
  static Result<XlsxBook> open(std::shared_ptr<const io::InputFile> file);
};

}  // namespace hark::tabular
