// Rows of texts, one after the other: what a reader of a format with rows and columns of its own
// offers (workbooks; Parquet, which a layer above reads).
//
// Clocks and dates that the format has as such are written as "2024-05-31T13:05:00", with ".123456"
// behind where there are parts of a second and "Z" where it is an instant, and "2024-05-31".
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/result.h"
#include "hark/tabular/text_block.h"

namespace hark::tabular {

/// The patterns of those clocks and dates, as contracts write them.
inline constexpr std::string_view kTypedClockFormats[] = {"yyyy-MM-dd'T'HH:mm:ss[.SSSSSS][XXX]",
                                                          "yyyy-MM-dd"};

/// Takes rows; the texts may die when it returns.
using RowTaker =
    std::function<void(std::span<const std::string_view> fields, const RecordPlace& place)>;

/// Threads: one at a time.
class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  /// Names of the columns; every row has as many fields.
  virtual const std::vector<std::string>& header() const = 0;
  /// Hands over some of the next rows; false when there are none left.
  virtual Result<bool> next(const RowTaker& take) = 0;
  /// Bytes of the file itself that were read so far, about.
  virtual std::uint64_t file_bytes_read() const = 0;
};

/// Opens a file of that kind from its start.
using RowOpener = std::function<Result<std::unique_ptr<RowReader>>(const std::string& path)>;

}  // namespace hark::tabular
