#include "hark/columnar/parquet_decoding.h"

#include <gtest/gtest.h>

#include "hark/columnar/parquet_encoding.h"
#include "hark/columnar/parquet_reader_for_tests.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

using namespace std::string_literals;

template <typename T>
std::vector<T> taken(Result<void> (*take)(std::string_view&, std::span<T>), std::string bytes,
                     std::size_t count) {
  std::vector<T> values(count);
  std::string_view page = bytes;
  const auto result = take(page, values);
  if (!result) throw std::runtime_error(result.error().to_string());
  EXPECT_EQ(page, "");
  return values;
}

std::vector<std::uint32_t> codes(std::string_view page, unsigned width, std::size_t count) {
  std::vector<std::uint32_t> values(count);
  const auto result = take_rle_hybrid(page, width, values);
  if (!result) throw std::runtime_error(result.error().to_string());
  return values;
}

// Encodings.md gives these bytes for the numbers 0 to 7 at three bits.
TEST(ParquetDecoding, TheSpecificationsExampleOfPackedBits) {
  EXPECT_EQ(codes("\x03\x88\xC6\xFA", 3, 8), (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(codes("\x08\x05", 3, 4), (std::vector<std::uint32_t>{5, 5, 5, 5}));
  EXPECT_EQ(codes("\x06\x34\x12\x02\x01\x00"s, 13, 4),
            (std::vector<std::uint32_t>{0x1234, 0x1234, 0x1234, 1}));
}

TEST(ParquetDecoding, CodesOfEveryWidthAreThoseOfTheSlowReader) {
  for (unsigned width = 0; width <= 32; ++width) {
    for (const std::size_t count : {1U, 7U, 8U, 9U, 64U, 65U, 1000U}) {
      std::vector<std::uint32_t> values(count);
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t top = (std::uint64_t{1} << width) - 1;
        values[i] =
            static_cast<std::uint32_t>((i / 40 % 2 == 0 ? i * 0x9E3779B97F4A7C15ULL : top) & top);
      }
      std::string bytes;
      append_rle_hybrid(bytes, values, width);
      testing::Bytes slow(bytes);
      const auto expected = testing::read_rle(slow, width, count);
      EXPECT_TRUE(std::ranges::equal(codes(bytes, width, count), expected))
          << width << " " << count;
      EXPECT_EQ(codes(bytes, width, count), values);
    }
  }
}

TEST(ParquetDecoding, CodesThatAreNotThereOrTooWideAreCorrupt) {
  std::vector<std::uint32_t> values(100);
  const auto code_of = [&](std::string_view page, unsigned width) {
    return take_rle_hybrid(page, width, values).error().code();
  };
  EXPECT_EQ(code_of("", 3), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of("\x03\x88", 3), ErrorCode::kCorrupt);               // a group cut short
  EXPECT_EQ(code_of("\x03\x88\xC6\xFA", 3), ErrorCode::kCorrupt);       // 8 of 100
  EXPECT_EQ(code_of("\x01", 3), ErrorCode::kCorrupt);                   // no groups
  EXPECT_EQ(code_of("\x00\x01"s, 3), ErrorCode::kCorrupt);              // a run of none
  EXPECT_EQ(code_of("\xC8\x01"s, 33), ErrorCode::kCorrupt);             // 33 bits
  EXPECT_EQ(code_of("\xC8\x01"s, 8), ErrorCode::kCorrupt);              // a run without its value
  EXPECT_EQ(code_of(std::string(11, '\xFF'), 8), ErrorCode::kCorrupt);  // a number without an end
  const std::string all_bits = std::string(9, '\xFF') + "\x01";
  EXPECT_EQ(code_of(all_bits + std::string(8, 'x'), 8), ErrorCode::kCorrupt);  // 2^63 groups
  // 2^60 groups of 16 bytes: their product is 0 in 64 bits.
  EXPECT_EQ(code_of("\x81\x80\x80\x80\x80\x80\x80\x80\x20"s, 16), ErrorCode::kCorrupt);
}

TEST(ParquetDecoding, LevelsSayWhichRowsHaveAValue) {
  std::vector<Presence> rows(5);
  std::string_view page("\x02\x00\x00\x00\x03\x1A!", 7);  // bits 1 and 3 and 4
  EXPECT_EQ(take_levels(page, rows).value(), 3U);
  EXPECT_EQ(page, "!");
  EXPECT_EQ(rows, (std::vector<Presence>{Presence::kNull, Presence::kValue, Presence::kNull,
                                         Presence::kValue, Presence::kValue}));
  page = std::string_view("\x02\x00\x00\x00\x0A\x01", 6);  // five times 1
  EXPECT_EQ(take_levels(page, rows).value(), 5U);
  for (const std::string& bad : {"\x02\x00\x00\x00\x0A\x02"s, "\x02\x00\x00\x00\x08\x01"s,
                                 "\x09\x00\x00\x00\x0A\x01"s, "\x02\x00"s}) {
    page = bad;
    EXPECT_EQ(take_levels(page, rows).error().code(), ErrorCode::kCorrupt);
  }
}

TEST(ParquetDecoding, DifferencesAreThoseOfTheSlowReader) {
  for (unsigned width = 0; width <= 64; ++width) {
    for (const std::size_t count : {0U, 1U, 2U, 33U, 129U, 1000U}) {
      std::vector<std::int64_t> values(count);
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < count; ++i) {
        value += width == 0 ? 5 : (i * 0xD1B54A32D192ED03ULL) >> (64 - width);
        values[i] = static_cast<std::int64_t>(value);
      }
      std::string bytes;
      append_delta(bytes, values);
      testing::Bytes slow(bytes);
      EXPECT_EQ(taken<std::int64_t>(take_delta, bytes, count),
                testing::read_delta<std::int64_t>(slow));
      const std::vector<std::int32_t> narrow(values.begin(), values.end());
      bytes.clear();
      append_delta(bytes, narrow);
      EXPECT_EQ(taken<std::int32_t>(take_delta, bytes, count), narrow);
      // Other bytes behind it are not taken.
      bytes += "and more bytes";
      std::vector<std::int32_t> again(count);
      std::string_view page = bytes;
      EXPECT_TRUE(take_delta(page, again));
      EXPECT_EQ(again, narrow);
      EXPECT_EQ(page, "and more bytes");
    }
  }
}

