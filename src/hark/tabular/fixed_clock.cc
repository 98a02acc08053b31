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

unsigned two_digits(const char* at) noexcept {
  return static_cast<unsigned>(at[0] - '0') * 10 + static_cast<unsigned>(at[1] - '0');
}

}  // namespace

std::optional<FixedClock> FixedClock::of(const contract::ClockPattern& pattern) {
  FixedClock clock;
  std::string layout;
  const auto number = [&layout](std::uint8_t& place, std::size_t num_digits) {
    place = static_cast<std::uint8_t>(layout.size());
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
        number(clock.year_, 4);
        break;
      case Part::kYear2:
        number(clock.year_, 2);
        clock.is_long_year_ = false;
        break;
      case Part::kMonth:
        number(clock.month_, 2);
        break;
      case Part::kDay:
        number(clock.day_, 2);
        break;
      case Part::kHour24:
      case Part::kHour12:
        number(clock.hour_, 2);
        break;
      case Part::kMinute:
        number(clock.minute_, 2);
        break;
      case Part::kSecond:
        number(clock.second_, 2);
        break;
      case Part::kFraction:
        number(clock.fraction_, 3);
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
    clock.words_.push_back(word);
  }
  return clock;
}

bool FixedClock::parse(std::string_view text, WallClock& out) const noexcept {
  if (text.size() != length_) return false;
  const char* const at = text.data();
  for (const Word& word : words_) {
    const std::uint64_t bytes = load(at + word.place);
    if ((bytes & word.literal_mask) != word.literal || !are_digits(bytes, word.digit_mask))
      return false;
  }
  const unsigned month = two_digits(at + month_);
  const unsigned day = two_digits(at + day_);
  unsigned year = two_digits(at + year_);
  if (is_long_year_) {
    year = year * 100 + two_digits(at + year_ + 2);
  } else {
    year += year < 30 ? 2000 : 1900;
  }
  unsigned hour = hour_ == kNone ? 0 : two_digits(at + hour_);
  const unsigned minute = minute_ == kNone ? 0 : two_digits(at + minute_);
  const unsigned second = second_ == kNone ? 0 : two_digits(at + second_);
  if (minute > 59 || second > 59) return false;
  if (half_ != kNone) {
    const int half = at[half_] | 0x20;
    if ((half != 'a' && half != 'p') || (at[half_ + 1] | 0x20) != 'm' || hour < 1 || hour > 12)
      return false;
    hour = hour % 12 + (half == 'p' ? 12 : 0);
  } else if (hour > 23) {
    return false;
  }
  const auto signed_year = static_cast<std::int32_t>(year);
  if (!calendar::is_valid_date(signed_year, month, day)) return false;
  out = {};
  out.days = calendar::days_from_civil(signed_year, month, day);
  out.second_of_day = static_cast<std::int32_t>((hour * 60 + minute) * 60 + second);
  if (fraction_ != kNone) {
    out.microseconds =
        static_cast<std::int32_t>(two_digits(at + fraction_) * 10'000 +
                                  static_cast<unsigned>(at[fraction_ + 2] - '0') * 1'000);
  }
  return true;
}

}  // namespace hark::tabular
