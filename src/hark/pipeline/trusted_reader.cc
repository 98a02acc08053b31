#include "hark/pipeline/trusted_reader.h"

#include <algorithm>
#include <optional>

#include "hark/columnar/parquet_file.h"
#include "hark/core/text.h"
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

Error with_gone_file(const io::FileSystem& files, const std::vector<std::string>& paths,
                     Error error) {
  const auto gone =
      std::ranges::find_if(paths, [&](const std::string& path) { return !files.exists(path); });
  if (gone == paths.end()) return error;
  return Error(ErrorCode::kNotFound, concat("data file '", *gone, "' is gone"))
      .hint("if `hark vacuum` ran meanwhile, run this again; else see `hark doctor --lake LAKE`");
}

Result<std::unique_ptr<columnar::BatchSource>> TrustedReader::open(
    const std::vector<std::string>& paths, const contract::Contract& contract) {
  std::vector<columnar::Field> fields = trusted_fields(contract);
  auto opened = open_own(files_, paths, fields);
  if (!opened) return with_gone_file(files_, paths, std::move(opened).error());
  auto own = *std::move(opened);
  if (own) return columnar::parquet_files_source(*std::move(own), std::move(fields));
  const std::lock_guard lock(mutex_);
  if (!engine_) {
    HARK_TRY(engine_, engine::Engine::open(options_));
  }
  return engine::parquet_source(*engine_, paths, std::move(fields));
}

}  // namespace hark::pipeline
