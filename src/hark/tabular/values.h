// How one field's text becomes a value. Written forms: docs/formats/contract.md, "How values are
// written".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::tabular {

/// Takes white space and no-break spaces (U+00A0) off both ends.
std::string_view trim_value(std::string_view text) noexcept;

/// The text of a field that may have quotes, or spaces at its ends; see field_text().
std::string_view unwrap_field(std::string_view raw, char quote, std::string& scratch);

/// The text of a closed field: quotes off, doubled quotes made one, trimmed. Lives as long as
/// `raw` and, where quotes were doubled, until `scratch` changes.
inline std::string_view field_text(std::string_view raw, char quote, std::string& scratch) {
  // Most fields are empty, or begin and end in a letter or digit.
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7F'; };
  if (raw.empty() || (is_plain(raw.front()) && is_plain(raw.back()) && raw.front() != quote))
    return raw;
  return unwrap_field(raw, quote, scratch);
}

/// "1,017,901", "11368.0", "-5".
std::optional<std::int64_t> parse_integer_value(std::string_view text) noexcept;
/// "40.7", "1,017,901.25", ".5", "5.", "1e-3"; finite.
std::optional<double> parse_number_value(std::string_view text);
/// true, false, yes, no, y, n, t, f, 1, 0 in any case.
std::optional<bool> parse_boolean_value(std::string_view text) noexcept;
/// "11368.0" -> "11368"; other texts as they are.
std::string_view strip_code_decimals(std::string_view text) noexcept;

/// The texts that stand for "no value" in a column, besides none at all.
class MissingMarkers {
 public:
  MissingMarkers() = default;
  explicit MissingMarkers(const std::vector<std::string>& markers);
  /// `text` is trimmed. ASCII case does not count.
  bool contains(std::string_view text) const noexcept {
    return text.empty() || ((lengths_ & length_bit(text.size())) != 0 &&
                            (firsts_ & first_bit(text.front())) != 0 && is_marker(text));
  }

 private:
  static std::uint64_t length_bit(std::size_t length) noexcept {
    return std::uint64_t{1} << (length < 63 ? length : 63);
  }
  /// The same of a letter in either case.
  static std::uint32_t first_bit(char c) noexcept { return std::uint32_t{1} << (c & 31); }
  bool is_marker(std::string_view text) const noexcept;

  std::vector<std::string> markers_;  // lower case
  // Which lengths and first letters markers have: most texts fail here.
  std::uint64_t lengths_ = 0;
  std::uint32_t firsts_ = 0;
};

}  // namespace hark::tabular
