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

std::string written() {
  std::string out;
  ThriftCompactWriter thrift(out);
  thrift.begin_struct();
  thrift.field_bool(1, true);
  thrift.field_i16(3, -1);
  thrift.field_binary(22, "ab");
  thrift.field_list(23, ThriftType::kI32, 20);
  for (std::int32_t i = 0; i < 20; ++i) thrift.element_i32(-i);
  thrift.field_struct(24);
  thrift.field_i64(300, std::numeric_limits<std::int64_t>::min());
  thrift.field_struct(301);
  thrift.end_struct();
  thrift.end_struct();
  thrift.field_list(25, ThriftType::kStruct, 2);
  for (std::int16_t i = 0; i < 2; ++i) {
    thrift.begin_struct();
    thrift.field_bool(2, i == 1);
    thrift.end_struct();
  }
  thrift.field_list(26, ThriftType::kBinary, 1);
  thrift.element_binary("c");
  thrift.end_struct();
  return out + "rest";
}

TEST(ThriftCompactReader, ReadsWhatWasWritten) {
  const std::string bytes = written();
  ThriftCompactReader thrift(bytes);
  std::vector<std::int64_t> seen;
  thrift.begin_struct();
  while (thrift.next_field()) {
    seen.push_back(thrift.field_id());
    if (thrift.field_id() == 1) seen.push_back(thrift.field_bool() ? 1 : 0);
    if (thrift.field_id() == 3) seen.push_back(thrift.field_integer());
    if (thrift.field_id() == 22) {
      EXPECT_EQ(thrift.field_binary(), "ab");
    }
    if (thrift.field_id() == 24) {
      thrift.begin_struct();
      while (thrift.next_field()) {
        if (thrift.field_id() == 300) seen.push_back(thrift.field_integer());
      }
    }
    if (thrift.field_id() == 25) {
      ASSERT_EQ(thrift.field_list(), 2U);
      for (int i = 0; i < 2; ++i) {
        thrift.begin_struct();
        while (thrift.next_field()) seen.push_back(thrift.field_bool() ? 1 : 0);
      }
    }
  }
  EXPECT_TRUE(thrift.is_whole());
  EXPECT_EQ(thrift.rest(), "rest");
  EXPECT_EQ(seen,
            (std::vector<std::int64_t>{1, 1, 3, -1, 22, 23, 24,
                                       std::numeric_limits<std::int64_t>::min(), 25, 0, 1, 26}));
}

TEST(ThriftCompactReader, PassesOverWhatIsNotAskedFor) {
  // Also what the writer never writes: a byte, a double, a set of booleans, a list of lists.
  const std::string bytes = std::string("\x13\x07\x17", 3) + "8 bytes." +
                            std::string("\x1A\x21\x01\x02\x19\x19\x25\x02\x04", 9) + written();
  ThriftCompactReader thrift(bytes);
  thrift.begin_struct();
  std::size_t count = 0;
  while (thrift.next_field()) ++count;
  EXPECT_TRUE(thrift.is_whole());
  EXPECT_EQ(count, 4U + 7U);
  EXPECT_EQ(thrift.rest(), "rest");
}

TEST(ThriftCompactReader, WhatDoesNotFitEndsTheReading) {
  const std::string bytes = written();
  const std::size_t size = bytes.size() - 4;
  for (std::size_t cut = 0; cut < size; ++cut) {
    ThriftCompactReader thrift(std::string_view(bytes).substr(0, cut));
    thrift.begin_struct();
    while (thrift.next_field()) {
    }
    EXPECT_FALSE(thrift.is_whole()) << cut;
    EXPECT_EQ(thrift.rest(), "");
  }
  const auto read = [](std::string_view of, const auto& take) {
    ThriftCompactReader thrift(of);
    thrift.begin_struct();
    EXPECT_TRUE(thrift.next_field());
    take(thrift);
    EXPECT_FALSE(thrift.next_field());
    return thrift.is_whole();
  };
  using Reader = ThriftCompactReader;
  EXPECT_TRUE(read(std::string_view("\x15\x02\x00", 3), [](Reader& r) { r.field_integer(); }));
  EXPECT_FALSE(read(std::string_view("\x15\x02\x00", 3), [](Reader& r) { r.field_binary(); }));
  EXPECT_FALSE(read(std::string_view("\x15\x02\x00", 3), [](Reader& r) { r.field_bool(); }));
  EXPECT_FALSE(read(std::string_view("\x15\x02\x00", 3), [](Reader& r) { r.begin_struct(); }));
  EXPECT_FALSE(read(std::string_view("\x18\x02q\x00", 4), [](Reader& r) { r.field_integer(); }));
  // A list of another type, and of more elements than there are bytes.
  const auto list = [](Reader& r) { EXPECT_EQ(r.field_list(), 0U); };
  EXPECT_FALSE(read(std::string_view("\x19\x18\x01x\x00", 5), list));
  EXPECT_FALSE(read(std::string_view("\x19\x5C\x02\x00", 4), list));
  // Maps, which Parquet has none of, and structs in structs without end.
  EXPECT_FALSE(read(std::string_view("\x1B\x00\x00", 3), [](Reader&) {}));
  EXPECT_FALSE(read(std::string(10'000'000, '\x1C'), [](Reader&) {}));
  EXPECT_FALSE(read(std::string(100, '\x1C'), [](Reader& r) {
    for (int i = 0; i < 50; ++i) {
      r.begin_struct();
      r.next_field();
    }
  }));
}

}  // namespace
}  // namespace hark::columnar
