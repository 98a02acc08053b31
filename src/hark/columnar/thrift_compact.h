// Thrift's compact protocol: how Parquet stores its page headers and its footer.
//
// Calls mirror the bytes: begin_struct, the fields in ascending id, end_struct. Nothing is
// buffered. Source: apache/thrift, doc/specs/thrift-compact-protocol.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hark::columnar {

/// What the elements of a list are (the protocol's type numbers).
enum class ThriftType : std::uint8_t { kI32 = 5, kBinary = 8, kStruct = 12 };

class ThriftCompactWriter {
 public:
  /// Appends to `out`, which must outlive the writer.
  explicit ThriftCompactWriter(std::string& out) : out_(out) {}

  /// Opens the outermost struct or a list's element.
  void begin_struct() { last_field_.push_back(0); }
  void end_struct();

  void field_bool(std::int16_t id, bool value);
  void field_i16(std::int16_t id, std::int16_t value);
  void field_i32(std::int16_t id, std::int32_t value);
  void field_i64(std::int16_t id, std::int64_t value);
  void field_binary(std::int16_t id, std::string_view bytes);
  /// Opens a struct-valued field; its end_struct() closes it.
  void field_struct(std::int16_t id);
  /// Opens a list-valued field of `size` elements, which follow.
  void field_list(std::int16_t id, ThriftType element, std::size_t size);

  void element_i32(std::int32_t value);
  void element_binary(std::string_view bytes);

 private:
  void field_header(std::int16_t id, std::uint8_t type);

  std::string& out_;
  std::vector<std::int16_t> last_field_;  ///< of each open struct: ids are stored as differences
};

/// Reads what the writer writes, and passes over what else the protocol has. After the first thing
/// that does not fit, is_whole() is false, every value 0 and there are no more fields: loops end,
/// and one look at the end tells.
class ThriftCompactReader {
 public:
  /// `bytes` must outlive the reader.
  explicit ThriftCompactReader(std::string_view bytes) : rest_(bytes) {}

  bool is_whole() const noexcept { return is_whole_; }
  /// What has not been read.
  std::string_view rest() const noexcept { return rest_; }

  /// Enters the outermost struct, the current field or a list's element.
  void begin_struct();
  /// Goes on to the next field of the struct entered last, past what was not read of the current
  /// one; false where the struct ends, which leaves it.
  bool next_field();
  std::int16_t field_id() const noexcept { return open_.empty() ? 0 : open_.back().field_id; }

  // The current field's value; once. Another type than asked for does not fit.
  bool field_bool();
  std::int64_t field_integer();  ///< of 16, 32 or 64 bits
  std::string_view field_binary();
  /// Number of the elements, which follow; structs are the ones that can be read.
  std::size_t field_list();

 private:
  struct Open {
    std::int16_t field_id = 0;
    std::uint8_t unread_type = 0;  ///< of the current field; 0: it has been read
  };
  /// Takes the current field if it has this type.
  bool take_field(std::uint8_t type);
  void skip(std::uint8_t type, unsigned depth);
  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t zigzag_varint();
  std::string_view binary();
  void fail();

  std::string_view rest_;
  bool is_whole_ = true;
  std::vector<Open> open_;
};

}  // namespace hark::columnar
