#include "hark/cli/text_table.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"

namespace hark::cli {
namespace {

std::size_t num_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

std::string pad(std::string_view text, std::size_t width, Align align) {
  const std::size_t length = num_code_points(text);
  const std::string fill(width > length ? width - length : 0, ' ');
  return align == Align::kRight ? fill + std::string(text) : std::string(text) + fill;
}

}  // namespace

std::string TextTable::to_string() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(num_code_points(column.title));
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : rows_) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(printable(row[i]));
      widths[i] = std::max(widths[i], num_code_points(cells[i]));
    }
    rows.push_back(std::move(cells));
  }
  std::string out;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      line += pad(cell_of(i), widths[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_line([&](std::size_t i) { return columns_[i].title; });
  add_line([&](std::size_t i) { return std::string(widths[i], '-'); });
  for (const auto& row : rows) {
    add_line([&](std::size_t i) { return row[i]; });
  }
  return out;
}

std::string name_value_lines(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, num_code_points(name));
  std::string out;
  for (const auto& [name, value] : lines)
    out += pad(name, width + 2, Align::kLeft) + printable(value) + "\n";
  return out;
}

std::string show_count(std::int64_t value) { return with_thousands(value); }

std::string show_percent(std::optional<double> share, int decimals) {
  return share ? fixed(*share * 100, decimals) + " %" : "n/a";
}

std::string show_hours(std::optional<double> hours) {
  if (!hours) return "n/a";
  if (*hours < 1) return fixed(*hours * 60, 1) + " min";
  if (*hours < 72) return fixed(*hours, 1) + " h";
  return fixed(*hours / 24, 1) + " d";
}

std::string show_days(std::optional<double> days) { return days ? fixed(*days, 1) + " d" : "n/a"; }

std::string show_number(std::optional<double> value, int decimals) {
  return value ? fixed(*value, decimals) : "n/a";
}

std::string show_p(double p, double log10_p) {
  if (log10_p < -300) return concat("< 1e-300 (log10 p = ", fixed(log10_p, 1), ")");
  if (p >= 1e-4) return fixed(p, 4);
  const double exponent = std::floor(log10_p);
  return concat(fixed(std::pow(10.0, log10_p - exponent), 2), "e", static_cast<int>(exponent));
}

}  // namespace hark::cli
