#include "hark/insight/keys.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "hark/core/memory.h"
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

KeyPrint print_of(std::uint64_t value) noexcept { return {value, KeyPrints::kInteger}; }

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

// Rows put where the other rows of their hash are, so that the table of each share stays in the
// cache; equal keys meet in one share, in the order of their rows.
struct Shares {
  std::vector<std::size_t> first;  ///< place of each share's first row; one more at the end
  std::unique_ptr<std::uint32_t[]> rows;
  std::unique_ptr<std::uint64_t[]> a;
  std::unique_ptr<std::uint64_t[]> b;  ///< null while all keys are integers

  std::size_t size() const noexcept { return first.size() - 1; }
  KeyPrint key(std::size_t place) const noexcept {
    return {a[place], b == nullptr ? KeyPrints::kInteger : b[place]};
  }
};

Result<Shares> put_in_shares(std::vector<KeyPrints> parts, unsigned threads) {
  constexpr std::size_t kRowsOfShare = std::size_t{1} << 14;
  constexpr std::size_t kMaxShareBits = 9;
  std::vector<std::size_t> first_row{0};
  bool are_integers = true;
  for (const KeyPrints& part : parts) {
    first_row.push_back(first_row.back() + part.size());
    are_integers = are_integers && part.are_integers();
  }
  const auto share_bits =
      std::clamp<std::size_t>(std::bit_width(first_row.back() / kRowsOfShare), 1, kMaxShareBits);
  const std::size_t num_shares = std::size_t{1} << share_bits;
  const auto share_of = [&](const KeyPrint& key) {
    return static_cast<std::size_t>(spread(key) >> (64 - share_bits));
  };

  // Each stretch of parts counts its rows, and writes them behind those of the stretches before.
  const std::size_t num_stretches = std::min<std::size_t>(parts.size(), std::size_t{threads} * 4);
  std::vector<std::vector<std::size_t>> places(num_stretches,
                                               std::vector<std::size_t>(num_shares, 0));
  const auto each_part = [&](std::size_t stretch, const auto& take) {
    const std::size_t end = parts.size() * (stretch + 1) / num_stretches;
    for (std::size_t p = parts.size() * stretch / num_stretches; p < end; ++p) take(p);
  };
  HARK_TRY_VOID(parallel_for(num_stretches, threads, [&](std::size_t stretch) -> Result<void> {
    each_part(stretch, [&](std::size_t p) {
      for (std::size_t row = 0; row < parts[p].size(); ++row) {
        if (parts[p][row] != kNoKey) ++places[stretch][share_of(parts[p][row])];
      }
    });
    return {};
  }));
  Shares shares;
  std::size_t before = 0;
  for (std::size_t share = 0; share < num_shares; ++share) {
    shares.first.push_back(before);
    for (auto& of_stretch : places) before += std::exchange(of_stretch[share], before);
  }
  shares.first.push_back(before);
  shares.rows = std::make_unique_for_overwrite<std::uint32_t[]>(before);
  shares.a = std::make_unique_for_overwrite<std::uint64_t[]>(before);
  if (!are_integers) shares.b = std::make_unique_for_overwrite<std::uint64_t[]>(before);
  HARK_TRY_VOID(parallel_for(num_stretches, threads, [&](std::size_t stretch) -> Result<void> {
    each_part(stretch, [&](std::size_t p) {
      const KeyPrints part = std::exchange(parts[p], {});
      for (std::size_t row = 0; row < part.size(); ++row) {
        const KeyPrint key = part[row];
        if (key == kNoKey) continue;
        const std::size_t place = places[stretch][share_of(key)]++;
        shares.rows[place] = static_cast<std::uint32_t>(first_row[p] + row);
        shares.a[place] = key.a;
        if (shares.b != nullptr) shares.b[place] = key.b;
      }
    });
    if (first_row.back() >= kManyRows) give_back_free_memory();
    return {};
  }));
  return shares;
}

// Appends the repeats within one share.
void find_repeats_of(const Shares& shares, std::size_t share, std::vector<Repeat>& found) {
  const std::size_t begin = shares.first[share];
  const std::size_t size = shares.first[share + 1] - begin;
  // Part of the hash stands beside the place, so that other keys are passed without a look at them.
  struct Slot {
    std::uint32_t at = kNoRow;
    std::uint32_t tag = 0;
  };
  std::vector<Slot> slots(std::bit_ceil(std::max<std::size_t>(size * 2, 16)));
  for (std::size_t i = 0; i < size; ++i) {
    const KeyPrint key = shares.key(begin + i);
    const std::uint64_t hash = spread(key);
    const auto tag = static_cast<std::uint32_t>(hash >> 24);
    std::size_t slot = hash & (slots.size() - 1);
    while (slots[slot].at != kNoRow &&
           (slots[slot].tag != tag || shares.key(begin + slots[slot].at) != key)) {
      slot = (slot + 1) & (slots.size() - 1);
    }
    if (slots[slot].at == kNoRow) {
      slots[slot] = {static_cast<std::uint32_t>(i), tag};
    } else {
      found.push_back({shares.rows[begin + slots[slot].at], shares.rows[begin + i], key});
    }
  }
}

