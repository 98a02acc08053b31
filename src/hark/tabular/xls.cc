// Old workbooks (xls, BIFF8): [MS-XLS], sections 2.4 and 2.5.
#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "hark/core/text.h"
#include "hark/tabular/biff_records.h"
#include "hark/tabular/compound_file.h"
#include "hark/tabular/little_endian.h"
#include "hark/tabular/shared_texts.h"
#include "hark/tabular/sheet_values.h"
#include "hark/tabular/workbook.h"

namespace hark::tabular {
namespace {

constexpr std::uint64_t kBiff8 = 0x0600;
constexpr std::uint64_t kStepBytes = 64 << 10;
constexpr std::size_t kMaxColumns = 256;
/// More formats and styles than any workbook has.
constexpr std::size_t kMaxStyles = 100'000;
constexpr std::string_view kSaveAgain =
    "open it in a newer program and save it as xlsx or CSV (UTF-8)";

struct XlsBook {
  struct Sheet {
    std::string name;
    std::uint64_t offset = 0;  // in the stream
  };

  explicit XlsBook(CompoundStream from) : stream(std::move(from)) {}

  Result<void> read();
  Result<void> read_sheet(BiffCursor cursor);
  Result<void> read_texts(BiffCursor cursor);

  CompoundStream stream;
  std::vector<Sheet> sheets;
  bool is_1904 = false;
  std::vector<NumberKind> kinds;  // by a cell's style
  SharedTexts texts;
};

/// Refuses what is no workbook of this kind.
Result<void> check_begin(const std::optional<BiffRecord>& record) {
  if (!record || record->type != Biff::kBegin)
    return damaged_workbook("it does not begin like one");
  if (little_endian(record->body, 0, 2) != kBiff8)
    return Error(ErrorCode::kUnsupported, "the workbook is older than Excel 97")
        .hint(std::string(kSaveAgain));
  return {};
}

Result<void> XlsBook::read() {
  BiffReader reader(stream, 0);
  HARK_TRY(auto record, reader.next());
  HARK_TRY_VOID(check_begin(record));
  std::map<std::uint32_t, NumberKind> formats;
  std::vector<std::uint32_t> styles;
  for (;;) {
    HARK_TRY(record, reader.next());
    if (!record) return damaged_workbook("it is cut short");
    if (record->type == Biff::kEnd) break;
    switch (record->type) {
      case Biff::kFilePass:
        return Error(ErrorCode::kInvalidInput, "the workbook is locked with a password")
            .hint("save it without one");
      case Biff::kDateMode:
        is_1904 = little_endian(record->body, 0, 2) == 1;
        break;
      case Biff::kFormat: {
        BiffCursor cursor(reader, *record);
        HARK_TRY(const std::uint64_t number, cursor.number(2));
        HARK_TRY(const std::string format, cursor.text(2));
        formats[static_cast<std::uint32_t>(number)] = number_kind_of(format);
        break;
      }
      case Biff::kStyle:
        if (styles.size() >= kMaxStyles) return damaged_workbook("it has too many styles");
        styles.push_back(static_cast<std::uint32_t>(little_endian(record->body, 2, 2)));
        break;
      case Biff::kSheet:
        HARK_TRY_VOID(read_sheet(BiffCursor(reader, *record)));
        break;
      case Biff::kSharedTexts:
        HARK_TRY_VOID(read_texts(BiffCursor(reader, *record)));
        break;
      default:
        break;
    }
  }
  for (const std::uint32_t style : styles) {
    const auto own = formats.find(style);
    kinds.push_back(own == formats.end() ? built_in_number_kind(style) : own->second);
  }
  if (sheets.empty()) return damaged_workbook("it has no sheet");
  return {};
}

Result<void> XlsBook::read_sheet(BiffCursor cursor) {
  HARK_TRY(const std::uint64_t offset, cursor.number(4));
  HARK_TRY_VOID(cursor.skip(1));  // whether it is hidden
  HARK_TRY(const std::uint64_t kind, cursor.number(1));
  HARK_TRY(std::string name, cursor.text(1));
  if (kind != 0) return {};  // a chart, a macro
  if (sheets.size() >= kMaxSheets)
    return Error(ErrorCode::kExhausted,
                 concat("the workbook has more than ", kMaxSheets, " sheets"))
        .hint("save the sheet that is meant as CSV (UTF-8)");
  // Two names for one place are one sheet: it is not read again.
  for (const Sheet& other : sheets) {
    if (other.offset == offset) return {};
  }
  sheets.push_back({std::move(name), offset});
  return {};
}

Result<void> XlsBook::read_texts(BiffCursor cursor) {
  HARK_TRY_VOID(cursor.skip(4));  // how often they are used
  HARK_TRY(const std::uint64_t count, cursor.number(4));
  for (std::uint64_t i = 0; i < count; ++i) {
    HARK_TRY(const std::string text, cursor.text(2));
    texts.append(text);
    texts.end_text();
    if (texts.num_bytes() > kMaxSharedTextBytes)
      return Error(ErrorCode::kExhausted, "the workbook's shared texts are too large")
          .hint("save the sheet as CSV (UTF-8)");
  }
  return {};
}

/// A number in 30 bits, whole or the upper part of a double, maybe in hundredths.
double rk_number(std::uint64_t bits) noexcept {
  const auto word = static_cast<std::uint32_t>(bits);
  const double value = (word & 2U) != 0 ? static_cast<double>(static_cast<std::int32_t>(word) >> 2)
                                        : std::bit_cast<double>(std::uint64_t{word & ~3U} << 32);
  return (word & 1U) != 0 ? value / 100 : value;
}

std::string error_text(std::uint64_t code) {
  switch (code) {
    case 0x00:
      return "#NULL!";
    case 0x07:
      return "#DIV/0!";
    case 0x0F:
      return "#VALUE!";
    case 0x17:
      return "#REF!";
    case 0x1D:
      return "#NAME?";
    case 0x24:
      return "#NUM!";
    default:
      return "#N/A";
  }
}

class XlsSheet final : public SheetReader {
 public:
  XlsSheet(const XlsBook& book, const XlsBook::Sheet& sheet)
      : book_(book), name_(sheet.name), reader_(book.stream, sheet.offset) {}

