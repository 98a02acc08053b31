#include "hark/chart/svg_text.h"

#include <cmath>

#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

bool is_forbidden_in_xml(std::string_view character) noexcept {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r';
  return character == "\uFFFE" || character == "\uFFFF";
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c >= ' ' && c <= '~' && c != '&' && c != '<' && c != '>' && c != '"') {
      out += c;
      ++at;
      continue;
    }
    const std::size_t length = utf8_sequence_length(text.substr(at));
    const std::string_view character = text.substr(at, length == 0 ? 1 : length);
    at += character.size();
    if (length == 0 || is_forbidden_in_xml(character)) {
      out += kReplacement;
    } else if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += "&quot;";
    } else {
      out += character;
    }
  }
}

std::int64_t to_tenths(double pixels) noexcept {
  // Positions like 10.05 are common (a tenth of 100.5) and sit on a tie; pixel positions a
  // millionth below a tie are not.
  return static_cast<std::int64_t>(std::floor(pixels * 10 + 0.5 + 1e-6));
}

void append_tenths(std::string& out, std::int64_t tenths) {
  if (tenths < 0) out += '-';
  const std::int64_t size = tenths < 0 ? -tenths : tenths;
  if (size >= 10 || size % 10 == 0) out += std::to_string(size / 10);
  if (size % 10 != 0) {
    out += '.';
    out += static_cast<char>('0' + size % 10);
  }
}

void append_pixels(std::string& out, double pixels) { append_tenths(out, to_tenths(pixels)); }

void PathBuilder::move_to(double x, double y) {
  x_ = start_x_ = to_tenths(x);
  y_ = start_y_ = to_tenths(y);
  text_ += 'M';
  append_tenths(text_, x_);
  if (y_ >= 0) text_ += ' ';
  append_tenths(text_, y_);
  last_command_ = 'M';
}

void PathBuilder::line_to(double x, double y) {
  const std::int64_t dx = to_tenths(x) - x_, dy = to_tenths(y) - y_;
  if (dx == 0 && dy == 0) return;
  relative(dy == 0 ? 'h' : dx == 0 ? 'v' : 'l', dx, dy);
}

void PathBuilder::close() {
  text_ += 'z';
  x_ = start_x_;
  y_ = start_y_;
  last_command_ = 'z';
}

void PathBuilder::relative(char command, std::int64_t dx, std::int64_t dy) {
  const std::int64_t first = command == 'v' ? dy : dx;
  if (command != last_command_) {
    text_ += command;
  } else if (first >= 0) {
    text_ += ' ';
  }
  append_tenths(text_, first);
  if (command == 'l') {
    if (dy >= 0) text_ += ' ';
    append_tenths(text_, dy);
  }
  x_ += dx;
  y_ += dy;
  last_command_ = command;
}

}  // namespace hark::chart
