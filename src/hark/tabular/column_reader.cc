#include "hark/tabular/column_reader.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "hark/tabular/recent_texts.h"

namespace hark::tabular {
namespace {

using columnar::Column;
using columnar::Field;
using columnar::Presence;
using contract::ValueType;

/// Joins the texts of a clock's parts by a space into `joined`; parts without a value are left out.
std::string_view join_parts(const ColumnPlan& plan, const RecordBlock& block,
                            const RecordSpan& record, char quote, std::string& scratch,
                            std::string& joined) {
  joined.clear();
  for (const std::uint32_t column : plan.file_columns) {
    const std::string_view text = field_text(block.raw_field(record, column), quote, scratch);
    if (plan.missing.contains(text)) continue;
    if (!joined.empty()) joined += ' ';
    joined += text;
  }
  return joined;
}

/// Calls `take(row, text)` for every record whose column holds more than a missing marker.
template <typename Take>
void for_each_text(const ColumnPlan& plan, char quote, const RecordBlock& block,
                   std::span<const RecordSpan> records, std::size_t first_row, Take take) {
  if (plan.file_columns.empty()) return;
  std::string scratch;
  if (plan.file_columns.size() == 1) {
    const std::uint32_t column = plan.file_columns[0];
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string_view text = field_text(block.raw_field(records[i], column), quote, scratch);
      if (!plan.missing.contains(text)) take(first_row + i, text);
    }
    return;
  }
  std::string joined;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string_view text = join_parts(plan, block, records[i], quote, scratch, joined);
    if (!text.empty()) take(first_row + i, text);
  }
}

/// Sets what was read, or that there is nothing: many columns of an export are empty for long.
template <typename Values>
void set_values(Column& column, std::vector<Presence> presence, Values values) {
  const bool is_blank =
      std::ranges::all_of(presence, [](Presence p) { return p == Presence::kNull; });
  if (is_blank) {
    column.set_blank(presence.size());
  } else {
    column.set(std::move(presence), std::move(values));
  }
}

// Vectors of one length, a value a row in each.
template <typename... Vectors>
void empty_all(std::size_t most_rows, Vectors&... vectors) {
  (vectors.clear(), ...);
  (vectors.reserve(most_rows), ...);
}
template <typename... Vectors>
void resize_all(std::size_t num_rows, Vectors&... vectors) {
  (vectors.resize(num_rows), ...);
}

/// Columns whose values stand for themselves. `Parse` is std::optional<Value>(std::string_view).
template <typename Value, typename Parse>
class ValueReader final : public ColumnReader {
 public:
  ValueReader(const ColumnPlan& plan, char quote, Parse parse)
      : ColumnReader(plan), quote_(quote), parse_(parse) {}

  void begin(std::size_t most_rows) override { empty_all(most_rows, presence_, values_); }
  void cut(std::size_t num_rows) override { resize_all(num_rows, presence_, values_); }

  void read(const RecordBlock& block, std::span<const RecordSpan> records) override {
    const std::size_t first_row = presence_.size();
    cut(first_row + records.size());
    for_each_text(plan_, quote_, block, records, first_row,
                  [this](std::size_t row, std::string_view text) {
                    if (const auto value = parse_(text)) {
                      values_[row] = static_cast<Value>(*value);
                      presence_[row] = Presence::kValue;
                    } else {
                      presence_[row] = Presence::kInvalid;
                    }
                  });
  }

  Column take(const Field& field, ColumnPart) override {
    Column column(field);
    set_values(column, std::move(presence_), std::move(values_));
    return column;
  }

 private:
  char quote_;
  Parse parse_;
  std::vector<Value> values_;
};

template <typename Value, typename Parse>
std::unique_ptr<ColumnReader> make_value_reader(const ColumnPlan& plan, char quote, Parse parse) {
  return std::make_unique<ValueReader<Value, Parse>>(plan, quote, parse);
}

class StringReader final : public ColumnReader {
 public:
  StringReader(const ColumnPlan& plan, char quote) : ColumnReader(plan), quote_(quote) {}

  void begin(std::size_t most_rows) override {
    empty_all(most_rows, presence_, codes_);
    num_looked_up_ = 0;
    num_texts_before_ = builder_.dictionary().size();
  }
  void cut(std::size_t num_rows) override { resize_all(num_rows, presence_, codes_); }

  void read(const RecordBlock& block, std::span<const RecordSpan> records) override {
    const std::size_t first_row = presence_.size();
    cut(first_row + records.size());
    if (plan_.file_columns.size() == 1 && !is_all_different_) {
      const bool is_near = builder_.dictionary().size() <= kNearTexts;
      is_near ? read_near(block, records, first_row) : read_together(block, records, first_row);
      return;
    }
    for_each_text(plan_, quote_, block, records, first_row,
                  [this](std::size_t row, std::string_view text) {
                    codes_[row] = code_of(text);
                    presence_[row] = Presence::kValue;
                  });
  }

