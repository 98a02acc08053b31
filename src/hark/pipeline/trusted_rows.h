// What a row of the trusted zone is: the contract's columns plus where it came from and what is odd
// about it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"
#include "hark/contract/expression.h"
#include "hark/core/clock.h"

namespace hark::pipeline {

// Columns that every trusted table has beside the contract's.
inline constexpr std::string_view kFileColumn = "_file";      ///< sha-256 of the landing file
inline constexpr std::string_view kRecordColumn = "_record";  ///< its record there, from 1
inline constexpr std::string_view kIngestedAtColumn = "_ingested_at";  ///< when the load ran
inline constexpr std::string_view kFlagsColumn =
    "_flags";  ///< rules broken and values unreadable, comma separated
inline constexpr std::string_view kRowHashColumn =
    "_row_hash";  ///< row_hashes() of the contract's columns

/// Columns of the trusted table: per contract column its storage columns (a clock c as c,
/// c_local_date, c_local_s, c_offset_s, c_fold, c_gap), then the five above.
std::vector<columnar::Field> trusted_fields(const contract::Contract& contract);

/// The columns to ask of a file's reader so that complete() can make trusted rows of its batches.
std::vector<std::string> columns_to_read(const contract::Contract& contract);

/// A hash per row over the contract's columns as stored. Absent values count as nothing, so a file
/// that lacks a column and one that has it empty agree. The function is part of the format
/// (docs/formats/lake.md).
std::vector<std::uint64_t> row_hashes(const columnar::Batch& batch,
                                      const contract::Contract& contract);

/// A key per row for contracts with a key: the integer itself where the key is one whole number,
/// else a hash.
std::vector<std::uint64_t> row_keys(const columnar::Batch& batch,
                                    const contract::Contract& contract);
/// True if row_keys() tells rows apart for certain, not only with high probability.
bool keys_are_exact(const contract::Contract& contract);

/// Turns batches of a reader into trusted rows. Threads: one Completer may be used by many.
class Completer {
 public:
  /// Rules that need a column for which `has_column` says no are not checked.
  /// Errors: kInvalidInput if a rule does not parse; kUnsupported beyond 64 rules or 64 typed
  /// columns.
  static Result<Completer> create(const contract::Contract& contract, Instant ingested_at,
                                  const std::function<bool(std::string_view)>& has_column);

  /// Replaces the columns of `batch` (as of columns_to_read()) by those of trusted_fields().
  /// kFileColumn is blank: the file may still be landing.
  Result<void> complete(columnar::Batch& batch) const;

 private:
  struct CheckedRule {
    std::string name;
    contract::Expression expression;
  };
  Completer() = default;

  const contract::Contract* contract_ = nullptr;
  std::vector<columnar::Field> fields_;
  std::vector<CheckedRule> rules_;
  std::vector<std::string> flaggable_;  ///< columns whose unreadable values are flagged
  Instant ingested_at_;
};

}  // namespace hark::pipeline
