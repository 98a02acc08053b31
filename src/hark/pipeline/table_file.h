// A Parquet file of one of the lake's tables: written, and what a commit must say of it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hark/columnar/parquet_writer.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {

/// Tag of a data file in the log: the SHA-256 of its bytes, 64 hex digits.
inline constexpr std::string_view kHashTag = "hark.sha256";

struct WrittenFile {
  std::string name;  ///< relative to the table's folder
  columnar::FileStats stats;
  std::string sha256;
};

/// Writes a new data file of a table, as columnar::ParquetWriter does, and hashes it on the way.
/// Threads: as the ParquetWriter.
class [[nodiscard]] TableFileWriter {
 public:
  /// Errors: those of ParquetWriter::create().
  static Result<TableFileWriter> create(io::FileSystem& files, const std::string& table_path,
                                        std::vector<columnar::Field> fields,
                                        columnar::ParquetOptions options = {});

  const std::string& name() const noexcept { return name_; }
  Result<void> write(const columnar::Batch& batch) { return writer_.write(batch); }
  Result<void> write(std::size_t num_rows,
                     const std::function<Result<columnar::Column>(std::size_t column)>& column_of) {
    return writer_.write(num_rows, column_of);
  }
  Result<WrittenFile> finish(std::string_view late_text = {}) &&;

 private:
  TableFileWriter(std::string name, columnar::ParquetWriter writer,
                  std::shared_ptr<const std::string> sha256)
      : name_(std::move(name)), writer_(std::move(writer)), sha256_(std::move(sha256)) {}

  std::string name_;
  columnar::ParquetWriter writer_;
  std::shared_ptr<const std::string> sha256_;  ///< there when the file is closed
};

/// What the log keeps of a file. Columns that `private_columns` names get no bounds: it lies open.
Result<NewFile> new_file(WrittenFile written, std::span<const std::string> private_columns);

/// SHA-256 of a stored file, 64 hex digits. Errors: kNotFound, kIo.
Result<std::string> hash_of_file(const io::FileSystem& files, const std::string& path);

/// For writers that put another file in the place of these: what is damaged must not come back as
/// a sound file with rows or values less. Files without a hash in the log pass. Errors: kCorrupt.
Result<void> check_unchanged(const io::FileSystem& files, const std::string& table_path,
                             std::span<const lake::AddFile> replaced);

}  // namespace hark::pipeline
