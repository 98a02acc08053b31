#include "hark/tabular/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "hark/core/text.h"

namespace hark::tabular {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool equals_folded(std::string_view text, std::string_view lower_case) noexcept {
  return std::ranges::equal(text, lower_case, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

/// Copies a number's whole part to `out` without the commas that group it by thousands and moves
/// `at` behind it. False if commas stand elsewhere, or there are more digits than `out` holds.
bool copy_whole_part(std::string_view text, std::size_t& at, std::string_view& digits, char* out,
                     std::size_t capacity) noexcept {
  std::size_t length = 0;
  std::size_t run = 0;  // digits since the last comma
  bool has_comma = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      if (length == capacity) return false;
      out[length++] = c;
      ++run;
      if (has_comma && run > 3) return false;
    } else if (c == ',') {
      if (has_comma ? run != 3 : run < 1 || run > 3) return false;
      has_comma = true;
      run = 0;
    } else {
      break;
    }
  }
  if (has_comma && run != 3) return false;
  digits = {out, length};
  return true;
}

/// A whole number with a sign, grouped by commas, or with zeros behind a point.
std::optional<std::int64_t> parse_written_integer(std::string_view text) noexcept {
  const bool is_negative = text.starts_with('-');
  std::size_t at = is_negative || text.starts_with('+') ? 1 : 0;
  char buffer[20];
  buffer[0] = '-';
  std::string_view digits;
  if (!copy_whole_part(text, at, digits, buffer + 1, sizeof buffer - 1) || digits.empty())
    return std::nullopt;
  if (at < text.size()) {
    // Spreadsheets and pandas write whole numbers as 11368.0.
    if (text[at] != '.' || text.find_first_not_of('0', at + 1) != std::string_view::npos)
      return std::nullopt;
  }
  const char* const first = is_negative ? buffer : buffer + 1;
  const char* const last = digits.data() + digits.size();
  std::int64_t value = 0;
  if (std::from_chars(first, last, value).ec != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

std::string_view trim_value(std::string_view text) noexcept {
  constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  for (;;) {
    if (!text.empty() && is_space(text.front())) {
      text.remove_prefix(1);
    } else if (text.starts_with(kNoBreakSpace)) {
      text.remove_prefix(2);
    } else {
      break;
    }
  }
  for (;;) {
    if (!text.empty() && is_space(text.back())) {
      text.remove_suffix(1);
    } else if (text.ends_with(kNoBreakSpace)) {
      text.remove_suffix(2);
    } else {
      return text;
    }
  }
}

std::string_view unwrap_field(std::string_view raw, char quote, std::string& scratch) {
  if (raw.size() < 2 || raw.front() != quote) return trim_value(raw);
  const std::string_view inner = raw.substr(1, raw.size() - 2);
  std::size_t at = inner.find(quote);
  if (at == std::string_view::npos) return trim_value(inner);
  scratch.clear();
  std::size_t from = 0;
  for (; at != std::string_view::npos; at = inner.find(quote, from)) {
    scratch.append(inner, from, at + 1 - from);
    const bool is_pair = at + 1 < inner.size() && inner[at + 1] == quote;
    from = at + (is_pair ? 2 : 1);
  }
  scratch.append(inner, from);
  return trim_value(scratch);
}

std::optional<std::int64_t> parse_integer_value(std::string_view text) noexcept {
  // Mostly a few digits and nothing else.
  constexpr std::size_t kSureDigits = 18;
  if (text.empty() || text.size() > kSureDigits) return parse_written_integer(text);
  std::uint64_t value = 0;
  bool is_plain = true;
  for (const char c : text) {
    is_plain = is_plain && is_digit(c);
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return is_plain ? static_cast<std::int64_t>(value) : parse_written_integer(text);
}

std::optional<double> parse_number_value(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  if (text.find(',') == std::string_view::npos) {
    // from_chars would take "inf" and "nan" too.
    const char last = text.empty() ? ' ' : text.back();
    if (!is_digit(last) && last != '.') return std::nullopt;
    return parse_double(text);
  }
  char buffer[64];
  std::size_t at = text.starts_with('-') ? 1 : 0;
  if (at == 1) buffer[0] = '-';
  std::string_view digits;
  if (!copy_whole_part(text, at, digits, buffer + at, sizeof buffer - 1)) return std::nullopt;
  const std::string_view rest = text.substr(at);
  const std::size_t length = digits.size() + (text.front() == '-' ? 1 : 0);
  if (rest.find(',') != std::string_view::npos) return std::nullopt;
  if (rest.size() > sizeof buffer - length)
    return parse_number_value(concat(std::string_view(buffer, length), rest));
  std::memcpy(buffer + length, rest.data(), rest.size());
  return parse_number_value({buffer, length + rest.size()});
}

std::optional<bool> parse_boolean_value(std::string_view text) noexcept {
  for (const std::string_view word : {"true", "yes", "y", "t", "1"}) {
    if (equals_folded(text, word)) return true;
  }
  for (const std::string_view word : {"false", "no", "n", "f", "0"}) {
    if (equals_folded(text, word)) return false;
  }
  return std::nullopt;
}

std::string_view strip_code_decimals(std::string_view text) noexcept {
  const std::size_t last = text.find_last_not_of('0');
  if (last == std::string_view::npos || last == 0 || last + 1 == text.size() || text[last] != '.' ||
      !is_digit(text[last - 1]))
    return text;
  return text.substr(0, last);
}

MissingMarkers::MissingMarkers(const std::vector<std::string>& markers) {
  for (const std::string& marker : markers) {
    markers_.push_back(lower(marker));
    lengths_ |= length_bit(marker.size());
    if (!marker.empty()) firsts_ |= first_bit(marker.front());
  }
}

bool MissingMarkers::is_marker(std::string_view text) const noexcept {
  return std::ranges::any_of(
      markers_, [&](const std::string& marker) { return equals_folded(text, marker); });
}

}  // namespace hark::tabular
