#include "hark/tabular/clock_parser.h"

#include "hark/calendar/civil.h"
#include "hark/tabular/fixed_clock.h"

namespace hark::tabular {
namespace {

using contract::ClockItem;
using Part = ClockItem::Part;

/// Walks one text along one pattern.
class Walk {
 public:
  explicit Walk(std::string_view text) noexcept
      : at_(text.data()), end_(text.data() + text.size()) {}

  bool take(const ClockItem& item) noexcept {
    switch (item.part) {
      case Part::kLiteral:
        if (at_ == end_ || *at_ != item.literal) return false;
        ++at_;
        return true;
      case Part::kSpace:
        if (at_ == end_ || *at_ != ' ') return false;
        while (at_ != end_ && *at_ == ' ') ++at_;
        return true;
      case Part::kYear4: {
        unsigned century = 0;
        unsigned year = 0;
        if (!two_digits(century) || !two_digits(year)) return false;
        year_ = century * 100 + year;
        return true;
      }
      case Part::kYear2:
        if (!two_digits(year_)) return false;
        year_ += year_ < 30 ? 2000 : 1900;
        return true;
      case Part::kMonth:
        return number(item, month_);
      case Part::kDay:
        return number(item, day_);
      case Part::kHour24:
        return number(item, hour_) && hour_ <= 23;
      case Part::kHour12:
        return number(item, hour_) && hour_ >= 1 && hour_ <= 12;
      case Part::kMinute:
        return number(item, minute_) && minute_ <= 59;
      case Part::kSecond:
        return number(item, second_) && second_ <= 59;
      case Part::kFraction:
        return fraction();
      case Part::kAmPm:
        return am_pm();
      case Part::kOffset:
        return offset();
    }
    return false;
  }

  bool finish(WallClock& out) const noexcept {
    const auto year = static_cast<std::int32_t>(year_);
    if (at_ != end_ || !calendar::is_valid_date(year, month_, day_)) return false;
    unsigned hour = hour_;
    if (half_ != Half::kNone) hour = hour_ % 12 + (half_ == Half::kPm ? 12 : 0);
    out.days = calendar::days_from_civil(year, month_, day_);
    out.second_of_day = static_cast<std::int32_t>((hour * 60 + minute_) * 60 + second_);
    out.microseconds = static_cast<std::int32_t>(microseconds_);
    out.has_offset = has_offset_;
    out.offset_s = offset_s_;
    return true;
  }

 private:
  enum class Half : std::uint8_t { kNone, kAm, kPm };

  static unsigned digit(char c) noexcept {
    return static_cast<unsigned>(static_cast<unsigned char>(c)) - '0';
  }
  bool is_digit_next() const noexcept { return at_ != end_ && digit(*at_) <= 9; }

  bool two_digits(unsigned& value) noexcept {
    if (end_ - at_ < 2) return false;
    const unsigned tens = digit(at_[0]);
    const unsigned ones = digit(at_[1]);
    if (tens > 9 || ones > 9) return false;
    value = tens * 10 + ones;
    at_ += 2;
    return true;
  }

  bool number(const ClockItem& item, unsigned& value) noexcept {
    if (item.is_padded) return two_digits(value);
    if (!is_digit_next()) return false;
    value = digit(*at_++);
    if (is_digit_next()) value = value * 10 + digit(*at_++);
    return true;
  }

  bool fraction() noexcept {
    unsigned num_digits = 0;
    unsigned unit = 100'000;
    for (; num_digits < 9 && is_digit_next(); ++num_digits, unit /= 10) {
      microseconds_ += digit(*at_++) * unit;
    }
    return num_digits > 0;
  }

  bool am_pm() noexcept {
    if (end_ - at_ < 2 || (at_[1] | 0x20) != 'm') return false;
    const int half = at_[0] | 0x20;
    if (half != 'a' && half != 'p') return false;
    half_ = half == 'p' ? Half::kPm : Half::kAm;
    at_ += 2;
    return true;
  }

  bool offset() noexcept {
    has_offset_ = true;
    if (at_ == end_) return false;
    const char sign = *at_++;
    if (sign == 'Z' || sign == 'z') return true;
    if (sign != '+' && sign != '-') return false;
    unsigned hours = 0;
    unsigned minutes = 0;
    if (!two_digits(hours) || hours > 18) return false;
    const bool has_colon = at_ != end_ && *at_ == ':';
    if (has_colon) ++at_;
    if ((has_colon || is_digit_next()) && (!two_digits(minutes) || minutes > 59)) return false;
    offset_s_ = static_cast<std::int32_t>(hours * 3600 + minutes * 60);
    if (sign == '-') offset_s_ = -offset_s_;
    return true;
  }

  const char* at_;
  const char* end_;
  unsigned year_ = 0;
  unsigned month_ = 0;
  unsigned day_ = 0;
  unsigned hour_ = 0;
  unsigned minute_ = 0;
  unsigned second_ = 0;
  unsigned microseconds_ = 0;
  Half half_ = Half::kNone;
  bool has_offset_ = false;
  std::int32_t offset_s_ = 0;
};

}  // namespace

struct ClockParser::Pattern {
  contract::ClockPattern items;
  std::optional<FixedClock> fixed;

  bool walk(std::string_view text, WallClock& out) const noexcept {
    Walk walk(text);
    for (const ClockItem& item : items) {
      if (!walk.take(item)) return false;
    }
    return walk.finish(out);
  }
};

ClockParser::ClockParser() = default;
ClockParser::ClockParser(const ClockParser&) = default;
ClockParser& ClockParser::operator=(const ClockParser&) = default;
ClockParser::ClockParser(ClockParser&&) noexcept = default;
ClockParser& ClockParser::operator=(ClockParser&&) noexcept = default;
ClockParser::~ClockParser() = default;

Result<ClockParser> ClockParser::compile(const std::vector<std::string>& formats) {
  ClockParser parser;
  for (const std::string& format : formats) {
    HARK_TRY(std::vector<contract::ClockPattern> patterns, contract::parse_clock_pattern(format));
    for (contract::ClockPattern& items : patterns) {
      std::optional<FixedClock> fixed = FixedClock::of(items);
      parser.patterns_.push_back({std::move(items), std::move(fixed)});
    }
  }
  return parser;
}

bool ClockParser::parse(std::string_view text, WallClock& out) const noexcept {
  for (const Pattern& pattern : patterns_) {
    if (pattern.fixed && pattern.fixed->parse(text, out)) return true;
    if (pattern.walk(text, out)) return true;
  }
  return false;
}

bool ClockParser::parse_by_walking(std::string_view text, WallClock& out) const noexcept {
  for (const Pattern& pattern : patterns_) {
    if (pattern.walk(text, out)) return true;
  }
  return false;
}

}  // namespace hark::tabular
