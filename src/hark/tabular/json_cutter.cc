#include "hark/tabular/json_cutter.h"

#include <algorithm>
#include <bitset>
#include <cstring>
#include <iterator>
#include <utility>

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
constexpr const char* kNoEnd = "the next record begins before it ends: is a bracket missing?";

/// Follows the brackets and strings of one element of an array.
class ElementScan {
 public:
  enum class Step : std::uint8_t { kTake, kTakeLast, kEndBefore, kTornText, kNextRecord };

  /// `column` is the element's own, from 0.
  explicit ElementScan(std::uint64_t column) : column_(column) {}

  Step step(char byte) noexcept {
    if (is_in_string_) return step_in_string(byte);
    if (is_space(byte)) {
      ++indent_;
      if (byte == '\n') {
        is_line_start_ = true;
        indent_ = 0;
      }
      return Step::kTake;
    }
    if (byte == '{' && begins_record()) return Step::kNextRecord;
    is_line_start_ = is_line_start_ && byte == ',';
    const char before = std::exchange(before_, byte);
    const bool is_after_value =
        before != 0 && before != ':' && before != ',' && before != '[' && before != '{';
    if (byte == '"') {
      is_in_string_ = true;
      is_broken_ = is_broken_ || is_after_value;
    } else if (byte == '{' || byte == '[') {
      is_broken_ = is_broken_ || is_after_value || (is_in_object() && before != ':');
      if (depth_ < kKnownDepth) are_objects_[depth_] = byte == '{';
      ++depth_;
    } else if (byte == '}' || byte == ']') {
      if (depth_ == 0) return Step::kEndBefore;
      is_broken_ = is_broken_ || (depth_ <= kKnownDepth && is_in_object() != (byte == '}'));
      if (--depth_ == 0) return Step::kTakeLast;
    } else if (byte == ',' && depth_ == 0) {
      return Step::kEndBefore;
    }
    return Step::kTake;
  }

  /// Something in it is out of place, so where it ends may be as well.
  bool is_broken() const noexcept { return is_broken_; }
  /// A line in it begins as a record does, and was taken for a part of this one.
  bool has_passed_record() const noexcept { return has_passed_record_; }

 private:
  /// Deeper down it is not known what is an object.
  static constexpr std::size_t kKnownDepth = 64;

  Step step_in_string(char byte) noexcept {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (byte == '\\') {
      is_escaped_ = true;
    } else if (byte == '"') {
      is_in_string_ = false;
    } else if (byte == '\n') {
      return Step::kTornText;
    }
    return Step::kTake;
  }

  bool is_in_object() const noexcept {
    return depth_ > 0 && depth_ <= kKnownDepth && are_objects_[depth_ - 1];
  }

  /// Whether a { that is next is another record's: one no value may begin with, at the start of a
  /// line that is not further in than this record. Where a value may begin it is only remembered.
  bool begins_record() noexcept {
    if (depth_ == 0) return before_ != 0;
    if (!is_line_start_ || indent_ > column_) return false;
    const bool may_be_value = is_in_object() ? before_ == ':' : before_ == ',' || before_ == '[';
    if (!may_be_value) return is_broken_ = true;
    has_passed_record_ = true;
    return false;
  }

  std::uint64_t column_;
  std::size_t depth_ = 0;
  std::bitset<kKnownDepth> are_objects_;
  char before_ = 0;  // the last byte that is neither space nor in a string
  std::uint64_t indent_ = 0;
  bool is_line_start_ = false;
  bool is_in_string_ = false;
  bool is_escaped_ = false;
  bool is_broken_ = false;
  bool has_passed_record_ = false;
};

/// Sets a line end between a record and the next: the parser looks at the byte behind a record, and
/// what it says of a broken one must not depend on what comes next.
void end_record(JsonRecord& record, JsonCut& out) {
  record.end = out.bytes.size();
  out.bytes.push_back('\n');
  out.records.push_back(record);
}

/// Whether one object follows another on a line of `text`.
bool joins_objects(std::string_view text) noexcept {
  bool is_behind_object = false;
  for (const char byte : text) {
    if (byte == '{' && is_behind_object) return true;
    is_behind_object = byte == '}' || (is_behind_object && (byte == ',' || byte == ' '));
  }
  return false;
}

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
  if (window_[at_++] != '\n') return;
  ++line_;
  line_begin_ = offset_ + at_;
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
  if (const auto num_lines = std::count(begin, end, '\n'); num_lines > 0) {
    line_ += num_lines;
    const auto line_end = std::find(std::reverse_iterator(end), std::reverse_iterator(begin), '\n');
    line_begin_ = offset_ + static_cast<std::uint64_t>(line_end.base() - window_.begin());
  }
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

Result<int> JsonCutter::resynchronise(JsonRecord& record, JsonCut& out) {
  bool is_line_start = false;
  for (;;) {
    HARK_TRY(const int c, peek());
    if (c == -1 || (is_line_start && (c == '{' || c == ',' || c == ']'))) return c;
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

  const bool may_share_line =
      state_ == State::kFirstRecord ||
      (shares_lines_ = shares_lines_ || (c == '{' && line_ == last_sound_line_));
  const auto does_not_end = [&] {
    return Error(
               ErrorCode::kInvalidInput,
               concat("the file ends in the middle of its JSON; what does not end begins on line ",
                      record.place.line))
        .hint("was the download interrupted, or is a bracket or quote missing there?");
  };

  ElementScan scan(offset_ + at_ - line_begin_);
  using Step = ElementScan::Step;
  Step step = Step::kTake;
  while (step == Step::kTake) {
    HARK_TRY(c, peek());
    if (c == -1) return does_not_end();
    std::size_t to = at_;
    while (to < window_.size() && step == Step::kTake) step = scan.step(window_[to++]);
    if (step != Step::kTake && step != Step::kTakeLast) --to;
    take(record, out, to - at_);
  }
  bool is_broken = scan.is_broken();
  if (step == Step::kNextRecord && record.problem == RecordProblem::kNone) refuse(kNoEnd);
  if (step == Step::kTornText) {
    if (record.problem == RecordProblem::kNone) refuse(kLineEndInString);
    is_broken = true;
    HARK_TRY(c, resynchronise(record, out));
    if (c == -1) return does_not_end();
  }
  HARK_TRY(c, skip_space());
  if (c != ',' && c != ']') {
    if (c == -1) return is_broken ? does_not_end() : ends_early();
    if (record.problem == RecordProblem::kNone) refuse(kNoComma);
    if (c != '{') {
      is_broken = true;
      HARK_TRY(c, resynchronise(record, out));
      if (c == -1) return does_not_end();
    }
  }
  // Sound records must not go with a broken one.
  if (is_broken && (scan.has_passed_record() ||
                    (may_share_line && (record.problem == RecordProblem::kTooLong ||
                                        joins_objects({out.bytes.data() + record.begin,
                                                       out.bytes.size() - record.begin})))))
    return Error(ErrorCode::kInvalidInput,
                 concat("line ", record.place.line,
                        ": where the record that begins here ends cannot be told"))
        .hint("is a bracket or quote missing? Mend that line, or fetch the file again");
  last_sound_line_ = record.problem == RecordProblem::kNone ? line_ : 0;
  end_record(record, out);
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
  if (out.bytes.back() == '\r' && record.problem == RecordProblem::kNone) out.bytes.pop_back();
  end_record(record, out);
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
