// The definition in code: written to be read, and equalled by every other kernel.
#include "hark/simd/scan_types.h"

#include <initializer_list>

namespace hark::simd {

ScanResult scan_scalar(const ScanInput& input, const ScanOutput& output) {
  const char* const begin = input.bytes;
  const char* const end = begin + input.size;
  const char* at = begin;
  std::uint32_t* out = output.positions;
  std::uint32_t* record_end = output.record_ends;
  ScanState state = input.start;

  bool ends_field[256] = {};
  for (const char c : {input.delimiter, '\n', '\r'}) {
    ends_field[static_cast<unsigned char>(c)] = true;
  }
  const auto is_end = [&ends_field](char c) { return ends_field[static_cast<unsigned char>(c)]; };
  const auto add = [&](const char* place) {
    if (*place == '\n' || *place == '\r')
      *record_end++ = static_cast<std::uint32_t>(out - output.positions);
    *out++ = static_cast<std::uint32_t>(place - begin);
  };

  for (std::size_t i = 0; i < input.size; i += kLineBytes) output.quoted_lines[i / kLineBytes] = 0;
  while (at != end) {
    switch (state) {
      case ScanState::kFieldStart:
        if (*at == input.quote) {
          state = ScanState::kQuoted;
          ++at;
          break;
        }
        state = ScanState::kUnquoted;
        [[fallthrough]];
      case ScanState::kUnquoted:
        while (at != end && !is_end(*at)) ++at;
        if (at == end) break;
        add(at);
        ++at;
        state = ScanState::kFieldStart;
        break;
      case ScanState::kQuoted:
        for (; at != end && *at != input.quote; ++at) {
          if (*at == '\n' || *at == '\r')
            output.quoted_lines[static_cast<std::size_t>(at - begin) / kLineBytes] = 1;
        }
        if (at == end) break;
        ++at;
        state = ScanState::kQuoteInQuoted;
        break;
      case ScanState::kQuoteInQuoted:
        if (is_end(*at)) {
          add(at);
          state = ScanState::kFieldStart;
        } else {
          // The second quote of a pair, or a character after a quote that was one itself.
          state = ScanState::kQuoted;
        }
        ++at;
        break;
    }
  }
  for (std::size_t i = 0; i < input.size; ++i) {
    std::uint8_t& line = output.non_ascii[i / kLineBytes];
    if (i % kLineBytes == 0) line = 0;
    if (static_cast<unsigned char>(begin[i]) >= 0x80) line = 1;
  }
  std::size_t num_line_ends = 0;
  char before = input.before;
  for (std::size_t i = 0; i < input.size; ++i) {
    if (begin[i] == '\r' || (begin[i] == '\n' && before != '\r')) ++num_line_ends;
    before = begin[i];
  }
  return {static_cast<std::size_t>(out - output.positions),
          static_cast<std::size_t>(record_end - output.record_ends), num_line_ends, state};
}

bool has_odd_quotes_scalar(const char* bytes, std::size_t size, char quote) {
  bool is_odd = false;
  for (std::size_t i = 0; i < size; ++i) is_odd ^= bytes[i] == quote;
  return is_odd;
}

}  // namespace hark::simd
