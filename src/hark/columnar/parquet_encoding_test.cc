#include "hark/columnar/parquet_encoding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "hark/columnar/parquet_reader_for_tests.h"

namespace hark::columnar {
namespace {

using testing::Bytes;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

TEST(Varint, IsLittleEndianBase128) {
  std::string out;
  append_varint(out, 0);
  append_varint(out, 127);
  append_varint(out, 128);
  append_varint(out, 50'399);  // the example of thrift-compact-protocol.md
  EXPECT_EQ(out, bytes({0x00, 0x7F, 0x80, 0x01, 0xDF, 0x89, 0x03}));
  out.clear();
  append_varint(out, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out.size(), 10U);
  EXPECT_EQ(Bytes(out).varint(), std::numeric_limits<std::uint64_t>::max());
}

TEST(BitsFor, IsTheWidthOfTheGreatestCode) {
  EXPECT_EQ(bits_for(0), 0U);
  EXPECT_EQ(bits_for(1), 0U);
  EXPECT_EQ(bits_for(2), 1U);
  EXPECT_EQ(bits_for(3), 2U);
  EXPECT_EQ(bits_for(256), 8U);
  EXPECT_EQ(bits_for(257), 9U);
}

TEST(RleHybrid, PacksTheExampleOfTheSpecification) {
  // Encodings.md: 0 to 7 at 3 bits are 10001000 11000110 11111010.
  std::string out;
  const std::vector<std::uint32_t> values{0, 1, 2, 3, 4, 5, 6, 7};
  append_rle_hybrid(out, values, 3);
  EXPECT_EQ(out, bytes({1 << 1 | 1, 0x88, 0xC6, 0xFA}));
}

TEST(RleHybrid, ALongRunTakesAFewBytes) {
  std::string out;
  append_rle_hybrid(out, std::vector<std::uint32_t>(100'000, 5), 3);
  EXPECT_EQ(out, bytes({0xC0, 0x9A, 0x0C, 5}));  // varint of 200,000, then the value
}

TEST(RleHybrid, EveryWidthAndLengthReadsBack) {
  std::mt19937_64 random(3);
  for (unsigned width = 1; width <= 32; ++width) {
    for (const std::size_t count : {0, 1, 7, 8, 9, 63, 64, 65, 1000}) {
      for (const std::uint64_t run : {1, 3, 8, 9, 100}) {
        std::vector<std::uint32_t> values;
        while (values.size() < count) {
          const auto value =
              static_cast<std::uint32_t>(random() & ((std::uint64_t{1} << width) - 1));
          values.insert(values.end(),
                        std::min<std::size_t>(1 + random() % run, count - values.size()), value);
        }
        std::string out;
        append_rle_hybrid(out, values, width);
        Bytes in(out);
        const auto back = testing::read_rle(in, width, count);
        EXPECT_EQ(in.size(), 0U);
        ASSERT_TRUE(std::equal(values.begin(), values.end(), back.begin(), back.end()))
            << "width " << width << " count " << count << " run " << run;
        // Never worse than packing all, but for a header.
        EXPECT_LE(out.size(), (count + 7) / 8 * width + 4);
      }
    }
  }
}

TEST(Levels, EveryMixReadsBack) {
  std::mt19937_64 random(4);
  for (const std::size_t count : {1, 7, 8, 9, 64, 1001}) {
    for (const std::uint64_t share : {0, 1, 50, 99, 100}) {
      std::vector<Presence> rows;
      std::size_t num_values = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const bool is_value = random() % 100 < share;
        rows.push_back(is_value ? Presence::kValue
                                : (random() % 2 == 0 ? Presence::kNull : Presence::kInvalid));
        num_values += is_value;
      }
      std::string out;
      append_levels(out, rows, num_values);
      Bytes in(out);
      Bytes levels(in.take(in.number<std::uint32_t>()));
      EXPECT_EQ(in.size(), 0U);
      const auto back = testing::read_rle(levels, 1, count);
      EXPECT_EQ(levels.size(), 0U);
      for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(back[i] == 1, rows[i] == Presence::kValue) << i << " of " << count;
    }
  }
}

template <typename T>
void expect_delta_reads_back(const std::vector<T>& values, std::string_view what) {
  std::string out;
  append_delta(out, std::span<const T>(values));
  Bytes in(out);
  EXPECT_EQ(testing::read_delta<T>(in), values) << what;
  EXPECT_EQ(in.size(), 0U) << what;
}

template <typename T>
void check_delta() {
  constexpr T kMin = std::numeric_limits<T>::min();
  constexpr T kMax = std::numeric_limits<T>::max();
  std::mt19937_64 random(5);
  expect_delta_reads_back<T>({}, "nothing");
  expect_delta_reads_back<T>({-7}, "one");
  expect_delta_reads_back<T>({kMin, kMax, kMin, 0, kMax, kMax, kMin, -1}, "wrapping");
  for (const std::size_t count : {2, 31, 32, 33, 128, 129, 130, 257, 1000}) {
    std::vector<T> same(count, 42);
    std::vector<T> rising;
    std::vector<T> wild;
    for (std::size_t i = 0; i < count; ++i) {
      rising.push_back(static_cast<T>(i * 3 + random() % 3));
      wild.push_back(static_cast<T>(random()));
    }
    expect_delta_reads_back(same, "same");
    expect_delta_reads_back(rising, "rising");
    expect_delta_reads_back(wild, "wild");
  }
}

TEST(Delta, Int32ReadsBack) { check_delta<std::int32_t>(); }
TEST(Delta, Int64ReadsBack) { check_delta<std::int64_t>(); }

TEST(Delta, EvenStepsTakeNextToNothing) {
  std::vector<std::int64_t> values;
  for (int i = 0; i < 128 * 100 + 1; ++i) values.push_back(i * 1'000'000LL);
  std::string out;
  append_delta(out, std::span<const std::int64_t>(values));
  EXPECT_LT(out.size(), 100U * 8 + 20);
}

TEST(PlainTexts, AreLengthsAndBytesInTurn) {
  Dictionary dictionary;
  const auto empty = dictionary.add("");
  const auto text = dictionary.add("ab");
  const auto longer = dictionary.add(std::string(300, 'x'));
  std::string out = "y";
  append_plain_texts(out, dictionary, std::vector{text, empty, longer, text}, 304);
  EXPECT_EQ(out, bytes({'y', 2, 0, 0, 0, 'a', 'b', 0, 0, 0, 0, 0x2C, 1, 0, 0}) +
                     std::string(300, 'x') + bytes({2, 0, 0, 0, 'a', 'b'}));
}

TEST(PlainBools, AreBitsFromTheLeastSignificant) {
  std::string out = "x";
  const std::vector<std::uint8_t> values{1, 0, 1, 1, 0, 0, 0, 0, 1};
  append_plain_bools(out, values);
  EXPECT_EQ(out, bytes({'x', 0x0D, 0x01}));
}

}  // namespace
}  // namespace hark::columnar
