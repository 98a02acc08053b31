// What goes into and comes out of a scan kernel, as plain data. Files that are compiled for one
// instruction set include this and nothing else of ours, so that no inline function built for that
// set can end up in the rest of the program.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hark::simd {

/// Where a scan stands between two bytes.
enum class ScanState : std::uint8_t {
  kFieldStart,     ///< a quote here opens a quoted field
  kUnquoted,       ///< inside a field that began with another byte
  kQuoted,         ///< inside a quoted field
  kQuoteInQuoted,  ///< just after a quote in a quoted field: the next byte tells what it was
};

struct ScanInput {
  const char* bytes = nullptr;
  std::size_t size = 0;  ///< less than 4 GiB
  char delimiter = ',';
  char quote = '"';
  char before =
      '\n';  ///< the byte in front of bytes[0]: an LF behind a CR is no line end of its own
  ScanState start = ScanState::kFieldStart;
};

/// Bytes that an entry of ScanOutput::non_ascii and quoted_lines speaks of; the last may have
/// fewer.
inline constexpr std::size_t kLineBytes = 64;

/// Where a scan writes; the first two have room for ScanInput::size + kScanSlack entries.
struct ScanOutput {
  std::uint32_t* positions = nullptr;    ///< places that end a field, ascending
  std::uint32_t* record_ends = nullptr;  ///< which of the positions are an LF or CR: their indices
  std::uint8_t* non_ascii = nullptr;  ///< one per kLineBytes begun: 1 where a byte is from 0x80 on
  std::uint8_t* quoted_lines = nullptr;  ///< likewise: 1 where an LF or CR is in a quoted field
};

struct ScanResult {
  std::size_t num_positions = 0;
  std::size_t num_record_ends = 0;
  std::size_t num_line_ends = 0;  ///< inside quotes too, CR LF as one
  ScanState end = ScanState::kFieldStart;
};

/// Entries behind the last position that a kernel may overwrite.
inline constexpr std::size_t kScanSlack = 64;

/// Finds every delimiter, LF and CR that is not inside a quoted field (the two bytes of a CR LF are
/// two places). Nothing past the input's end is read.
using ScanFn = ScanResult (*)(const ScanInput& input, const ScanOutput& output);

/// Whether the bytes hold an odd number of `quote`.
using OddQuotesFn = bool (*)(const char* bytes, std::size_t size, char quote);

ScanResult scan_scalar(const ScanInput& input, const ScanOutput& output);
bool has_odd_quotes_scalar(const char* bytes, std::size_t size, char quote);
#if defined(__x86_64__)
ScanResult scan_avx2(const ScanInput& input, const ScanOutput& output);
bool has_odd_quotes_avx2(const char* bytes, std::size_t size, char quote);
ScanResult scan_avx512(const ScanInput& input, const ScanOutput& output);
bool has_odd_quotes_avx512(const char* bytes, std::size_t size, char quote);
#endif

}  // namespace hark::simd
