// Thrift's compact protocol, writing side: how Parquet stores its page headers and its footer.
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

}  // namespace hark::columnar
