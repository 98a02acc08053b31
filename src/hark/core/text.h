// Small text operations that every module needs: joining, trimming, folding, suggestions, UTF-8.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hark {

namespace text_internal {
inline void append(std::string& out, std::string_view text) { out += text; }
inline void append(std::string& out, char c) { out += c; }
template <std::integral T>
  requires(!std::same_as<T, char> && !std::same_as<T, bool>)
void append(std::string& out, T value) {
  out += std::to_string(value);
}
void append(std::string& out, double value);
}  // namespace text_internal

/// Joins texts and numbers: concat("row ", 3, " of ", n). Doubles as their shortest exact text.
template <typename... Parts>
std::string concat(const Parts&... parts) {
  std::string out;
  (text_internal::append(out, parts), ...);
  return out;
}

/// "1234567" -> "1,234,567". For people; never in JSON or CSV.
std::string with_thousands(std::int64_t value);
/// What follows a count: " day" of 1, else " days".
std::string plural(std::int64_t count, std::string_view thing);
/// Fixed decimals, rounded half to even by the C library: fixed(0.929272, 4) == "0.9293".
std::string fixed(double value, int decimals);

std::string_view trim(std::string_view text) noexcept;
/// ASCII only; other bytes stay.
std::string lower(std::string_view text);
/// Trimmed, inner white space collapsed to one space, ASCII lower case: METRICS' folding of
/// categories.
std::string fold_category(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The candidate nearest to `word` by edit distance, if one is near enough to be meant.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Length in bytes (1 to 4) of the valid UTF-8 sequence that `text` starts with, 0 if there is
/// none.
std::size_t utf8_sequence_length(std::string_view text) noexcept;
/// Position of the first byte that is not part of valid UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text) noexcept;

/// A whole decimal number; nullopt for anything else, spaces and overflow included.
std::optional<std::int64_t> parse_int(std::string_view text) noexcept;
/// A whole finite number in C syntax ("1.5", "-2e3"); nullopt for anything else.
std::optional<double> parse_double(std::string_view text) noexcept;

}  // namespace hark
