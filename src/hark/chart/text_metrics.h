// How wide a text is, and how to make it fit: what a chart must know before it is drawn.
//
// Widths are those of DejaVu Sans, the widest of the fonts a chart may be shown in (Verdana, Arial
// and system fonts are narrower), so a layout that fits here fits there. Characters outside ASCII
// and Latin-1 count as an average letter, East Asian ones as one em.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hark::chart {

/// Width in pixels at font size `size`. Bytes that are no UTF-8 count as one letter each.
double text_width(std::string_view text, double size, bool is_bold = false) noexcept;

/// The text if it fits into `max_width`, else its beginning and "…"; "" if not even that fits.
/// Never cuts inside a character.
std::string shorten(std::string_view text, double max_width, double size, bool is_bold = false);

/// Breaks a text between words into at most `max_lines` lines of at most `max_width`. What does not
/// fit is shortened. Never empty; white space at the ends is dropped.
std::vector<std::string> wrap(std::string_view text, double max_width, double size,
                              std::size_t max_lines, bool is_bold = false);

}  // namespace hark::chart
