#include "hark/tabular/xlsx_book.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "hark/core/text.h"
#include "hark/tabular/workbook.h"
#include "hark/tabular/xml_stream.h"

namespace hark::tabular {
namespace {

/// More parts or styles than any workbook has.
constexpr std::size_t kMaxParts = 100'000;

std::uint32_t number_of(std::string_view text) noexcept {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct SheetEntry {
  std::string name;
  std::string relation;
};

class WorkbookHandler final : public XmlHandler {
 public:
  std::vector<SheetEntry> sheets;
  bool is_1904 = false;

  void start(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "workbookPr")
      is_1904 = attributes["date1904"] == "1" || attributes["date1904"] == "true";
    if (name == "sheet" && sheets.size() <= kMaxSheets)
      sheets.push_back({std::string(attributes["name"]), std::string(attributes["id"])});
  }
  void end(std::string_view) override {}
  void text(std::string_view) override {}
};

class RelationsHandler final : public XmlHandler {
 public:
  std::map<std::string, std::string> sheets;  // id to path in the archive
  std::string texts;
  std::string styles;

  void start(std::string_view name, const XmlAttributes& attributes) override {
    if (name != "Relationship") return;
    const std::string_view type = attributes["Type"];
    const std::string_view target = attributes["Target"];
    const std::string path =
        target.starts_with('/') ? std::string(target.substr(1)) : concat("xl/", target);
    if (type.ends_with("/worksheet") && sheets.size() < kMaxParts)
      sheets.emplace(attributes["Id"], path);
    if (type.ends_with("/sharedStrings")) texts = path;
    if (type.ends_with("/styles")) styles = path;
  }
  void end(std::string_view) override {}
  void text(std::string_view) override {}
};

class StylesHandler final : public XmlHandler {
 public:
  std::vector<NumberKind> kinds;

  void start(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "numFmt" && formats_.size() < kMaxParts)
      formats_[number_of(attributes["numFmtId"])] = number_kind_of(attributes["formatCode"]);
    if (name == "cellXfs") is_in_cell_formats_ = true;
    if (name == "xf" && is_in_cell_formats_ && kinds.size() < kMaxParts) {
      const std::uint32_t id = number_of(attributes["numFmtId"]);
      const auto own = formats_.find(id);
      kinds.push_back(own != formats_.end() ? own->second : built_in_number_kind(id));
    }
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") is_in_cell_formats_ = false;
  }
  void text(std::string_view) override {}

 private:
  std::map<std::uint32_t, NumberKind> formats_;
  bool is_in_cell_formats_ = false;
};

class TextsHandler final : public XmlHandler {
 public:
  SharedTexts texts;

  void start(std::string_view name, const XmlAttributes&) override {
    if (name == "rPh") is_phonetic_ = true;
    is_in_text_ = name == "t" && !is_phonetic_;
  }
  void end(std::string_view name) override {
    is_in_text_ = false;
    if (name == "rPh") is_phonetic_ = false;
    if (name == "si") texts.end_text();
  }
  void text(std::string_view part) override {
    if (is_in_text_ && !is_too_large()) texts.append(part);
  }
  bool is_too_large() const noexcept { return texts.num_bytes() > kMaxSharedTextBytes; }

 private:
  bool is_in_text_ = false;
  bool is_phonetic_ = false;
};

std::optional<std::uint64_t> find_member(const io::ZipArchive& archive, std::string_view name) {
  const auto found = std::ranges::find(archive.members(), name, &io::ZipMember::name);
  if (found == archive.members().end()) return std::nullopt;
  return found->index;
}

/// Reads a part that has to be small but for its shared texts.
Result<void> read_part(const io::ZipArchive& archive, const std::string& name, XmlHandler& handler,
                       const TextsHandler* texts = nullptr) {
  constexpr std::size_t kMaxSteps = 4096;  // of 64 KiB
  const auto member = find_member(archive, name);
  if (!member) return damaged_workbook(concat("it lacks ", name));
  HARK_TRY(auto stream, archive.open_member(*member));
  XmlStream xml(std::move(stream), name, handler);
  for (std::size_t steps = 0;; ++steps) {
    HARK_TRY(const bool has_more, xml.step());
    if (!has_more) return {};
    if (texts == nullptr ? steps > kMaxSteps : texts->is_too_large())
      return Error(ErrorCode::kExhausted, concat("the workbook's ", name, " is too large"))
          .hint("save the sheet as CSV (UTF-8)");
  }
}

}  // namespace

Result<XlsxBook> XlsxBook::open(std::shared_ptr<const io::InputFile> file) {
  XlsxBook book;
  HARK_TRY(book.archive, io::ZipArchive::open(std::move(file)));
  const io::ZipArchive& archive = *book.archive;
  WorkbookHandler workbook;
  HARK_TRY_VOID(read_part(archive, "xl/workbook.xml", workbook));
  book.is_1904 = workbook.is_1904;
  RelationsHandler relations;
  HARK_TRY_VOID(read_part(archive, "xl/_rels/workbook.xml.rels", relations));
  if (workbook.sheets.size() > kMaxSheets)
    return Error(ErrorCode::kExhausted,
                 concat("the workbook has more than ", kMaxSheets, " sheets"))
        .hint("save the sheet that is meant as CSV (UTF-8)");
  std::map<std::string_view, std::uint64_t> members;
  for (const io::ZipMember& member : archive.members()) members.emplace(member.name, member.index);
  std::set<std::uint64_t> seen;
  for (const SheetEntry& sheet : workbook.sheets) {
    const auto relation = relations.sheets.find(sheet.relation);
    if (relation == relations.sheets.end()) continue;  // a chart, a macro
    const auto member = members.find(relation->second);
    if (member == members.end()) return damaged_workbook(concat("it lacks ", relation->second));
    // Two names for one part are one sheet: it is not read again.
    if (seen.insert(member->second).second) book.sheets.push_back({sheet.name, member->second});
  }
  if (book.sheets.empty()) return damaged_workbook("it has no sheet");
  if (!relations.styles.empty() && find_member(archive, relations.styles)) {
    StylesHandler styles;
    HARK_TRY_VOID(read_part(archive, relations.styles, styles));
    book.kinds = std::move(styles.kinds);
  }
  if (!relations.texts.empty()) {
    TextsHandler texts;
    HARK_TRY_VOID(read_part(archive, relations.texts, texts, &texts));
    book.texts = std::move(texts.texts);
  }
  return book;
}

}  // namespace hark::tabular