  Column take(const Field& field, ColumnPart) override {
    Column column(field);
    set_values(column, std::move(presence_), std::move(codes_));
    const std::size_t num_new = builder_.dictionary().size() - num_texts_before_;
    // Keys hardly repeat: looking each one up would be in vain. A first block cannot tell, as all
    // is new in it. Now and then blocks are looked at again.
    const bool hardly_repeats =
        num_texts_before_ > 0 && num_looked_up_ >= kMinLookedUp && num_new * 8 > num_looked_up_ * 7;
    const std::size_t most = std::max(kLeastKeptTexts, kKeptTextsPerRow * column.size());
    const bool is_kept =
        !is_all_different_ && !hardly_repeats && builder_.dictionary().size() <= most;
    if (!is_kept) recent_.clear();
    column.set_dictionary(is_kept ? builder_.share() : builder_.finish());
    is_all_different_ =
        is_all_different_ ? ++num_blind_blocks_ % kBlindBlocks != 0 : hardly_repeats;
    return column;
  }

 private:
  // A dictionary goes on from block to block up to a size that is little beside the blocks' rows:
  // agencies, complaint types, streets.
  static constexpr std::size_t kLeastKeptTexts = 1024;
  static constexpr std::size_t kKeptTextsPerRow = 8;
  static constexpr std::size_t kMinLookedUp = 256;
  static constexpr unsigned kBlindBlocks = 32;
  /// About as many texts as the nearest cache holds with what finds them.
  static constexpr std::uint32_t kNearTexts = 256;

  std::uint32_t code_of(std::string_view text) {
    if (plan_.is_code) text = strip_code_decimals(text);
    ++num_looked_up_;
    return is_all_different_ ? builder_.append(text) : builder_.code_of(text);
  }

  /// As read(), for a small dictionary: agencies, statuses, boroughs are known by their bytes.
  void read_near(const RecordBlock& block, std::span<const RecordSpan> records,
                 std::size_t first_row) {
    const std::uint32_t column = plan_.file_columns[0];
    std::string scratch;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string_view raw = block.raw_field(records[i], column);
      if (raw.empty()) continue;
      const auto key = RecentTexts::key_of(raw, block.data_end());
      const std::uint32_t* const known = key ? recent_.find(*key) : nullptr;
      std::uint32_t code = RecentTexts::kNoValue;
      if (known != nullptr) {
        code = *known;
        ++num_looked_up_;
      } else {
        const std::string_view text = field_text(raw, quote_, scratch);
        if (!plan_.missing.contains(text)) code = code_of(text);
        if (key) recent_.put(*key, code);
      }
      if (code == RecentTexts::kNoValue) continue;
      codes_[first_row + i] = code;
      presence_[first_row + i] = Presence::kValue;
    }
  }

  static bool lies_in(std::string_view text, std::string_view raw) {
    const std::less_equal<const char*> is_not_behind;
    return is_not_behind(raw.data(), text.data()) &&
           is_not_behind(text.data() + text.size(), raw.data() + raw.size());
  }

  /// As read(), for a large dictionary: look-ups wait for memory, and so they wait together.
  void read_together(const RecordBlock& block, std::span<const RecordSpan> records,
                     std::size_t first_row) {
    texts_.clear();
    rows_.clear();
    std::string scratch;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string_view raw = block.raw_field(records[i], plan_.file_columns[0]);
      std::string_view text = field_text(raw, quote_, scratch);
      if (plan_.missing.contains(text)) continue;
      if (plan_.is_code) text = strip_code_decimals(text);
      texts_.push_back({text, columnar::hash_bytes(text)});
      rows_.push_back(static_cast<std::uint32_t>(first_row + i));
      // A text in the scratch memory is gone with the next record; space may have come off in
      // front of it. All other texts stand in the block.
      if (!lies_in(text, raw)) look_up();
    }
    look_up();
  }

  /// Sets the codes of texts_ in rows_, and clears both.
  void look_up() {
    found_.resize(texts_.size());
    builder_.codes_of(texts_, found_);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      codes_[rows_[i]] = found_[i];
      presence_[rows_[i]] = Presence::kValue;
    }
    num_looked_up_ += texts_.size();
    texts_.clear();
    rows_.clear();
  }

  char quote_;
  columnar::DictionaryBuilder builder_;
  std::vector<std::uint32_t> codes_;
  RecentTexts recent_;
  // Of look_up().
  std::vector<columnar::HashedText> texts_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> found_;
  std::size_t num_looked_up_ = 0;
  std::size_t num_texts_before_ = 0;
  bool is_all_different_ = false;
  unsigned num_blind_blocks_ = 0;
};

class ClockReader final : public ColumnReader {
 public:
  ClockReader(const ColumnPlan& plan, char quote) : ColumnReader(plan), quote_(quote) {}

