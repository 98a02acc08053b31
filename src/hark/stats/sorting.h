// Sorting whole numbers in linear time: durations in seconds, keys packed with a group.
//
// Threads: pure functions; the input is the caller's.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "hark/core/parallel.h"
#include "hark/core/raw_vector.h"

namespace hark::stats {

/// Sorts `items` by `key_of(item)`, a std::uint64_t, ascending; equal keys keep their order.
///
/// Least significant digit first, 11 bits at a time and only where keys differ: O(n) per digit,
/// with as many items again as scratch; a RawVector's is not filled first. Each of `threads` moves
/// its own stretch of the items. Errors: kExhausted.
template <typename T, typename Allocator, typename KeyOf>
Result<void> radix_sort_by(std::vector<T, Allocator>& items, const KeyOf& key_of,
                           unsigned threads = 1) {
  constexpr unsigned kDigitBits = 11;
  constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  // Below this the comparison sort's n log n is less than the digit tables.
  constexpr std::size_t kSmall = 512;
  const std::size_t size = items.size();
  if (size < kSmall) {
    std::ranges::stable_sort(items, {}, key_of);
    return {};
  }
  // Durations of a group often come in order; what does not is told by a look at a few items.
  if (std::ranges::is_sorted(items, {}, key_of)) return {};
  const Stretches stretches(size, threads);
  // Calls work(stretch, its items of `from`) for every stretch.
  const auto each_stretch = [&](const auto& from, const auto& work) {
    return stretches.each([&](std::size_t s, std::size_t begin, std::size_t end) {
      work(s, std::span(from).subspan(begin, end - begin));
    });
  };
  std::vector<std::uint64_t> differing(stretches.count(), 0);
  const std::uint64_t first = key_of(items.front());
  HARK_TRY_VOID(each_stretch(items, [&](std::size_t s, std::span<const T> mine) {
    std::uint64_t bits = 0;
    for (const T& item : mine) bits |= key_of(item) ^ first;
    differing[s] = bits;
  }));
  const std::uint64_t all_differing =
      std::accumulate(differing.begin(), differing.end(), std::uint64_t{0}, std::bit_or<>());
  std::vector<T, Allocator> scratch(size);
  std::vector<std::array<std::size_t, kDigits>> places(stretches.count());
  for (unsigned bit = 0; bit < 64; bit += kDigitBits) {
    const auto digit_of = [&](const T& item) { return key_of(item) >> bit & (kDigits - 1); };
    if ((all_differing >> bit & (kDigits - 1)) == 0) continue;
    HARK_TRY_VOID(each_stretch(items, [&](std::size_t s, std::span<const T> mine) {
      places[s].fill(0);
      for (const T& item : mine) ++places[s][digit_of(item)];
    }));
    std::size_t before = 0;
    for (std::size_t digit = 0; digit < kDigits; ++digit) {
      for (auto& place : places) before += std::exchange(place[digit], before);
    }
    HARK_TRY_VOID(each_stretch(items, [&](std::size_t s, std::span<const T> mine) {
      for (const T& item : mine) scratch[places[s][digit_of(item)]++] = item;
    }));
    items.swap(scratch);
  }
  return {};
}

/// Sorts `keys` by the bits [low_bit, high_bit), ascending; equal keys keep their order.
/// See radix_sort_by(). 0 <= low_bit <= high_bit <= 64.
template <typename Allocator>
Result<void> radix_sort(std::vector<std::uint64_t, Allocator>& keys, unsigned low_bit,
                        unsigned high_bit, unsigned threads = 1) {
  if (low_bit >= high_bit) return {};
  // The bits wanted, without those above and below.
  return radix_sort_by(
      keys,
      [above = 64 - high_bit, below = 64 - high_bit + low_bit](std::uint64_t key) {
        return key << above >> below;
      },
      threads);
}

}  // namespace hark::stats
