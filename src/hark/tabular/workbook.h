// Workbooks as tables: which sheet and which row is the header, and the rows below it.
//
// A sheet's header is the first of its rows that a contract knows, else its first row that is not
// blank. The sheet is the first with a header that a contract knows, else the first with rows.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hark/io/file_system.h"
#include "hark/tabular/row_reader.h"

namespace hark::tabular {

/// More sheets than any workbook has.
inline constexpr std::size_t kMaxSheets = 1000;
/// What the texts that a workbook's sheets share may take in memory.
inline constexpr std::size_t kMaxSharedTextBytes = std::size_t{512} << 20;
/// What the texts of one row may take.
inline constexpr std::size_t kMaxRowBytes = std::size_t{64} << 20;
/// What rows may hold before they are handed over: a few bytes of a file can stand for much.
inline constexpr std::size_t kMaxStepBytes = std::size_t{8} << 20;

/// Takes the cells of a row that is not blank, up to its last one with a value, and its number in
/// the sheet, from 1. The cells may be moved from.
using CellTaker = std::function<void(std::vector<std::string>& cells, std::int64_t row)>;

/// One sheet, from its first row. Threads: one at a time.
class SheetReader {
 public:
  SheetReader() = default;
  SheetReader(const SheetReader&) = delete;
  SheetReader& operator=(const SheetReader&) = delete;
  virtual ~SheetReader() = default;

  /// Gives the rows of about 64 KiB of the sheet to `take`, in their order: kMaxStepBytes and one
  /// row at most. False at the end. Errors: kInvalidInput for a damaged workbook; kIo.
  virtual Result<bool> next(const CellTaker& take) = 0;
};

/// What a format of workbooks offers.
class Workbook {
 public:
  Workbook() = default;
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;
  virtual ~Workbook() = default;

  /// Names of the sheets that hold cells, in the workbook's order; at least one.
  virtual const std::vector<std::string>& sheets() const = 0;
  /// The reader keeps a reference to the workbook. `sheet` is an index into sheets().
  virtual Result<std::unique_ptr<SheetReader>> open_sheet(std::size_t sheet) const = 0;
};

/// Opens a workbook and reads everything but its sheets. Errors: kInvalidInput for a damaged or
/// locked workbook, or one without a sheet; kUnsupported; kExhausted beyond kMaxSheets or
/// kMaxSharedTextBytes; kIo.
using WorkbookOpener =
    std::function<Result<std::unique_ptr<Workbook>>(std::shared_ptr<const io::InputFile> file)>;
Result<std::unique_ptr<Workbook>> open_xlsx(std::shared_ptr<const io::InputFile> file);
Result<std::unique_ptr<Workbook>> open_xls(std::shared_ptr<const io::InputFile> file);

/// Whether a contract knows a header.
using HeaderTest = std::function<bool(std::span<const std::string> header)>;

struct Table {
  std::string sheet;  ///< its name
  RowOpener open;     ///< opens it at its header; keeps a reference to the file system
  /// Sheets behind it with a header that a contract knows too.
  std::vector<std::string> other_sheets = {};
};

/// Finds the table of a workbook. Errors: those of `open_workbook`; kInvalidInput for a workbook
/// that has no table; kExhausted.
Result<Table> find_workbook_table(const io::FileSystem& files, const std::string& path,
                                  const WorkbookOpener& open_workbook, const HeaderTest& is_known);

/// "the workbook is damaged: `what`", with a hint.
Error damaged_workbook(std::string_view what);

}  // namespace hark::tabular
