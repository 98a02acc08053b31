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
// state alone. A kernel does just this step; splitter.h makes records of what it finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hark/tabular/dialect.h"

namespace hark::tabular {

/// Where a scan stands between two bytes.
enum class ScanState : std::uint8_t {
  kFieldStart,     ///< a quote here opens a quoted field
  kUnquoted,       ///< inside a field that began with another byte
  kQuoted,         ///< inside a quoted field
  kQuoteInQuoted,  ///< just after a quote in a quoted field: the next byte tells what it was
};

struct ScanResult {
  std::size_t num_positions = 0;
  ScanState end = ScanState::kFieldStart;
};

/// Writes to `positions` the place of every delimiter, LF and CR of `bytes` that is not inside a
/// quoted field, ascending (the two bytes of a CR LF are two places). `positions` has room for
/// `bytes.size()` entries; `bytes` is shorter than 4 GiB; nothing past its end is read.
using ScanFn = ScanResult (*)(std::string_view bytes, const Dialect& dialect, ScanState start,
                              std::uint32_t* positions);

struct ScanKernel {
  std::string_view name;
  ScanFn scan;
};

/// Runs everywhere, and is what every other kernel must equal.
ScanResult scan_scalar(std::string_view bytes, const Dialect& dialect, ScanState start,
                       std::uint32_t* positions);

/// The kernel in use.
const ScanKernel& active_scan_kernel() noexcept;

/// Number of line ends in `bytes`, quoted or not; `before` is the byte in front of them, because an
/// LF after a CR there is no new line end.
std::size_t count_line_ends(char before, std::string_view bytes) noexcept;

/// Whether `bytes` holds an odd number of `quote`: the guess at what a block does to the state.
bool has_odd_quotes(std::string_view bytes, char quote) noexcept;

}  // namespace hark::tabular
