#include "hark/tabular/reading.h"

#include <utility>

namespace hark::tabular {

Result<std::unique_ptr<Reading>> begin_reading(const io::FileSystem& files, const FileProbe& probe,
                                               const ReadingLimits& limits, unsigned threads) {
  if (probe.open_rows) {
    HARK_TRY(auto rows, probe.open_rows(probe.path));
    return read_rows(std::move(rows), limits);
  }
  HARK_TRY(std::shared_ptr<const io::InputFile> file, files.open_input(probe.path));
  HARK_TRY(auto source, open_source(std::move(file), probe.compression));
  switch (probe.format) {
    case FileFormat::kDelimited:
      return read_delimited(std::move(source), probe, limits, threads);
    case FileFormat::kJson:
      return read_json(std::move(source), probe, limits);
    case FileFormat::kParquet:
    case FileFormat::kXlsx:
    case FileFormat::kXls:
      break;
  }
  return Error(ErrorCode::kInternal, "a file format without a reader");
}

}  // namespace hark::tabular
