// The rows a trusted table holds already, as far as a load must know them: key, content hash, file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"
#include "hark/core/result.h"
#include "hark/pipeline/trusted_reader.h"

namespace hark::pipeline {

struct ExistingRow {
  std::uint64_t key = 0;       ///< row_keys()
  std::uint64_t row_hash = 0;  ///< row_hashes()
  std::uint32_t file = 0;      ///< position in ExistingRows::files()
};

class ExistingRows {
 public:
  /// Makes these the keys and hashes of `files` (parquet paths); those of files that it has already
  /// are not read again, since a data file never changes. The contract stays the same from one call
  /// to the next. Memory: 24 bytes a row. After an error there are no rows.
  Result<void> update(TrustedReader& reader, std::vector<std::string> files,
                      const contract::Contract& contract, unsigned threads);
  /// No rows: a table's first load.
  ExistingRows() = default;

  /// Rows with that key, usually none or one.
  std::span<const ExistingRow> find(std::uint64_t key) const noexcept;
  /// All of them, by key.
  std::span<const ExistingRow> rows() const noexcept { return rows_; }
  const std::vector<std::string>& files() const noexcept { return files_; }
  std::size_t size() const noexcept { return rows_.size(); }

 private:
  Result<void> change_files(TrustedReader& reader, std::vector<std::string> files,
                            const contract::Contract& contract, unsigned threads);

  std::vector<std::string> files_;
  std::vector<ExistingRow> rows_;  ///< by key
};

inline constexpr std::size_t kBytesToCompareKeys = 24;
/// False: no two rows of a trusted table's files share their key. True: they may, since of keys
/// that are not exact (keys_are_exact()) only hashes are compared, and rows without a key are
/// alike. `contract` has a key. Errors: the reader's; kExhausted.
/// Needs kBytesToCompareKeys a row.
Result<bool> may_share_keys(TrustedReader& reader, const std::vector<std::string>& files,
                            const contract::Contract& contract, unsigned threads);

/// All rows of one trusted parquet file, in the file's order, with the columns of trusted_fields().
Result<std::vector<columnar::Batch>> read_trusted_file(TrustedReader& reader,
                                                       const std::string& file,
                                                       const contract::Contract& contract);

}  // namespace hark::pipeline
