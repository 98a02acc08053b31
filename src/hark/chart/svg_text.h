// The bytes of SVG: escaped text, short coordinates, relative paths.
//
// Coordinates have at most one decimal. Paths are kept in tenths of a pixel as whole numbers, so
// that relative commands add up exactly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hark::chart {

/// Appends `text` fit for XML content and for attributes in double quotes. Bytes that are no UTF-8
/// and characters XML 1.0 does not allow become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// Tenths of a pixel. Ties that structured data produce are decided the same way everywhere, even
/// if the last bit of `pixels` differs between machines.
std::int64_t to_tenths(double pixels) noexcept;
/// 123 -> "12.3", -5 -> "-.5", 120 -> "12".
void append_tenths(std::string& out, std::int64_t tenths);
void append_pixels(std::string& out, double pixels);

/// Builds the `d` attribute of a path with relative commands.
class PathBuilder {
 public:
  void move_to(double x, double y);
  void line_to(double x, double y);
  void close();
  bool is_empty() const noexcept { return text_.empty(); }
  const std::string& text() const noexcept { return text_; }

 private:
  void relative(char command, std::int64_t dx, std::int64_t dy);

  std::string text_;
  std::int64_t x_ = 0, y_ = 0;
  std::int64_t start_x_ = 0, start_y_ = 0;
  char last_command_ = 0;
};

}  // namespace hark::chart
