#include "hark/chart/text_metrics.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "hark/core/text.h"

namespace hark::chart {
namespace {

#include "hark/chart/font_widths.inc"

constexpr double kUnitsPerEm = 2048;
constexpr std::uint16_t kAverage = 1303;  // a digit

/// The character that `text` starts with (which must not be empty) and its length in bytes.
struct Character {
  std::uint32_t code = 0xFFFD;
  std::size_t length = 1;
};

Character first_character(std::string_view text) noexcept {
  const std::size_t length = utf8_sequence_length(text);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  switch (length) {
    case 1:
      return {byte(0), 1};
    case 2:
      return {(byte(0) & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    case 3:
      return {(byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    case 4:
      return {(byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
                  (byte(3) & 0x3F),
              4};
    default:
      return {};
  }
}

bool is_wide(std::uint32_t code) noexcept {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xD7A3) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFE30 && code <= 0xFE6F) ||
         (code >= 0xFF00 && code <= 0xFF60) || code >= 0x1F000;
}

std::uint16_t advance(std::uint32_t code, bool is_bold) noexcept {
  if (code >= 0x20 && code < 0x7F) return (is_bold ? kAsciiBold : kAsciiRegular)[code - 0x20];
  if (code >= 0xA0 && code < 0x100) return (is_bold ? kLatinBold : kLatinRegular)[code - 0xA0];
  const auto* extra = std::ranges::find(kExtraCodes, code);
  if (extra != std::end(kExtraCodes))
    return (is_bold ? kExtraBold : kExtraRegular)[extra - kExtraCodes];
  return is_wide(code) ? static_cast<std::uint16_t>(kUnitsPerEm) : kAverage;
}

}  // namespace

double text_width(std::string_view text, double size, bool is_bold) noexcept {
  std::uint64_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    units += advance(character.code, is_bold);
    at += character.length;
  }
  return static_cast<double>(units) * size / kUnitsPerEm;
}

std::string shorten(std::string_view text, double max_width, double size, bool is_bold) {
  if (text_width(text, size, is_bold) <= max_width) return std::string(text);
  constexpr std::string_view kEllipsis = "…";
  double width = text_width(kEllipsis, size, is_bold);
  if (width > max_width) return {};
  std::size_t end = 0;
  while (end < text.size()) {
    const std::string_view rest = text.substr(end);
    const std::size_t length = first_character(rest).length;
    width += text_width(rest.substr(0, length), size, is_bold);
    if (width > max_width) break;
    end += length;
  }
  return concat(trim(text.substr(0, end)), kEllipsis);
}

std::vector<std::string> wrap(std::string_view text, double max_width, double size,
                              std::size_t max_lines, bool is_bold) {
  std::vector<std::string> lines;
  std::string_view rest = trim(text);
  while (lines.size() + 1 < max_lines && text_width(rest, size, is_bold) > max_width) {
    std::size_t best = 0;  // end of the last word that still fits
    for (std::size_t at = rest.find(' '); at != std::string_view::npos;
         at = rest.find(' ', at + 1)) {
      if (text_width(rest.substr(0, at), size, is_bold) > max_width) break;
      best = at;
    }
    if (best == 0) break;  // one word wider than the line
    lines.emplace_back(trim(rest.substr(0, best)));
    rest = trim(rest.substr(best));
  }
  lines.push_back(shorten(rest, max_width, size, is_bold));
  return lines;
}

}  // namespace hark::chart
