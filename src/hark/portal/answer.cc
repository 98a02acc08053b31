#include "hark/portal/answer.h"

#include <algorithm>

#include "hark/core/json.h"
#include "hark/core/text.h"

namespace hark::portal {
namespace {

constexpr int kDeepest = 64;

Error not_records(std::size_t at, std::string_view why) {
  return Error(ErrorCode::kRemote,
               concat("the answer is no list of records: ", why, " at byte ", at))
      .hint("is this the address of the dataset's portal?");
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// Where the object that starts at `at` ends (one past its brace); 0 if it does not, or nests too
/// deep.
std::size_t end_of_object(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
      }
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return 0;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return at + 1;
    }
  }
  return 0;
}

}  // namespace

std::optional<Instant> read_time(std::string_view text) {
  using std::chrono::January;
  using std::chrono::sys_days;
  const auto instant = parse_instant(text);
  if (!instant || *instant < sys_days(std::chrono::year(1) / January / 1) ||
      *instant >= sys_days(std::chrono::year(9999) / January / 1))
    return std::nullopt;
  return *instant;
}

Result<std::vector<AnswerRecord>> cut_records(std::string_view body, std::string_view at_field,
                                              std::string_view id_field) {
  std::size_t at = body.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  at = skip_space(body, at);
  if (at == body.size() || body[at] != '[') return not_records(at, "no opening bracket");
  at = skip_space(body, at + 1);
  std::vector<AnswerRecord> records;
  if (at < body.size() && body[at] == ']') {
    if (skip_space(body, at + 1) != body.size()) return not_records(at + 1, "text after the end");
    return records;
  }
  for (;;) {
    if (at == body.size()) return not_records(at, "cut short");
    if (body[at] != '{') return not_records(at, "no record");
    AnswerRecord record;
    record.offset = at;
    const std::size_t end = end_of_object(body, at);
    if (end == 0) return not_records(at, "a record without end");
    record.size = end - at;
    // The parser's own message could quote the record.
    const auto json = Json::parse(body.substr(at, record.size));
    if (!json || !json->is_object()) return not_records(at, "a damaged record");
    if (!at_field.empty()) record.at = std::string((*json)[at_field].as_string());
    if (!id_field.empty()) record.id = std::string((*json)[id_field].as_string());
    if (!record.at.empty()) {
      const auto instant = read_time(record.at);
      if (!instant) return not_records(at, concat("no time in '", at_field, "' of the record"));
      record.instant = *instant;
    }
    records.push_back(std::move(record));
    at = skip_space(body, end);
    if (at < body.size() && body[at] == ',') {
      at = skip_space(body, at + 1);
      continue;
    }
    if (at == body.size()) return not_records(at, "cut short");
    if (body[at] != ']') return not_records(at, "no comma after a record");
    if (skip_space(body, at + 1) != body.size()) return not_records(at + 1, "text after the end");
    return records;
  }
}

}  // namespace hark::portal
