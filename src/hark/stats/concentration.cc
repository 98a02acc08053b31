#include "hark/stats/concentration.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hark/stats/descriptive.h"

namespace hark::stats {

std::optional<double> gini(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const double total = sum(sorted);
  if (!(total > 0)) return std::nullopt;
  const auto n = static_cast<double>(sorted.size());
  std::vector<double> weighted(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    weighted[i] = (2 * static_cast<double>(i + 1) - n - 1) * sorted[i];
  }
  return sum(weighted) / (n * total);
}

std::optional<double> theil(std::span<const double> values) {
  const double total = sum(values);
  if (!(total > 0)) return std::nullopt;
  const double average = total / static_cast<double>(values.size());
  std::vector<double> terms;
  terms.reserve(values.size());
  for (const double value : values) {
    const double ratio = value / average;
    terms.push_back(ratio > 0 ? ratio * std::log(ratio) : 0.0);
  }
  return sum(terms) / static_cast<double>(values.size());
}

}  // namespace hark::stats
