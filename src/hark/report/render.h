// A document as HTML, Markdown and SVG files. The same document gives the same bytes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hark/report/document.h"

namespace hark::report {

/// One file that loads nothing from elsewhere and needs no scripts: light and dark, printable,
/// every figure with its table, every number linked to its evidence.
std::string render_html(const Document& document);

/// CommonMark with tables; figures are links to the SVG files beside it, where it `has_charts`,
/// else their words alone.
std::string render_markdown(const Document& document, bool has_charts);

/// Name and bytes of each figure as a file of its own ("charts/requests-per-day.svg").
std::vector<std::pair<std::string, std::string>> render_charts(const Document& document);

/// `text` for element content and attributes.
std::string escape_html(std::string_view text);

}  // namespace hark::report