TEST(ParquetDecoding, NumbersOfMoreThan64BitsAreNone) {
  std::uint64_t value = 0;
  EXPECT_EQ(read_varint(std::string(9, '\xFF') + "\x01!", value), 10U);
  EXPECT_EQ(value, ~std::uint64_t{0});
  EXPECT_EQ(read_varint(std::string(9, '\xFF') + "\x02!", value), 0U);
  EXPECT_EQ(read_varint("\xAC\x02!", value), 2U);
  EXPECT_EQ(value, 300U);
}

TEST(ParquetDecoding, DifferencesOfAnotherNumberOfValuesAreCorrupt) {
  std::string bytes;
  append_delta(bytes, std::span<const std::int64_t>(std::vector<std::int64_t>{5, 9}));
  for (const std::size_t count : {1U, 3U}) {
    std::vector<std::int64_t> values(count);
    std::string_view page = bytes;
    EXPECT_EQ(take_delta(page, values).error().code(), ErrorCode::kCorrupt);
  }
}

TEST(ParquetDecoding, DifferencesOfAnotherShapeAreCorrupt) {
  std::vector<std::int64_t> values(3);
  for (const std::string& bad : {
           ""s,
           "\x80\x01\x04\x02\x00"s,                          // two values
           "\x00\x04\x03\x00"s,                              // blocks of none
           "\x80\x01\x00\x03\x00"s,                          // no miniblocks
           "\x80\x01\x03\x03\x00"s,                          // three of them
           "\x80\x01\x08\x03\x00"s,                          // miniblocks of 16
           "\x81\x01\x01\x03\x00"s,                          // blocks of 129
           "\x80\x80\x08\x01\x03\x00"s,                      // blocks of 131,072
           "\x80\x01\x04\x03\x00\x00\x41"s,                  // widths cut short
           "\x80\x01\x04\x03\x00\x00\x41\x00\x00\x00"s,      // 65 bits
           "\x80\x01\x04\x03\x00\x00\x08\x00\x00\x00\x01"s,  // one of 32 bytes
       }) {
    std::string_view page = bad;
    EXPECT_EQ(take_delta(page, values).error().code(), ErrorCode::kCorrupt);
  }
}

TEST(ParquetDecoding, PlainValuesThatAreNotThereOrNoTextAreCorrupt) {
  std::vector<std::uint8_t> bools(9);
  std::string_view page = "\x01";
  EXPECT_FALSE(take_plain_bools(page, bools));
  page = "\x81\x01";
  ASSERT_TRUE(take_plain_bools(page, bools));
  EXPECT_EQ(bools, (std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 0, 1, 1}));
  std::vector<double> doubles(1);
  page = "1234567";
  EXPECT_FALSE(take_plain(page, std::span<double>(doubles)));

  const auto texts_of = [](std::string_view bytes, std::size_t count) {
    Dictionary texts;
    if (const auto result = take_plain_texts(bytes, count, texts); !result)
      return result.error().message();
    std::string all;
    for (std::uint32_t code = 0; code < texts.size(); ++code) all += concat("<", texts[code], ">");
    return all;
  };
  EXPECT_EQ(texts_of("\x01\x00\x00\x00q\x00\x00\x00\x00"s, 2), "<q><>");
  EXPECT_NE(texts_of("\x02\x00\x00\x00q"s, 1).find("ends before"), std::string::npos);
  EXPECT_NE(texts_of("\x00\x00\x00\x00"s, 2).find("ends before"), std::string::npos);
  EXPECT_NE(texts_of("\x01\x00\x00\x00\xC3"s, 1).find("UTF-8"), std::string::npos);
}

}  // namespace
}  // namespace hark::columnar
