// Built for AVX-512 (BW, VBMI2) and carry-less multiplication: see scan_types.h for what it may
// include.
#include <immintrin.h>

#include "hark/simd/scan_types.h"

namespace hark::simd {
namespace {

class Block {
 public:
  explicit Block(const char* bytes) : bytes_(_mm512_loadu_si512(bytes)) {}

  std::uint64_t equal_to(char c) const {
    return _mm512_cmpeq_epi8_mask(bytes_, _mm512_set1_epi8(c));
  }
  bool has_non_ascii() const { return _mm512_movepi8_mask(bytes_) != 0; }

 private:
  __m512i bytes_;
};

std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)),
                                               _mm_set1_epi8(static_cast<char>(0xFF)), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

alignas(64) constexpr unsigned char kPlaces[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

std::uint32_t* write_places(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  const __m512i places = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kPlaces));
  const __m512i first = _mm512_set1_epi32(static_cast<int>(base));
  const int count = __builtin_popcountll(bits);
  _mm512_storeu_si512(
      out, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
  if (count > 16) [[unlikely]] {
    _mm512_storeu_si512(
        out + 16,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 1))));
    _mm512_storeu_si512(
        out + 32,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 2))));
    _mm512_storeu_si512(
        out + 48,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 3))));
  }
  return out + count;
}

}  // namespace
}  // namespace hark::simd

#include "hark/simd/scan_blocks.inc"

namespace hark::simd {

ScanResult scan_avx512(const ScanInput& input, const ScanOutput& output) {
  return scan_in_blocks(input, output);
}

bool has_odd_quotes_avx512(const char* bytes, std::size_t size, char quote) {
  return has_odd_quotes_in_blocks(bytes, size, quote);
}

}  // namespace hark::simd
