#include "hark/chart/table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "hark/chart/prepare.h"
#include "hark/chart/svg_text.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

struct Grid {
  std::vector<std::string> headings;
  std::vector<bool> is_number;  ///< per column: written to the right
  std::vector<std::vector<std::string>> rows;
  std::string left_out;  ///< what to say about rows that are not written
};

bool is_date(const ChartSpec& spec, std::string_view field) {
  const Encoding& encoding = spec.encoding;
  return (encoding.x.type == FieldType::kTemporal &&
          (field == encoding.x.field || field == encoding.x2)) ||
         (encoding.y.type == FieldType::kTemporal &&
          (field == encoding.y.field || field == encoding.y2));
}

std::string cell(const ChartSpec& spec, const Column& column, std::size_t row,
                 const Locale& locale) {
  if (const auto* texts = column.texts()) return (*texts)[row];
  const double value = (*column.numbers())[row];
  if (is_date(spec, column.name)) return format_iso_date(value);
  return format_cell(value, column.format, locale);
}

std::string heading(const ChartSpec& spec, const Column& column) {
  const std::string& title = column.title.empty() ? column.name : column.title;
  const std::string_view unit = is_date(spec, column.name) ? "" : table_unit(column);
  return unit.empty() || title.ends_with(unit) ? title : concat(title, " (", unit, ")");
}

Grid long_grid(const ChartSpec& spec, const Locale& locale) {
  Grid grid;
  const std::size_t num_rows = spec.data.empty() ? 0 : spec.data.front().size();
  for (const Column& column : spec.data) {
    grid.headings.push_back(heading(spec, column));
    grid.is_number.push_back(column.numbers() != nullptr && !is_date(spec, column.name));
  }
  for (std::size_t row = 0; row < num_rows; ++row) {
    auto& cells = grid.rows.emplace_back();
    for (const Column& column : spec.data) cells.push_back(cell(spec, column, row, locale));
  }
  return grid;
}

/// One row per position, one column per series, where that loses nothing: three columns of data,
/// and no two rows in one place.
std::optional<Grid> wide_grid(const ChartSpec& spec, const Locale& locale) {
  const bool is_heat = spec.mark == Mark::kRect;
  const bool is_by_value_x = value_axis_of(spec) == Axis::kX;
  const Encoding& encoding = spec.encoding;
  const std::string& across = is_heat ? encoding.x.field : encoding.color.field;
  const std::string& down = is_heat || is_by_value_x ? encoding.y.field : encoding.x.field;
  const std::string& figure = is_heat         ? encoding.color.field
                              : is_by_value_x ? encoding.x.field
                                              : encoding.y.field;
  const bool has_series = !across.empty() && (is_heat || is_discrete(encoding.color.type));
  if (!has_series || spec.data.size() != 3 || across == down || down == figure || across == figure)
    return std::nullopt;
  const Column& columns = *find_column(spec, across);
  const Column& rows = *find_column(spec, down);
  const Column& figures = *find_column(spec, figure);

  Grid grid;
  grid.headings.push_back(heading(spec, rows));
  grid.is_number.push_back(false);
  std::map<std::string, std::size_t> row_of, column_of;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    std::string name = cell(spec, columns, i, locale);
    if (column_of.try_emplace(name, grid.headings.size()).second) {
      const std::string_view unit = table_unit(figures);
      grid.headings.push_back(unit.empty() ? name : concat(name, " (", unit, ")"));
      grid.is_number.push_back(true);
    }
  }
  std::vector<std::vector<bool>> is_taken;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const std::string place = cell(spec, rows, i, locale);
    const auto [at, is_new] = row_of.try_emplace(place, grid.rows.size());
    if (is_new) {
      grid.rows.emplace_back(grid.headings.size());
      grid.rows.back()[0] = place;
      is_taken.emplace_back(grid.headings.size(), false);
    }
    const std::size_t column = column_of.at(cell(spec, columns, i, locale));
    if (is_taken[at->second][column]) return std::nullopt;
    is_taken[at->second][column] = true;
    grid.rows[at->second][column] = cell(spec, figures, i, locale);
  }
  return grid;
}

Grid grid_of(const ChartSpec& spec, const TableOptions& options) {
  const Locale& locale = locale_of(options.language);
  auto wide = wide_grid(spec, locale);
  Grid grid = wide ? std::move(*wide) : long_grid(spec, locale);
  if (options.max_rows > 0 && grid.rows.size() > options.max_rows) {
    grid.left_out =
        fill(locale.rows_shown, {format_fixed(static_cast<double>(options.max_rows), 0, locale),
                                 format_fixed(static_cast<double>(grid.rows.size()), 0, locale)});
    grid.rows.resize(options.max_rows);
  }
  return grid;
}

/// Text of a Markdown cell: one line, no column separators, nothing that starts markup.
std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    if (c == '\n' || c == '\r' || c == '\t') {
      out += ' ';
      continue;
    }
    if (std::string_view("\\|`*_<>[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string to_html_table(const ChartSpec& spec, const TableOptions& options) {
  const Grid grid = grid_of(spec, options);
  std::string out = "<table class=\"hk-table\">\n<caption>";
  append_escaped(out, spec.title);
  out += "</caption>\n<thead><tr>";
  for (std::size_t i = 0; i < grid.headings.size(); ++i) {
    out += grid.is_number[i] ? "<th scope=\"col\" class=\"hk-num\">" : "<th scope=\"col\">";
    append_escaped(out, grid.headings[i]);
    out += "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : grid.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      // Most cells are numbers: those of texts carry the class.
      out += i == 0 ? "<th scope=\"row\">" : grid.is_number[i] ? "<td>" : "<td class=\"hk-text\">";
      append_escaped(out, row[i]);
      out += i == 0 ? "</th>" : "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n";
  if (!grid.left_out.empty()) {
    out += concat("<tfoot><tr><td colspan=\"", grid.headings.size(), "\">");
    append_escaped(out, grid.left_out);
    out += "</td></tr></tfoot>\n";
  }
  out += "</table>\n";
  return out;
}

std::string to_markdown_table(const ChartSpec& spec, const TableOptions& options) {
  const Grid grid = grid_of(spec, options);
  std::string out;
  if (!spec.title.empty()) out += concat("**", markdown_text(spec.title), "**\n\n");
  const auto line = [&](const auto& text_at) {
    out += '|';
    for (std::size_t i = 0; i < grid.headings.size(); ++i) out += concat(" ", text_at(i), " |");
    out += '\n';
  };
  line([&](std::size_t i) { return markdown_text(grid.headings[i]); });
  line([&](std::size_t i) { return std::string(grid.is_number[i] ? "---:" : "---"); });
  for (const auto& row : grid.rows) line([&](std::size_t i) { return markdown_text(row[i]); });
  if (!grid.left_out.empty()) out += concat("\n", grid.left_out, "\n");
  return out;
}

}  // namespace hark::chart
