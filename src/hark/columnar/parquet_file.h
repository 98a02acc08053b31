// Parquet files that ParquetWriter wrote, read back without an SQL engine.
//
// Other writers' files may hold what this reader does not know: open() refuses them, and the engine
// reads those. Threads: a ParquetFile is immutable; any number may read it at once.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/columnar/parquet_column_reader.h"
#include "hark/columnar/parquet_metadata.h"
#include "hark/columnar/stream.h"
#include "hark/io/file_system.h"

namespace hark::columnar {

class ParquetFile {
 public:
  /// Reads the footer. Errors: kCorrupt if the file is none or is cut short; kUnsupported if it is
  /// another writer's; kNotFound, kIo.
  static Result<ParquetFile> open(const io::FileSystem& files, std::string path);

  const FileMetadata& metadata() const noexcept { return metadata_; }
  /// True if the file has all of these columns that it has at all under the type named.
  bool has_types(std::span<const Field> fields) const noexcept;

  /// These columns of one row group; one that the file lacks is blank. Errors: kCorrupt,
  /// kUnsupported, kIo, naming the path; kInvalidArgument where has_types() does not hold.
  Result<Batch> read(std::size_t row_group, std::span<const Field> fields,
                     DecodeScratch& scratch) const;

 private:
  ParquetFile(const io::FileSystem& files, std::string path, FileMetadata metadata)
      : files_(&files), path_(std::move(path)), metadata_(std::move(metadata)) {}

  Result<Column> read_column(const io::InputFile& file, const RowGroupMetadata& group,
                             const Field& field, DecodeScratch& scratch) const;

  const io::FileSystem* files_;
  std::string path_;
  FileMetadata metadata_;
};

/// A source over such files, in the order of the list: a batch is a row group. `fields` are the
/// columns and types it offers; every file has_types() of them.
std::unique_ptr<BatchSource> parquet_files_source(std::vector<ParquetFile> files,
                                                  std::vector<Field> fields);

}  // namespace hark::columnar
