#include "hark/report/document.h"

#include <algorithm>

namespace hark::report {
namespace {

// Control characters that no text of ours contains mark a citation: 0x02 id 0x03 shown 0x04.
constexpr char kStart = '\x02';
constexpr char kMiddle = '\x03';
constexpr char kEnd = '\x04';

}  // namespace

void Section::say(std::string paragraph) {
  Block block;
  block.texts.push_back(std::move(paragraph));
  blocks.push_back(std::move(block));
}

void Section::list(std::vector<std::string> items) {
  Block block;
  block.kind = Block::Kind::kList;
  block.texts = std::move(items);
  blocks.push_back(std::move(block));
}

void Section::heading(std::string text) {
  Block block;
  block.kind = Block::Kind::kHeading;
  block.texts.push_back(std::move(text));
  blocks.push_back(std::move(block));
}

void Section::show(chart::ChartSpec figure) {
  Block block;
  block.kind = Block::Kind::kFigure;
  block.figure = std::move(figure);
  blocks.push_back(std::move(block));
}

void Section::show(Table table) {
  Block block;
  block.kind = Block::Kind::kTable;
  block.table = std::move(table);
  blocks.push_back(std::move(block));
}

void Section::show(std::vector<Block::Kpi> kpis) {
  Block block;
  block.kind = Block::Kind::kKpis;
  block.kpis = std::move(kpis);
  blocks.push_back(std::move(block));
}

std::string Document::cite(Evidence evidence, std::string_view shown) {
  const bool is_known =
      std::ranges::any_of(evidence_, [&](const Evidence& e) { return e.id == evidence.id; });
  std::string text = cite_again(evidence.id, shown);
  if (!is_known) evidence_.push_back(std::move(evidence));
  return text;
}

std::string Document::cite_again(std::string_view id, std::string_view shown) {
  std::string text(1, kStart);
  text += id;
  text += kMiddle;
  text += shown;
  text += kEnd;
  return text;
}

std::vector<TextPart> parts_of(std::string_view text) {
  std::vector<TextPart> parts;
  while (!text.empty()) {
    const std::size_t start = text.find(kStart);
    if (start == std::string_view::npos) {
      parts.push_back({"", std::string(text)});
      break;
    }
    if (start > 0) parts.push_back({"", std::string(text.substr(0, start))});
    const std::size_t middle = text.find(kMiddle, start);
    const std::size_t end = text.find(kEnd, start);
    if (middle == std::string_view::npos || end == std::string_view::npos) break;
    parts.push_back({std::string(text.substr(start + 1, middle - start - 1)),
                     std::string(text.substr(middle + 1, end - middle - 1))});
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::string plain_text(std::string_view text) {
  std::string out;
  for (const TextPart& part : parts_of(text)) out += part.text;
  return out;
}

}  // namespace hark::report
