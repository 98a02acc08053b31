#include "hark/columnar/parquet_encoding.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace hark::columnar {
namespace {

static_assert(std::endian::native == std::endian::little, "Parquet's bytes are little-endian");

void append_u32(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Packs `count` values (a multiple of 8) at `width` bits into count * width / 8 bytes.
template <typename U>
void pack_bits(const U* values, std::size_t count, unsigned width, char* out) {
  if (width == 8 || width == 16 || width == 32 || width == 64) {
    const std::size_t bytes = width / 8;
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(out, &values[i], std::min(bytes, sizeof(U)));
      out += bytes;
    }
    return;
  }
  std::uint64_t word = 0;
  unsigned used = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t value = values[i];
    word |= value << used;
    used += width;
    if (used >= 64) {
      std::memcpy(out, &word, 8);
      out += 8;
      used -= 64;
      word = used == 0 ? 0 : value >> (width - used);
    }
  }
  std::memcpy(out, &word, used / 8);
}

// Starts a bit-packed run and packs `values`, the last group of eight filled up with zeros.
void append_packed_run(std::string& out, std::span<const std::uint32_t> values, unsigned width) {
  if (values.empty()) return;
  const std::size_t whole = values.size() & ~std::size_t{7};
  const std::size_t groups = (values.size() + 7) / 8;
  append_varint(out, (groups << 1) | 1);
  const std::size_t at = out.size();
  out.resize(at + groups * width);
  pack_bits(values.data(), whole, width, out.data() + at);
  if (whole < values.size()) {
    std::uint32_t last[8] = {};
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(whole), values.end(), last);
    pack_bits(last, 8, width, out.data() + at + whole / 8 * width);
  }
}

void append_repeated_run(std::string& out, std::uint32_t value, std::size_t count, unsigned width) {
  append_varint(out, count << 1);
  out.append(reinterpret_cast<const char*>(&value), (width + 7) / 8);
}

template <typename T>
void append_delta_blocks(std::string& out, std::span<const T> values) {
  using U = std::make_unsigned_t<T>;
  constexpr std::size_t kBlock = 128;
  constexpr std::size_t kMiniBlock = 32;
  append_varint(out, kBlock);
  append_varint(out, kBlock / kMiniBlock);
  append_varint(out, values.size());
  append_varint(out, zigzag(values.empty() ? 0 : values[0]));
  U deltas[kBlock];
  for (std::size_t at = 1; at < values.size(); at += kBlock) {
    const std::size_t count = std::min(kBlock, values.size() - at);
    T least = std::numeric_limits<T>::max();
    for (std::size_t i = 0; i < count; ++i) {
      // Unsigned, so that the difference of far-apart values wraps as the format says.
      deltas[i] =
          static_cast<U>(static_cast<U>(values[at + i]) - static_cast<U>(values[at + i - 1]));
      least = std::min(least, static_cast<T>(deltas[i]));
    }
    for (std::size_t i = 0; i < count; ++i)
      deltas[i] = static_cast<U>(deltas[i] - static_cast<U>(least));
    std::fill(deltas + count, deltas + kBlock, U{0});
    append_varint(out, zigzag(least));
    unsigned widths[kBlock / kMiniBlock] = {};
    for (std::size_t mini = 0; mini * kMiniBlock < count; ++mini) {
      U all = 0;
      for (std::size_t i = 0; i < kMiniBlock; ++i) all |= deltas[mini * kMiniBlock + i];
      widths[mini] = static_cast<unsigned>(std::bit_width(all));
    }
    for (const unsigned width : widths) out += static_cast<char>(width);
    for (std::size_t mini = 0; mini * kMiniBlock < count; ++mini) {
      const std::size_t end = out.size();
      out.resize(end + kMiniBlock / 8 * widths[mini]);
      pack_bits(deltas + mini * kMiniBlock, kMiniBlock, widths[mini], out.data() + end);
    }
  }
}

}  // namespace

void append_varint(std::string& out, std::uint64_t value) {
  char bytes[10];
  std::size_t count = 0;
  for (; value >= 0x80; value >>= 7) bytes[count++] = static_cast<char>(value | 0x80);
  bytes[count++] = static_cast<char>(value);
  out.append(bytes, count);
}

