// A Parquet reader for tests: slow, obvious, written from the format's documents and sharing no
// code with the writer. Knows only what the writer may use; anything else fails the test.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/io/compression.h"

namespace hark::columnar::testing {

/// Bytes taken from the front; taking more than there are throws, which fails the test.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size(); }
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) throw std::out_of_range("the bytes end too early");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = number<std::uint8_t>();
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

 private:
  std::string_view bytes_;
};

/// A Thrift value: integers and booleans as int64, lists, structs by field id.
struct Thrift {
  std::int64_t number = 0;
  std::string text;
  std::vector<Thrift> items;
  std::map<int, Thrift> fields;

  bool has(int id) const { return fields.contains(id); }
  const Thrift& operator[](int id) const { return fields.at(id); }
};

inline Thrift read_thrift(Bytes& bytes, int type) {
  Thrift value;
  switch (type) {
    case 1:
    case 2:
      value.number = type == 1;
      break;
    case 4:
    case 5:
    case 6:
      value.number = bytes.zigzag();
      break;
    case 8:
      value.text = bytes.take(bytes.varint());
      break;
    case 9: {
      const auto head = bytes.number<std::uint8_t>();
      const std::uint64_t count = head >> 4 == 15 ? bytes.varint() : head >> 4;
      for (std::uint64_t i = 0; i < count; ++i)
        value.items.push_back(read_thrift(bytes, head & 15));
      break;
    }
    case 12:
      for (int id = 0;;) {
        const auto head = bytes.number<std::uint8_t>();
        if (head == 0) break;
        id = head >> 4 == 0 ? static_cast<int>(bytes.zigzag()) : id + (head >> 4);
        value.fields[id] = read_thrift(bytes, head & 15);
      }
      break;
    default:
      throw std::runtime_error("a Thrift type that is not expected: " + std::to_string(type));
  }
  return value;
}

/// The bit at `index`, least significant of the first byte first.
inline std::uint64_t bits_at(std::string_view bytes, std::size_t index, unsigned width) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    const auto byte = static_cast<unsigned char>(bytes.at((index + i) / 8));
    value |= static_cast<std::uint64_t>((byte >> ((index + i) % 8)) & 1) << i;
  }
  return value;
}

/// Encodings.md, "RLE / Bit-Packing Hybrid": `count` values.
inline std::vector<std::uint64_t> read_rle(Bytes& bytes, unsigned width, std::size_t count) {
  std::vector<std::uint64_t> values;
  while (values.size() < count) {
    const std::uint64_t head = bytes.varint();
    if (head & 1) {
      const std::size_t groups = head >> 1;
      const std::string_view packed = bytes.take(groups * width);
      for (std::size_t i = 0; i < groups * 8; ++i)
        values.push_back(bits_at(packed, i * width, width));
    } else {
      std::uint64_t value = 0;
      const std::string_view stored = bytes.take((width + 7) / 8);
      std::memcpy(&value, stored.data(), stored.size());
      values.insert(values.end(), head >> 1, value);
    }
  }
  // Only the last group of eight may be longer than what is left.
  EXPECT_LT(values.size(), count + 8);
  values.resize(count);
  return values;
}

/// Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED)"; T is int32 or int64 and wraps.
template <typename T>
std::vector<T> read_delta(Bytes& bytes) {
  using U = std::make_unsigned_t<T>;
  const std::uint64_t block = bytes.varint();
  const std::uint64_t minis = bytes.varint();
  const std::uint64_t count = bytes.varint();
  EXPECT_EQ(block % 128, 0U);
  EXPECT_EQ(block / minis % 32, 0U);
  auto value = static_cast<U>(bytes.zigzag());
  std::vector<T> values;
  if (count > 0) values.push_back(static_cast<T>(value));
  while (values.size() < count) {
    const auto least = static_cast<U>(bytes.zigzag());
    const std::string_view widths = bytes.take(minis);
    for (std::size_t mini = 0; mini < minis && values.size() < count; ++mini) {
      const auto width = static_cast<unsigned char>(widths[mini]);
      EXPECT_LE(width, sizeof(T) * 8);
      const std::string_view packed = bytes.take(block / minis * width / 8);
      for (std::size_t i = 0; i < block / minis && values.size() < count; ++i) {
        value = static_cast<U>(value + least + static_cast<U>(bits_at(packed, i * width, width)));
        values.push_back(static_cast<T>(value));
      }
    }
  }
  return values;
}

