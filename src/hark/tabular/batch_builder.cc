#include "hark/tabular/batch_builder.h"

#include <algorithm>
#include <cstring>

#include "hark/core/text.h"
#include "hark/simd/csv_scan.h"

namespace hark::tabular {
namespace {

using columnar::Presence;

/// Rows read column by column at a time: their bytes stay in the cache for the next column.
constexpr std::size_t kRowsAtATime = 256;
/// Fewer lines inside a record, or narrower ones, are a text as people write it, unless a clock
/// stands where the file's records have it.
constexpr std::size_t kFewestHeldLines = 20;
constexpr std::size_t kFewestHeldColumns = 4;
/// Longest piece of a value shown in a message.
constexpr std::size_t kShownBytes = 60;

std::string shown(std::string_view text) {
  if (text.size() <= kShownBytes) return concat("\"", text, "\"");
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return concat("\"", text.substr(0, end), "...\"");
}

/// Of bytes that are mostly kValue, at the speed of memory.
bool has_any(std::span<const Presence> presence, Presence wanted) noexcept {
  return !presence.empty() &&
         std::memchr(presence.data(), static_cast<int>(wanted), presence.size()) != nullptr;
}

std::string_view kind_of(contract::ValueType type) noexcept {
  using contract::ValueType;
  switch (type) {
    case ValueType::kInteger:
      return "a whole number";
    case ValueType::kNumber:
      return "a number";
    case ValueType::kBoolean:
      return "yes or no";
    case ValueType::kDate:
      return "a date as the contract writes it";
    case ValueType::kTimestamp:
      return "a time as the contract writes it";
    case ValueType::kString:
      break;
  }
  return "a text";
}

/// The form of a text and none of its contents: "Aaaa, 999-9999". A field that is no date may be a
/// name or a telephone number that a missing comma moved there.
std::string form_of(std::string_view text) {
  std::string form;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c >= '0' && c <= '9') {
      form += '9';
    } else if (c >= 'A' && c <= 'Z') {
      form += 'A';
    } else if ((c >= 'a' && c <= 'z') || byte >= 0xC0) {
      form += 'a';  // a character of several bytes begins, mostly a letter
    } else if (byte < 0x80) {
      form += c;
    }
  }
  return form;
}

/// The fields of a line by itself. A quote that does not close on it is a character as any other.
void split_line(std::string_view line, const Dialect& dialect,
                std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    std::size_t end = line.find(dialect.delimiter);
    if (line.starts_with(dialect.quote)) {
      // The closing quote stands before a delimiter or the line's end; pairs of quotes are text.
      for (std::size_t at = line.find(dialect.quote, 1); at != std::string_view::npos;
           at = line.find(dialect.quote, at + 2)) {
        if (line.substr(at + 1).starts_with(dialect.quote)) continue;
        const std::size_t behind = line.find(dialect.delimiter, at);
        end = behind;
        break;
      }
    }
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

}  // namespace

BatchBuilder::BatchBuilder(const ReadPlan& plan) : plan_(plan), num_invalid_(plan.columns.size()) {
  for (const ColumnPlan& column : plan.columns) {
    readers_.push_back(make_column_reader(column, plan.dialect.quote));
    if (!column.is_guard()) continue;
    guards_.push_back(readers_.back().get());
    const bool is_clock =
        column.type == contract::ValueType::kDate || column.type == contract::ValueType::kTimestamp;
    if (is_clock && column.is_required && column.file_columns.size() == 1)
      clocks_.push_back(&column);
  }
}

columnar::Batch BatchBuilder::build(const RecordBlock& block, std::vector<Reject>& rejects) {
  const std::size_t first_reject = rejects.size();
  select_whole_records(block, rejects);
  read_rows(block, rejects);
  if (rejects.size() > first_reject) {
    std::ranges::sort(rejects.begin() + static_cast<std::ptrdiff_t>(first_reject), rejects.end(),
                      {}, &Reject::record);
    std::vector<RecordSpan> refused;
    for (std::size_t i = first_reject; i < rejects.size(); ++i) {
      const auto index = static_cast<std::uint64_t>(rejects[i].record) - 1;
      refused.push_back(block.records()[index - block.records_before()]);
    }
    const std::vector<std::int64_t> lines = block.lines_of(refused);
    for (std::size_t i = 0; i < lines.size(); ++i) rejects[first_reject + i].line = lines[i];
  }

  columnar::Batch batch;
  batch.num_rows = rows_.size();
  batch.ordinal = block.index();
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    const auto presence = readers_[i]->presence();
    num_invalid_[i] =
        has_any(presence, Presence::kInvalid)
            ? static_cast<std::uint64_t>(std::ranges::count(presence, Presence::kInvalid))
            : 0;
  }
  for (const OutputPlan& output : plan_.outputs) {
    batch.columns.push_back(output.source == OutputPlan::Source::kColumn
                                ? readers_[output.column]->take(output.field, output.part)
                                : place_column(block, output));
  }
  return batch;
}

