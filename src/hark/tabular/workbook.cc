#include "hark/tabular/workbook.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hark/core/text.h"
#include "hark/tabular/values.h"

namespace hark::tabular {
namespace {

/// Rows looked at for a header.
constexpr std::size_t kHeadRows = 50;
/// What the rows looked at for a header may hold.
constexpr std::size_t kMaxHeadBytes = std::size_t{64} << 20;
/// Steps of at most 64 KiB for a sheet's first rows, and for those of all sheets.
constexpr std::size_t kMaxHeadSteps = 256;
constexpr std::size_t kMaxHeadStepsOfBook = 4096;

class SheetRows final : public RowReader {
 public:
  static Result<std::unique_ptr<RowReader>> open(const io::FileSystem& files,
                                                 const WorkbookOpener& open_workbook,
                                                 const std::string& path, std::size_t sheet,
                                                 std::int64_t header_row) {
    HARK_TRY(std::shared_ptr<const io::InputFile> file, files.open_input(path));
    auto rows = std::make_unique<SheetRows>();
    HARK_TRY(rows->book_, open_workbook(std::move(file)));
    if (sheet >= rows->book_->sheets().size())
      return Error(ErrorCode::kConflict, concat("'", path, "' changed while it was read"));
    HARK_TRY(rows->sheet_, rows->book_->open_sheet(sheet));
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
  std::unique_ptr<Workbook> book_;
  std::unique_ptr<SheetReader> sheet_;
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
Result<Head> read_head(const Workbook& book, std::size_t sheet, std::size_t& steps_left) {
  HARK_TRY(const auto reader, book.open_sheet(sheet));
  Head head;
  std::size_t num_bytes = 0;
  std::size_t num_steps = 0;
  for (bool has_more = true; has_more && head.rows.size() < kHeadRows &&
                             num_bytes <= kMaxHeadBytes && num_steps < kMaxHeadSteps;
       ++num_steps) {
    if (steps_left-- == 0)
      return Error(ErrorCode::kExhausted, "the workbook's sheets are too large before their rows")
          .hint("save the sheet that is meant as CSV (UTF-8)");
    HARK_TRY(has_more, reader->next([&](std::vector<std::string>& cells, std::int64_t row) {
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

Error damaged_workbook(std::string_view what) {
  return Error(ErrorCode::kInvalidInput, concat("the workbook is damaged: ", what))
      .hint("open it and save it again, or fetch it again");
}

Result<Table> find_workbook_table(const io::FileSystem& files, const std::string& path,
                                  const WorkbookOpener& open_workbook, const HeaderTest& is_known) {
  HARK_TRY(std::shared_ptr<const io::InputFile> file, files.open_input(path));
  HARK_TRY(const auto book, open_workbook(std::move(file)));
  const auto table = [&](std::size_t sheet, std::int64_t row) {
    return Table{.sheet = book->sheets()[sheet],
                 .open = [&files, open_workbook, sheet, row](const std::string& from) {
                   return SheetRows::open(files, open_workbook, from, sheet, row);
                 }};
  };
  std::optional<Table> known;
  std::optional<std::pair<std::size_t, std::int64_t>> first;
  std::size_t steps_left = kMaxHeadStepsOfBook;
  for (std::size_t sheet = 0; sheet < book->sheets().size(); ++sheet) {
    const auto found = read_head(*book, sheet, steps_left);
    if (!found) {
      if (known) break;  // the table is there; what lies behind it need not be sound
      return found.error();
    }
    const Head& head = *found;
    const auto header = std::ranges::find_if(head.rows, is_known);
    if (header != head.rows.end()) {
      if (known) {
        known->other_sheets.push_back(book->sheets()[sheet]);
      } else {
        known = table(sheet, head.numbers[static_cast<std::size_t>(header - head.rows.begin())]);
      }
    }
    if (!first && head.rows.size() > 1) first = {sheet, head.numbers[0]};
  }
  if (known) return *std::move(known);
  if (first) return table(first->first, first->second);
  return Error(ErrorCode::kInvalidInput, "the workbook has no sheet with a header and rows")
      .hint("open it and look: is the table on another sheet, or a picture?");
}

}  // namespace hark::tabular
