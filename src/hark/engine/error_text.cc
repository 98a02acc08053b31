#include "hark/engine/error_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "hark/core/json.h"
#include "hark/core/text.h"

namespace hark::engine {
namespace {

struct Report {
  std::string kind;  ///< "Binder", "Out of Memory", ...
  std::string text;
  std::string candidates;
  std::size_t position = std::string_view::npos;
};

Report read_report(std::string_view message) {
  Report report;
  // "Parser Error: {json}", "{json}" or "Binder Error: text".
  const std::size_t colon = message.find(" Error: ");
  const std::size_t brace = message.find('{');
  if (brace == 0 || (colon != std::string_view::npos && brace == colon + 8)) {
    const Result<Json> json = Json::parse(message.substr(brace));
    if (json && (*json)["exception_message"].is_string()) {
      report.kind = (*json)["exception_type"].as_string();
      report.text = (*json)["exception_message"].as_string();
      report.candidates = (*json)["candidates"].as_string();
      const auto position = parse_int((*json)["position"].as_string());
      if (position && *position >= 0) report.position = static_cast<std::size_t>(*position);
      return report;
    }
  }
  if (colon != std::string_view::npos && message.find('\n') > colon) {
    report.kind = message.substr(0, colon);
    message.remove_prefix(colon + 8);
  }
  report.text = message;
  return report;
}

bool mentions_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

ErrorCode code_of(const Report& report, SqlOrigin origin) {
  const std::string kind = lower(report.kind);
  // The second: said by a callback of ours, which DuckDB passes on as "Invalid Input".
  if (kind == "out of memory" || mentions_any(report.text, {"out of memory"}))
    return ErrorCode::kExhausted;
  if (kind == "interrupt") return ErrorCode::kInterrupted;
  if (mentions_any(report.text, {"magic bytes", "Thrift", "TProtocolException", "footer length",
                                 "decompression fail", "Corrupt", "corrupt", "too small to be"})) {
    return ErrorCode::kCorrupt;
  }
  if (kind == "io") {
    if (mentions_any(report.text, {"No space left", "Disk quota", "File too large"})) {
      return ErrorCode::kExhausted;
    }
    const bool is_absent = mentions_any(report.text, {"No files found", "No such file"});
    return is_absent ? ErrorCode::kNotFound : ErrorCode::kIo;
  }
  if (kind == "internal" || kind == "fatal" || kind == "serialization" || kind.empty()) {
    return ErrorCode::kInternal;
  }
  if (kind == "not implemented") return ErrorCode::kUnsupported;
  // SQL of ours casts stored values to the types the table has; one that will not go is damage.
  if (origin == SqlOrigin::kProgram && kind == "conversion") return ErrorCode::kCorrupt;
  return origin == SqlOrigin::kUser || kind == "permission" ? ErrorCode::kInvalidArgument
                                                            : ErrorCode::kInternal;
}

/// True if a message of this kind may quote a value of the data rather than a piece of the SQL.
bool may_quote_values(const std::string& kind) {
  constexpr std::array kKinds{"Conversion", "Invalid Input", "Out of Range", "Constraint"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

/// Leaves out what stands between the first and the last quote, and numbers, unless the SQL has
/// them: a failed cast must not carry somebody's phone number into a log.
std::string without_values(std::string text, std::string_view sql) {
  for (const char quote : {'\'', '"'}) {
    const std::size_t first = text.find(quote);
    const std::size_t last = text.rfind(quote);
    if (first == last) continue;
    const std::string_view inner = std::string_view(text).substr(first + 1, last - first - 1);
    if (sql.find(inner) == std::string_view::npos) text.replace(first + 1, last - first - 1, "…");
  }
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const std::string_view digits = std::string_view(text).substr(at, end - at);
    if (digits.size() > 3 && sql.find(digits) == std::string_view::npos) {
      out += "…";
    } else if (!digits.empty()) {
      out += digits;
    } else {
      out += text[end++];
    }
    at = end;
  }
  return out;
}

std::string hint_of(const Report& report, ErrorCode code) {
  if (code == ErrorCode::kExhausted && report.kind == "Out of Memory") {
    return "allow more memory or fewer threads, or ask for less at a time";
  }
  if (report.candidates.empty()) return {};
  // One candidate is a guess at what was meant, several are a choice.
  constexpr std::size_t kLongest = 300;
  std::string list = report.candidates.substr(0, kLongest);
  if (report.candidates.size() > kLongest) list = list.substr(0, list.rfind(',')) + ", ...";
  const bool is_one = report.candidates.find(',') == std::string::npos;
  return is_one ? concat("did you mean '", list, "'?") : concat("there are: ", list);
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string_view first_line(std::string_view message) noexcept {
  message = message.substr(0, message.find('\n'));
  return message.substr(0, message.find(" Use \"SET "));
}

Error error_at(ErrorCode code, std::string message, std::string_view sql, std::size_t position) {
  if (position > sql.size()) return Error(code, std::move(message));
  const std::size_t line = static_cast<std::size_t>(
      std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
  const std::size_t before = position == 0 ? std::string_view::npos : sql.rfind('\n', position - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = std::min(sql.find('\n', position), sql.size());

  // A window around the place: a long line must not push the caret off the screen.
  constexpr std::size_t kBefore = 50, kAfter = 40;
  std::size_t from = position - start > kBefore ? position - kBefore : start;
  std::size_t to = std::min(end, position + kAfter);
  while (from > start && is_continuation(sql[from])) --from;
  while (to < end && is_continuation(sql[to])) ++to;
  std::string shown =
      concat(from > start ? "..." : "", sql.substr(from, to - from), to < end ? "..." : "");
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  const std::size_t indent =
      count_code_points(sql.substr(from, position - from)) + (from > start ? 3 : 0);
  const std::size_t column = count_code_points(sql.substr(start, position - start)) + 1;
  message += concat(" (line ", line + 1, ", column ", column, ")\n    ", shown, "\n    ",
                    std::string(indent, ' '), "^");
  return Error(code, std::move(message));
}

Error error_from_duckdb(std::string_view message, std::string_view sql, SqlOrigin origin,
                        ErrorPlace place) {
  const Report report = read_report(message);
  const ErrorCode code = code_of(report, origin);
  std::string text(first_line(report.text));
  if (may_quote_values(report.kind)) text = without_values(std::move(text), sql);
  if (code == ErrorCode::kExhausted && report.kind == "Out of Memory")
    text = "out of memory: " + text;
  if (code == ErrorCode::kInterrupted) text = "stopped";
  const bool is_shown = origin == SqlOrigin::kUser && place == ErrorPlace::kInSql;
  const std::size_t position = is_shown ? report.position : std::string_view::npos;
  return error_at(code, std::move(text), sql, position).hint(hint_of(report, code));
}

}  // namespace hark::engine
