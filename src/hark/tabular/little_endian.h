// Numbers of binary formats.
#pragma once

#include <cstdint>
#include <string_view>

namespace hark::tabular {

/// The unsigned number of 1 to 8 bytes at `at`; bytes behind the end count as 0.
inline std::uint64_t little_endian(std::string_view bytes, std::size_t at,
                                   std::size_t num_bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < num_bytes && at + i < bytes.size(); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

}  // namespace hark::tabular
