// How a delimited file writes its fields.
#pragma once

#include <cstdint>
#include <string_view>

namespace hark::tabular {

/// The line end seen first in a file. Reading does not depend on it: each of the three ends a
/// record wherever it stands.
enum class LineEnd : std::uint8_t { kLf, kCrLf, kCr, kNone };
std::string_view name_of(LineEnd line_end) noexcept;  ///< "LF", "CRLF", "CR", "none"

struct Dialect {
  char delimiter = ',';
  char quote = '"';
  bool has_bom = false;
  /// Every record ends in one more delimiter than the header has; the empty field behind it is no
  /// field.
  bool has_trailing_delimiter = false;
  LineEnd line_end = LineEnd::kLf;
};

}  // namespace hark::tabular
