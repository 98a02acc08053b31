#include <algorithm>
#include <vector>

#include "hark/chart/palette.h"
#include "hark/chart/svg.h"
#include "hark/chart/table.h"
#include "hark/core/text.h"
#include "hark/report/render.h"

namespace hark::report {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--ink:#1b1b1f;--muted:#55575d;--paper:#fff;--line:#d5d7dc;--tint:#f3f5f8;--link:#005ea2}
@media (prefers-color-scheme:dark){:root{--ink:#f2f2f4;--muted:#b4b7bf;--paper:#16181d;--line:#3a3d45;--tint:#20232a;--link:#7ab8f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 "DejaVu Sans",Verdana,system-ui,sans-serif}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.4rem;line-height:1.25;margin:3rem 0 .2rem;padding-top:1.2rem;border-top:3px solid var(--ink)}
h3{font-size:1.05rem;margin:2rem 0 .4rem}
p{margin:.6rem 0;max-width:46rem}
li{margin:.35rem 0;max-width:46rem}
.sub,.question,figcaption,.note,caption,footer{color:var(--muted)}
.question{margin-top:0;font-style:italic}
.facts{display:flex;flex-wrap:wrap;gap:.2rem 2rem;margin:1rem 0;font-size:.875rem}
.facts dt{color:var(--muted)}
.facts dd{margin:0}
nav{font-size:.875rem;margin:1rem 0}
nav a{margin-right:1rem;white-space:nowrap;display:inline-block;padding:.2rem 0}
a{color:var(--link)}
[href^="#e-"]{color:inherit;white-space:nowrap;text-decoration:underline dotted;text-underline-offset:.2em}
[href^="#e-"]:hover,[href^="#e-"]:focus{color:var(--link)}
.kpis{display:grid;grid-template-columns:repeat(auto-fill,minmax(11.5rem,1fr));gap:.75rem;margin:1.2rem 0;padding:0}
.kpi{background:var(--tint);border-left:4px solid var(--link);padding:.7rem .9rem}
.kpi b{display:block;font-size:1.45rem;line-height:1.25;font-weight:600}
.kpi span{display:block;font-size:.8125rem;color:var(--muted)}
figure{margin:1.6rem 0;overflow-x:auto}
figure>b{display:block;margin-bottom:.1rem}
figure svg{max-width:100%;height:auto}
figcaption{font-size:.8125rem;margin-top:.2rem}
details{font-size:.8125rem;margin:.4rem 0}
summary{cursor:pointer;color:var(--link);padding:.25rem 0}
.scroll{overflow-x:auto;max-height:26rem}
table{border-collapse:collapse;font-size:.8125rem;margin:.6rem 0}
caption{text-align:left;padding-bottom:.3rem}
th,td{padding:.28rem .8rem .28rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600}
td,th.num,.hk-num{text-align:right;font-variant-numeric:tabular-nums}
td.text,td.hk-text,.evidence td:nth-child(odd){text-align:left}
code{font-size:.8125rem;overflow-wrap:anywhere}
footer{font-size:.8125rem;padding-bottom:3rem;margin-top:3rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
@media print{nav,summary,.skip{display:none}h2{break-after:avoid}figure,.kpis,tr{break-inside:avoid}.scroll{max-height:none}a{color:inherit}}
)css";

/// A percent sign does not begin a line.
std::string keep_together(std::string text) {
  for (std::size_t at = text.find(" %"); at != std::string::npos; at = text.find(" %", at))
    text.replace(at, 1, "\u00a0");
  return text;
}

std::string text_html(std::string_view text) {
  std::string out;
  for (const TextPart& part : parts_of(text)) {
    if (part.id.empty()) {
      out += keep_together(escape_html(part.text));
    } else {
      out += concat("<a href=\"#e-", escape_html(part.id), "\">", escape_html(part.text), "</a>");
    }
  }
  return out;
}

std::string table_html(const Table& table) {
  std::string out = "<div class=\"scroll\"><table>";
  if (!table.caption.empty()) out += concat("<caption>", text_html(table.caption), "</caption>");
  out += "<thead><tr>";
  for (const Table::Column& column : table.columns) {
    out += concat("<th scope=\"col\"", column.is_number ? " class=\"num\"" : "", ">",
                  escape_html(column.title), "</th>");
  }
  out += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += concat(table.columns[i].is_number ? "<td>" : "<td class=\"text\">", text_html(row[i]),
                    "</td>");
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

/// A map's table is its fullest cells; other charts have fewer points than this (time_points.h).
std::size_t most_table_rows(const chart::ChartSpec& spec) {
  return spec.mark == chart::Mark::kHex ? 50 : 500;
}

std::string figure_html(const chart::ChartSpec& spec) {
  std::string out =
      concat("<figure id=\"figure-", escape_html(spec.id), "\"><b>", escape_html(spec.title),
             "</b>\n", chart::to_svg(spec, {.has_keys = false}));
  const std::string caption = spec.description +
                              (spec.description.empty() || spec.footnote.empty() ? "" : " ") +
                              spec.footnote;
  if (!caption.empty()) out += concat("<figcaption>", escape_html(caption), "</figcaption>");
  out += concat("<details><summary>Show as table</summary><div class=\"scroll\">",
                chart::to_html_table(spec, {.max_rows = most_table_rows(spec)}),
                "</div></details></figure>\n");
  return out;
}

std::string block_html(const Block& block) {
  std::string out;
  switch (block.kind) {
    case Block::Kind::kParagraph:
      return concat("<p>", text_html(block.texts.front()), "</p>\n");
    case Block::Kind::kHeading:
      return concat("<h3>", text_html(block.texts.front()), "</h3>\n");
    case Block::Kind::kList:
      out = "<ul>\n";
      for (const std::string& item : block.texts) out += concat("<li>", text_html(item), "</li>\n");
      return out + "</ul>\n";
    case Block::Kind::kKpis:
      out = "<div class=\"kpis\">\n";
      for (const Block::Kpi& kpi : block.kpis) {
        out += concat("<div class=\"kpi\"><span>", escape_html(kpi.name), "</span><b>",
                      text_html(kpi.value), "</b><span>", text_html(kpi.note), "</span></div>\n");
      }
      return out + "</div>\n";
    case Block::Kind::kFigure:
      return figure_html(block.figure);
    case Block::Kind::kTable:
      return table_html(block.table);
  }
  return out;
}

std::string evidence_html(const Document& document) {
  std::string out =
      "<section><h2 id=\"evidence\">Evidence</h2>\n<p class=\"question\">Where does each number "
      "come from?</p>\n"
      "<p>Every number in the text above links to its line here: its value in full, the rows it "
      "rests on, and the command that gives it "
      "again.</p>\n<div class=\"scroll\"><table class=\"evidence\"><thead><tr><th "
      "scope=\"col\">figure</th><th "
      "scope=\"col\" class=\"num\">value</th>"
      "<th scope=\"col\">unit</th><th scope=\"col\" class=\"num\">rows</th></tr></thead>\n";
  // Figures of one command stand together, below it.
  std::vector<std::string_view> queries;
  for (const Evidence& e : document.evidence()) {
    if (std::ranges::find(queries, e.query) == queries.end()) queries.push_back(e.query);
  }
  for (const std::string_view query : queries) {
    out += concat("<tbody><tr><th colspan=\"4\" scope=\"rowgroup\"><code>", escape_html(query),
                  "</code></th></tr>\n");
    for (const Evidence& e : document.evidence()) {
      if (e.query != query) continue;
      const std::string value = e.value.is_string() ? std::string(e.value.as_string())
                                : e.value.is_null() ? "none"
                                                    : e.value.dump();
      out += concat("<tr id=\"e-", escape_html(e.id), "\"><td>", escape_html(e.what), "</td><td>",
                    escape_html(value), "</td><td>", escape_html(e.unit), "</td><td>",
                    with_thousands(e.n), "</td></tr>\n");
    }
    out += "</tbody>\n";
  }
  return out + "</table></div></section>\n";
}
}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string render_html(const Document& document) {
  std::string out = concat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>",
      escape_html(document.title), "</title>\n<style>", kStyle,
      "@media (prefers-color-scheme:dark){", chart::theme_css(chart::Theme::kDark, ":root"), "}",
      "</style>\n</head>\n<body>\n",
      "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n<h1>",
      escape_html(document.title), "</h1>\n<p class=\"sub\">", text_html(document.subtitle),
      "</p>\n<dl class=\"facts\">\n");
  for (const auto& [name, value] : document.facts) {
    out += concat("<div><dt>", escape_html(name), "</dt><dd>", text_html(value), "</dd></div>\n");
  }
  out += "</dl>\n<nav aria-label=\"Sections\">\n";
  for (const Section& section : document.sections) {
    out += concat("<a href=\"#", section.id, "\">", escape_html(section.title), "</a>\n");
  }
  out += "<a href=\"#evidence\">Evidence</a>\n</nav>\n</header>\n<main id=\"content\">\n";
  for (const Section& section : document.sections) {
    out += concat("<section><h2 id=\"", section.id, "\">", escape_html(section.title), "</h2>\n");
    if (!section.question.empty())
      out += concat("<p class=\"question\">", escape_html(section.question), "</p>\n");
    for (const Block& block : section.blocks) out += block_html(block);
    out += "</section>\n";
  }
  out += evidence_html(document);
  out += "</main>\n<footer>Made by hark from ";
  out += escape_html(document.source);
  if (document.table_version) out += concat(", trusted table version ", *document.table_version);
  out += ". This page loads nothing from elsewhere.</footer>\n</body>\n</html>\n";
  return out;
}

}  // namespace hark::report