/// A value as a file holds it: no value, a number's bits, or a text.
using Cell = std::variant<std::monostate, std::uint64_t, std::string>;

struct ReadColumn {
  Thrift schema;
  std::vector<Cell> cells;
  std::vector<int> encodings;  ///< of the data pages of each row group
  std::vector<Thrift> chunks;  ///< ColumnMetaData of each row group
  std::size_t num_data_pages = 0;
};

struct ReadFile {
  Thrift footer;
  std::vector<ReadColumn> columns;
};

/// `count` cells of physical type `type` in PLAIN.
inline std::vector<Cell> read_plain(Bytes& bytes, int type, std::size_t count) {
  std::vector<Cell> cells;
  if (type == 0) {
    const std::string_view bits = bytes.take((count + 7) / 8);
    for (std::size_t i = 0; i < count; ++i) cells.emplace_back(bits_at(bits, i, 1));
    return cells;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (type == 1) cells.emplace_back(std::uint64_t{bytes.number<std::uint32_t>()});
    if (type == 2 || type == 5) cells.emplace_back(bytes.number<std::uint64_t>());
    if (type == 6) cells.emplace_back(std::string(bytes.take(bytes.number<std::uint32_t>())));
  }
  return cells;
}

inline std::vector<Cell> read_values(Bytes& bytes, int type, int encoding, std::size_t count,
                                     const std::vector<Cell>& dictionary) {
  std::vector<Cell> cells;
  if (encoding == 0) {
    cells = read_plain(bytes, type, count);
  } else if (encoding == 8) {
    const auto width = bytes.number<std::uint8_t>();
    for (const std::uint64_t code : read_rle(bytes, width, count))
      cells.push_back(dictionary.at(code));
  } else if (encoding == 5 && type == 1) {
    for (const auto value : read_delta<std::int32_t>(bytes))
      cells.emplace_back(std::uint64_t{static_cast<std::uint32_t>(value)});
  } else if (encoding == 5 && type == 2) {
    for (const auto value : read_delta<std::int64_t>(bytes))
      cells.emplace_back(static_cast<std::uint64_t>(value));
  } else {
    throw std::runtime_error("encoding " + std::to_string(encoding) + " is not expected here");
  }
  EXPECT_EQ(cells.size(), count);
  EXPECT_EQ(bytes.size(), 0U) << "bytes are left in a page";
  return cells;
}

inline void read_chunk(std::string_view file, const Thrift& meta, ReadColumn& column) {
  const auto type = static_cast<int>(meta[1].number);
  EXPECT_EQ(meta[4].number, 6) << "codec zstd";
  const std::int64_t start = meta.has(11) ? meta[11].number : meta[9].number;
  Bytes bytes(
      file.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(meta[7].number)));
  std::vector<Cell> dictionary;
  std::int64_t unpacked_bytes = 0;
  std::int64_t rows = 0;
  std::int64_t nulls = 0;
  while (bytes.size() > 0) {
    const std::size_t before = bytes.size();
    const Thrift header = read_thrift(bytes, 12);
    unpacked_bytes += static_cast<std::int64_t>(before - bytes.size()) + header[2].number;
    std::string raw(static_cast<std::size_t>(header[2].number), '\0');
    const auto unpacked =
        io::zstd_decompress(bytes.take(static_cast<std::size_t>(header[3].number)), raw);
    if (!unpacked) throw std::runtime_error(unpacked.error().to_string());
    Bytes page(raw);
    if (header[1].number == 2) {
      EXPECT_EQ(start, meta[11].number);
      EXPECT_EQ(header[7][2].number, 0) << "dictionaries are PLAIN";
      dictionary = read_plain(page, type, static_cast<std::size_t>(header[7][1].number));
      EXPECT_EQ(page.size(), 0U);
      continue;
    }
    EXPECT_EQ(header[1].number, 0) << "a version 1 data page";
    if (rows == 0) {
      EXPECT_EQ(start + meta[7].number - static_cast<std::int64_t>(before), meta[9].number);
    }
    const auto num_rows = static_cast<std::size_t>(header[5][1].number);
    const auto encoding = static_cast<int>(header[5][2].number);
    Bytes level_bytes(page.take(page.number<std::uint32_t>()));
    const auto levels = read_rle(level_bytes, 1, num_rows);
    EXPECT_EQ(level_bytes.size(), 0U);
    std::size_t count = 0;
    for (const std::uint64_t level : levels) count += level;
    const auto values = read_values(page, type, encoding, count, dictionary);
    std::size_t next = 0;
    for (const std::uint64_t level : levels)
      column.cells.push_back(level == 0 ? Cell() : values.at(next++));
    rows += static_cast<std::int64_t>(num_rows);
    nulls += static_cast<std::int64_t>(num_rows - count);
    if (column.encodings.size() == column.chunks.size()) column.encodings.push_back(encoding);
    EXPECT_EQ(column.encodings.back(), encoding) << "one encoding a chunk";
    ++column.num_data_pages;
  }
  EXPECT_EQ(rows, meta[5].number);
  EXPECT_EQ(unpacked_bytes, meta[6].number);
  EXPECT_EQ(nulls, meta[12][3].number);
  column.chunks.push_back(meta);
}

