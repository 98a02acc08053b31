#include "hark/insight/keys.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "hark/core/parallel.h"

namespace hark::insight {
namespace {

constexpr std::size_t kPackedBytes = 15;
constexpr std::uint32_t kNoRow = ~std::uint32_t{0};

// FNV-1a: slow and unlike columnar::hash_bytes, which is the point of a second hash.
std::uint64_t second_hash(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  return hash;
}

KeyPrint print_of(std::string_view text) noexcept {
  KeyPrint print;
  if (text.size() <= kPackedBytes) {
    char packed[16] = {};
    std::memcpy(packed, text.data(), text.size());
    packed[kPackedBytes] = static_cast<char>(text.size());
    std::memcpy(&print.a, packed, 8);
    std::memcpy(&print.b, packed + 8, 8);
    return print;
  }
  // The top byte is 0x80, which no packed length reaches.
  return {columnar::hash_bytes(text), (second_hash(text) >> 8) | (std::uint64_t{0x80} << 56)};
}

KeyPrint print_of(std::uint64_t value) noexcept { return {value, std::uint64_t{0x40} << 56}; }

KeyPrint combine(const KeyPrint& left, const KeyPrint& right) noexcept {
  char bytes[32];
  std::memcpy(bytes, &left, 16);
  std::memcpy(bytes + 16, &right, 16);
  return print_of(std::string_view(bytes, sizeof bytes));
}

// The column's prints; rows without value get kNoKey.
std::vector<KeyPrint> column_prints(const columnar::Column& column) {
  std::vector<KeyPrint> prints(column.size(), kNoKey);
  const auto fill = [&](auto values) {
    for (std::size_t row = 0; row < prints.size(); ++row) {
      if (column.is_value(row)) prints[row] = print_of(static_cast<std::uint64_t>(values[row]));
    }
  };
  switch (column.type()) {
    case columnar::Type::kBool:
      fill(column.bools());
      break;
    case columnar::Type::kInt32:
    case columnar::Type::kDate:
      fill(column.int32s());
      break;
    case columnar::Type::kInt64:
    case columnar::Type::kTimestamp:
      fill(column.int64s());
      break;
    case columnar::Type::kDouble:
      for (std::size_t row = 0; row < prints.size(); ++row) {
        if (!column.is_value(row)) continue;
        std::uint64_t bits;
        const double value = column.doubles()[row] + 0.0;  // -0.0 is 0.0
        std::memcpy(&bits, &value, sizeof bits);
        prints[row] = print_of(bits);
      }
      break;
    case columnar::Type::kString:
      for (std::size_t row = 0; row < prints.size(); ++row) {
        if (column.is_value(row)) prints[row] = print_of(column.text(row));
      }
      break;
  }
  return prints;
}

std::uint64_t spread(const KeyPrint& key) noexcept {
  std::uint64_t x = (key.a ^ (key.b * 0x9E3779B97F4A7C15ULL)) * 0xD1B54A32D192ED03ULL;
  x ^= x >> 32;
  return x * 0x9E3779B97F4A7C15ULL;
}

}  // namespace

std::vector<KeyPrint> key_prints(const columnar::Batch& batch, std::span<const std::string> key) {
  std::vector<KeyPrint> prints;
  for (const std::string& name : key) {
    const columnar::Column* column = batch.find(name);
    if (column == nullptr) return std::vector<KeyPrint>(batch.num_rows, kNoKey);
    std::vector<KeyPrint> next = column_prints(*column);
    if (prints.empty()) {
      prints = std::move(next);
      continue;
    }
    for (std::size_t row = 0; row < prints.size(); ++row) {
      const bool is_complete = prints[row] != kNoKey && next[row] != kNoKey;
      prints[row] = is_complete ? combine(prints[row], next[row]) : kNoKey;
    }
  }
  if (prints.empty()) prints.assign(batch.num_rows, kNoKey);
  return prints;
}

Result<std::vector<Repeat>> find_repeats(std::span<const KeyPrint> keys, unsigned threads) {
  // Split by hash so that each part's table stays in the cache; equal keys meet in one part.
  constexpr unsigned kPartBits = 6;
  constexpr std::size_t kParts = std::size_t{1} << kPartBits;
  const auto part_of = [](const KeyPrint& key) {
    return static_cast<std::size_t>(spread(key) >> (64 - kPartBits));
  };
  std::vector<std::uint32_t> part_end(kParts + 1, 0);
  for (const KeyPrint& key : keys) {
    if (key != kNoKey) ++part_end[part_of(key) + 1];
  }
  for (std::size_t part = 0; part < kParts; ++part) part_end[part + 1] += part_end[part];
  std::vector<std::uint32_t> rows(part_end[kParts]);
  std::vector<std::uint32_t> next(part_end.begin(), part_end.end() - 1);
  for (std::size_t row = 0; row < keys.size(); ++row) {
    if (keys[row] != kNoKey) rows[next[part_of(keys[row])]++] = static_cast<std::uint32_t>(row);
  }

  std::vector<std::vector<Repeat>> found(kParts);
  HARK_TRY_VOID(parallel_for(kParts, threads, [&](std::size_t part) -> Result<void> {
    const std::span<const std::uint32_t> mine(rows.data() + part_end[part],
                                              part_end[part + 1] - part_end[part]);
    std::size_t capacity = 16;
    while (capacity < mine.size() * 2) capacity *= 2;
    // Part of the hash stands beside the row, so that other keys are passed without a look at them.
    struct Slot {
      std::uint32_t row = kNoRow;
      std::uint32_t tag = 0;
    };
    std::vector<Slot> slots(capacity);
    constexpr std::size_t kAhead = 16;
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if (i + kAhead < mine.size()) __builtin_prefetch(&keys[mine[i + kAhead]]);
      const std::uint32_t row = mine[i];
      const std::uint64_t hash = spread(keys[row]);
      const auto tag = static_cast<std::uint32_t>(hash >> 24);
      std::size_t at = hash & (capacity - 1);
      while (slots[at].row != kNoRow &&
             (slots[at].tag != tag || keys[slots[at].row] != keys[row])) {
        at = (at + 1) & (capacity - 1);
      }
      if (slots[at].row == kNoRow) {
        slots[at] = {row, tag};
      } else {
        found[part].push_back({slots[at].row, row});
      }
    }
    return {};
  }));
  std::vector<Repeat> repeats;
  for (const auto& part : found) repeats.insert(repeats.end(), part.begin(), part.end());
  std::sort(repeats.begin(), repeats.end(),
            [](const Repeat& a, const Repeat& b) { return a.row < b.row; });
  return repeats;
}

std::vector<Loser> losing_rows(std::span<const Repeat> repeats,
                               const std::function<bool(std::uint32_t, std::uint32_t)>& is_better) {
  std::unordered_map<std::uint32_t, std::uint32_t> winner_of;  // by the key's first row
  std::vector<Loser> losers;
  losers.reserve(repeats.size());
  for (const Repeat& repeat : repeats) {
    std::uint32_t& winner = winner_of.try_emplace(repeat.first, repeat.first).first->second;
    const bool is_new_winner = is_better(repeat.row, winner);
    losers.push_back({is_new_winner ? winner : repeat.row, repeat.first});
    if (is_new_winner) winner = repeat.row;
  }
  for (Loser& loser : losers) loser.kept = winner_of.at(loser.kept);
  std::sort(losers.begin(), losers.end(),
            [](const Loser& a, const Loser& b) { return a.row < b.row; });
  return losers;
}

}  // namespace hark::insight
