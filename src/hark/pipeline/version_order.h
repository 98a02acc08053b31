// Which of two rows with the same key counts (METRICS section 2, "duplicates").
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"
#include "hark/crypto/sha256.h"

namespace hark::pipeline {

/// One row of a batch that has the contract's columns.
struct RowView {
  const columnar::Batch* batch = nullptr;
  std::size_t row = 0;
};

/// True if both rows have the same texts and numbers in the key columns.
bool have_same_key(const RowView& a, const RowView& b, const contract::Contract& contract);

struct VersionOrder {
  std::strong_ordering order;  ///< the greater counts; equal: copies of each other
  bool is_by_hash = false;     ///< nothing in the records tells which is newer
};

/// Orders two rows of one key: version column, closing time present, number of values, SHA-256 of
/// the standardised record (so that the order does not depend on how an export writes it).
VersionOrder compare_versions(const RowView& a, const RowView& b,
                              const contract::Contract& contract);

/// The contract's columns in which two rows differ.
std::vector<std::string> differing_columns(const RowView& a, const RowView& b,
                                           const contract::Contract& contract);

/// The row's key for a message: "2024-03-01", "7, DEP". Empty where a column of it is personal.
std::string key_text(const RowView& row, const contract::Contract& contract);

}  // namespace hark::pipeline
