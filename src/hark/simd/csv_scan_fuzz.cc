// Every kernel against the definition, from every state.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "hark/simd/csv_scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::simd;
  if (size < 2) return 0;
  ScanInput input;
  input.start = static_cast<ScanState>(data[0] % 4);
  input.delimiter = ",;\t|"[data[0] / 4 % 4];
  input.before = data[1] % 2 == 0 ? '\r' : 'x';
  // A copy of its own, so that the sanitizer sees a read past the end.
  const std::vector<char> bytes(data + 2, data + size);
  input.bytes = bytes.data();
  input.size = bytes.size();
  struct Arrays {
    explicit Arrays(std::size_t size)
        : positions(size + kScanSlack),
          record_ends(size + kScanSlack),
          non_ascii(num_lines(size)),
          quoted_lines(num_lines(size), 7) {}
    ScanOutput output() {
      return {positions.data(), record_ends.data(), non_ascii.data(), quoted_lines.data()};
    }
    std::vector<std::uint32_t> positions;
    std::vector<std::uint32_t> record_ends;
    std::vector<std::uint8_t> non_ascii;
    std::vector<std::uint8_t> quoted_lines;
  };
  const auto equal = [](const auto& a, const auto& b, std::size_t count) {
    return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(count), b.begin());
  };
  Arrays expected(bytes.size());
  const ScanResult wanted = scan_scalar(input, expected.output());
  for (const ScanKernel& kernel : scan_kernels()) {
    if (!kernel.runs_here()) continue;
    Arrays found(bytes.size());
    const ScanResult result = kernel.scan(input, found.output());
    if (result.num_positions != wanted.num_positions || result.end != wanted.end ||
        result.num_record_ends != wanted.num_record_ends ||
        result.num_line_ends != wanted.num_line_ends || found.non_ascii != expected.non_ascii ||
        found.quoted_lines != expected.quoted_lines ||
        !equal(found.positions, expected.positions, wanted.num_positions) ||
        !equal(found.record_ends, expected.record_ends, wanted.num_record_ends))
      std::abort();
    if (kernel.has_odd_quotes(input.bytes, input.size, input.quote) !=
        has_odd_quotes_scalar(input.bytes, input.size, input.quote))
      std::abort();
  }
  return 0;
}
