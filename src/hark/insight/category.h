// A column of categories in memory: one code per row, one dictionary for the whole table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"
#include "hark/core/raw_vector.h"

namespace hark::insight {

inline constexpr std::uint32_t kNoCode = ~std::uint32_t{0};

struct Category {
  std::string column;  ///< standard name
  std::string title;   ///< for people
  /// Per row: index into `keys`, or kNoCode where the row has no value.
  RawVector<std::uint32_t> codes;
  /// What rows are grouped by: complaint types folded (METRICS), everything else as written.
  std::vector<std::string> keys;
  /// The most frequent spelling of each key, for people; the earlier one where two are as frequent.
  std::vector<std::string> labels;
  /// Spellings in all; more than keys where case or spaces differ.
  std::size_t num_spellings = 0;
  /// Keys that tests leave out ("Unspecified"): the contract's missing_in_tests.
  std::vector<bool> is_missing_in_tests;

  std::size_t num_keys() const noexcept { return keys.size(); }
};

/// One batch's share of a category; codes are into a dictionary that parts may share.
class CategoryPart {
 public:
  CategoryPart() = default;
  /// A string column, or a number or boolean column as text; absent: no row has a value.
  CategoryPart(const columnar::Batch& batch, const std::string& column);

  const std::vector<std::uint32_t>& codes() const noexcept { return codes_; }
  std::vector<std::uint32_t>& mutable_codes() noexcept { return codes_; }
  const columnar::Dictionary& spellings() const noexcept { return *spellings_; }
  struct Used {
    std::uint32_t spelling = 0;
    std::int64_t rows = 0;
  };
  /// The spellings that rows have, in order of first appearance.
  const std::vector<Used>& used() const noexcept { return used_; }

 private:
  std::vector<std::uint32_t> codes_;
  std::shared_ptr<const columnar::Dictionary> spellings_;
  std::vector<Used> used_;
};

/// Keys by spelling, of each part; parts that share a dictionary share them.
using Translation = std::vector<std::shared_ptr<std::vector<std::uint32_t>>>;

/// Puts the parts' dictionaries together, in part order; `codes` stays empty.
/// `(*translation[p])[s]` is the key of spelling s of part p, where a row of p has it.
Category merge_parts(const contract::ColumnSpec& column,
                     const std::vector<const CategoryPart*>& parts, Translation& translation);

}  // namespace hark::insight
