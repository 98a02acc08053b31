// Workbooks as tables: which sheet and which row is the header, and the rows below it.
//
// A sheet's header is the first of its rows that a contract knows, else its first row that is not
// blank. The sheet is the first with a header that a contract knows, else the first with rows.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "hark/io/file_system.h"
#include "hark/tabular/row_reader.h"

namespace hark::tabular {

/// Whether a contract knows a header.
using HeaderTest = std::function<bool(std::span<const std::string> header)>;

struct Table {
  std::string sheet;  ///< its name
  RowOpener open;     ///< opens it at its header; keeps a reference to the file system
};

/// Finds the table of an xlsx workbook. Errors: kInvalidInput for a workbook that is damaged or has
/// no table; kExhausted; kIo.
Result<Table> find_xlsx_table(const io::FileSystem& files, const std::string& path,
                              const HeaderTest& is_known);

}  // namespace hark::tabular
