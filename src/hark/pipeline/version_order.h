// Which of two rows with the same key counts (METRICS section 2, "duplicates").
#pragma once

#include <compare>
#include <optional>

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

/// Orders two rows of one key: version column, closing time present, number of values, SHA-256 of
/// the standardised record (so that the order does not depend on how an export writes it). The
/// greater counts; equal means that the rows are copies of each other.
std::strong_ordering compare_versions(const RowView& a, const RowView& b,
                                      const contract::Contract& contract);

}  // namespace hark::pipeline
