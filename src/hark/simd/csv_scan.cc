#include "hark/simd/csv_scan.h"

#include <algorithm>
#include <cstdlib>

#include "hark/core/text.h"

namespace hark::simd {
namespace {

bool runs_everywhere() noexcept { return true; }

#if defined(__x86_64__)
bool has_avx2() noexcept {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}

bool has_avx512() noexcept {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vbmi2");
}
#endif

constexpr ScanKernel kKernels[] = {
#if defined(__x86_64__)
    {"avx512", &has_avx512, &scan_avx512, &has_odd_quotes_avx512},
    {"avx2", &has_avx2, &scan_avx2, &has_odd_quotes_avx2},
#endif
    {"scalar", &runs_everywhere, &scan_scalar, &has_odd_quotes_scalar},
};

std::string kernel_names() {
  std::string names;
  for (const ScanKernel& kernel : kKernels) {
    if (kernel.runs_here()) names += concat(names.empty() ? "" : ", ", kernel.name);
  }
  return names;
}

// Sums of single bytes in runs short enough not to overflow: the compiler turns this loop into
// vector code, which a 64-bit sum per byte would prevent.
constexpr std::size_t kRun = 128;

}  // namespace

std::span<const ScanKernel> scan_kernels() noexcept { return kKernels; }

Result<const ScanKernel*> choose_scan_kernel(std::string_view name) {
  for (const ScanKernel& kernel : kKernels) {
    if (name.empty() ? !kernel.runs_here() : kernel.name != name) continue;
    if (kernel.runs_here()) return &kernel;
    return Error(ErrorCode::kUnsupported,
                 concat("this processor cannot run the scan kernel '", name, "'"))
        .hint(concat("it runs: ", kernel_names()));
  }
  return Error(ErrorCode::kInvalidArgument, concat("there is no scan kernel '", name, "'"))
      .hint(concat("here run: ", kernel_names()));
}

Result<const ScanKernel*> active_scan_kernel() {
  static const Result<const ScanKernel*> chosen = [] {
    const char* const forced = std::getenv("HARK_FORCE_KERNEL");
    return choose_scan_kernel(forced == nullptr ? "" : forced);
  }();
  if (!chosen) {
    Error error = chosen.error();
    return std::move(error).while_doing("reading HARK_FORCE_KERNEL");
  }
  return *chosen;
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

}  // namespace hark::simd