unsigned bits_for(std::uint64_t num_codes) noexcept {
  return num_codes <= 1 ? 0 : static_cast<unsigned>(std::bit_width(num_codes - 1));
}

void append_rle_hybrid(std::string& out, std::span<const std::uint32_t> values, unsigned width) {
  if (values.empty()) return;
  if (width == 0) return append_repeated_run(out, 0, values.size(), 0);
  // A repeated run ends the packed one before it: two more headers. It must save more than those.
  const std::size_t shortest_run = std::max<std::size_t>(8, 64 / width);
  std::size_t packed_from = 0;
  std::size_t at = 0;
  while (at + 8 <= values.size()) {
    // Packed runs hold whole groups of eight, so repeated ones may start only between groups.
    const std::uint32_t first = values[at];
    std::uint32_t differ = 0;
    for (std::size_t i = 1; i < 8; ++i) differ |= values[at + i] ^ first;
    if (differ == 0) {
      std::size_t end = at + 8;
      while (end < values.size() && values[end] == first) ++end;
      if (end - at >= shortest_run) {
        append_packed_run(out, values.subspan(packed_from, at - packed_from), width);
        append_repeated_run(out, first, end - at, width);
        packed_from = at = end;
        continue;
      }
    }
    at += 8;
  }
  append_packed_run(out, values.subspan(packed_from), width);
}

void append_levels(std::string& out, std::span<const Presence> rows, std::size_t num_values) {
  const std::size_t length_at = out.size();
  append_u32(out, 0);
  if (num_values == rows.size() || num_values == 0) {
    append_repeated_run(out, num_values == 0 ? 0 : 1, rows.size(), 1);
  } else {
    // One packed run. Repeated ones would save little that the compressor does not.
    const std::size_t groups = (rows.size() + 7) / 8;
    append_varint(out, (groups << 1) | 1);
    const std::size_t at = out.size();
    out.resize(at + groups);
    static_assert(static_cast<int>(Presence::kValue) == 1 &&
                  static_cast<int>(Presence::kInvalid) == 2);
    const auto pack8 = [](std::uint64_t eight) {
      // Bit 0 of each byte (set for kValue only) gathered into one byte by a multiplication.
      return static_cast<char>(((eight & 0x0101010101010101ULL) * 0x0102040810204080ULL) >> 56);
    };
    const char* source = reinterpret_cast<const char*>(rows.data());
    std::uint64_t eight = 0;
    for (std::size_t group = 0; group < rows.size() / 8; ++group) {
      std::memcpy(&eight, source + group * 8, 8);
      out[at + group] = pack8(eight);
    }
    if (rows.size() % 8 != 0) {
      eight = 0;
      std::memcpy(&eight, source + rows.size() / 8 * 8, rows.size() % 8);
      out[at + rows.size() / 8] = pack8(eight);
    }
  }
  const auto length = static_cast<std::uint32_t>(out.size() - length_at - 4);
  std::memcpy(out.data() + length_at, &length, 4);
}

void append_plain_bools(std::string& out, std::span<const std::uint8_t> values) {
  const std::size_t at = out.size();
  out.resize(at + (values.size() + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    char& byte = out[at + i / 8];
    byte = static_cast<char>(byte | ((values[i] & 1) << (i % 8)));
  }
}

void append_plain_texts(std::string& out, const Dictionary& dictionary,
                        std::span<const std::uint32_t> codes, std::size_t num_bytes) {
  // Rows in order of time jump about in the dictionary: fetch the texts some rows ahead.
  constexpr std::size_t kAhead = 16;
  std::size_t at = out.size();
  out.resize(at + num_bytes + 4 * codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i + kAhead < codes.size()) __builtin_prefetch(dictionary[codes[i + kAhead]].data());
    const std::string_view text = dictionary[codes[i]];
    const auto length = static_cast<std::uint32_t>(text.size());
    std::memcpy(out.data() + at, &length, 4);
    std::memcpy(out.data() + at + 4, text.data(), text.size());
    at += 4 + text.size();
  }
}

void append_delta(std::string& out, std::span<const std::int32_t> values) {
  append_delta_blocks(out, values);
}

void append_delta(std::string& out, std::span<const std::int64_t> values) {
  append_delta_blocks(out, values);
}

}  // namespace hark::columnar
