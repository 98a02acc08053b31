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
  /// What eight bytes must be; the bytes of a word may overlap another's.
  struct Word {
    std::uint8_t place = 0;
    std::uint64_t literal_mask = 0;
    std::uint64_t literal = 0;
    std::uint64_t digit_mask = 0;  ///< 0xFF per digit
  };
  /// Where the number of two digits stands: in which word, and how far up.
  struct Pair {
    std::uint8_t word = 0;
    std::uint8_t shift = 0;
  };
  /// The pair of the digits at `place` and behind it; adds a word where they are not in one.
  Pair pair_at(std::size_t place);
  /// Of a number that the pattern does not have: always 0.
  Pair no_pair() const noexcept { return {kMostWords, 0}; }

  std::uint8_t length_ = 0;
  std::uint8_t num_words_ = 0;
  std::array<Word, kMostWords> words_;
  Pair century_;  ///< the first two digits of a long year
  Pair year_;
  Pair month_;
  Pair day_;
  Pair hour_;
  Pair minute_;
  Pair second_;
  Pair fraction_;  ///< its first two digits
  bool is_long_year_ = true;
  std::uint8_t third_of_fraction_ = 0;  ///< place of its third digit; 0: no fraction
  static constexpr std::uint8_t kNone = 0xFF;
  std::uint8_t half_ = kNone;  ///< place of AM or PM
};

}  // namespace hark::tabular
