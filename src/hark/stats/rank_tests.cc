#include "hark/stats/rank_tests.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/stats/distributions.h"

namespace hark::stats {
std::int64_t RankSums::begin_run(std::int64_t length) {
  const auto t = static_cast<long double>(length);
  ties_ += t * t * t - t;
  const std::int64_t doubled_rank = 2 * num_before_ + length + 1;
  num_before_ += length;
  return doubled_rank;
}

RankSums RankSums::pooled(std::span<const std::uint32_t> place_of, std::uint32_t num_groups) const {
  RankSums out(num_groups);
  out.num_before_ = num_before_;
  out.ties_ = ties_;
  for (std::size_t group = 0; group < counts_.size(); ++group) {
    if (counts_[group] == 0) continue;
    out.doubled_[place_of[group]] += doubled_[group];
    out.counts_[place_of[group]] += counts_[group];
  }
  return out;
}

Result<KruskalWallis> RankSums::test() const {
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

Result<KruskalWallis> kruskal_wallis(std::span<const double> values,
                                     std::span<const std::uint32_t> groups,
                                     std::uint32_t num_groups) {
  if (values.size() != groups.size()) {
    return Error(ErrorCode::kInvalidInput,
                 concat(values.size(), " values but ", groups.size(), " groups"));
  }
  if (std::ranges::any_of(groups, [&](std::uint32_t code) { return code >= num_groups; })) {
    return Error(ErrorCode::kInvalidInput, concat("a group code is not below ", num_groups));
  }
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
    return Error(ErrorCode::kInvalidInput, "Kruskal-Wallis cannot rank NaN");
  }
  struct Item {
    double value;
    std::uint32_t group;
  };
  std::vector<Item> items(values.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = {values[i], groups[i]};
  std::ranges::sort(items, {}, &Item::value);
  RankSums sums(num_groups);
  for (auto begin = items.begin(); begin != items.end();) {
    const auto end = std::find_if(begin, items.end(),
                                  [&](const Item& item) { return item.value != begin->value; });
    const std::int64_t doubled_rank = sums.begin_run(end - begin);
    for (; begin != end; ++begin) sums.add(begin->group, doubled_rank);
  }
  return sums.test();
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
