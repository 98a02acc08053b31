#include "hark/columnar/parquet_decoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "hark/core/text.h"

namespace hark::columnar {
namespace {

Error cut_short() { return {ErrorCode::kCorrupt, "a Parquet page ends before its values do"}; }

Result<std::string_view> take(std::string_view& page, std::uint64_t count) {
  if (count > page.size()) return cut_short();
  const std::string_view taken = page.substr(0, count);
  page.remove_prefix(count);
  return taken;
}

Result<std::uint64_t> take_varint(std::string_view& page) {
  std::uint64_t value = 0;
  const std::size_t size = read_varint(page, value);
  if (size == 0) return cut_short();
  page.remove_prefix(size);
  return value;
}

std::uint64_t word_at(const char* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// The bytes with as many zeros behind them as a word may reach over their end.
class Padded {
 public:
  /// Copies at most `bytes`' last part; the rest is read where it is.
  explicit Padded(std::string_view bytes) noexcept
      : front_(bytes.data()), tail_begin_(bytes.size() < kTail ? 0 : bytes.size() - kTail) {
    std::memcpy(tail_.data(), bytes.data() + tail_begin_, bytes.size() - tail_begin_);
  }
  std::uint64_t word(std::size_t at) const noexcept {
    return at < tail_begin_ ? word_at(front_ + at) : word_at(tail_.data() + (at - tail_begin_));
  }

 private:
  static constexpr std::size_t kTail = 2 * sizeof(std::uint64_t);
  const char* front_;
  std::size_t tail_begin_;
  std::array<char, 2 * kTail> tail_{};
};

constexpr std::uint64_t low_bits(unsigned width) noexcept {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

/// Values of up to 32 bits that lie packed in `packed`, which holds them all.
void unpack(std::string_view packed, unsigned width, std::span<std::uint32_t> values) noexcept {
  const Padded bytes(packed);
  const std::uint64_t mask = low_bits(width);
  // Up to here a word lies within the bytes: no look at the end for each value.
  const std::size_t words = packed.size() < 8 ? 0 : packed.size() - 8;
  const std::size_t safe = width == 0 ? 0 : std::min(values.size(), words * 8 / width);
  std::size_t bit = 0;
  std::size_t i = 0;
  for (; i < safe; ++i, bit += width)
    values[i] = static_cast<std::uint32_t>((word_at(packed.data() + bit / 8) >> (bit % 8)) & mask);
  for (; i < values.size(); ++i, bit += width)
    values[i] = static_cast<std::uint32_t>((bytes.word(bit / 8) >> (bit % 8)) & mask);
}

/// Calls `repeated(value, count)` and `packed(bytes, count)` for the runs of `num_values` values.
template <typename Repeated, typename Packed>
Result<void> each_run(std::string_view& page, unsigned width, std::size_t num_values,
                      const Repeated& repeated, const Packed& packed) {
  while (num_values > 0) {
    HARK_TRY(const std::uint64_t head, take_varint(page));
    std::size_t count = 0;
    if ((head & 1) != 0) {
      const std::uint64_t groups = head >> 1;
      if (width > 0 && groups > page.size()) return cut_short();
      HARK_TRY(const std::string_view bytes, take(page, groups * width));
      count = static_cast<std::size_t>(std::min<std::uint64_t>(num_values, groups * 8));
      packed(bytes, count);
    } else {
      HARK_TRY(const std::string_view bytes, take(page, (width + 7) / 8));
      std::uint32_t value = 0;
      std::memcpy(&value, bytes.data(), bytes.size());
      count = static_cast<std::size_t>(std::min<std::uint64_t>(num_values, head >> 1));
      repeated(value, count);
    }
    if (count == 0) return Error(ErrorCode::kCorrupt, "a Parquet page has a run of no values");
    num_values -= count;
  }
  return {};
}

/// The eight bytes 0 or 1 that a byte's bits stand for, lowest first.
constexpr std::array<std::uint64_t, 256> kBytesOfBits = [] {
  std::array<std::uint64_t, 256> table{};
  for (unsigned bits = 0; bits < 256; ++bits) {
    for (unsigned i = 0; i < 8; ++i)
      table[bits] |= static_cast<std::uint64_t>((bits >> i) & 1) << (8 * i);
  }
  return table;
}();

/// Bits as bytes of 0 or 1; returns how many are 1. `bits` holds `count` of them.
std::size_t spread_bits(std::string_view bits, std::size_t count, std::uint8_t* out) noexcept {
  std::size_t num_set = 0;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const auto byte = static_cast<std::uint8_t>(bits[i / 8]);
    std::memcpy(out + i, &kBytesOfBits[byte], 8);
    num_set += static_cast<std::size_t>(std::popcount(byte));
  }
  for (; i < count; ++i) {
    out[i] = (static_cast<std::uint8_t>(bits[i / 8]) >> (i % 8)) & 1;
    num_set += out[i];
  }
  return num_set;
}

template <typename T>
Result<void> take_delta_blocks(std::string_view& page, std::span<T> values) {
  using U = std::make_unsigned_t<T>;
  HARK_TRY(const std::uint64_t block, take_varint(page));
  HARK_TRY(const std::uint64_t minis, take_varint(page));
  HARK_TRY(const std::uint64_t count, take_varint(page));
  HARK_TRY(const std::uint64_t first, take_varint(page));
  if (block == 0 || block > 65'536 || block % 128 != 0 || minis == 0 || block % minis != 0 ||
      block / minis % 32 != 0 || count != values.size()) {
    return Error(ErrorCode::kCorrupt, "a Parquet page's differences have another shape");
  }
  if (values.empty()) return {};
  const auto mini = static_cast<std::size_t>(block / minis);
  auto value = static_cast<U>(from_zigzag(first));
  values[0] = static_cast<T>(value);
  std::size_t at = 1;
  while (at < values.size()) {
    HARK_TRY(const std::uint64_t least_bits, take_varint(page));
    const auto least = static_cast<U>(from_zigzag(least_bits));
    HARK_TRY(const std::string_view widths, take(page, minis));
    for (std::size_t i = 0; i < minis && at < values.size(); ++i) {
      const auto width = static_cast<std::uint8_t>(widths[i]);
      if (width > sizeof(T) * 8)
        return Error(ErrorCode::kCorrupt, "a Parquet page's differences are too wide");
      HARK_TRY(const std::string_view packed, take(page, mini / 8 * width));
      const std::size_t end = std::min(values.size(), at + mini);
      const std::uint64_t mask = low_bits(width);
      if (width <= 57 && page.size() >= sizeof(std::uint64_t)) {
        // A word reaches into the page's next bytes at most.
        for (std::size_t bit = 0; at < end; ++at, bit += width) {
          value = static_cast<U>(
              value + least +
              static_cast<U>((word_at(packed.data() + bit / 8) >> (bit % 8)) & mask));
          values[at] = static_cast<T>(value);
        }
        continue;
      }
      const Padded bytes(packed);
      for (std::size_t bit = 0; at < end; ++at, bit += width) {
        std::uint64_t word = bytes.word(bit / 8) >> (bit % 8);
        if (bit % 8 + width > 64) word |= bytes.word(bit / 8 + 8) << (64 - bit % 8);
        value = static_cast<U>(value + least + static_cast<U>(word & mask));
        values[at] = static_cast<T>(value);
      }
    }
  }
  return {};
}

}  // namespace

std::size_t read_varint(std::string_view bytes, std::uint64_t& value) noexcept {
  value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if (i == 9 && byte > 1) return 0;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) return i + 1;
  }
  return 0;
}

