#include "hark/tabular/biff_records.h"

#include <algorithm>

#include "hark/tabular/little_endian.h"
#include "hark/tabular/workbook.h"

namespace hark::tabular {
namespace {

constexpr std::size_t kHeadBytes = 4;
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
/// Formats and readings behind a text: 65,535 runs are a quarter of it, and a cell has 32,767
/// characters.
constexpr std::uint64_t kMostBehind = std::uint64_t{1} << 20;

Error cut_short() { return damaged_workbook("a record of it is cut short"); }

void append_utf8(char32_t c, std::string& to) {
  const auto put = [&to](char32_t byte) { to += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Puts UTF-16 together.
class Utf8Writer {
 public:
  void put(char16_t unit) {
    const bool is_second = unit >= 0xDC00 && unit < 0xE000;
    if (first_ != 0 && is_second) {
      append_utf8(0x10000 + ((char32_t{first_} - 0xD800) << 10) + (char32_t{unit} - 0xDC00), text_);
      first_ = 0;
      return;
    }
    end_pair();
    if (unit >= 0xD800 && unit < 0xDC00)
      first_ = unit;
    else
      append_utf8(is_second ? kReplacement : unit, text_);
  }
  void put_ascii(std::string_view some) {
    end_pair();
    text_ += some;
  }
  std::string take() {
    end_pair();
    return std::move(text_);
  }

 private:
  static constexpr char32_t kReplacement = 0xFFFD;

  void end_pair() {
    if (first_ != 0) append_utf8(kReplacement, text_);
    first_ = 0;
  }

  std::string text_;
  char16_t first_ = 0;
};

}  // namespace

Result<std::string_view> BiffReader::bytes(std::uint64_t offset, std::size_t count) {
  if (offset < buffer_at_ || offset + count > buffer_at_ + buffer_.size()) {
    buffer_.resize(kBufferBytes + count);
    HARK_TRY(const std::size_t num_read, stream_.read_at(offset, buffer_));
    buffer_.resize(num_read);
    buffer_at_ = offset;
  }
  return std::string_view(buffer_).substr(offset - buffer_at_, count);
}

Result<std::optional<BiffRecord>> BiffReader::next() {
  HARK_TRY(const std::string_view head, bytes(next_, kHeadBytes));
  if (head.empty()) return std::optional<BiffRecord>();
  if (head.size() < kHeadBytes) return cut_short();
  const auto type = static_cast<Biff>(little_endian(head, 0, 2));
  const std::size_t size = little_endian(head, 2, 2);
  HARK_TRY(const std::string_view body, bytes(next_ + kHeadBytes, size));
  if (body.size() < size) return cut_short();
  next_ += kHeadBytes + size;
  num_bytes_ += kHeadBytes + size;
  return std::optional(BiffRecord{type, body});
}

Result<void> BiffCursor::advance() {
  HARK_TRY(const auto record, reader_.next());
  if (!record || record->type != Biff::kContinue || record->body.empty()) return cut_short();
  body_ = record->body;
  return {};
}

Result<std::uint64_t> BiffCursor::number(std::size_t num_bytes) {
  if (body_.empty()) HARK_TRY_VOID(advance());
  if (body_.size() < num_bytes) return cut_short();
  const std::uint64_t value = little_endian(body_, 0, num_bytes);
  body_.remove_prefix(num_bytes);
  return value;
}

Result<void> BiffCursor::skip(std::uint64_t num_bytes) {
  while (num_bytes > 0) {
    if (body_.empty()) HARK_TRY_VOID(advance());
    const std::size_t some = std::min<std::uint64_t>(num_bytes, body_.size());
    body_.remove_prefix(some);
    num_bytes -= some;
  }
  return {};
}

Result<std::string> BiffCursor::text(std::size_t length_bytes) {
  constexpr std::uint64_t kWide = 0x01;
  constexpr std::uint64_t kExtended = 0x04;
  constexpr std::uint64_t kRich = 0x08;
  HARK_TRY(const std::uint64_t length, number(length_bytes));
  HARK_TRY(const std::uint64_t flags, number(1));
  std::uint64_t num_behind = 0;
  if ((flags & kRich) != 0) {
    HARK_TRY(const std::uint64_t num_runs, number(2));
    num_behind += 4 * num_runs;
  }
  if ((flags & kExtended) != 0) {
    HARK_TRY(const std::uint64_t num_bytes, number(4));
    num_behind += num_bytes;
    if (num_behind > kMostBehind) return damaged_workbook("more stands behind a text than any has");
  }
  Utf8Writer writer;
  bool is_wide = (flags & kWide) != 0;
  for (std::uint64_t num_left = length; num_left > 0;) {
    if (body_.empty()) {
      // Characters that go on in another record begin there with how wide they are.
      HARK_TRY_VOID(advance());
      is_wide = (static_cast<unsigned char>(body_[0]) & kWide) != 0;
      body_.remove_prefix(1);
    }
    const std::size_t width = is_wide ? 2 : 1;
    const std::size_t num_here = std::min<std::uint64_t>(num_left, body_.size() / width);
    if (num_here == 0 && !body_.empty()) return cut_short();
    const std::string_view some = body_.substr(0, num_here * width);
    if (!is_wide && is_ascii(some)) {
      writer.put_ascii(some);
    } else {
      for (std::size_t at = 0; at < some.size(); at += width)
        writer.put(static_cast<char16_t>(little_endian(some, at, width)));
    }
    body_.remove_prefix(some.size());
    num_left -= num_here;
  }
  HARK_TRY_VOID(skip(num_behind));
  return writer.take();
}

}  // namespace hark::tabular
