#include "hark/lake/data_file.h"

#include <cstdint>
#include <random>

#include "hark/core/text.h"

namespace hark::lake {

std::string random_uuid() {
  static constexpr char kHex[] = "0123456789abcdef";
  // Names must not meet between processes, so the machine's entropy is asked and no seeded
  // generator; a name is made once per file.
  std::random_device entropy;
  const auto random = [&] { return (std::uint64_t{entropy()} << 32) | entropy(); };
  // Version 4 (random) and the variant of RFC 9562 have fixed places.
  const std::uint64_t high = (random() & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (random() & ~(3ULL << 62)) | (2ULL << 62);
  std::string uuid;
  for (const std::uint64_t half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) uuid += kHex[(half >> shift) & 15];
  }
  for (const std::size_t at : {20U, 16U, 12U, 8U}) uuid.insert(at, 1, '-');
  return uuid;
}

std::string data_file_name(unsigned index, std::string_view uuid) {
  const std::string digits = std::to_string(index);
  const std::string zeros(digits.size() < 5 ? 5 - digits.size() : 0, '0');
  return concat("part-", zeros, digits, "-", uuid, "-c000.zstd.parquet");
}

bool is_data_file_name(std::string_view name) noexcept {
  return name.starts_with("part-") && name.ends_with(".parquet");
}

}  // namespace hark::lake
