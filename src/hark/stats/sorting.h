// Sorting whole numbers in linear time: durations in seconds, keys packed with a group.
//
// Threads: pure functions; the input is the caller's.
#pragma once

#include <cstdint>
#include <vector>

namespace hark::stats {

/// Sorts `keys` by the bits [low_bit, high_bit), ascending; equal keys keep their order.
///
/// Least significant digit first, 11 bits at a time, so O(n) per 11 bits with a copy of the keys as
/// scratch. 0 <= low_bit <= high_bit <= 64.
void radix_sort(std::vector<std::uint64_t>& keys, unsigned low_bit, unsigned high_bit);

/// Sorts whole numbers ascending, in time linear in their count.
void sort(std::vector<std::int64_t>& values);

}  // namespace hark::stats
