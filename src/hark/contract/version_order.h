// Which of the rows with one key counts (METRICS section 2, "duplicates"): version column, closing
// time present, number of values, SHA-256 of the standardised record (ADR 7), so that the order
// depends neither on how an export writes a record nor on where it stands.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"

namespace hark::contract {

/// One row of a batch that has the contract's columns.
struct RowView {
  const columnar::Batch* batch = nullptr;
  std::size_t row = 0;
};

/// True if both rows have the same texts and numbers in the key columns.
bool have_same_key(const RowView& a, const RowView& b, const Contract& contract);

/// A row's place among those of its key: the greatest counts, equal ones are copies.
struct VersionRank {
  std::int64_t version = 0;  ///< the least there is where the row has none
  bool has_closing = false;
  int num_values = 0;
  std::array<std::uint64_t, 2> hash{};  ///< the first half of the record's SHA-256
  friend auto operator<=>(const VersionRank&, const VersionRank&) = default;
  /// Nothing but the hash tells them apart: neither is known to be the newer.
  bool differs_by_hash_alone(const VersionRank& other) const noexcept;
};
/// The rank of a row of a batch that has all of the contract's columns.
VersionRank version_rank(const RowView& row, const Contract& contract);

struct VersionOrder {
  std::strong_ordering order;  ///< the greater counts; equal: copies of each other
  bool is_by_hash = false;     ///< nothing in the records tells which is newer
};

/// Orders two rows of one key as their ranks do; hashes them only where nothing else tells.
VersionOrder compare_versions(const RowView& a, const RowView& b, const Contract& contract);

/// The contract's columns in which two rows differ.
std::vector<std::string> differing_columns(const RowView& a, const RowView& b,
                                           const Contract& contract);

/// The row's key for a message: "2024-03-01", "7, DEP". Empty where a column of it is personal.
std::string key_text(const RowView& row, const Contract& contract);

}  // namespace hark::contract
