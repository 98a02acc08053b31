// Parquet files from batches: what the lake's tables are made of.
//
// Version 2 files that DuckDB, Arrow, Polars and Spark read: one row group per batch, zstd pages,
// dictionaries where they pay, min, max and null count of every column chunk. All columns are
// optional; kNull and kInvalid are both written as null. Timestamps are instants (isAdjustedToUTC).
// The same batches give the same bytes, whatever the number of threads.
// Threads: a writer belongs to one thread; it uses ParquetOptions::threads of its own inside
// write(). Source: apache/parquet-format (README.md, Encodings.md, parquet.thrift).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/columnar/file_stats.h"
#include "hark/io/file_system.h"

namespace hark::columnar {

struct ParquetOptions {
  int zstd_level = 1;                             ///< 1 to 19
  std::size_t page_bytes = std::size_t{1} << 20;  ///< of a page before compression, about
  unsigned threads = 1;                           ///< columns encoded at once
  /// Who wrote the file, in the form that Java readers parse; empty: "hark version 1.2.3".
  std::string created_by{};
  std::vector<std::pair<std::string, std::string>> key_values{};  ///< kept in the footer
  /// Name of a text column that has one text in all rows, which finish() is told: write() writes
  /// the other columns, and gives their memory back. Empty: there is none.
  std::string late_column{};
};

class [[nodiscard]] ParquetWriter {
 public:
  /// Starts a file with these columns. Errors: kInvalidArgument for no columns, a repeated name or
  /// an option out of range or a late column that is no text column of them; kIo.
  static Result<ParquetWriter> create(std::unique_ptr<io::OutputFile> file,
                                      std::vector<Field> fields, ParquetOptions options = {});

  ParquetWriter(ParquetWriter&&) noexcept;
  ParquetWriter& operator=(ParquetWriter&&) noexcept;
  ~ParquetWriter();

  /// Writes the batch as one row group; an empty batch writes nothing. About 128 MB of values, or
  /// some 100,000 to 1,000,000 rows, make a good one. Texts must be valid UTF-8 (the readers of
  /// tabular see to it). Errors: kInvalidArgument if the batch's columns are not those of the file
  /// or disagree in length; kIo, kExhausted: the file is lost.
  Result<void> write(const Batch& batch);

  /// The same for a row group whose columns are made one after the other: `column_of(i)` gives the
  /// file's i-th column, of `num_rows` rows; it is not asked for the late one. It is called by up
  /// to ParquetOptions::threads threads at once, and what it gave is dropped as soon as it is
  /// encoded.
  Result<void> write(std::size_t num_rows,
                     const std::function<Result<Column>(std::size_t column)>& column_of);

  /// Writes the late column with that text, where there is one, and the footer, syncs and closes.
  /// Until this has returned without an error the file has no footer that can be relied on, and
  /// must be removed. Fails if an earlier write failed.
  Result<FileStats> finish(std::string_view late_text = {}) &&;

 private:
  struct State;
  explicit ParquetWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hark::columnar
