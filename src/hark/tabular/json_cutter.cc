#include "hark/tabular/json_cutter.h"

#include <algorithm>
#include <cstring>

#include "hark/core/text.h"

namespace hark::tabular {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{256} << 10;
/// Names longer than this are no name that is looked for.
constexpr std::size_t kMaxName = 64;

bool is_space(int c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

constexpr const char* kNoObject = "it is not an object";
constexpr const char* kLineEndInString = "a text in it has a line end: is there a quote too many?";
constexpr const char* kNoComma = "something other than a comma follows it";

}  // namespace

Error JsonCutter::broken(std::string_view what) const {
  return Error(ErrorCode::kInvalidInput, concat("line ", line_, ": ", what))
      .hint("the file's JSON is damaged; was the export changed by hand? Fetch it again");
}

Error JsonCutter::ends_early() const {
  return Error(ErrorCode::kInvalidInput,
               concat("the file ends in the middle of its JSON, on line ", line_))
      .hint("was the download interrupted? Fetch the file again");
}

Result<void> JsonCutter::refill() {
  offset_ += window_.size();
  source_.release_before(offset_);
  at_ = 0;
  window_.resize(kWindowBytes);
  auto num_read = source_.read_at(offset_, window_);
  window_.resize(num_read ? *num_read : 0);
  if (!num_read) return std::move(num_read).error();
  return {};
}

Result<int> JsonCutter::peek() {
  if (at_ == window_.size()) HARK_TRY_VOID(refill());
  return at_ == window_.size() ? -1 : static_cast<unsigned char>(window_[at_]);
}

void JsonCutter::advance() noexcept {
  if (window_[at_++] == '\n') ++line_;
}

Result<int> JsonCutter::skip_space() {
  for (;;) {
    HARK_TRY(const int c, peek());
    if (!is_space(c)) return c;
    advance();
  }
}

Result<std::string> JsonCutter::pass_string() {
  advance();
  std::string text;
  for (;;) {
    HARK_TRY(int c, peek());
    if (c == -1) return ends_early();
    advance();
    if (c == '"') return text;
    if (c == '\\') {
      HARK_TRY(c, peek());
      if (c == -1) return ends_early();
      advance();
    }
    if (text.size() <= kMaxName) text += static_cast<char>(c);
  }
}

Result<void> JsonCutter::pass_value() {
  std::size_t depth = 0;
  for (;;) {
    HARK_TRY(const int c, skip_space());
    if (c == -1) return ends_early();
    if (c == '"') {
      HARK_TRY_VOID(pass_string());
    } else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
      return {};
    } else {
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      advance();
    }
  }
}

Result<void> JsonCutter::enter_member(std::string_view wanted) {
  advance();
  for (;;) {
    HARK_TRY(int c, skip_space());
    if (c == -1) return ends_early();
    if (c != '"') return broken("a name in quotes was expected");
    HARK_TRY(const std::string name, pass_string());
    HARK_TRY(c, skip_space());
    if (c == -1) return ends_early();
    if (c != ':') return broken("a colon was expected behind a name");
    advance();
    HARK_TRY(c, skip_space());
    if (name == wanted && c == '[') {
      advance();
      return {};
    }
    HARK_TRY_VOID(pass_value());
    HARK_TRY(c, skip_space());
    if (c != ',') return broken(concat("there is no array '", wanted, "'"));
    advance();
  }
}

Result<void> JsonCutter::enter() {
  HARK_TRY(int c, peek());
  if (c == 0xEF && window_.size() >= 3) at_ = 3;  // the byte order mark, as the probe saw it
  if (shape_ != JsonShape::kLines) {
    HARK_TRY(c, skip_space());
    if (c == -1) return ends_early();
    if (shape_ == JsonShape::kArray) {
      if (c != '[') return broken("an array was expected");
      advance();
    } else {
      if (c != '{') return broken("an object was expected");
      HARK_TRY_VOID(enter_member(shape_ == JsonShape::kFeatures ? "features" : "results"));
    }
  }
  state_ = State::kFirstRecord;
  return {};
}

Result<void> JsonCutter::leave() {
  advance();
  if (shape_ != JsonShape::kArray) {
    HARK_TRY(int c, skip_space());
    while (c == ',') {
      advance();
      HARK_TRY(c, skip_space());
      if (c == '"') HARK_TRY_VOID(pass_string());
      HARK_TRY(c, skip_space());
      if (c != ':') return c == -1 ? ends_early() : broken("a colon was expected behind a name");
      advance();
      HARK_TRY_VOID(pass_value());
      HARK_TRY(c, skip_space());
    }
    if (c != '}') return c == -1 ? ends_early() : broken("a comma or } was expected");
    advance();
  }
  HARK_TRY(const int c, skip_space());
  if (c != -1) return broken("something stands behind the end of the JSON");
  state_ = State::kDone;
  return {};
}

