// The structure of delimited text: where fields and records end. This file is the definition.
//
// Format: RFC 4180 and what real exports make of it.
//
//  1. A line end is LF, CR LF or a lone CR, wherever it stands; a file may mix them.
//  2. A record is a run of fields with a delimiter between two fields; a line end or the end of the
//     file ends it. A line without any byte is blank: no record, but counted.
//  3. A field that begins with a quote is quoted; a quote anywhere else in a field is a character.
//  4. In a quoted field a delimiter or line end is a character. Two quotes are one quote. One quote
//     that is followed by a delimiter, a line end or the end of the file ends the field. One quote
//     followed by anything else is a character (5" pipe), and the field goes on as a quoted one.
//  5. A quoted field that the file ends in is unterminated: its record is refused.
//  6. A byte order mark before the header is skipped.
//
// So a byte's meaning depends on a state of four values, and a block can be scanned from its start
// state alone. A kernel does just this step; tabular makes records of what it finds.
// Threads: all functions may be called by any thread.
#pragma once

#include <span>
#include <string_view>

#include "hark/core/result.h"
#include "hark/simd/scan_types.h"

namespace hark::simd {

/// Entries of ScanOutput::non_ascii and quoted_lines for that many bytes.
constexpr std::size_t num_lines(std::size_t size) { return (size + kLineBytes - 1) / kLineBytes; }

struct ScanKernel {
  std::string_view name;  ///< "avx512", "avx2", "scalar"
  bool (*runs_here)() noexcept;
  ScanFn scan;
  OddQuotesFn has_odd_quotes;
};

/// The kernels in this binary, best first; the last is "scalar", which runs everywhere and is what
/// every other one must equal.
std::span<const ScanKernel> scan_kernels() noexcept;

/// The kernel of that name; empty: the first that runs here. Errors: kInvalidArgument for a name
/// nobody has; kUnsupported for one that this processor cannot run.
Result<const ScanKernel*> choose_scan_kernel(std::string_view name);

/// choose_scan_kernel() of the environment's HARK_FORCE_KERNEL, looked up once.
Result<const ScanKernel*> active_scan_kernel();

/// Number of line ends in `bytes`, quoted or not; `before` is the byte in front of them, because an
/// LF after a CR there is no new line end.
std::size_t count_line_ends(char before, std::string_view bytes) noexcept;

}  // namespace hark::simd
