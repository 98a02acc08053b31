#include "hark/insight/test_groups.h"

#include <algorithm>
#include <numeric>

#include "hark/core/text.h"

namespace hark::insight {
namespace {

constexpr std::size_t kShownKeys = 12;

/// Sets names, ascending, and the place of each.
void sort_names(const std::vector<std::string>& names, TestGroups& groups) {
  std::vector<std::uint32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t x, std::uint32_t y) { return names[x] < names[y]; });
  groups.places.resize(names.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    groups.places[order[i]] = i;
    groups.names.push_back(names[order[i]]);
  }
}

}  // namespace

TestGroups by_name(std::vector<std::uint32_t> codes, const std::vector<std::string>& names) {
  TestGroups groups;
  sort_names(names, groups);
  groups.own = std::move(codes);
  groups.grouped = groups.own;
  return groups;
}

TestGroups test_groups(const Grouping& grouping, bool with_missing_markers) {
  TestGroups groups;
  groups.grouped = grouping.codes;
  if (grouping.has_order) {
    groups.names = grouping.keys;
    groups.places.resize(grouping.keys.size());
    std::iota(groups.places.begin(), groups.places.end(), 0U);
  } else {
    sort_names(grouping.keys, groups);
  }
  for (std::size_t code = 0; code < groups.places.size() && !with_missing_markers; ++code)
    if (grouping.is_missing_in_tests[code]) groups.places[code] = kNoCode;
  return groups;
}

PooledGroups pool_small(std::span<const std::int64_t> num_rows,
                        const std::vector<std::string>& names) {
  PooledGroups pooled;
  pooled.place_of.resize(names.size());
  for (std::size_t code = 0; code < names.size(); ++code) {
    if (num_rows[code] >= kSmallestGroup) {
      pooled.place_of[code] = static_cast<std::uint32_t>(pooled.names.size());
      pooled.names.push_back(names[code]);
    } else if (num_rows[code] > 0) {
      ++pooled.num_pooled;
    }
  }
  const auto other = static_cast<std::uint32_t>(pooled.names.size());
  for (std::size_t code = 0; code < names.size(); ++code)
    if (num_rows[code] < kSmallestGroup) pooled.place_of[code] = other;
  if (pooled.num_pooled > 0) pooled.names.emplace_back(kOtherGroup);
  return pooled;
}

PooledGroups pool_small(std::span<std::uint32_t> codes, const std::vector<std::string>& names) {
  std::vector<std::int64_t> num_rows(names.size(), 0);
  for (const std::uint32_t code : codes) ++num_rows[code];
  PooledGroups pooled = pool_small(num_rows, names);
  for (std::uint32_t& code : codes) code = pooled.place_of[code];
  return pooled;
}

Result<std::uint32_t> group_named(const Grouping& groups, const std::string& key) {
  const std::string wanted = fold_category(key);
  for (std::uint32_t code = 0; code < groups.keys.size(); ++code) {
    if (fold_category(groups.keys[code]) == wanted) return code;
  }
  std::vector<std::string> known(groups.labels.begin(),
                                 groups.labels.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                             kShownKeys, groups.labels.size())));
  return Error(ErrorCode::kInvalidArgument, concat("no group '", key, "' by ", groups.by))
      .hint(concat("there are: ", join(known, ", "),
                   groups.labels.size() > kShownKeys ? ", ..." : ""));
}

}  // namespace hark::insight
