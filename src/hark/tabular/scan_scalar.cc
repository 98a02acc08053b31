#include <cstring>

#include "hark/tabular/scan.h"

namespace hark::tabular {

ScanResult scan_scalar(std::string_view bytes, const Dialect& dialect, ScanState start,
                       std::uint32_t* positions) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* at = begin;
  std::uint32_t* out = positions;
  ScanState state = start;

  bool ends_field[256] = {};
  for (const char c : {dialect.delimiter, '\n', '\r'}) {
    ends_field[static_cast<unsigned char>(c)] = true;
  }
  const auto is_end = [&ends_field](char c) { return ends_field[static_cast<unsigned char>(c)]; };

  while (at != end) {
    switch (state) {
      case ScanState::kFieldStart:
        if (*at == dialect.quote) {
          state = ScanState::kQuoted;
          ++at;
          break;
        }
        state = ScanState::kUnquoted;
        [[fallthrough]];
      case ScanState::kUnquoted:
        while (at != end && !is_end(*at)) ++at;
        if (at == end) break;
        *out++ = static_cast<std::uint32_t>(at - begin);
        ++at;
        state = ScanState::kFieldStart;
        break;
      case ScanState::kQuoted:
        at = static_cast<const char*>(
            std::memchr(at, dialect.quote, static_cast<std::size_t>(end - at)));
        if (at == nullptr) {
          at = end;
        } else {
          ++at;
          state = ScanState::kQuoteInQuoted;
        }
        break;
      case ScanState::kQuoteInQuoted:
        if (is_end(*at)) {
          *out++ = static_cast<std::uint32_t>(at - begin);
          state = ScanState::kFieldStart;
        } else {
          // The second quote of a pair, or a character after a quote that was one itself.
          state = ScanState::kQuoted;
        }
        ++at;
        break;
    }
  }
  return {static_cast<std::size_t>(out - positions), state};
}

}  // namespace hark::tabular
