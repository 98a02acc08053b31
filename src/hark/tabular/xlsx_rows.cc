#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "hark/core/text.h"
#include "hark/tabular/values.h"
#include "hark/tabular/workbook.h"
#include "hark/tabular/xlsx_book.h"
#include "hark/tabular/xml_stream.h"

namespace hark::tabular {
namespace {

constexpr std::size_t kMaxColumns = 16'384;
constexpr std::int64_t kMaxRows = 1'048'576;
constexpr std::size_t kMaxRowBytes = std::size_t{64} << 20;
/// Rows looked at for a header.
constexpr std::size_t kHeadRows = 50;
/// What rows may hold before they are handed over: a few bytes of a file can stand for much.
constexpr std::size_t kMaxStepBytes = std::size_t{8} << 20;
/// What the rows looked at for a header may hold.
constexpr std::size_t kMaxHeadBytes = std::size_t{64} << 20;
/// Steps of at most 64 KiB for a sheet's first rows, and for those of all sheets.
constexpr std::size_t kMaxHeadSteps = 256;
constexpr std::size_t kMaxHeadStepsOfBook = 4096;

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

using TakeCells = std::function<void(std::vector<std::string>& cells, std::int64_t row)>;

/// Makes rows of a sheet's events. What the sheet says of its size is not read: it is often wrong.
class SheetHandler final : public XmlHandler {
 public:
  explicit SheetHandler(const XlsxBook& book) : book_(book) {}

  TakeCells take;
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

/// One sheet, from its first row.
class SheetReader {
 public:
  SheetReader(const XlsxBook& book, const XlsxBook::Sheet& sheet,
              std::unique_ptr<io::InputStream> bytes)
      : name_(sheet.name),
        handler_(book),
        xml_(std::move(bytes), concat("sheet '", sheet.name, "'"), handler_) {}

  /// Gives some rows to `take`, at most 8 MiB and one row; false at the end.
  Result<bool> next(TakeCells take) {
    handler_.take = std::move(take);
    handler_.begin_step();
    HARK_TRY(const bool has_more, xml_.step());
    if (!handler_.problem().empty())
      return Error(ErrorCode::kInvalidInput,
                   concat("the workbook is damaged: sheet '", name_, "', ", handler_.problem()))
          .hint("open it and save it again, or fetch it again");
    return has_more;
  }

 private:
  std::string name_;
  SheetHandler handler_;
  XmlStream xml_;
};

class XlsxRows final : public RowReader {
 public:
  static Result<std::unique_ptr<RowReader>> open(const io::FileSystem& files,
                                                 const std::string& path, std::size_t sheet,
                                                 std::int64_t header_row) {
    HARK_TRY(std::shared_ptr<const io::InputFile> file, files.open_input(path));
    auto rows = std::make_unique<XlsxRows>();
    HARK_TRY(rows->book_, XlsxBook::open(std::move(file)));
    if (sheet >= rows->book_.sheets.size())
      return Error(ErrorCode::kConflict, concat("'", path, "' changed while it was read"));
    const XlsxBook::Sheet& chosen = rows->book_.sheets[sheet];
    HARK_TRY(auto bytes, rows->book_.archive->open_member(chosen.member));
    rows->sheet_.emplace(rows->book_, chosen, std::move(bytes));
    bool has_more = true;
    while (has_more && rows->header_.empty()) {
      HARK_TRY(has_more, rows->sheet_->next([&](std::vector<std::string>& cells, std::int64_t row) {
        if (row < header_row) return;
        if (row == header_row) {
          rows->header_ = cells;
        } else {
          rows->waiting_.push_back({std::move(cells), row});
        }
      }));
    }
    rows->has_more_ = has_more;
    return std::unique_ptr<RowReader>(std::move(rows));
  }

  const std::vector<std::string>& header() const override { return header_; }

  Result<bool> next(const RowTaker& take) override {
    const auto give = [&](std::vector<std::string>& cells, std::int64_t row) {
      // Cells behind the header's last column make the record too wide, which is for others to say.
      fields_.assign(std::max(header_.size(), cells.size()), {});
      std::ranges::copy(cells, fields_.begin());
      take(fields_, {.line = row, .offset = 0});
    };
    for (auto& [cells, row] : waiting_) give(cells, row);
    waiting_.clear();
    if (!has_more_) return false;
    HARK_TRY(has_more_, sheet_->next(give));
    return has_more_;
  }

  std::uint64_t file_bytes_read() const override { return 0; }

 private:
  XlsxBook book_;
  std::optional<SheetReader> sheet_;
  std::vector<std::string> header_;
  /// Rows of the header's step.
  std::vector<std::pair<std::vector<std::string>, std::int64_t>> waiting_;
  std::vector<std::string_view> fields_;
  bool has_more_ = false;
};

struct Head {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::int64_t> numbers;
};

/// Counts its steps down from `steps_left`.
Result<Head> read_head(const XlsxBook& book, const XlsxBook::Sheet& sheet,
                       std::size_t& steps_left) {
  HARK_TRY(auto bytes, book.archive->open_member(sheet.member));
  SheetReader reader(book, sheet, std::move(bytes));
  Head head;
  std::size_t num_bytes = 0;
  std::size_t num_steps = 0;
  for (bool has_more = true; has_more && head.rows.size() < kHeadRows &&
                             num_bytes <= kMaxHeadBytes && num_steps < kMaxHeadSteps;
       ++num_steps) {
    if (steps_left-- == 0)
      return Error(ErrorCode::kExhausted, "the workbook's sheets are too large before their rows")
          .hint("save the sheet that is meant as CSV (UTF-8)");
    HARK_TRY(has_more, reader.next([&](std::vector<std::string>& cells, std::int64_t row) {
      if (head.rows.size() == kHeadRows || num_bytes > kMaxHeadBytes) return;
      for (std::string& cell : cells) {
        cell = trim_value(cell);
        num_bytes += cell.size() + sizeof cell;
      }
      head.rows.push_back(cells);
      head.numbers.push_back(row);
    }));
  }
  return head;
}

}  // namespace

Result<Table> find_xlsx_table(const io::FileSystem& files, const std::string& path,
                              const HeaderTest& is_known) {
  HARK_TRY(std::shared_ptr<const io::InputFile> file, files.open_input(path));
  HARK_TRY(const XlsxBook book, XlsxBook::open(std::move(file)));
  const auto table = [&](std::size_t sheet, std::int64_t row) {
    return Table{book.sheets[sheet].name, [&files, sheet, row](const std::string& from) {
                   return XlsxRows::open(files, from, sheet, row);
                 }};
  };
  std::optional<std::pair<std::size_t, std::int64_t>> first;
  std::size_t steps_left = kMaxHeadStepsOfBook;
  for (std::size_t sheet = 0; sheet < book.sheets.size(); ++sheet) {
    HARK_TRY(const Head head, read_head(book, book.sheets[sheet], steps_left));
    for (std::size_t i = 0; i < head.rows.size(); ++i) {
      if (is_known(head.rows[i])) return table(sheet, head.numbers[i]);
    }
    if (!first && head.rows.size() > 1) first = {sheet, head.numbers[0]};
  }
  if (first) return table(first->first, first->second);
  return Error(ErrorCode::kInvalidInput, "the workbook has no sheet with a header and rows")
      .hint("open it and look: is the table on another sheet, or a picture?");
}

}  // namespace hark::tabular
