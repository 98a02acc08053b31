// Which rows stand together in a test: groups by name, small ones pooled (METRICS section 3).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/result.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {

/// What small groups are put together as.
inline constexpr std::string_view kOtherGroup = "(other)";
/// Groups with fewer rows are pooled.
inline constexpr std::int64_t kSmallestGroup = 5;

/// A grouping by name, so that an answer does not depend on the order of the rows; hours, weekdays
/// and months stay in their own order.
struct TestGroups {
  TestGroups() = default;
  TestGroups(TestGroups&&) noexcept = default;
  TestGroups& operator=(TestGroups&&) noexcept = default;

  std::size_t num_rows() const noexcept { return grouped.size(); }
  /// Place in `names`, or kNoCode where missing.
  std::uint32_t code(std::size_t row) const {
    return grouped[row] == kNoCode ? kNoCode : places[grouped[row]];
  }

  std::vector<std::uint32_t> own;          ///< codes of a grouping that is not somebody else's
  std::span<const std::uint32_t> grouped;  ///< codes as grouped: not copied, of many rows
  std::vector<std::uint32_t> places;       ///< by these codes; kNoCode: missing in tests
  std::vector<std::string> names;
};

/// Texts by their codes.
TestGroups by_name(std::vector<std::uint32_t> codes, const std::vector<std::string>& names);
/// Groups that the contract calls missing in tests ("Unspecified") are missing unless
/// `with_missing_markers`. `grouping` must outlive what is returned.
TestGroups test_groups(const Grouping& grouping, bool with_missing_markers);

/// The code of the group with that key; letter case does not count. Errors: kInvalidArgument with
/// some that are there.
Result<std::uint32_t> group_named(const Grouping& groups, const std::string& key);

/// The small groups made one, kOtherGroup, which comes last.
struct PooledGroups {
  std::vector<std::uint32_t> place_of;  ///< of each group that has rows: its place in `names`
  std::vector<std::string> names;       ///< each has rows
  std::int64_t num_pooled = 0;          ///< groups that became one
};

/// By the number of rows of each group.
PooledGroups pool_small(std::span<const std::int64_t> num_rows,
                        const std::vector<std::string>& names);
/// By the counts of `codes`, none of them kNoCode, which become places in PooledGroups::names.
PooledGroups pool_small(std::span<std::uint32_t> codes, const std::vector<std::string>& names);

}  // namespace hark::insight