void BatchBuilder::select_whole_records(const RecordBlock& block, std::vector<Reject>& rejects) {
  rows_.clear();
  num_swallowed_bytes_ = 0;
  const std::span<const RecordSpan> records = block.records();
  const auto holds_others = [&](const RecordSpan& record) {
    return record.may_hold_lines && (holds_table(block, record) || holds_record(block, record));
  };
  // A stretch of zeros, or of another file, is one record without a line end.
  const auto add_if_large = [&](const RecordSpan& record) {
    const std::uint64_t size = record.end - record.begin;
    if (size >= kLargeRecordBytes) num_swallowed_bytes_ += size;
  };
  for (const RecordSpan& record : records) {
    if (record.problem == RecordProblem::kTooLong) {
      rejects.push_back(reject_of(block, record, reject_rule::kRecordTooLong,
                                  concat("the record is longer than ", plan_.max_record_bytes,
                                         " bytes: is there a quote that is never closed?")));
    } else if (record.problem == RecordProblem::kUnterminatedQuote) {
      rejects.push_back(reject_of(block, record, reject_rule::kUnterminatedQuote,
                                  "the file ends inside a quoted field"));
    } else if (record.problem == RecordProblem::kMalformed) {
      add_if_large(record);
      rejects.push_back(
          reject_of(block, record, reject_rule::kMalformedRecord, block.reason(record)));
    } else if (holds_others(record)) {
      num_swallowed_bytes_ += record.end - record.begin;
      rejects.push_back(reject_of(block, record, reject_rule::kUnterminatedQuote,
                                  "lines in a quoted field look like records: is there a quote too "
                                  "many, or one missing?"));
    } else if (std::size_t bad; !record.is_ascii &&
                                (bad = find_invalid_utf8(block.bytes(record.begin, record.end))) !=
                                    std::string_view::npos) {
      add_if_large(record);
      rejects.push_back(reject_of(block, record, reject_rule::kInvalidUtf8,
                                  concat("byte ", bad + 1, " of the record is no valid UTF-8")));
    } else if (!has_all_fields(block, record)) {
      add_if_large(record);
      rejects.push_back(reject_of(
          block, record, reject_rule::kFieldCount,
          concat(record.num_fields, " fields where the header has ", plan_.num_file_columns)));
    } else {
      rows_.push_back(record);
    }
  }
}

