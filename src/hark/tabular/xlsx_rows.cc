#include <charconv>
#include <cmath>
#include <utility>

#include "hark/core/text.h"
#include "hark/tabular/workbook.h"
#include "hark/tabular/xlsx_book.h"
#include "hark/tabular/xml_stream.h"

namespace hark::tabular {
namespace {

constexpr std::size_t kMaxColumns = 16'384;
constexpr std::int64_t kMaxRows = 1'048'576;

/// The column of a reference ("B7" is 1); kMaxColumns if it is none.
std::size_t column_of(std::string_view reference) noexcept {
  std::size_t column = 0;
  std::size_t at = 0;
  for (; at < reference.size() && reference[at] >= 'A' && reference[at] <= 'Z'; ++at) {
    column = column * 26 + static_cast<std::size_t>(reference[at] - 'A' + 1);
    if (column > kMaxColumns) return kMaxColumns;
  }
  return column == 0 ? kMaxColumns : column - 1;
}

/// Characters that XML cannot hold stand as "_x000D_" in texts, and "_x005F_" is the underscore
/// before what only looks like one (ECMA-376-1, 22.9.2.19). Half pairs and NUL stay as they are.
void decode_escapes(std::string& text) {
  constexpr std::size_t kLength = 7;
  std::size_t from = text.find("_x");
  if (from == std::string::npos) return;
  std::string decoded = text.substr(0, from);
  while (from < text.size()) {
    const std::string_view rest = std::string_view(text).substr(from);
    unsigned code = 0;
    const bool is_escape =
        rest.size() >= kLength && rest.starts_with("_x") && rest[kLength - 1] == '_' &&
        std::from_chars(rest.data() + 2, rest.data() + kLength - 1, code, 16).ptr ==
            rest.data() + kLength - 1 &&
        code != 0 && (code < 0xD800 || code > 0xDFFF);
    if (!is_escape) {
      decoded += rest.front();
      ++from;
      continue;
    }
    if (code < 0x80) {
      decoded += static_cast<char>(code);
    } else if (code < 0x800) {
      decoded += static_cast<char>(0xC0 | code >> 6);
      decoded += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      decoded += static_cast<char>(0xE0 | code >> 12);
      decoded += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      decoded += static_cast<char>(0x80 | (code & 0x3F));
    }
    from += kLength;
  }
  text = std::move(decoded);
}

/// Makes rows of a sheet's events. What the sheet says of its size is not read: it is often wrong.
class SheetHandler final : public XmlHandler {
 public:
  explicit SheetHandler(const XlsxBook& book) : book_(book) {}

  CellTaker take;
  /// What is wrong with the sheet, empty if nothing is.
  const std::string& problem() const noexcept { return problem_; }

  void start(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "row") {
      begin_row(attributes["r"]);
    } else if (name == "c" && is_in_row_) {
      begin_cell(attributes);
    } else if (name == "v" || (name == "t" && !is_phonetic_)) {
      is_in_value_ = is_in_cell_;
    } else if (name == "rPh") {
      is_phonetic_ = true;
    }
  }

  void end(std::string_view name) override {
    if (name == "v" || name == "t") is_in_value_ = false;
    if (name == "rPh") is_phonetic_ = false;
    if (name == "c" && is_in_cell_) end_cell();
    if (name == "row" && is_in_row_) {
      is_in_row_ = false;
      step_bytes_ += row_bytes_ + cells_.size() * sizeof cells_[0];
      if (problem_.empty() && has_value_) take(cells_, row_);
    }
  }

  bool wants_pause() const override { return step_bytes_ > kMaxStepBytes; }
  void begin_step() noexcept { step_bytes_ = 0; }

  void text(std::string_view part) override {
    if (!is_in_value_) return;
    row_bytes_ += part.size();
    if (row_bytes_ > kMaxRowBytes) {
      fail("its texts are longer than 64 MiB");
    } else {
      value_ += part;
    }
  }

 private:
  void fail(std::string_view what) {
    if (problem_.empty()) problem_ = concat("row ", row_, ": ", what);
  }

