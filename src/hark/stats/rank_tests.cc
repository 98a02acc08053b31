#include "hark/stats/rank_tests.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "hark/core/text.h"
#include "hark/stats/distributions.h"
#include "hark/stats/sorting.h"

namespace hark::stats {
namespace {

/// A dense range costs one counter per possible value; up to this many per row that is cheaper than
/// sorting.
constexpr std::uint64_t kCountersPerRow = 4;

/// Sums of doubled ranks: whole numbers, so that the sum does not depend on the order.
class RankSums {
 public:
  explicit RankSums(std::uint32_t num_groups) : doubled_(num_groups), counts_(num_groups) {}

  void add(std::uint32_t group, std::int64_t doubled_rank) {
    doubled_[group] += doubled_rank;
    ++counts_[group];
  }
  /// Takes a run of equal values that begins after `before` smaller ones; returns its doubled rank.
  std::int64_t add_run(std::int64_t before, std::int64_t length) {
    const auto t = static_cast<long double>(length);
    ties_ += t * t * t - t;
    return 2 * before + length + 1;
  }

  Result<KruskalWallis> finish() const;

 private:
  std::vector<std::int64_t> doubled_;
  std::vector<std::int64_t> counts_;
  long double ties_ = 0;
};

Result<KruskalWallis> RankSums::finish() const {
  KruskalWallis result;
  for (std::uint32_t code = 0; code < counts_.size(); ++code) {
    if (counts_[code] == 0) continue;
    result.n += counts_[code];
    result.groups.push_back(
        {code, counts_[code],
         static_cast<double>(doubled_[code]) / 2 / static_cast<double>(counts_[code])});
  }
  if (result.groups.size() < 2) {
    return Error(
        ErrorCode::kInvalidInput,
        concat("Kruskal-Wallis needs two groups with values, there is ", result.groups.size()));
  }
  const auto n = static_cast<long double>(result.n);
  const long double correction = 1 - ties_ / (n * n * n - n);
  if (correction <= 0) {
    return Error(ErrorCode::kInvalidInput,
                 "Kruskal-Wallis cannot rank the values: they are all equal");
  }
  // Distances from the mean rank, not rank sums: the usual formula subtracts two numbers of size n.
  long double between = 0;
  for (const RankedGroup& group : result.groups) {
    const auto size = static_cast<long double>(group.n);
    const auto deviation =
        static_cast<long double>(doubled_[group.code] - group.n * (result.n + 1)) / 2;
    between += deviation * deviation / size;
  }
  const long double h = 12 * between / (n * (n + 1)) / correction;
  result.h = static_cast<double>(h);
  result.df = static_cast<std::int64_t>(result.groups.size()) - 1;
  result.p = chi_square_upper_tail(result.h, static_cast<double>(result.df));
  result.log10_p = log10_chi_square_upper_tail(result.h, static_cast<double>(result.df));
  result.epsilon_squared = static_cast<double>(h / (n - 1));
  result.tie_correction = static_cast<double>(correction);
  return result;
}

Result<void> check(std::size_t num_values, std::span<const std::uint32_t> groups,
                   std::uint32_t num_groups) {
  if (num_values != groups.size()) {
    return Error(ErrorCode::kInvalidInput,
                 concat(num_values, " values but ", groups.size(), " groups"));
  }
  if (std::ranges::any_of(groups, [&](std::uint32_t code) { return code >= num_groups; })) {
    return Error(ErrorCode::kInvalidInput, concat("a group code is not below ", num_groups));
  }
  return {};
}

/// Ranks values whose distance from the smallest is below `range`, with a counter per distance.
template <typename Whole>
void rank_by_counting(std::span<const Whole> values, std::span<const std::uint32_t> groups,
                      Whole low, std::uint64_t range, RankSums& sums) {
  std::vector<std::int64_t> slots(range);
  for (const Whole value : values) ++slots[static_cast<std::size_t>(value - low)];
  std::int64_t before = 0;
  for (std::int64_t& slot : slots) {
    if (slot == 0) continue;
    const std::int64_t length = slot;
    slot = sums.add_run(before, length);
    before += length;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums.add(groups[i], slots[static_cast<std::size_t>(values[i] - low)]);
  }
}

/// Ranks a sequence in ascending order, given by its values and groups at each place.
template <typename ValueAt, typename GroupAt>
void rank_sorted(std::size_t size, const ValueAt& value_at, const GroupAt& group_at,
                 RankSums& sums) {
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = begin + 1;
    while (end < size && value_at(end) == value_at(begin)) ++end;
    const std::int64_t doubled_rank =
        sums.add_run(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end - begin));
    for (; begin < end; ++begin) sums.add(group_at(begin), doubled_rank);
  }
}

