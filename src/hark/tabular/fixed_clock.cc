#include "hark/tabular/fixed_clock.h"

#include <bit>
#include <cstring>
#include <string>

#include "hark/calendar/civil.h"

namespace hark::tabular {
namespace {

using Part = contract::ClockItem::Part;

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

constexpr std::size_t kWordBytes = 8;
constexpr std::size_t kMaxLength = 40;
/// Stands for a digit in the template of a layout, which holds no such byte otherwise.
constexpr char kDigit = '\1';
/// Stands for a byte that is checked apart.
constexpr char kOther = '\2';

std::uint64_t load(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Whether each byte under `mask` is an ASCII digit. A carry from a byte above 0xF9 can only make
/// it say no.
bool are_digits(std::uint64_t word, std::uint64_t mask) noexcept {
  constexpr std::uint64_t kHigh = 0xF0F0F0F0F0F0F0F0ULL;
  constexpr std::uint64_t kThrees = 0x3030303030303030ULL;
  constexpr std::uint64_t kSixes = 0x0606060606060606ULL;
  const std::uint64_t is_three = (word & kHigh) ^ kThrees;
  const std::uint64_t stays_three = ((word + kSixes) & kHigh) ^ kThrees;
  return ((is_three | stays_three) & mask) == 0;
}

/// Byte i becomes the number that digits i and i + 1 write. Where one is no digit it means nothing.
std::uint64_t pairs_of(std::uint64_t word) noexcept {
  const std::uint64_t digits = word & 0x0F0F0F0F0F0F0F0FULL;
  return digits * 10 + (digits >> 8);
}

}  // namespace

std::optional<FixedClock> FixedClock::of(const contract::ClockPattern& pattern) {
  constexpr std::size_t kAbsent = ~std::size_t{0};
  std::size_t year = kAbsent, month = kAbsent, day = kAbsent;
  std::size_t hour = kAbsent, minute = kAbsent, second = kAbsent, fraction = kAbsent;
  FixedClock clock;
  std::string layout;
  const auto number = [&layout](std::size_t& place, std::size_t num_digits) {
    place = layout.size();
    layout.append(num_digits, kDigit);
  };
  for (const contract::ClockItem& item : pattern) {
    switch (item.part) {
      case Part::kLiteral:
        layout += item.literal;
        break;
      case Part::kSpace:
        layout += ' ';
        break;
      case Part::kYear4:
        number(year, 4);
        break;
      case Part::kYear2:
        number(year, 2);
        clock.is_long_year_ = false;
        break;
      case Part::kMonth:
        number(month, 2);
        break;
      case Part::kDay:
        number(day, 2);
        break;
      case Part::kHour24:
      case Part::kHour12:
        number(hour, 2);
        break;
      case Part::kMinute:
        number(minute, 2);
        break;
      case Part::kSecond:
        number(second, 2);
        break;
      case Part::kFraction:
        number(fraction, 3);
        break;
      case Part::kAmPm:
        clock.half_ = static_cast<std::uint8_t>(layout.size());
        layout.append(2, kOther);
        break;
      case Part::kOffset:
        return std::nullopt;
    }
  }
  if (layout.size() < kWordBytes || layout.size() > kMaxLength) return std::nullopt;
  clock.length_ = static_cast<std::uint8_t>(layout.size());
  for (std::size_t place = 0; place < layout.size(); place += kWordBytes) {
    Word word;
    word.place = static_cast<std::uint8_t>(std::min(place, layout.size() - kWordBytes));
    char literal[kWordBytes] = {};
    char literal_mask[kWordBytes] = {};
    char digit_mask[kWordBytes] = {};
    for (std::size_t i = 0; i < kWordBytes; ++i) {
      const char c = layout[word.place + i];
      if (c == kDigit) {
        digit_mask[i] = '\xFF';
      } else if (c != kOther) {
        literal_mask[i] = '\xFF';
        literal[i] = c;
      }
    }
    word.literal = load(literal);
    word.literal_mask = load(literal_mask);
    word.digit_mask = load(digit_mask);
    clock.words_[clock.num_words_++] = word;
  }
  const auto pair = [&](std::size_t place, std::size_t digit = 0) {
    return place == kAbsent ? clock.no_pair() : clock.pair_at(place + digit);
  };
  clock.century_ = clock.is_long_year_ ? pair(year) : clock.no_pair();
  clock.year_ = pair(year, clock.is_long_year_ ? 2 : 0);
  clock.month_ = pair(month);
  clock.day_ = pair(day);
  clock.hour_ = pair(hour);
  clock.minute_ = pair(minute);
  clock.second_ = pair(second);
  clock.fraction_ = pair(fraction);
  if (fraction != kAbsent) clock.third_of_fraction_ = static_cast<std::uint8_t>(fraction + 2);
  return clock;
}

FixedClock::Pair FixedClock::pair_at(std::size_t place) {
  std::size_t word = 0;
  while (word < num_words_ &&
         (place < words_[word].place || place + 2 > words_[word].place + kWordBytes))
    ++word;
  if (word == num_words_) {
    words_[num_words_++].place =
        static_cast<std::uint8_t>(std::min(place, std::size_t{length_} - kWordBytes));
  }
  return {static_cast<std::uint8_t>(word),
          static_cast<std::uint8_t>((place - words_[word].place) * 8)};
}

bool FixedClock::parse(std::string_view text, WallClock& out) const noexcept {
  if (text.size() != length_) return false;
  const char* const at = text.data();
  std::uint64_t pairs[kMostWords + 1];
  pairs[kMostWords] = 0;
  for (std::size_t i = 0; i < num_words_; ++i) {
    const Word& word = words_[i];
    const std::uint64_t bytes = load(at + word.place);
    if ((bytes & word.literal_mask) != word.literal || !are_digits(bytes, word.digit_mask))
      return false;
    pairs[i] = pairs_of(bytes);
  }
  const auto number = [&pairs](Pair pair) {
    return static_cast<unsigned>(pairs[pair.word] >> pair.shift & 0xFF);
  };
  unsigned year = number(year_);
  if (is_long_year_) {
    year += number(century_) * 100;
  } else {
    year += year < 30 ? 2000 : 1900;
  }
  unsigned hour = number(hour_);
  const unsigned minute = number(minute_);
  const unsigned second = number(second_);
  if (minute > 59 || second > 59) return false;
  if (half_ != kNone) {
    // Without a branch on AM and PM, which would be guessed wrong half of the time.
    const int half = at[half_] | 0x20;
    const unsigned is_am = half == 'a' ? 1 : 0;
    const unsigned is_pm = half == 'p' ? 1 : 0;
    if ((is_am | is_pm) == 0 || (at[half_ + 1] | 0x20) != 'm' || hour < 1 || hour > 12)
      return false;
    hour = hour % 12 + is_pm * 12;
  } else if (hour > 23) {
    return false;
  }
  out = {};
  if (!calendar::find_day(static_cast<std::int32_t>(year), number(month_), number(day_), out.days))
    return false;
  out.second_of_day = static_cast<std::int32_t>((hour * 60 + minute) * 60 + second);
  if (third_of_fraction_ != 0) {
    out.microseconds = static_cast<std::int32_t>(
        number(fraction_) * 10'000 + static_cast<unsigned>(at[third_of_fraction_] - '0') * 1'000);
  }
  return true;
}

}  // namespace hark::tabular
