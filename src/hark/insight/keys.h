// Which rows carry the same key (METRICS section 2, duplicates).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"

namespace hark::insight {

/// A record's key in 16 bytes. A single integer or a single text of up to 15 bytes is held as it
/// is; longer texts and keys of several columns as two independent hashes, so that two different
/// keys are taken for one with a probability below 1e-20 in ten million rows.
struct KeyPrint {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  friend bool operator==(const KeyPrint&, const KeyPrint&) = default;
};

/// A row without key: equal to no other row.
inline constexpr KeyPrint kNoKey{~std::uint64_t{0}, ~std::uint64_t{0}};

/// The keys of some rows: 8 bytes a row as long as all of them are single integers, else 16.
class KeyPrints {
 public:
  KeyPrints() = default;
  /// The key of every row of a batch; kNoKey where a key column is absent or has no value.
  KeyPrints(const columnar::Batch& batch, std::span<const std::string> key);

  std::size_t size() const noexcept { return a_.size(); }
  bool are_integers() const noexcept { return b_.empty(); }
  /// The keys themselves; of integers only.
  std::span<const std::uint64_t> integers() const noexcept { return a_; }
  KeyPrint operator[](std::size_t row) const noexcept {
    return {a_[row], b_.empty() ? kInteger : b_[row]};
  }
  void push_back(const KeyPrint& key);
  bool has_any() const noexcept;

  /// KeyPrint::b of a single integer.
  static constexpr std::uint64_t kInteger = std::uint64_t{0x40} << 56;

 private:
  std::vector<std::uint64_t> a_;
  std::vector<std::uint64_t> b_;  ///< empty while all are kInteger
};

struct Repeat {
  std::uint32_t first = 0;  ///< the earliest row with this key
  std::uint32_t row = 0;    ///< a later one
  KeyPrint key;
};
/// Rows whose key an earlier row has, ascending by row; the same for any number of threads. Rows
/// count through all of `keys`, which are let go as soon as they are not needed. Errors:
/// kExhausted.
Result<std::vector<Repeat>> find_repeats(std::vector<KeyPrints> keys, unsigned threads);

}  // namespace hark::insight
