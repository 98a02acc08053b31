// Which rows stand together in a test: groups by name, small ones pooled (METRICS section 3).
#pragma once

#include <cstdint>
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
  std::vector<std::uint32_t> codes;  ///< per row; kNoCode where missing
  std::vector<std::string> names;
};

TestGroups by_name(std::vector<std::uint32_t> codes, const std::vector<std::string>& names);
/// Groups that the contract calls missing in tests ("Unspecified") are missing unless
/// `with_missing_markers`.
TestGroups test_groups(const Grouping& grouping, bool with_missing_markers);

/// The code of the group with that key; letter case does not count. Errors: kInvalidArgument with
/// some that are there.
Result<std::uint32_t> group_named(const Grouping& groups, const std::string& key);

/// Group codes with the small groups made one, kOtherGroup, which comes last.
struct PooledGroups {
  std::vector<std::uint32_t> codes;
  std::vector<std::string> names;  ///< each has rows
  std::int64_t num_pooled = 0;     ///< groups that became one
};

/// Pools by the counts of `codes`, none of them kNoCode.
PooledGroups pool_small(std::vector<std::uint32_t> codes, const std::vector<std::string>& names);

}  // namespace hark::insight
