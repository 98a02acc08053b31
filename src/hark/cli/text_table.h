// Tables for people on a terminal: columns aligned, numbers to the right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hark::cli {

enum class Align { kLeft, kRight };

class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One text per column.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Header, rule, rows; two spaces between columns; every line ends in a line feed. Widths count
  /// code points; control characters are shown as spaces.
  std::string to_string() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Lines of "name   value", aligned.
std::string name_value_lines(const std::vector<std::pair<std::string, std::string>>& lines);

// Numbers as people read them; "n/a" where there is none.
std::string show_count(std::int64_t value);                               ///< 1,234,567
std::string show_percent(std::optional<double> share, int decimals = 2);  ///< 92.93 %
std::string show_hours(std::optional<double> hours);  ///< 12 min, 31.2 h or 9.4 d
std::string show_days(std::optional<double> days);    ///< 9.4 d
std::string show_number(std::optional<double> value, int decimals);
/// "0.0123", "4.56e-7", or "< 1e-300" where the double underflows: log10 p has the size.
std::string show_p(double p, double log10_p);

}  // namespace hark::cli