/// Reads a whole file; throws where it is none.
inline ReadFile read_parquet(std::string_view file) {
  if (file.size() < 12 || file.substr(0, 4) != "PAR1" || file.substr(file.size() - 4) != "PAR1")
    throw std::runtime_error("no Parquet file");
  const auto length = Bytes(file.substr(file.size() - 8)).number<std::uint32_t>();
  if (length > file.size() - 12) throw std::runtime_error("no Parquet footer");
  Bytes footer(file.substr(file.size() - 8 - length, length));
  ReadFile out;
  out.footer = read_thrift(footer, 12);
  EXPECT_EQ(footer.size(), 0U);
  const auto& schema = out.footer[2].items;
  EXPECT_EQ(schema.at(0)[5].number + 1, static_cast<std::int64_t>(schema.size()));
  for (std::size_t i = 1; i < schema.size(); ++i) {
    out.columns.push_back({schema[i], {}, {}, {}, 0});
    EXPECT_EQ(schema[i][3].number, 1) << "optional";
  }
  std::int64_t rows = 0;
  for (const Thrift& group : out.footer[4].items) {
    EXPECT_EQ(group[1].items.size(), out.columns.size());
    std::int64_t compressed = 0;
    std::int64_t uncompressed = 0;
    for (std::size_t i = 0; i < out.columns.size(); ++i) {
      const Thrift& meta = group[1].items[i][3];
      EXPECT_EQ(meta[3].items.at(0).text, out.columns[i].schema[4].text);
      read_chunk(file, meta, out.columns[i]);
      compressed += meta[7].number;
      uncompressed += meta[6].number;
    }
    EXPECT_EQ(group[2].number, uncompressed);
    EXPECT_EQ(group[6].number, compressed);
    rows += group[3].number;
  }
  EXPECT_EQ(rows, out.footer[3].number);
  return out;
}

/// What a column of a batch must read as.
inline std::vector<Cell> cells_of(const Column& column) {
  std::vector<Cell> cells;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_value(row)) {
      cells.emplace_back();
      continue;
    }
    switch (column.type()) {
      case Type::kBool:
        cells.emplace_back(std::uint64_t{column.bools()[row]});
        break;
      case Type::kInt32:
      case Type::kDate:
        cells.emplace_back(std::uint64_t{static_cast<std::uint32_t>(column.int32s()[row])});
        break;
      case Type::kInt64:
      case Type::kTimestamp:
        cells.emplace_back(static_cast<std::uint64_t>(column.int64s()[row]));
        break;
      case Type::kDouble: {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &column.doubles()[row], sizeof bits);
        cells.emplace_back(bits);
        break;
      }
      case Type::kString:
        cells.emplace_back(std::string(column.text(row)));
        break;
    }
  }
  return cells;
}

}  // namespace hark::columnar::testing