bool BatchBuilder::holds_table(const RecordBlock& block, const RecordSpan& record) const {
  if (plan_.num_file_columns < kFewestHeldColumns) return false;
  std::string_view left = block.bytes(record.begin, record.end);
  if (simd::count_line_ends(' ', left) < kFewestHeldLines) return false;
  std::size_t num_lines = 0;
  std::size_t num_alike = 0;
  bool is_first = true;
  for (;;) {
    const std::size_t end = left.find_first_of("\r\n");
    if (end == std::string_view::npos) break;  // the last line is the record's own, as the first is
    if (!is_first) {
      const auto line = left.substr(0, end);
      const auto num_delimiters = std::ranges::count(line, plan_.dialect.delimiter);
      ++num_lines;
      num_alike += static_cast<std::size_t>(num_delimiters) + 1 >= plan_.num_file_columns ? 1 : 0;
    }
    is_first = false;
    left.remove_prefix(left.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return num_lines >= kFewestHeldLines && num_alike * 2 >= num_lines;
}

bool BatchBuilder::holds_record(const RecordBlock& block, const RecordSpan& record) const {
  if (clocks_.empty()) return false;
  const char quote = plan_.dialect.quote;
  std::vector<std::string_view> fields;
  // The fields of a line that begins at column `first`; `num_behind` follow those of the line.
  const auto is_record = [&](std::size_t first, std::size_t num_behind) {
    const std::size_t num = first + fields.size() + num_behind;
    if (num != plan_.num_file_columns &&
        !(plan_.dialect.has_trailing_delimiter && num == plan_.num_file_columns + 1))
      return false;
    return std::ranges::all_of(clocks_, [&](const ColumnPlan* clock) {
      const std::size_t at = clock->file_columns.front();
      std::string scratch;
      WallClock read;
      return at >= first && at - first < fields.size() &&
             clock->clocks.parse(field_text(fields[at - first], quote, scratch), read);
    });
  };
  for (std::uint32_t f = 0; f < record.num_fields; ++f) {
    std::string_view left = block.raw_field(record, f);
    if (left.size() < 2 || left.front() != quote) continue;
    left.remove_prefix(1);
    for (bool is_first = true;; is_first = false) {
      const std::size_t end = left.find_first_of("\r\n");
      if (is_first && end == std::string_view::npos) break;  // a field of one line, as most are
      split_line(left.substr(0, end), plan_.dialect, fields);
      if (end == std::string_view::npos) {
        // The rest of the last line's last field and what follows it are the record's own.
        fields.pop_back();
        if (is_record(0, record.num_fields - f)) return true;
        break;
      }
      if (is_record(is_first ? f : 0, 0)) return true;
      left.remove_prefix(left.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
  }
  return false;
}

bool BatchBuilder::has_all_fields(const RecordBlock& block, const RecordSpan& record) const {
  if (record.num_fields == plan_.num_file_columns) return true;
  return plan_.dialect.has_trailing_delimiter && record.num_fields == plan_.num_file_columns + 1 &&
         block.raw_field(record, plan_.num_file_columns).empty();
}

void BatchBuilder::read_rows(const RecordBlock& block, std::vector<Reject>& rejects) {
  for (const auto& reader : readers_) reader->begin(rows_.size());
  std::vector<RecordSpan> kept;
  std::size_t num_rows = 0;
  for (std::size_t first = 0; first < rows_.size(); first += kRowsAtATime) {
    const auto some = std::span(rows_).subspan(first, std::min(kRowsAtATime, rows_.size() - first));
    const auto whole = read_guards(block, some, num_rows, kept, rejects);
    for (const auto& reader : readers_) {
      if (!reader->plan().is_guard()) reader->read(block, whole);
    }
    if (num_rows != first || whole.size() < some.size())
      std::ranges::copy(whole, rows_.begin() + static_cast<std::ptrdiff_t>(num_rows));
    num_rows += whole.size();
  }
  rows_.resize(num_rows);
}

std::span<const RecordSpan> BatchBuilder::read_guards(const RecordBlock& block,
                                                      std::span<const RecordSpan> some,
                                                      std::size_t first_row,
                                                      std::vector<RecordSpan>& kept,
                                                      std::vector<Reject>& rejects) {
  for (;;) {
    for (ColumnReader* const guard : guards_) guard->read(block, some);
    const bool may_refuse = std::ranges::any_of(guards_, [&](const ColumnReader* guard) {
      const auto presence = guard->presence().subspan(first_row);
      return has_any(presence, Presence::kNull) || has_any(presence, Presence::kInvalid);
    });
    if (!may_refuse) return some;
    std::vector<RecordSpan> not_refused;
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (!is_refused(block, some[i], first_row + i, rejects)) not_refused.push_back(some[i]);
    }
    if (not_refused.size() == some.size()) return some;
    kept = std::move(not_refused);
    some = kept;
    for (ColumnReader* const guard : guards_) guard->cut(first_row);
  }
}

bool BatchBuilder::is_refused(const RecordBlock& block, const RecordSpan& record, std::size_t row,
                              std::vector<Reject>& rejects) const {
  for (const ColumnReader* const reader : guards_) {
    const Presence presence = reader->presence()[row];
    if (presence == Presence::kValue) continue;
    const ColumnPlan& plan = reader->plan();
    if (presence == Presence::kNull) {
      if (!plan.is_required) continue;
      rejects.push_back(reject_of(block, record, reject_rule::kMissingRequired,
                                  concat("column '", plan.name, "' has no value")));
    } else {
      if (!plan.rejects_invalid) continue;
      std::string message = concat("column '", plan.name, "': not ", kind_of(plan.type));
      if (!plan.is_personal) {
        message += concat(", but of the form ",
                          shown(form_of(column_text(plan, block, record, plan_.dialect.quote))));
      }
      rejects.push_back(
          reject_of(block, record, reject_rule::kUnreadableValue, std::move(message)));
    }
    rejects.back().column = plan.name;
    return true;
  }
  return false;
}

Reject BatchBuilder::reject_of(const RecordBlock& block, const RecordSpan& record,
                               std::string_view rule, std::string message) const {
  Reject reject;
  reject.record = static_cast<std::int64_t>(block.records_before() + record.index + 1);
  reject.byte_offset = block.offset_of(record);
  reject.rule = rule;
  reject.text = block.source_text(record);
  reject.message = std::move(message);
  return reject;
}

columnar::Column BatchBuilder::place_column(const RecordBlock& block,
                                            const OutputPlan& output) const {
  std::vector<std::int64_t> values;
  if (output.source == OutputPlan::Source::kLine) {
    values = block.lines_of(rows_);
  } else {
    values.reserve(rows_.size());
    for (const RecordSpan& row : rows_) {
      values.push_back(output.source == OutputPlan::Source::kRecord
                           ? static_cast<std::int64_t>(block.records_before() + row.index + 1)
                           : block.offset_of(row));
    }
  }
  columnar::Column column(output.field);
  column.set(std::vector<Presence>(rows_.size(), Presence::kValue), std::move(values));
  return column;
}

}  // namespace hark::tabular
