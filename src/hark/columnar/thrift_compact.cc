#include "hark/columnar/thrift_compact.h"

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
constexpr std::uint8_t kStruct = 12;

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

}  // namespace hark::columnar
