// Clock texts of a fixed length, read eight bytes at a time.
//
// Most patterns have one usual length, at which every part stands at a place known beforehand:
// "MM/dd/yyyy hh:mm:ss a" is 22 bytes. Literals and digits are then checked word by word and the
// numbers picked out. What is written another way (two spaces, one digit) is left to the walk along
// the pattern, which is the definition. Threads: immutable.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

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
  static constexpr std::size_t kMostWords = 16;
  static constexpr std::size_t kWordBytes = 8;
  /// Of a number that the pattern does not have: always 0.
  static constexpr std::uint8_t kNoPair = kMostWords * kWordBytes;
  /// What eight bytes must be; the bytes of a word may overlap another's.
  struct Word {
    std::uint8_t place = 0;
    std::uint64_t expected = 0;  ///< '0' for a digit
    std::uint64_t mask = 0;      ///< of bytes that are expected
    std::uint64_t room = 0;      ///< added to a byte's distance from what is expected: top bit set
                                 ///< where the distance is too long
  };
  /// Where the number of the digits at `place` and behind it is found: the byte of a word. Adds a
  /// word where they are not in one.
  std::uint8_t pair_at(std::size_t place);

  std::uint8_t length_ = 0;
  std::uint8_t num_words_ = 0;
  std::array<Word, kMostWords> words_;
  std::uint8_t century_ = kNoPair;  ///< the first two digits of a long year
  std::uint8_t year_ = kNoPair;
  std::uint8_t month_ = kNoPair;
  std::uint8_t day_ = kNoPair;
  std::uint8_t hour_ = kNoPair;
  std::uint8_t minute_ = kNoPair;
  std::uint8_t second_ = kNoPair;
  std::uint8_t fraction_ = kNoPair;  ///< its first two digits
  bool is_long_year_ = true;
  std::uint8_t third_of_fraction_ = 0;  ///< place of its third digit; 0: no fraction
  static constexpr std::uint8_t kNone = 0xFF;
  std::uint8_t half_ = kNone;  ///< place of AM or PM
};

}  // namespace hark::tabular