/// Whether an integer occurs twice, told by a bit for every integer between the least and the
/// greatest; nothing where the keys are not all integers, or lie too far apart for that. Mostly it
/// says no, and no more need be done.
Result<std::optional<bool>> has_repeated_integer(std::span<const KeyPrints> parts,
                                                 unsigned threads) {
  constexpr std::uint64_t kBitsPerRow = 64;  // no more memory than the keys themselves
  std::uint64_t least = ~std::uint64_t{0};
  std::uint64_t greatest = 0;
  std::size_t num_rows = 0;
  for (const KeyPrints& part : parts) {
    if (!part.are_integers()) return std::nullopt;
    num_rows += part.size();
    for (const std::uint64_t key : part.integers()) {
      least = std::min(least, key);
      greatest = std::max(greatest, key);
    }
  }
  if (num_rows == 0) return false;
  if (greatest - least >= num_rows * kBitsPerRow) return std::nullopt;
  std::vector<std::atomic<std::uint64_t>> seen((greatest - least) / 64 + 1);
  std::atomic<bool> has_repeat{false};
  HARK_TRY_VOID(parallel_for(parts.size(), threads, [&](std::size_t p) -> Result<void> {
    bool has_mine = false;
    for (const std::uint64_t key : parts[p].integers()) {
      const std::uint64_t place = key - least;
      const std::uint64_t bit = std::uint64_t{1} << place % 64;
      has_mine |= (seen[place / 64].fetch_or(bit, std::memory_order_relaxed) & bit) != 0;
    }
    if (has_mine) has_repeat = true;
    return {};
  }));
  return has_repeat.load();
}

}  // namespace

KeyPrints::KeyPrints(const columnar::Batch& batch, std::span<const std::string> key) {
  // Mostly a key is one integer that every row has.
  if (key.size() == 1) {
    const columnar::Column* const column = batch.find(key[0]);
    const bool is_plain = column != nullptr && column->type() == columnar::Type::kInt64 &&
                          std::ranges::all_of(column->presence(), [](columnar::Presence presence) {
                            return presence == columnar::Presence::kValue;
                          });
    if (is_plain) {
      const auto values = column->int64s();
      a_.assign(values.begin(), values.end());
      return;
    }
  }
  std::vector<KeyPrint> prints;
  for (const std::string& name : key) {
    const columnar::Column* column = batch.find(name);
    if (column == nullptr) {
      prints.assign(batch.num_rows, kNoKey);
      break;
    }
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
  a_.reserve(prints.size());
  for (const KeyPrint& print : prints) push_back(print);
}

void KeyPrints::push_back(const KeyPrint& key) {
  if (b_.empty() && key.b != kInteger) b_.assign(a_.size(), kInteger);
  if (!b_.empty() || key.b != kInteger) b_.push_back(key.b);
  a_.push_back(key.a);
}

bool KeyPrints::has_any() const noexcept {
  if (are_integers()) return size() > 0;
  for (std::size_t row = 0; row < size(); ++row) {
    if ((*this)[row] != kNoKey) return true;
  }
  return false;
}

Result<std::vector<Repeat>> find_repeats(std::vector<KeyPrints> keys, unsigned threads) {
  HARK_TRY(const auto has_repeats, has_repeated_integer(keys, threads));
  if (has_repeats && !*has_repeats) return std::vector<Repeat>();
  HARK_TRY(const Shares shares, put_in_shares(std::move(keys), threads));
  std::vector<std::vector<Repeat>> found(shares.size());
  HARK_TRY_VOID(parallel_for(shares.size(), threads, [&](std::size_t share) -> Result<void> {
    find_repeats_of(shares, share, found[share]);
    return {};
  }));
  std::vector<Repeat> repeats;
  for (const auto& of_share : found)
    repeats.insert(repeats.end(), of_share.begin(), of_share.end());
  std::sort(repeats.begin(), repeats.end(),
            [](const Repeat& a, const Repeat& b) { return a.row < b.row; });
  return repeats;
}

}  // namespace hark::insight
