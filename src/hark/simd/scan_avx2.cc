// Built for AVX2, BMI and carry-less multiplication: see scan_types.h for what it may include.
#include <immintrin.h>

#include "hark/simd/scan_types.h"

namespace hark::simd {
namespace {

class Block {
 public:
  explicit Block(const char* bytes)
      : low_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes))),
        high_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32))) {}

  std::uint64_t equal_to(char c) const {
    const __m256i wanted = _mm256_set1_epi8(c);
    const auto low =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low_, wanted)));
    const auto high =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high_, wanted)));
    return std::uint64_t{high} << 32 | low;
  }
  bool has_non_ascii() const { return _mm256_movemask_epi8(_mm256_or_si256(low_, high_)) != 0; }

 private:
  __m256i low_;
  __m256i high_;
};

std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)),
                                               _mm_set1_epi8(static_cast<char>(0xFF)), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

std::uint32_t* write_places(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  std::uint32_t* const end = out + __builtin_popcountll(bits);
  // Eight at a time, needed or not: a branch per place would be guessed wrong too often.
  for (std::uint32_t* at = out; at < end; at += 8) {
    for (int i = 0; i < 8; ++i) {
      at[i] = base + static_cast<std::uint32_t>(_tzcnt_u64(bits));
      bits &= bits - 1;
    }
  }
  return end;
}

}  // namespace
}  // namespace hark::simd

#include "hark/simd/scan_blocks.inc"

namespace hark::simd {

ScanResult scan_avx2(const ScanInput& input, const ScanOutput& output) {
  return scan_in_blocks(input, output);
}

bool has_odd_quotes_avx2(const char* bytes, std::size_t size, char quote) {
  return has_odd_quotes_in_blocks(bytes, size, quote);
}

}  // namespace hark::simd
