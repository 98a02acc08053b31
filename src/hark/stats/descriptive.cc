#include "hark/stats/descriptive.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hark::stats {
namespace {

__extension__ typedef __int128 Int128;  // a sum of 2^63 values of 64 bits fits

Int128 exact_sum(std::span<const std::int64_t> values) noexcept {
  Int128 total = 0;
  for (const std::int64_t value : values) total += value;
  return total;
}

// Whole part and rest apart, so that a large mean keeps its fraction.
double mean_of(Int128 total, Int128 count) noexcept {
  const Int128 whole = total / count;
  return static_cast<double>(whole) +
         static_cast<double>(total - whole * count) / static_cast<double>(count);
}

// Of `size` values, one or more; value_at(i) is the i-th smallest.
template <typename ValueAt>
double quantile_of(std::size_t size, double p, const ValueAt& value_at) {
  const double place = std::clamp(p, 0.0, 1.0) * static_cast<double>(size - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto low = static_cast<double>(value_at(below));
  if (below + 1 == size) return low;
  const double fraction = place - static_cast<double>(below);
  return low + fraction * (static_cast<double>(value_at(below + 1)) - low);
}

template <typename T>
std::optional<double> quantile_of(std::span<const T> sorted, double p) noexcept {
  if (sorted.empty()) return std::nullopt;
  return quantile_of(sorted.size(), p, [&](std::size_t i) { return sorted[i]; });
}

}  // namespace

double sum(std::span<const std::int64_t> values) noexcept {
  return static_cast<double>(exact_sum(values));
}

double sum(std::span<const double> values) noexcept {
  double total = 0;
  double lost = 0;
  for (const double value : values) {
    const double next = total + value;
    lost += std::abs(total) >= std::abs(value) ? (total - next) + value : (value - next) + total;
    total = next;
  }
  return total + lost;
}

std::optional<double> mean(std::span<const std::int64_t> values) noexcept {
  if (values.empty()) return std::nullopt;
  return mean_of(exact_sum(values), static_cast<Int128>(values.size()));
}

std::optional<double> mean(std::span<const double> values) noexcept {
  if (values.empty()) return std::nullopt;
  return sum(values) / static_cast<double>(values.size());
}

std::optional<double> standard_deviation(std::span<const double> values) noexcept {
  if (values.size() < 2) return std::nullopt;
  const double centre = *mean(values);
  long double squares = 0;
  for (const double value : values)
    squares += (static_cast<long double>(value) - centre) * (value - centre);
  return static_cast<double>(std::sqrt(squares / static_cast<long double>(values.size() - 1)));
}

std::optional<double> lag_one_autocorrelation(std::span<const double> values) noexcept {
  if (values.empty()) return std::nullopt;
  const double centre = *mean(values);
  long double squares = 0;
  long double products = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const long double off = static_cast<long double>(values[i]) - centre;
    squares += off * off;
    if (i > 0) products += off * (static_cast<long double>(values[i - 1]) - centre);
  }
  if (!(squares > 0)) return std::nullopt;
  return static_cast<double>(products / squares);
}

std::optional<double> quantile(std::span<const std::int64_t> sorted, double p) noexcept {
  return quantile_of(sorted, p);
}

std::optional<double> quantile(std::span<const double> sorted, double p) noexcept {
  return quantile_of(sorted, p);
}

std::optional<double> mean(std::span<const std::int64_t> values,
                           std::span<const std::int64_t> counts) noexcept {
  Int128 total = 0;
  std::int64_t size = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    total += static_cast<Int128>(values[i]) * counts[i];
    size += counts[i];
  }
  if (size == 0) return std::nullopt;
  return mean_of(total, size);
}

std::optional<double> quantile(std::span<const std::int64_t> sorted,
                               std::span<const std::int64_t> counts, double p) noexcept {
  const std::int64_t size = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  if (size == 0) return std::nullopt;
  return quantile_of(static_cast<std::size_t>(size), p, [&](std::size_t place) {
    std::size_t i = 0;
    for (auto before = static_cast<std::int64_t>(place); before >= counts[i]; ++i)
      before -= counts[i];
    return sorted[i];
  });
}

std::optional<Interval> wilson_interval(std::int64_t successes, std::int64_t trials,
                                        double z) noexcept {
  if (trials <= 0) return std::nullopt;
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double z2 = z * z;
  const double centre = share + z2 / (2 * n);
  const double half = z * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  const double scale = 1 + z2 / n;
  // At the ends the limits are exactly 0 and 1; rounding would miss them by an ulp.
  return Interval{successes == 0 ? 0.0 : std::max(0.0, (centre - half) / scale),
                  successes == trials ? 1.0 : std::min(1.0, (centre + half) / scale)};
}

}  // namespace hark::stats
