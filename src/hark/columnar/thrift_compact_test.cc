#include "hark/columnar/thrift_compact.h"

#include <gtest/gtest.h>

#include <limits>

#include "hark/columnar/parquet_reader_for_tests.h"

namespace hark::columnar {
namespace {

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

// Bytes worked out by hand from thrift-compact-protocol.md.
TEST(ThriftCompact, BytesAreThoseOfTheSpecification) {
  std::string out;
  ThriftCompactWriter thrift(out);
  thrift.begin_struct();
  thrift.field_bool(1, true);                  // 1 << 4 | 1
  thrift.field_bool(2, false);                 // 1 << 4 | 2
  thrift.field_i16(3, -1);                     // 1 << 4 | 4, zigzag 1
  thrift.field_i32(5, 50'399);                 // 2 << 4 | 5, zigzag 100798
  thrift.field_i64(6, 2);                      // 1 << 4 | 6, zigzag 4
  thrift.field_binary(22, "ab");               // a step of 16: 0 << 4 | 8, zigzag 44
  thrift.field_list(23, ThriftType::kI32, 2);  // 1 << 4 | 9; 2 << 4 | 5
  thrift.element_i32(-2);
  thrift.element_i32(64);
  thrift.field_struct(24);  // 1 << 4 | 12
  thrift.end_struct();
  thrift.end_struct();
  EXPECT_EQ(hex(out),
            "11121401"
            "25be9306"
            "1604"
            "082c026162"
            "1925038001"
            "1c00"
            "00");
}

TEST(ThriftCompact, LongListsHaveTheirSizeApart) {
  std::string out;
  ThriftCompactWriter thrift(out);
  thrift.begin_struct();
  thrift.field_list(1, ThriftType::kBinary, 200);
  for (int i = 0; i < 200; ++i) thrift.element_binary(std::to_string(i));
  thrift.end_struct();
  EXPECT_EQ(hex(out).substr(0, 8), "19f8c801");
  testing::Bytes bytes(out);
  const auto value = testing::read_thrift(bytes, 12);
  ASSERT_EQ(value[1].items.size(), 200U);
  EXPECT_EQ(value[1].items[199].text, "199");
}

TEST(ThriftCompact, FieldIdsGoOnAfterANestedStruct) {
  std::string out;
  ThriftCompactWriter thrift(out);
  thrift.begin_struct();
  thrift.field_i64(3, std::numeric_limits<std::int64_t>::min());
  thrift.field_struct(4);
  thrift.field_i64(9, std::numeric_limits<std::int64_t>::max());
  thrift.end_struct();
  thrift.field_i32(5, 7);
  thrift.end_struct();
  testing::Bytes bytes(out);
  const auto value = testing::read_thrift(bytes, 12);
  EXPECT_EQ(bytes.size(), 0U);
  EXPECT_EQ(value[3].number, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(value[4][9].number, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(value[5].number, 7);
}

}  // namespace
}  // namespace hark::columnar
