#include "hark/stats/sorting.h"

#include <algorithm>
#include <bit>

namespace hark::stats {
namespace {

/// Below this the comparison sort's n log n is less than the digit tables.
constexpr std::size_t kSmall = 512;

}  // namespace

void radix_sort(std::vector<std::uint64_t>& keys, unsigned low_bit, unsigned high_bit) {
  if (low_bit >= high_bit) return;
  // The bits wanted, without those above and below.
  radix_sort_by(keys, [above = 64 - high_bit, below = 64 - high_bit + low_bit](std::uint64_t key) {
    return key << above >> below;
  });
}

void sort(std::vector<std::int64_t>& values) {
  if (values.size() < kSmall) {
    std::ranges::sort(values);
    return;
  }
  const auto [low, high] = std::ranges::minmax(values);
  // Distances from the smallest value, as unsigned numbers: the whole range of int64 fits.
  std::vector<std::uint64_t> keys(values.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(low);
  }
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  radix_sort(keys, 0, static_cast<unsigned>(std::bit_width(range)));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    values[i] = static_cast<std::int64_t>(keys[i] + static_cast<std::uint64_t>(low));
  }
}

}  // namespace hark::stats