  void begin_row(std::string_view number) {
    is_in_row_ = true;
    has_value_ = false;
    row_bytes_ = 0;
    cells_.clear();
    next_column_ = 0;
    ++row_;
    if (number.empty()) return;
    std::int64_t said = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), said);
    if (parsed.ec != std::errc() || said < row_ || said > kMaxRows)
      fail(concat("it says it is row ", number.substr(0, 20)));
    else
      row_ = said;
  }

  void begin_cell(const XmlAttributes& attributes) {
    const std::string_view reference = attributes["r"];
    column_ = reference.empty() ? next_column_ : column_of(reference);
    if (column_ < next_column_ || column_ >= kMaxColumns) {
      fail(concat("it has a cell '", reference.substr(0, 20), "' out of order"));
      return;
    }
    next_column_ = column_ + 1;
    is_in_cell_ = true;
    type_ = attributes["t"];
    std::uint32_t style = 0;
    const std::string_view style_text = attributes["s"];
    std::from_chars(style_text.data(), style_text.data() + style_text.size(), style);
    kind_ = style < book_.kinds.size() ? book_.kinds[style] : NumberKind::kNumber;
    value_.clear();
  }

  void end_cell() {
    is_in_cell_ = false;
    if (value_.empty()) return;
    if (type_ == "s") {
      std::size_t number = 0;
      const auto parsed = std::from_chars(value_.data(), value_.data() + value_.size(), number);
      const auto text = book_.texts.get(number);
      if (parsed.ec != std::errc() || !text)
        return fail("it names a shared text that is not there");
      row_bytes_ += text->size();
      if (row_bytes_ > kMaxRowBytes) return fail("its texts are longer than 64 MiB");
      value_ = *text;
    } else if (type_ == "b") {
      value_ = value_ == "1" ? "true" : "false";
    } else if (type_.empty() || type_ == "n") {
      double number = 0;
      const auto parsed = std::from_chars(value_.data(), value_.data() + value_.size(), number);
      if (parsed.ec == std::errc() && parsed.ptr == value_.data() + value_.size() &&
          std::isfinite(number))
        value_ = number_text(number, kind_, book_.is_1904);
    }
    if (type_ == "s" || type_ == "str" || type_ == "inlineStr") decode_escapes(value_);
    if (value_.empty()) return;
    has_value_ = true;
    cells_.resize(column_ + 1);
    std::swap(cells_[column_], value_);
  }

  const XlsxBook& book_;
  std::string problem_;
  std::int64_t row_ = 0;
  bool is_in_row_ = false;
  bool has_value_ = false;
  std::size_t row_bytes_ = 0;
  std::size_t step_bytes_ = 0;  // of the rows since begin_step()
  std::vector<std::string> cells_;
  std::size_t next_column_ = 0;
  bool is_in_cell_ = false;
  bool is_in_value_ = false;
  bool is_phonetic_ = false;
  std::size_t column_ = 0;
  std::string type_;
  NumberKind kind_ = NumberKind::kNumber;
  std::string value_;
};

class XlsxSheet final : public SheetReader {
 public:
  XlsxSheet(const XlsxBook& book, const XlsxBook::Sheet& sheet,
            std::unique_ptr<io::InputStream> bytes)
      : name_(sheet.name),
        handler_(book),
        xml_(std::move(bytes), concat("sheet '", sheet.name, "'"), handler_) {}

  Result<bool> next(const CellTaker& take) override {
    handler_.take = take;
    handler_.begin_step();
    HARK_TRY(const bool has_more, xml_.step());
    if (!handler_.problem().empty())
      return damaged_workbook(concat("sheet '", name_, "', ", handler_.problem()));
    return has_more;
  }

 private:
  std::string name_;
  SheetHandler handler_;
  XmlStream xml_;
};

class XlsxWorkbook final : public Workbook {
 public:
  explicit XlsxWorkbook(XlsxBook book) : book_(std::move(book)) {
    for (const XlsxBook::Sheet& sheet : book_.sheets) names_.push_back(sheet.name);
  }

  const std::vector<std::string>& sheets() const override { return names_; }
  Result<std::unique_ptr<SheetReader>> open_sheet(std::size_t sheet) const override {
    HARK_TRY(auto bytes, book_.archive->open_member(book_.sheets[sheet].member));
    return std::unique_ptr<SheetReader>(
        std::make_unique<XlsxSheet>(book_, book_.sheets[sheet], std::move(bytes)));
  }

 private:
  XlsxBook book_;
  std::vector<std::string> names_;
};

}  // namespace

Result<std::unique_ptr<Workbook>> open_xlsx(std::shared_ptr<const io::InputFile> file) {
  HARK_TRY(XlsxBook book, XlsxBook::open(std::move(file)));
  return std::unique_ptr<Workbook>(std::make_unique<XlsxWorkbook>(std::move(book)));
}

}  // namespace hark::tabular
