#include <algorithm>

#include "hark/chart/svg.h"
#include "hark/chart/table.h"
#include "hark/core/text.h"
#include "hark/report/render.h"

namespace hark::report {
namespace {

/// Text of data in Markdown: what could be read as markup is escaped.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

/// A command as code in a cell of a table.
std::string code_md(std::string_view text) {
  std::size_t longest = 0;  // run of backticks; the fence is longer
  std::size_t run = 0;
  std::string out;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  const std::string fence(longest + 1, '`');
  const std::string_view space = longest > 0 ? " " : "";
  return concat(fence, space, out, space, fence);
}

std::string text_md(std::string_view text) { return escape(plain_text(text)); }

std::string table_md(const Table& table) {
  std::string out;
  if (!table.caption.empty()) out += text_md(table.caption) + "\n\n";
  std::string rule = "|";
  out += "|";
  for (const Table::Column& column : table.columns) {
    out += " " + escape(column.title) + " |";
    rule += column.is_number ? " ---: |" : " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (const std::string& cell : row) out += " " + text_md(cell) + " |";
    out += "\n";
  }
  return out + "\n";
}

std::string chart_name(const chart::ChartSpec& spec) { return concat("charts/", spec.id, ".svg"); }

std::string block_md(const Block& block, bool has_charts) {
  std::string out;
  switch (block.kind) {
    case Block::Kind::kParagraph:
      return text_md(block.texts.front()) + "\n\n";
    case Block::Kind::kHeading:
      return "### " + text_md(block.texts.front()) + "\n\n";
    case Block::Kind::kList:
      for (const std::string& item : block.texts) out += "- " + text_md(item) + "\n";
      return out + "\n";
    case Block::Kind::kKpis:
      out = "| figure | value | |\n| --- | ---: | --- |\n";
      for (const Block::Kpi& kpi : block.kpis)
        out += concat("| ", escape(kpi.name), " | ", text_md(kpi.value), " | ", text_md(kpi.note),
                      " |\n");
      return out + "\n";
    case Block::Kind::kFigure: {
      const std::string title = escape(block.figure.title);
      if (has_charts) out = concat("![", title, "](", chart_name(block.figure), ")\n\n");
      if (!block.figure.description.empty())
        return out + concat("*", title, "* ", escape(block.figure.description), "\n\n");
      // A section of charts alone would be empty without them.
      return has_charts ? out : concat("*", title, "* (a chart: `--format md,svg`)\n\n");
    }
    case Block::Kind::kTable:
      return table_md(block.table);
  }
  return out;
}

}  // namespace

std::string render_markdown(const Document& document, bool has_charts) {
  std::string out =
      concat("# ", escape(document.title), "\n\n", text_md(document.subtitle), "\n\n");
  for (const auto& [name, value] : document.facts)
    out += concat("- ", escape(name), ": ", text_md(value), "\n");
  out += "\n";
  for (const Section& section : document.sections) {
    out += concat("## ", escape(section.title), "\n\n");
    if (!section.question.empty()) out += concat("*", escape(section.question), "*\n\n");
    for (const Block& block : section.blocks) out += block_md(block, has_charts);
  }
  out +=
      "## Evidence\n\n| figure | value | unit | rows | how to get it |\n| --- | ---: | --- | ---: "
      "| --- |\n";
  for (const Evidence& e : document.evidence()) {
    const std::string value = e.value.is_string() ? std::string(e.value.as_string())
                              : e.value.is_null() ? "none"
                                                  : e.value.dump();
    out += concat("| ", escape(e.what), " | ", escape(value), " | ", escape(e.unit), " | ",
                  with_thousands(e.n), " | ", code_md(e.query), " |\n");
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> render_charts(const Document& document) {
  std::vector<std::pair<std::string, std::string>> files;
  chart::SvgOptions options;
  options.is_standalone = true;
  for (const Section& section : document.sections) {
    for (const Block& block : section.blocks) {
      if (block.kind == Block::Kind::kFigure)
        files.emplace_back(chart_name(block.figure), chart::to_svg(block.figure, options));
    }
  }
  return files;
}

}  // namespace hark::report
