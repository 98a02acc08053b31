// Sorting whole numbers in linear time: durations in seconds, keys packed with a group.
//
// Threads: pure functions; the input is the caller's.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hark::stats {

/// Sorts `items` by `key_of(item)`, a std::uint64_t, ascending; equal keys keep their order.
///
/// Least significant digit first, 11 bits at a time and only where keys differ: O(n) per digit,
/// with a copy of the items as scratch.
template <typename T, typename KeyOf>
void radix_sort_by(std::vector<T>& items, const KeyOf& key_of) {
  constexpr unsigned kDigitBits = 11;
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kDigitBits) - 1;
  // Below this the comparison sort's n log n is less than the digit tables.
  constexpr std::size_t kSmall = 512;
  if (items.size() < kSmall) {
    std::ranges::stable_sort(items, {}, key_of);
    return;
  }
  std::uint64_t differing = 0;
  const std::uint64_t first = key_of(items.front());
  for (const T& item : items) differing |= key_of(item) ^ first;
  std::vector<T> scratch(items.size());
  for (unsigned bit = 0; bit < 64; bit += kDigitBits) {
    if ((differing >> bit & kMask) == 0) continue;
    std::array<std::size_t, std::size_t{1} << kDigitBits> place{};
    for (const T& item : items) ++place[key_of(item) >> bit & kMask];
    std::size_t before = 0;
    for (std::size_t& count : place) {
      const std::size_t here = count;
      count = before;
      before += here;
    }
    for (const T& item : items) scratch[place[key_of(item) >> bit & kMask]++] = item;
    items.swap(scratch);
  }
}

/// Sorts `keys` by the bits [low_bit, high_bit), ascending; equal keys keep their order.
/// See radix_sort_by(). 0 <= low_bit <= high_bit <= 64.
void radix_sort(std::vector<std::uint64_t>& keys, unsigned low_bit, unsigned high_bit);

/// Sorts whole numbers ascending, in time linear in their count.
void sort(std::vector<std::int64_t>& values);

}  // namespace hark::stats
