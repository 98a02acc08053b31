// The oracle of tests and fuzzers: delimited text read one character at a time, by the words of
// simd/csv_scan.h and by nothing of its code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/text.h"
#include "hark/tabular/memory_files.h"
#include "hark/tabular/reject.h"
#include "hark/tabular/values.h"

namespace hark::tabular {

struct SlowRecord {
  std::vector<std::string> fields;  // quotes off, trimmed
  std::string text;                 // without the line end
  std::int64_t line = 0;
  std::int64_t offset = 0;
  bool is_unterminated = false;
};

struct SlowResult {
  std::vector<SlowRecord> records;
  std::uint64_t num_blank_lines = 0;
};

inline SlowResult slow_read(std::string_view text, char delimiter) {
  SlowResult result;
  std::size_t at = 0;
  const auto ends_here = [&](std::size_t place) {
    return place == text.size() || text[place] == '\n' || text[place] == '\r';
  };
  const auto ends_field = [&](std::size_t place) {
    return ends_here(place) || text[place] == delimiter;
  };
  const auto skip_line_end = [&] {
    if (at == text.size()) return;
    const bool is_cr = text[at++] == '\r';
    if (is_cr && at < text.size() && text[at] == '\n') ++at;
  };
  const auto line_at = [&](std::size_t place) {
    std::int64_t line = 1;
    for (std::size_t i = 0; i < place; ++i) {
      if (text[i] == '\r' || (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))) ++line;
    }
    return line;
  };
  while (at < text.size()) {
    if (ends_here(at)) {
      ++result.num_blank_lines;
      skip_line_end();
      continue;
    }
    SlowRecord record;
    const std::size_t begin = at;
    record.line = line_at(begin);
    record.offset = static_cast<std::int64_t>(begin);
    for (;;) {
      std::string field;
      if (at < text.size() && text[at] == '"') {
        ++at;
        for (;;) {
          if (at == text.size()) {
            record.is_unterminated = true;
            break;
          }
          if (text[at] != '"') {
            field += text[at++];
          } else if (at + 1 < text.size() && text[at + 1] == '"') {
            field += '"';
            at += 2;
          } else if (ends_field(at + 1)) {
            ++at;
            break;
          } else {
            field += text[at++];
          }
        }
      } else {
        while (!ends_field(at)) field += text[at++];
      }
      record.fields.emplace_back(trim_value(field));
      if (ends_here(at)) break;
      ++at;  // the delimiter
    }
    record.text = text.substr(begin, at - begin);
    skip_line_end();
    result.records.push_back(std::move(record));
  }
  return result;
}

/// Twenty lines or more between the first and the last, and half of them as wide as the header.
inline bool holds_records(std::string_view text, char delimiter, std::size_t num_columns) {
  std::vector<std::size_t> widths(1, 1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    if (text[at] == '\r' || text[at] == '\n') {
      widths.push_back(1);
    } else if (text[at] == delimiter) {
      ++widths.back();
    }
  }
  if (num_columns < 4 || widths.size() < 22) return false;
  std::size_t num_wide = 0;
  for (std::size_t i = 1; i + 1 < widths.size(); ++i) num_wide += widths[i] >= num_columns ? 1 : 0;
  return num_wide * 2 >= widths.size() - 2;
}

/// What a source without a contract should make of `text`: rows as rows_of() gives them for
/// _record, _line, _offset and all columns; rejects as "record line offset rule text".
struct SlowOutcome {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> rejects;
  std::uint64_t num_blank_lines = 0;
  std::uint64_t swallowed_bytes = 0;  ///< of records that may hold others
};

inline SlowOutcome slow_outcome(std::string_view text, char delimiter, std::size_t num_columns,
                                std::size_t max_record_bytes) {
  SlowOutcome outcome;
  const SlowResult read = slow_read(text, delimiter);
  outcome.num_blank_lines = read.num_blank_lines;
  std::int64_t number = 0;
  for (const SlowRecord& record : read.records) {
    ++number;
    std::string_view rule;
    std::string_view kept = record.text;
    if (record.text.size() > max_record_bytes) {
      rule = "record_too_long";
      kept = kept.substr(0, std::min<std::size_t>(4096, max_record_bytes));
    } else if (record.is_unterminated) {
      rule = "unterminated_quote";
    } else if (holds_records(record.text, delimiter, num_columns)) {
      rule = "unterminated_quote";
    } else if (find_invalid_utf8(record.text) != std::string_view::npos) {
      rule = "invalid_utf8";
    } else if (record.fields.size() != num_columns) {
      rule = "field_count";
    }
    if (rule == "record_too_long" || rule == "unterminated_quote" ||
        (!rule.empty() && record.text.size() >= kLargeRecordBytes))
      outcome.swallowed_bytes += record.text.size();
    if (!rule.empty()) {
      outcome.rejects.push_back(
          concat(number, " ", record.line, " ", record.offset, " ", rule, " ", kept));
      continue;
    }
    std::vector<std::string>& row = outcome.rows.emplace_back();
    row = {std::to_string(number), std::to_string(record.line), std::to_string(record.offset)};
    for (const std::string& field : record.fields) row.push_back(field.empty() ? "<null>" : field);
  }
  return outcome;
}

}  // namespace hark::tabular