template <typename T>
void rank_by_comparing(std::span<const T> values, std::span<const std::uint32_t> groups,
                       RankSums& sums) {
  struct Item {
    T value;
    std::uint32_t group;
  };
  std::vector<Item> items(values.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = {values[i], groups[i]};
  std::ranges::sort(items, {}, &Item::value);
  rank_sorted(
      items.size(), [&](std::size_t i) { return items[i].value; },
      [&](std::size_t i) { return items[i].group; }, sums);
}

template <typename Whole>
Result<KruskalWallis> rank_whole(std::span<const Whole> values,
                                 std::span<const std::uint32_t> groups, std::uint32_t num_groups) {
  HARK_TRY_VOID(check(values.size(), groups, num_groups));
  RankSums sums(num_groups);
  if (values.empty()) return sums.finish();
  const auto [low, high] = std::ranges::minmax(values);
  const std::uint64_t distance = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const auto group_bits = static_cast<unsigned>(std::bit_width(num_groups - 1));
  const auto value_bits = static_cast<unsigned>(std::bit_width(distance));
  if (distance < kCountersPerRow * values.size()) {
    rank_by_counting(values, groups, low, distance + 1, sums);
  } else if (value_bits + group_bits <= 64) {
    RawVector<std::uint64_t> keys(values.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::uint64_t from_low =
          static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(low);
      keys[i] = from_low << group_bits | groups[i];
    }
    HARK_TRY_VOID(radix_sort(keys, group_bits, group_bits + value_bits));
    const std::uint64_t group_mask = (std::uint64_t{1} << group_bits) - 1;
    rank_sorted(
        keys.size(), [&](std::size_t i) { return keys[i] >> group_bits; },
        [&](std::size_t i) { return static_cast<std::uint32_t>(keys[i] & group_mask); }, sums);
  } else {
    rank_by_comparing(values, groups, sums);
  }
  return sums.finish();
}

}  // namespace

Result<KruskalWallis> kruskal_wallis(std::span<const std::int64_t> values,
                                     std::span<const std::uint32_t> groups,
                                     std::uint32_t num_groups) {
  return rank_whole(values, groups, num_groups);
}

Result<KruskalWallis> kruskal_wallis(std::span<const std::uint32_t> values,
                                     std::span<const std::uint32_t> groups,
                                     std::uint32_t num_groups) {
  return rank_whole(values, groups, num_groups);
}

Result<KruskalWallis> kruskal_wallis(std::span<const double> values,
                                     std::span<const std::uint32_t> groups,
                                     std::uint32_t num_groups) {
  HARK_TRY_VOID(check(values.size(), groups, num_groups));
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
    return Error(ErrorCode::kInvalidInput, "Kruskal-Wallis cannot rank NaN");
  }
  RankSums sums(num_groups);
  rank_by_comparing(values, groups, sums);
  return sums.finish();
}

std::vector<DunnPair> dunn(const KruskalWallis& test) {
  std::vector<DunnPair> pairs;
  const auto n = static_cast<double>(test.n);
  // n (n + 1) / 12 - sum(t^3 - t) / (12 (n - 1)) is the tie correction in another dress.
  const double variance = n * (n + 1) / 12 * test.tie_correction;
  for (std::size_t i = 0; i < test.groups.size(); ++i) {
    for (std::size_t j = i + 1; j < test.groups.size(); ++j) {
      const RankedGroup& a = test.groups[i];
      const RankedGroup& b = test.groups[j];
      const double error =
          std::sqrt(variance * (1 / static_cast<double>(a.n) + 1 / static_cast<double>(b.n)));
      DunnPair pair{a.code, b.code, (a.mean_rank - b.mean_rank) / error, 0, 0, 0};
      pair.p = chi_square_upper_tail(pair.z * pair.z, 1);
      pair.log10_p = log10_chi_square_upper_tail(pair.z * pair.z, 1);
      pairs.push_back(pair);
    }
  }
  std::vector<double> p_values(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) p_values[i] = pairs[i].p;
  const std::vector<double> q_values = benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].q = q_values[i];
  return pairs;
}

}  // namespace hark::stats
