#include "hark/pipeline/trusted_reader.h"

#include <optional>

#include "hark/columnar/parquet_file.h"
#include "hark/engine/parquet_source.h"
#include "hark/pipeline/trusted_rows.h"

namespace hark::pipeline {
namespace {

/// The files if hark can read all of them under these types.
Result<std::optional<std::vector<columnar::ParquetFile>>> open_own(
    const io::FileSystem& files, const std::vector<std::string>& paths,
    const std::vector<columnar::Field>& fields) {
  std::vector<columnar::ParquetFile> opened;
  opened.reserve(paths.size());
  for (const std::string& path : paths) {
    auto file = columnar::ParquetFile::open(files, path);
    if (!file && file.error().code() != ErrorCode::kUnsupported) return std::move(file).error();
    if (!file || !file->has_types(fields))
      return std::optional<std::vector<columnar::ParquetFile>>();
    opened.push_back(*std::move(file));
  }
  return std::optional(std::move(opened));
}

}  // namespace

Result<std::unique_ptr<columnar::BatchSource>> TrustedReader::open(
    const std::vector<std::string>& paths, const contract::Contract& contract) {
  std::vector<columnar::Field> fields = trusted_fields(contract);
  HARK_TRY(auto own, open_own(files_, paths, fields));
  if (own) return columnar::parquet_files_source(*std::move(own), std::move(fields));
  const std::lock_guard lock(mutex_);
  if (!engine_) {
    HARK_TRY(engine_, engine::Engine::open(options_));
  }
  return engine::parquet_source(*engine_, paths, std::move(fields));
}

}  // namespace hark::pipeline
