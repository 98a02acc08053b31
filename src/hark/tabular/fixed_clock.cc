#include "hark/tabular/fixed_clock.h"

#include <bit>
#include <cstring>
#include <string>

#include "hark/calendar/civil.h"

namespace hark::tabular {
namespace {

using Part = contract::ClockItem::Part;

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

constexpr std::size_t kMaxLength = 40;
/// Stands for a digit in the template of a layout, which holds no such byte otherwise.
constexpr char kDigit = '\1';
/// Stands for a byte that is checked apart.
constexpr char kOther = '\2';
constexpr int kTopBit = 0x80;

std::uint64_t load(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
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
    char expected[kWordBytes] = {};
    char mask[kWordBytes] = {};
    char room[kWordBytes] = {};
    for (std::size_t i = 0; i < kWordBytes; ++i) {
      const char c = layout[word.place + i];
      if (c == kOther) continue;
      mask[i] = '\xFF';
      expected[i] = c == kDigit ? '0' : c;
      room[i] = c == kDigit ? kTopBit - 10 : kTopBit - 1;
    }
    word.expected = load(expected);
    word.mask = load(mask);
    word.room = load(room);
    clock.words_[clock.num_words_++] = word;
  }
  const auto pair = [&](std::size_t place, std::size_t digit = 0) {
    return place == kAbsent ? kNoPair : clock.pair_at(place + digit);
  };
  clock.century_ = clock.is_long_year_ ? pair(year) : kNoPair;
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

std::uint8_t FixedClock::pair_at(std::size_t place) {
  std::size_t word = 0;
  while (word < num_words_ &&
         (place < words_[word].place || place + 2 > words_[word].place + kWordBytes))
    ++word;
  if (word == num_words_) {
    // Its bytes are looked at in other words: nothing to find wrong, only digits to be had.
    words_[num_words_++] = {
        .place = static_cast<std::uint8_t>(std::min(place, std::size_t{length_} - kWordBytes)),
        .mask = 0x0F0F0F0F0F0F0F0FULL};
  }
  return static_cast<std::uint8_t>(word * kWordBytes + place - words_[word].place);
}

bool FixedClock::parse(std::string_view text, WallClock& out) const noexcept {
  if (text.size() != length_) return false;
  const char* const at = text.data();
  // By place: the number that the digits there and behind it write.
  unsigned char pairs[(kMostWords + 1) * kWordBytes];
  pairs[kNoPair] = 0;
  std::uint64_t wrong = 0;
  for (std::size_t i = 0; i < num_words_; ++i) {
    const Word& word = words_[i];
    const std::uint64_t value = (load(at + word.place) ^ word.expected) & word.mask;
    // The top bit of a byte tells that it is too much. A carry comes from such a byte only.
    wrong |= value | (value + word.room);
    const std::uint64_t numbers = value * 10 + (value >> 8);
    std::memcpy(pairs + i * kWordBytes, &numbers, kWordBytes);
  }
  if ((wrong & 0x8080808080808080U) != 0) return false;
  const auto number = [&pairs](std::uint8_t pair) { return unsigned{pairs[pair]}; };
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
    constexpr unsigned kFromAToP = 'a' ^ 'p';
    const unsigned from_a = (static_cast<unsigned char>(at[half_]) | 0x20U) ^ 'a';
    const unsigned is_pm = from_a >> 4 & 1;
    if (from_a != is_pm * kFromAToP || (at[half_ + 1] | 0x20) != 'm' || hour < 1 || hour > 12)
      return false;
    hour = (hour == 12 ? 0 : hour) + is_pm * 12;
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
