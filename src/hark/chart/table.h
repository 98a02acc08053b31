// A chart's data as a table: the other way to read it, for those who want the numbers.
#pragma once

#include <cstddef>
#include <string>

#include "hark/chart/chart_spec.h"
#include "hark/chart/format.h"

namespace hark::chart {

struct TableOptions {
  /// Rows written; of a longer table the first ones, and a last row says how many there are. 0:
  /// all.
  std::size_t max_rows = 0;
  Language language = Language::kEnglish;
};

/// <table> with the chart's title as caption, units in the headings, scope on every heading, row
/// headings in the first column. Heat maps and charts with series become one row per position with
/// a column per series (or per x); other charts one row per row of data, with every column. A page
/// writes .hk-table td and .hk-num to the right, .hk-text to the left. Requires validate().
std::string to_html_table(const ChartSpec& spec, const TableOptions& options = {});

/// The same as a Markdown table, below its title in bold.
std::string to_markdown_table(const ChartSpec& spec, const TableOptions& options = {});

}  // namespace hark::chart
