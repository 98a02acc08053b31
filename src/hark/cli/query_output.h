// Rows of a query in the format a user asks for, written as they come.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/core/json.h"
#include "hark/core/result.h"

namespace hark::cli {

/// Takes rows batch by batch and writes them somewhere. Belongs to one thread.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual Result<void> write(const columnar::Batch& batch) = 0;
  /// After the last batch.
  virtual Result<void> finish() = 0;
};

/// Writes text; false where nobody reads it any more (then the rows end).
using TextSink = std::function<Result<void>(std::string_view)>;

/// A writer for "table", "csv", "json", "ndjson" or "md". CSV is RFC 4180 with LF and '.' decimals;
/// JSON has one object per row, integers whole, instants as "2024-03-01T09:00:00Z", absent values
/// null; tables show at most `max_table_rows` rows and say how many there were. Errors:
/// kInvalidArgument for another format.
Result<std::unique_ptr<RowWriter>> make_row_writer(std::string_view format,
                                                   std::vector<columnar::Field> fields,
                                                   std::size_t max_table_rows, TextSink sink);

/// One value as text, the same in all formats; empty where there is none.
std::string value_text(const columnar::Column& column, std::size_t row);
/// One value as JSON.
Json value_json(const columnar::Column& column, std::size_t row);

}  // namespace hark::cli
