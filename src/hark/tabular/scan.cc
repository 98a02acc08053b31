#include "hark/tabular/scan.h"

#include <algorithm>

namespace hark::tabular {
namespace {

// Sums of single bytes in runs short enough not to overflow: the compiler turns these loops into
// vector code, which a 64-bit sum per byte would prevent.
constexpr std::size_t kRun = 128;

}  // namespace

std::string_view name_of(LineEnd line_end) noexcept {
  switch (line_end) {
    case LineEnd::kLf:
      return "LF";
    case LineEnd::kCrLf:
      return "CRLF";
    case LineEnd::kCr:
      return "CR";
    case LineEnd::kNone:
      return "none";
  }
  return "none";
}

const ScanKernel& active_scan_kernel() noexcept {
  static constexpr ScanKernel kScalar{"scalar", &scan_scalar};
  return kScalar;
}

std::size_t count_line_ends(char before, std::string_view bytes) noexcept {
  if (bytes.empty()) return 0;
  const char* const at = bytes.data();
  std::size_t count = at[0] == '\r' || (at[0] == '\n' && before != '\r') ? 1 : 0;
  for (std::size_t i = 1; i < bytes.size();) {
    const std::size_t stop = std::min(bytes.size(), i + kRun);
    std::uint8_t sum = 0;
    for (; i < stop; ++i) {
      const auto is_cr = static_cast<std::uint8_t>(at[i] == '\r');
      const auto is_lf = static_cast<std::uint8_t>(at[i] == '\n');
      const auto is_after_cr = static_cast<std::uint8_t>(at[i - 1] == '\r');
      sum = static_cast<std::uint8_t>(sum + (is_cr | (is_lf & (is_after_cr ^ 1))));
    }
    count += sum;
  }
  return count;
}

bool has_odd_quotes(std::string_view bytes, char quote) noexcept {
  std::uint8_t parity = 0;
  for (const char c : bytes) parity = static_cast<std::uint8_t>(parity ^ (c == quote ? 1 : 0));
  return parity != 0;
}

}  // namespace hark::tabular