Result<void> take_rle_hybrid(std::string_view& page, unsigned width,
                             std::span<std::uint32_t> values) {
  if (width > 32) return Error(ErrorCode::kCorrupt, "a Parquet page's codes are too wide");
  std::uint32_t* out = values.data();
  return each_run(
      page, width, values.size(),
      [&](std::uint32_t value, std::size_t count) { out = std::fill_n(out, count, value); },
      [&](std::string_view packed, std::size_t count) {
        unpack(packed, width, {out, count});
        out += count;
      });
}

Result<std::size_t> take_levels(std::string_view& page, std::span<Presence> rows) {
  HARK_TRY(const std::string_view length, take(page, sizeof(std::uint32_t)));
  std::uint32_t size = 0;
  std::memcpy(&size, length.data(), sizeof size);
  HARK_TRY(std::string_view levels, take(page, size));
  static_assert(static_cast<int>(Presence::kNull) == 0 && static_cast<int>(Presence::kValue) == 1);
  auto* out = reinterpret_cast<std::uint8_t*>(rows.data());
  std::size_t num_values = 0;
  bool is_level = true;
  HARK_TRY_VOID(each_run(
      levels, 1, rows.size(),
      [&](std::uint32_t level, std::size_t count) {
        is_level = is_level && level <= 1;
        out = std::fill_n(out, count, static_cast<std::uint8_t>(level & 1));
        num_values += (level & 1) * count;
      },
      [&](std::string_view packed, std::size_t count) {
        num_values += spread_bits(packed, count, out);
        out += count;
      }));
  if (!is_level) return Error(ErrorCode::kCorrupt, "a Parquet page has rows of another level");
  return num_values;
}

Result<void> take_plain_bools(std::string_view& page, std::span<std::uint8_t> values) {
  HARK_TRY(const std::string_view bits, take(page, (values.size() + 7) / 8));
  spread_bits(bits, values.size(), values.data());
  return {};
}

template <typename T>
Result<void> take_plain(std::string_view& page, std::span<T> values) {
  HARK_TRY(const std::string_view bytes, take(page, values.size_bytes()));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return {};
}
template Result<void> take_plain(std::string_view&, std::span<std::int32_t>);
template Result<void> take_plain(std::string_view&, std::span<std::int64_t>);
template Result<void> take_plain(std::string_view&, std::span<double>);

Result<void> take_plain_texts(std::string_view& page, std::size_t count, Dictionary& texts) {
  if (count > page.size() / sizeof(std::uint32_t)) return cut_short();
  texts.reserve(texts.size() + count,
                texts.num_bytes() + page.size() - count * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < count; ++i) {
    HARK_TRY(const std::string_view length, take(page, sizeof(std::uint32_t)));
    std::uint32_t size = 0;
    std::memcpy(&size, length.data(), sizeof size);
    HARK_TRY(const std::string_view text, take(page, size));
    if (find_invalid_utf8(text) != std::string_view::npos)
      return Error(ErrorCode::kCorrupt, "a Parquet page has a text that is not UTF-8");
    texts.add(text);
  }
  return {};
}

Result<void> take_delta(std::string_view& page, std::span<std::int32_t> values) {
  return take_delta_blocks(page, values);
}

Result<void> take_delta(std::string_view& page, std::span<std::int64_t> values) {
  return take_delta_blocks(page, values);
}

}  // namespace hark::columnar
