#include "hark/contract/text_match.h"

#include <array>
#include <cstdint>
#include <optional>

#include "hark/core/text.h"

namespace hark::contract {
namespace {

/// Bytes of the first character; a byte that is no UTF-8 is one of its own.
std::size_t character_length(std::string_view text) noexcept {
  const std::size_t length = utf8_sequence_length(text);
  return length == 0 ? 1 : length;
}

std::uint32_t code_point(std::string_view text, std::size_t length) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (length == 1) return byte(0);
  std::uint32_t value = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (byte(i) & 0x3FU);
  return value;
}

/// The byte that Windows-1252 (and Latin-1, where 1252 has none) shows as this character.
std::optional<unsigned char> byte_shown_as(std::uint32_t character) noexcept {
  // 0x80 to 0x9F of Windows-1252; 0 where it has no character. Source: unicode.org CP1252.TXT.
  static constexpr std::array<std::uint16_t, 32> k1252 = {
      0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
  if (character >= 0x80 && character <= 0xFF) return static_cast<unsigned char>(character);
  if (character < 0x80) return std::nullopt;
  for (std::size_t i = 0; i < k1252.size(); ++i)
    if (k1252[i] == character) return static_cast<unsigned char>(0x80 + i);
  return std::nullopt;
}

}  // namespace

bool is_like(std::string_view text, std::string_view pattern) noexcept {
  // Greedy with one way back: to the last '%', which takes one byte more each time.
  std::size_t at = 0, in_pattern = 0;
  std::size_t retry_at = 0, retry_pattern = std::string_view::npos;
  while (at < text.size()) {
    bool fits = false;
    std::size_t next_at = at, next_pattern = in_pattern;
    if (in_pattern < pattern.size()) {
      const char c = pattern[in_pattern];
      if (c == '%') {
        retry_pattern = ++in_pattern;
        retry_at = at;
        continue;
      }
      if (c == '_') {
        fits = true;
        next_at = at + character_length(text.substr(at));
        next_pattern = in_pattern + 1;
      } else {
        const bool is_escape = c == '\\' && in_pattern + 1 < pattern.size();
        fits = pattern[in_pattern + (is_escape ? 1 : 0)] == text[at];
        next_at = at + 1;
        next_pattern = in_pattern + (is_escape ? 2 : 1);
      }
    }
    if (fits) {
      at = next_at;
      in_pattern = next_pattern;
    } else if (retry_pattern != std::string_view::npos) {
      // By whole characters: '_' must not come to stand in the middle of one.
      retry_at += character_length(text.substr(retry_at));
      at = retry_at;
      in_pattern = retry_pattern;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '%') ++in_pattern;
  return in_pattern == pattern.size();
}

bool has_shape(std::string_view text, std::string_view shape) noexcept {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (shape[i] == '9' ? !is_digit : shape[i] == 'A' ? !is_letter : c != shape[i]) return false;
  }
  return true;
}

bool has_mojibake(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = character_length(text.substr(at));
    const std::uint32_t character = code_point(text.substr(at), length);
    if (character == 0xFFFD) return true;
    // Do this character and the next ones show bytes that are one UTF-8 sequence?
    if (const auto lead = byte_shown_as(character); lead && length > 1 && *lead >= 0xC2) {
      char bytes[4] = {static_cast<char>(*lead)};
      std::size_t count = 1;
      std::size_t next = at + length;
      while (count < 4 && next < text.size()) {
        const std::size_t next_length = character_length(text.substr(next));
        const auto byte = byte_shown_as(code_point(text.substr(next), next_length));
        if (!byte || next_length == 1) break;
        bytes[count++] = static_cast<char>(*byte);
        next += next_length;
      }
      if (utf8_sequence_length({bytes, count}) > 1) return true;
    }
    at += length;
  }
  return false;
}

}  // namespace hark::contract
