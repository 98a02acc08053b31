// What the allocator keeps.
#pragma once

#include <cstddef>

namespace hark {

/// Rows of a table below which giving memory back takes longer than it is worth.
inline constexpr std::size_t kManyRows = 5'000'000;

/// Gives the pages of freed memory back to the system, where the allocator has kept them for later:
/// after many small pieces have made way for a few large ones, which never reuse them. Takes time
/// with the number of pages. Threads: any.
void give_back_free_memory() noexcept;

}  // namespace hark