  Result<bool> next(const CellTaker& take) override {
    reader_.take_num_bytes();
    std::size_t step_bytes = 0;
    for (std::uint64_t num_bytes = 0; num_bytes < kStepBytes && step_bytes < kMaxStepBytes;
         num_bytes += reader_.take_num_bytes()) {
      HARK_TRY(const auto record, reader_.next());
      if (depth_ == 0) {
        HARK_TRY_VOID(check_begin(record));
        depth_ = 1;
        continue;
      }
      if (!record) return fail("it is cut short");
      if (record->type == Biff::kBegin) {
        ++depth_;  // a chart in the sheet
      } else if (record->type == Biff::kEnd) {
        if (--depth_ > 0) continue;
        end_row(take, step_bytes);
        return false;
      } else if (depth_ == 1) {
        HARK_TRY_VOID(read_cells(*record, take, step_bytes));
      }
    }
    return true;
  }

 private:
  Error fail(std::string_view what) const {
    return damaged_workbook(concat("sheet '", name_, "', row ", row_ + 1, ": ", what));
  }

  Result<void> read_cells(BiffRecord record, const CellTaker& take, std::size_t& step_bytes) {
    const std::string_view body = record.body;
    const auto number = [&](std::size_t at, std::size_t num_bytes) {
      return little_endian(body, at, num_bytes);
    };
    std::size_t min_bytes = 6;
    switch (record.type) {
      case Biff::kFormula:
      case Biff::kNumber:
        min_bytes = 14;
        break;
      case Biff::kMulRk:
      case Biff::kRk:
      case Biff::kSharedText:
        min_bytes = 10;
        break;
      case Biff::kBoolOrError:
        min_bytes = 8;
        break;
      case Biff::kText:
      case Biff::kRichText:
        break;
      case Biff::kFormulaText:
        if (!is_waiting_for_text_) return {};
        is_waiting_for_text_ = false;
        return take_text(BiffCursor(reader_, record));
      default:
        return {};  // no cell, or one without a value
    }
    if (body.size() < min_bytes) return fail("a cell is cut short");
    is_waiting_for_text_ = false;
    HARK_TRY_VOID(go_to(number(0, 2), number(2, 2), take, step_bytes));
    const std::uint64_t style = number(4, 2);
    switch (record.type) {
      case Biff::kNumber:
        return put_number(std::bit_cast<double>(number(6, 8)), style);
      case Biff::kRk:
        return put_number(rk_number(number(6, 4)), style);
      case Biff::kMulRk:
        // Pairs of a style and a number, then the last column.
        for (std::size_t at = 4; at + 8 <= body.size(); at += 6) {
          HARK_TRY_VOID(put_number(rk_number(number(at + 2, 4)), number(at, 2)));
          if (at + 14 <= body.size())
            HARK_TRY_VOID(go_to(number(0, 2), std::uint64_t{column_} + 1, take, step_bytes));
        }
        return {};
      case Biff::kSharedText: {
        const auto text = book_.texts.get(number(6, 4));
        if (!text) return fail("it names a shared text that is not there");
        return put(std::string(*text));
      }
      case Biff::kBoolOrError:
        return put(number(7, 1) != 0 ? error_text(number(6, 1))
                                     : std::string(number(6, 1) != 0 ? "true" : "false"));
      case Biff::kFormula:
        return read_formula(body.substr(6, 8), style);
      default: {
        BiffCursor cursor(reader_, record);
        HARK_TRY_VOID(cursor.skip(6));
        return take_text(std::move(cursor));
      }
    }
  }