  void begin(std::size_t most_rows) override {
    empty_all(most_rows, presence_, instants_, offsets_s_, folds_, gaps_, fold_widths_s_);
  }
  void cut(std::size_t num_rows) override {
    resize_all(num_rows, presence_, instants_, offsets_s_, folds_, gaps_, fold_widths_s_);
  }

  void read(const RecordBlock& block, std::span<const RecordSpan> records) override {
    const std::size_t first_row = presence_.size();
    cut(first_row + records.size());
    for_each_text(plan_, quote_, block, records, first_row,
                  [this](std::size_t row, std::string_view text) { read_clock(row, text); });
  }

  Column take(const Field& field, ColumnPart part) override {
    Column column(field);
    if (part == ColumnPart::kValue) {
      set_values(column, presence_, std::move(instants_));
      return column;
    }
    // An unreadable clock counts once, at the clock itself.
    std::vector<Presence> presence(presence_);
    for (Presence& p : presence) {
      if (p == Presence::kInvalid) p = Presence::kNull;
    }
    switch (part) {
      case ColumnPart::kOffsetS:
        set_values(column, std::move(presence), std::move(offsets_s_));
        break;
      case ColumnPart::kFold:
        set_values(column, std::move(presence), std::move(folds_));
        break;
      case ColumnPart::kGap:
        set_values(column, std::move(presence), std::move(gaps_));
        break;
      case ColumnPart::kFoldWidthS:
      case ColumnPart::kValue:
        set_values(column, std::move(presence), std::move(fold_widths_s_));
        break;
    }
    return column;
  }

 private:
  void read_clock(std::size_t row, std::string_view text) noexcept {
    WallClock clock;
    if (!plan_.clocks.parse(text, clock)) {
      presence_[row] = Presence::kInvalid;
      return;
    }
    const std::int64_t local_s = std::int64_t{clock.days} * 86'400 + clock.second_of_day;
    calendar::ZonedTime time;
    if (clock.has_offset) {
      // An instant by itself: never in doubt, whatever the city's clocks do at that moment.
      time.utc_s = local_s - clock.offset_s;
      time.offset_s = plan_.zone->offset_at(time.utc_s);
    } else {
      time = plan_.zone->from_local(local_s);
    }
    presence_[row] = Presence::kValue;
    instants_[row] = time.utc_s * 1'000'000 + clock.microseconds;
    offsets_s_[row] = time.offset_s;
    if (time.is_fold || time.is_gap) {
      folds_[row] = time.is_fold ? 1 : 0;
      gaps_[row] = time.is_gap ? 1 : 0;
      fold_widths_s_[row] = time.fold_width_s;
    }
  }

  char quote_;
  std::vector<std::int64_t> instants_;
  std::vector<std::int32_t> offsets_s_;
  std::vector<std::uint8_t> folds_;
  std::vector<std::uint8_t> gaps_;
  std::vector<std::int32_t> fold_widths_s_;
};

/// A column that the file does not have.
class AbsentReader final : public ColumnReader {
 public:
  using ColumnReader::ColumnReader;

  void begin(std::size_t) override { num_rows_ = 0; }
  void cut(std::size_t num_rows) override { num_rows_ = num_rows; }
  void read(const RecordBlock&, std::span<const RecordSpan> records) override {
    num_rows_ += records.size();
  }
  Column take(const Field& field, ColumnPart) override {
    Column column(field);
    column.set_blank(num_rows_);
    if (field.type == columnar::Type::kString) column.set_dictionary(no_texts_);
    return column;
  }

 private:
  std::size_t num_rows_ = 0;
  std::shared_ptr<const columnar::Dictionary> no_texts_ = std::make_shared<columnar::Dictionary>();
};

}  // namespace

std::unique_ptr<ColumnReader> make_column_reader(const ColumnPlan& plan, char quote) {
  if (plan.file_columns.empty()) return std::make_unique<AbsentReader>(plan);
  switch (plan.type) {
    case ValueType::kString:
      return std::make_unique<StringReader>(plan, quote);
    case ValueType::kInteger:
      return make_value_reader<std::int64_t>(plan, quote, &parse_integer_value);
    case ValueType::kNumber:
      return make_value_reader<double>(plan, quote, &parse_number_value);
    case ValueType::kBoolean:
      return make_value_reader<std::uint8_t>(plan, quote, &parse_boolean_value);
    case ValueType::kDate:
      return make_value_reader<std::int32_t>(
          plan, quote, [&plan](std::string_view text) -> std::optional<std::int32_t> {
            WallClock clock;
            if (!plan.clocks.parse(text, clock)) return std::nullopt;
            return clock.days;
          });
    case ValueType::kTimestamp:
      return std::make_unique<ClockReader>(plan, quote);
  }
  return nullptr;
}

std::string column_text(const ColumnPlan& plan, const RecordBlock& block, const RecordSpan& record,
                        char quote) {
  std::string scratch;
  std::string joined;
  return std::string(join_parts(plan, block, record, quote, scratch, joined));
}

}  // namespace hark::tabular
