// What became of the short texts of a column that were seen last.
//
// Agencies, statuses and boroughs are the same few texts over and over. Here a field is known by
// its bytes as they stand in the file, before quotes, spaces and missing markers are looked at.
// Threads: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace hark::tabular {

class RecentTexts {
 public:
  static constexpr std::size_t kLongest = 32;
  /// Put for a text that stands for no value.
  static constexpr std::uint32_t kNoValue = ~std::uint32_t{0};

  /// A text of up to kLongest bytes, zeros behind them.
  struct Key {
    std::array<std::uint64_t, kLongest / 8> words;
    std::uint32_t size;
    friend bool operator==(const Key&, const Key&) = default;
  };

  /// None of a longer text, and of one nearer than kLongest bytes to `end`, up to where may be
  /// read.
  static std::optional<Key> key_of(std::string_view raw, const char* end) noexcept {
    if (raw.size() > kLongest || static_cast<std::size_t>(end - raw.data()) < kLongest)
      return std::nullopt;
    // As many bytes of ones as the text has, then zeros.
    static constexpr auto kMasks = [] {
      std::array<unsigned char, 2 * kLongest> masks{};
      for (std::size_t i = 0; i < kLongest; ++i) masks[i] = 0xFF;
      return masks;
    }();
    Key key;
    decltype(key.words) mask;
    std::memcpy(key.words.data(), raw.data(), kLongest);
    std::memcpy(mask.data(), kMasks.data() + kLongest - raw.size(), kLongest);
    for (std::size_t i = 0; i < mask.size(); ++i) key.words[i] &= mask[i];
    key.size = static_cast<std::uint32_t>(raw.size());
    return key;
  }

  /// What was put for the text; null where it is not known, or not any more.
  const std::uint32_t* find(const Key& key) const noexcept {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[place_of(key)];
    return slot.is_used && slot.key == key ? &slot.code : nullptr;
  }
  void put(const Key& key, std::uint32_t code) {
    if (slots_.empty()) slots_.resize(kSlots);
    slots_[place_of(key)] = {key, code, true};
  }
  void clear() { slots_.clear(); }

 private:
  static constexpr std::size_t kSlotBits = 9;
  static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
  struct Slot {
    Key key{};
    std::uint32_t code = 0;
    bool is_used = false;
  };
  static std::size_t place_of(const Key& key) noexcept {
    const std::uint64_t mixed = key.words[0] + key.words[1] * 0x9E3779B97F4A7C15ULL +
                                key.words[2] * 0xD1B54A32D192ED03ULL +
                                key.words[3] * 0xA0761D6478BD642FULL;
    return static_cast<std::size_t>((mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15ULL >>
                                    (64 - kSlotBits));
  }

  std::vector<Slot> slots_;  ///< empty until something is put
};

}  // namespace hark::tabular
