#include "hark/columnar/thrift_compact.h"

#include <limits>

#include "hark/columnar/parquet_decoding.h"
#include "hark/columnar/parquet_encoding.h"

namespace hark::columnar {
namespace {

constexpr std::uint8_t kTrue = 1;
constexpr std::uint8_t kFalse = 2;
constexpr std::uint8_t kI16 = 4;
constexpr std::uint8_t kI32 = 5;
constexpr std::uint8_t kI64 = 6;
constexpr std::uint8_t kBinary = 8;
constexpr std::uint8_t kList = 9;
constexpr std::uint8_t kSet = 10;
constexpr std::uint8_t kMap = 11;
constexpr std::uint8_t kStruct = 12;
constexpr std::uint8_t kByte = 3;
constexpr std::uint8_t kDouble = 7;
constexpr std::uint8_t kLongList = 15;  ///< in the place of a list's size: it follows as a varint

/// Deeper things are not gone into; Parquet needs six.
constexpr unsigned kMaxDepth = 32;

void append_bytes(std::string& out, std::string_view bytes) {
  append_varint(out, bytes.size());
  out += bytes;
}

}  // namespace

void ThriftCompactWriter::field_header(std::int16_t id, std::uint8_t type) {
  const int step = id - last_field_.back();
  last_field_.back() = id;
  if (step >= 1 && step <= 15) {
    out_ += static_cast<char>((step << 4) | type);
  } else {
    out_ += static_cast<char>(type);
    append_varint(out_, zigzag(id));
  }
}

void ThriftCompactWriter::end_struct() {
  out_ += '\0';
  last_field_.pop_back();
}

void ThriftCompactWriter::field_bool(std::int16_t id, bool value) {
  field_header(id, value ? kTrue : kFalse);
}

void ThriftCompactWriter::field_i16(std::int16_t id, std::int16_t value) {
  field_header(id, kI16);
  append_varint(out_, zigzag(value));
}

void ThriftCompactWriter::field_i32(std::int16_t id, std::int32_t value) {
  field_header(id, kI32);
  append_varint(out_, zigzag(value));
}

void ThriftCompactWriter::field_i64(std::int16_t id, std::int64_t value) {
  field_header(id, kI64);
  append_varint(out_, zigzag(value));
}

void ThriftCompactWriter::field_binary(std::int16_t id, std::string_view bytes) {
  field_header(id, kBinary);
  append_bytes(out_, bytes);
}

void ThriftCompactWriter::field_struct(std::int16_t id) {
  field_header(id, kStruct);
  begin_struct();
}

void ThriftCompactWriter::field_list(std::int16_t id, ThriftType element, std::size_t size) {
  field_header(id, kList);
  const auto type = static_cast<std::uint8_t>(element);
  if (size < 15) {
    out_ += static_cast<char>((size << 4) | type);
  } else {
    out_ += static_cast<char>(0xF0 | type);
    append_varint(out_, size);
  }
}

void ThriftCompactWriter::element_i32(std::int32_t value) { append_varint(out_, zigzag(value)); }

void ThriftCompactWriter::element_binary(std::string_view bytes) { append_bytes(out_, bytes); }

void ThriftCompactReader::fail() {
  is_whole_ = false;
  rest_ = {};
  open_.clear();
}

std::uint8_t ThriftCompactReader::byte() {
  if (rest_.empty()) {
    fail();
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::uint64_t ThriftCompactReader::varint() {
  std::uint64_t value = 0;
  const std::size_t size = read_varint(rest_, value);
  if (size == 0)
    fail();
  else
    rest_.remove_prefix(size);
  return size == 0 ? 0 : value;
}

std::int64_t ThriftCompactReader::zigzag_varint() { return from_zigzag(varint()); }

std::string_view ThriftCompactReader::binary() {
  const std::uint64_t size = varint();
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

void ThriftCompactReader::begin_struct() {
  if (!is_whole_ || open_.size() == kMaxDepth) return fail();
  // A list's element has no field header: its struct begins at once.
  if (!open_.empty() && open_.back().unread_type != 0 && !take_field(kStruct)) return;
  open_.emplace_back();
}

bool ThriftCompactReader::next_field() {
  if (open_.empty()) return false;
  if (open_.back().unread_type != 0) {
    skip(open_.back().unread_type, 0);
    if (!is_whole_) return false;
  }
  const std::uint8_t head = byte();
  if (!is_whole_) return false;
  if (head == 0) {
    open_.pop_back();
    return false;
  }
  const int step = head >> 4;
  const std::int64_t id = step == 0 ? zigzag_varint() : open_.back().field_id + step;
  if (!is_whole_) return false;
  if (id < std::numeric_limits<std::int16_t>::min() ||
      id > std::numeric_limits<std::int16_t>::max() || (head & 15) == 0) {
    fail();
    return false;
  }
  open_.back() = {static_cast<std::int16_t>(id), static_cast<std::uint8_t>(head & 15)};
  return true;
}

bool ThriftCompactReader::take_field(std::uint8_t type) {
  if (open_.empty() || open_.back().unread_type != type) {
    fail();
    return false;
  }
  open_.back().unread_type = 0;
  return true;
}

bool ThriftCompactReader::field_bool() {
  const bool value = !open_.empty() && open_.back().unread_type == kTrue;
  return take_field(value ? kTrue : kFalse) && value;
}

std::int64_t ThriftCompactReader::field_integer() {
  const std::uint8_t type = open_.empty() ? std::uint8_t{0} : open_.back().unread_type;
  if (type != kI16 && type != kI32 && type != kI64) {
    fail();
    return 0;
  }
  open_.back().unread_type = 0;
  return zigzag_varint();
}

std::string_view ThriftCompactReader::field_binary() {
  return take_field(kBinary) ? binary() : std::string_view();
}

std::size_t ThriftCompactReader::field_list() {
  if (!take_field(kList)) return 0;
  const std::uint8_t head = byte();
  const std::uint64_t size = head >> 4 == kLongList ? varint() : head >> 4;
  // An element has a byte at least.
  if (!is_whole_ || (head & 15) != kStruct || size > rest_.size()) {
    fail();
    return 0;
  }
  return size;
}

void ThriftCompactReader::skip(std::uint8_t type, unsigned depth) {
  if (depth == kMaxDepth) return fail();
  switch (type) {
    case kTrue:
    case kFalse:
      return;
    case kByte:
      byte();
      return;
    case kI16:
    case kI32:
    case kI64:
      varint();
      return;
    case kDouble:
      if (rest_.size() < sizeof(double)) return fail();
      rest_.remove_prefix(sizeof(double));
      return;
    case kBinary:
      binary();
      return;
    case kList:
    case kSet: {
      const std::uint8_t head = byte();
      const std::uint64_t size = head >> 4 == kLongList ? varint() : head >> 4;
      // Booleans have a byte each in a list, and none as a field.
      const std::uint8_t element =
          (head & 15) == kTrue || (head & 15) == kFalse ? kByte : head & 15;
      for (std::uint64_t i = 0; i < size && is_whole_; ++i) skip(element, depth + 1);
      return;
    }
    case kStruct:
      while (is_whole_) {
        const std::uint8_t head = byte();
        if (!is_whole_ || head == 0) return;
        if (head >> 4 == 0) varint();
        skip(head & 15, depth + 1);
      }
      return;
    case kMap:  // Parquet has none
    default:
      return fail();
  }
}

}  // namespace hark::columnar
