// Clock texts of a fixed length, read eight bytes at a time.
//
// Most patterns have one usual length, at which every part stands at a place known beforehand:
// "MM/dd/yyyy hh:mm:ss a" is 22 bytes. Literals and digits are then checked word by word and the
// numbers picked out. What is written another way (two spaces, one digit) is left to the walk along
// the pattern, which is the definition. Threads: immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hark/contract/clock_pattern.h"
#include "hark/tabular/clock_parser.h"

namespace hark::tabular {

class FixedClock {
 public:
  /// The layout of a pattern; nullopt for one that has none (a written offset from UTC, or shorter
  /// than 8 bytes). Numbers stand with two digits, fractions with three, spaces single.
  static std::optional<FixedClock> of(const contract::ClockPattern& pattern);

  /// Reads a text of this layout as the walk along the pattern does. False where it is not of this
  /// layout or does not exist; the walk may still read it.
  bool parse(std::string_view text, WallClock& out) const noexcept;

 private:
  static constexpr std::uint8_t kNone = 0xFF;
  /// What eight bytes must be; the bytes of a word may overlap the word's before.
  struct Word {
    std::uint8_t place = 0;
    std::uint64_t literal_mask = 0;
    std::uint64_t literal = 0;
    std::uint64_t digit_mask = 0;  ///< 0xFF per digit
  };
  std::uint8_t length_ = 0;
  std::vector<Word> words_;
  // Places of the parts, or kNone.
  std::uint8_t year_ = kNone;
  std::uint8_t month_ = kNone;
  std::uint8_t day_ = kNone;
  std::uint8_t hour_ = kNone;
  std::uint8_t minute_ = kNone;
  std::uint8_t second_ = kNone;
  std::uint8_t fraction_ = kNone;
  std::uint8_t half_ = kNone;
  bool is_long_year_ = true;
};

}  // namespace hark::tabular
