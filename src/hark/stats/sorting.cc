#include "hark/stats/sorting.h"

#include <algorithm>
#include <array>
#include <bit>

namespace hark::stats {
namespace {

constexpr unsigned kDigitBits = 11;
/// Below this the comparison sort's n log n is less than the digit tables.
constexpr std::size_t kSmall = 512;

}  // namespace

void radix_sort(std::vector<std::uint64_t>& keys, unsigned low_bit, unsigned high_bit) {
  std::vector<std::uint64_t> scratch(keys.size());
  for (unsigned bit = low_bit; bit < high_bit; bit += kDigitBits) {
    const unsigned width = std::min(kDigitBits, high_bit - bit);
    const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    std::array<std::size_t, std::size_t{1} << kDigitBits> place{};
    for (const std::uint64_t key : keys) ++place[(key >> bit) & mask];
    std::size_t before = 0;
    for (std::size_t& count : place) {
      const std::size_t here = count;
      count = before;
      before += here;
    }
    for (const std::uint64_t key : keys) scratch[place[(key >> bit) & mask]++] = key;
    keys.swap(scratch);
  }
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