  /// What a formula came to when it was saved.
  Result<void> read_formula(std::string_view value, std::uint64_t style) {
    if (little_endian(value, 6, 2) != 0xFFFF)
      return put_number(std::bit_cast<double>(little_endian(value, 0, 8)), style);
    switch (little_endian(value, 0, 1)) {
      case 0:
        is_waiting_for_text_ = true;  // it stands in a record behind
        return {};
      case 1:
        return put(little_endian(value, 2, 1) != 0 ? "true" : "false");
      case 2:
        return put(error_text(little_endian(value, 2, 1)));
      default:
        return {};
    }
  }

  Result<void> take_text(BiffCursor cursor) {
    HARK_TRY(std::string text, cursor.text(2));
    return put(std::move(text));
  }

  Result<void> put_number(double value, std::uint64_t style) {
    if (!std::isfinite(value)) return fail("a number is none");
    return put(number_text(value,
                           style < book_.kinds.size() ? book_.kinds[style] : NumberKind::kNumber,
                           book_.is_1904));
  }

  Result<void> put(std::string text) {
    if (text.empty()) return {};
    row_bytes_ += text.size();
    if (row_bytes_ > kMaxRowBytes) return fail("its texts are longer than 64 MiB");
    if (cells_.size() <= column_) cells_.resize(column_ + 1);
    cells_[column_] = std::move(text);
    return {};
  }

  Result<void> go_to(std::uint64_t row, std::uint64_t column, const CellTaker& take,
                     std::size_t& step_bytes) {
    if (row < row_) return fail("its rows are out of order");
    if (column >= kMaxColumns) return fail("it has too many columns");
    if (row > row_) end_row(take, step_bytes);
    row_ = row;
    column_ = column;
    return {};
  }

  void end_row(const CellTaker& take, std::size_t& step_bytes) {
    if (!cells_.empty()) {
      step_bytes += row_bytes_ + cells_.size() * sizeof cells_[0];
      take(cells_, static_cast<std::int64_t>(row_) + 1);
    }
    cells_.clear();
    row_bytes_ = 0;
  }

  const XlsBook& book_;
  std::string name_;
  BiffReader reader_;
  int depth_ = 0;
  std::uint64_t row_ = 0;
  std::size_t column_ = 0;
  std::vector<std::string> cells_;
  std::size_t row_bytes_ = 0;
  bool is_waiting_for_text_ = false;
};

class XlsWorkbook final : public Workbook {
 public:
  explicit XlsWorkbook(XlsBook book) : book_(std::move(book)) {
    for (const XlsBook::Sheet& sheet : book_.sheets) names_.push_back(sheet.name);
  }

  const std::vector<std::string>& sheets() const override { return names_; }
  Result<std::unique_ptr<SheetReader>> open_sheet(std::size_t sheet) const override {
    return std::unique_ptr<SheetReader>(std::make_unique<XlsSheet>(book_, book_.sheets[sheet]));
  }

 private:
  XlsBook book_;
  std::vector<std::string> names_;
};

}  // namespace

Result<std::unique_ptr<Workbook>> open_xls(std::shared_ptr<const io::InputFile> file) {
  HARK_TRY(const CompoundFile compound, CompoundFile::open(std::move(file)));
  HARK_TRY(auto stream, compound.find(u"Workbook"));
  if (!stream) {
    HARK_TRY(const auto older, compound.find(u"Book"));
    if (older)
      return Error(ErrorCode::kUnsupported, "the workbook is older than Excel 97")
          .hint(std::string(kSaveAgain));
    // So a newer workbook looks when it has a password.
    HARK_TRY(const auto locked, compound.find(u"EncryptedPackage"));
    if (locked)
      return Error(ErrorCode::kInvalidInput, "the workbook is locked with a password")
          .hint("save it without one");
    return Error(ErrorCode::kInvalidInput, "an Office document without a workbook in it")
        .hint("is it a letter, a mail or an installer? Save the table as CSV (UTF-8)");
  }
  XlsBook book(*std::move(stream));
  HARK_TRY_VOID(book.read());
  return std::unique_ptr<Workbook>(std::make_unique<XlsWorkbook>(std::move(book)));
}

}  // namespace hark::tabular
