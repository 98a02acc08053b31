// A report as a document: sections of sentences, charts and tables, and the evidence behind every
// number.
//
// Content is put together once and rendered as HTML, Markdown and SVG files. A number gets into a
// sentence only through Document::cite(), which records where it comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/chart/chart_spec.h"
#include "hark/core/json.h"

namespace hark::report {

/// Where a number comes from: enough to compute it again.
struct Evidence {
  std::string id;      ///< "median_time_to_close", unique in the document
  std::string what;    ///< in words: "median time to close, open requests counted (Kaplan-Meier)"
  Json value;          ///< at full precision
  std::string unit;    ///< "hours", "share", "requests"
  std::int64_t n = 0;  ///< rows it rests on
  std::string query;   ///< the command that gives it
};

struct Table {
  struct Column {
    std::string title;
    bool is_number = false;
  };
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< cells may hold citations
};

/// One thing in a section, in order.
struct Block {
  enum class Kind { kParagraph, kList, kFigure, kTable, kKpis, kHeading } kind = Kind::kParagraph;
  std::vector<std::string> texts;  ///< a paragraph, list items, a heading
  chart::ChartSpec figure;
  Table table;
  struct Kpi {
    std::string name;
    std::string value;  ///< cited
    std::string note;
  };
  std::vector<Kpi> kpis;
};

struct Section {
  std::string id;  ///< lower case and '-': anchor and file names
  std::string title;
  std::string question;  ///< what a reader wants to know here
  std::vector<Block> blocks;

  void say(std::string paragraph);
  void list(std::vector<std::string> items);
  void heading(std::string text);
  void show(chart::ChartSpec figure);
  void show(Table table);
  void show(std::vector<Block::Kpi> kpis);
};

class Document {
 public:
  std::string title;
  std::string subtitle;
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, below the title
  std::vector<Section> sections;
  /// The common part of every evidence record.
  std::string source;
  std::optional<std::int64_t> table_version;

  /// Records where a number comes from and returns `shown` marked as a citation, to be put into a
  /// sentence. The same id may be cited again; its record stays as first given.
  std::string cite(Evidence evidence, std::string_view shown);
  /// Cites a number that has been recorded already.
  static std::string cite_again(std::string_view id, std::string_view shown);

  const std::vector<Evidence>& evidence() const noexcept { return evidence_; }

 private:
  std::vector<Evidence> evidence_;
};

/// A text with citations, taken apart: `id` empty for plain text.
struct TextPart {
  std::string id;
  std::string text;
};
std::vector<TextPart> parts_of(std::string_view text);
/// The text as read, without marks.
std::string plain_text(std::string_view text);

}  // namespace hark::report