void JsonCutter::take(JsonRecord& record, JsonCut& out, std::size_t num_bytes) {
  const auto begin = window_.begin() + static_cast<std::ptrdiff_t>(at_);
  const auto end = begin + static_cast<std::ptrdiff_t>(num_bytes);
  line_ += std::count(begin, end, '\n');
  at_ += num_bytes;
  taken_bytes_ += num_bytes;
  if (record.problem == RecordProblem::kTooLong) return;
  out.bytes.insert(out.bytes.end(), begin, end);
  if (taken_bytes_ > max_record_bytes_) {
    record.problem = RecordProblem::kTooLong;
    // The same bytes whatever was at hand when its length was found out.
    out.bytes.resize(record.begin + std::min(kKeptBytes, max_record_bytes_));
  }
}

Result<void> JsonCutter::resynchronise(JsonRecord& record, JsonCut& out) {
  bool is_line_start = false;
  for (;;) {
    HARK_TRY(const int c, peek());
    if (c == -1) return ends_early();
    if (is_line_start && (c == '{' || c == ',' || c == ']')) return {};
    is_line_start = c == '\n' || (is_line_start && is_space(c));
    take(record, out, 1);
  }
}

Result<void> JsonCutter::cut_element(JsonCut& out) {
  HARK_TRY(int c, skip_space());
  if (c == ']' && state_ == State::kFirstRecord) return leave();
  if (c == -1) return ends_early();
  if (c == ']' || c == ',') return broken("a record was expected");
  JsonRecord record{.place = {line_, static_cast<std::int64_t>(offset_ + at_)},
                    .begin = out.bytes.size()};
  taken_bytes_ = 0;
  const auto refuse = [&](const char* reason) {
    record.problem = RecordProblem::kMalformed;
    record.reason = reason;
  };
  if (c != '{') refuse(kNoObject);

  std::size_t depth = 0;
  bool is_in_string = false;
  bool is_escaped = false;
  for (bool is_complete = false; !is_complete;) {
    HARK_TRY(c, peek());
    if (c == -1) return ends_early();
    std::size_t to = at_;
    const char* reason = nullptr;
    for (; to < window_.size() && !is_complete; ++to) {
      const char byte = window_[to];
      if (is_in_string) {
        if (is_escaped) {
          is_escaped = false;
        } else if (byte == '\\') {
          is_escaped = true;
        } else if (byte == '"') {
          is_in_string = false;
        } else if (byte == '\n') {
          reason = kLineEndInString;
          break;
        }
      } else if (byte == '"') {
        is_in_string = true;
      } else if (byte == '{' || byte == '[') {
        ++depth;
      } else if (byte == '}' || byte == ']') {
        if (depth == 0) break;  // behind a value that is no object
        is_complete = --depth == 0;
      } else if (byte == ',' && depth == 0) {
        break;
      }
    }
    // Outside of brackets a value ends before the comma or bracket that was found.
    if (!is_complete && reason == nullptr && to < window_.size()) is_complete = true;
    take(record, out, to - at_);
    if (reason != nullptr) {
      if (record.problem == RecordProblem::kNone) refuse(reason);
      HARK_TRY_VOID(resynchronise(record, out));
      is_complete = true;
    }
  }
  HARK_TRY(c, skip_space());
  if (c != ',' && c != ']') {
    if (c == -1) return ends_early();
    if (record.problem == RecordProblem::kNone) refuse(kNoComma);
    if (c != '{') HARK_TRY_VOID(resynchronise(record, out));
    HARK_TRY(c, skip_space());
  }
  record.end = out.bytes.size();
  out.records.push_back(record);
  state_ = State::kNextRecord;
  if (c == ']') return leave();
  if (c == ',') advance();
  return {};
}

Result<void> JsonCutter::cut_line(JsonCut& out) {
  JsonRecord record{.place = {line_, static_cast<std::int64_t>(offset_ + at_)},
                    .begin = out.bytes.size()};
  taken_bytes_ = 0;
  bool is_blank = true;
  for (;;) {
    HARK_TRY(const int c, peek());
    if (c == -1) {
      state_ = State::kDone;
      break;
    }
    const char* const begin = window_.data() + at_;
    const std::size_t left = window_.size() - at_;
    const auto* const line_end = static_cast<const char*>(std::memchr(begin, '\n', left));
    const std::size_t length =
        line_end == nullptr ? left : static_cast<std::size_t>(line_end - begin);
    is_blank = is_blank && std::all_of(begin, begin + length, is_space);
    take(record, out, length);
    if (line_end == nullptr) continue;
    advance();
    break;
  }
  if (is_blank) {
    out.bytes.resize(record.begin);
    if (state_ != State::kDone) ++out.num_blank_lines;
    return {};
  }
  record.end = out.bytes.size();
  if (out.bytes.back() == '\r' && record.problem == RecordProblem::kNone) --record.end;
  out.records.push_back(record);
  return {};
}

Result<void> JsonCutter::cut(std::size_t wanted_bytes, std::size_t max_records, JsonCut& out) {
  out.bytes.clear();
  out.records.clear();
  out.num_blank_lines = 0;
  const std::uint64_t begin = offset_ + at_;
  if (state_ == State::kStart) HARK_TRY_VOID(enter());
  while (state_ != State::kDone && out.bytes.size() < wanted_bytes &&
         out.records.size() < max_records) {
    HARK_TRY_VOID(shape_ == JsonShape::kLines ? cut_line(out) : cut_element(out));
  }
  out.num_plain_bytes = offset_ + at_ - begin;
  return {};
}

}  // namespace hark::tabular
