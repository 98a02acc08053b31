// Questions about one text that rules ask: LIKE, shape, broken encoding.
#pragma once

#include <string_view>

namespace hark::contract {

/// SQL LIKE: '%' any run, '_' one character (code point), '\' before either means itself.
bool is_like(std::string_view text, std::string_view pattern) noexcept;

/// Whether the text has a shape: '9' a digit, 'A' an ASCII letter, anything else itself.
bool has_shape(std::string_view text, std::string_view shape) noexcept;

/// Whether the text holds UTF-8 that was read as Latin-1 or Windows-1252 and written as UTF-8
/// again ("â€™" for a closing quote), or the replacement character U+FFFD.
bool has_mojibake(std::string_view text) noexcept;

}  // namespace hark::contract
