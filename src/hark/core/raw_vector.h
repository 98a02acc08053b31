// A vector that leaves new values as the memory is: for values that are all written before they are
// read. To fill millions of them first is a pass on one thread over memory that is not there yet.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace hark {

/// std::allocator, but a value made from nothing is not set.
template <typename T>
class UnsetAllocator : public std::allocator<T> {
  static_assert(std::is_trivially_default_constructible_v<T> && std::is_trivially_destructible_v<T>,
                "only plain values may be left unset");

 public:
  template <typename Other>
  struct rebind {
    using other = UnsetAllocator<Other>;
  };
  UnsetAllocator() noexcept = default;
  template <typename Other>
  explicit UnsetAllocator(const UnsetAllocator<Other>&) noexcept {}

  template <typename... Args>
  void construct(T* at, Args&&... args) noexcept {
    if constexpr (sizeof...(Args) == 0) {
      ::new (static_cast<void*>(at)) T;
    } else {
      ::new (static_cast<void*>(at)) T(std::forward<Args>(args)...);
    }
  }
};

/// As std::vector, but RawVector<T>(n) and resize(n) leave new values unset.
template <typename T>
using RawVector = std::vector<T, UnsetAllocator<T>>;

}  // namespace hark
