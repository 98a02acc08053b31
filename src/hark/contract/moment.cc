#include "hark/contract/moment.h"

#include "hark/calendar/civil.h"

namespace hark::contract {
namespace {

/// Takes numbers and separators off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool is_at_end() const noexcept { return text_.empty(); }
  bool take(char c) noexcept {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A number of exactly `count` digits, or -1.
  int digits(std::size_t count) noexcept {
    if (text_.size() < count) return -1;
    int value = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  /// A fraction of a second in microseconds; finer digits are cut off. -1 without a digit.
  std::int64_t fraction() noexcept {
    std::int64_t micros = -1;
    for (std::int64_t unit = 100'000;
         !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; unit /= 10) {
      micros = (micros < 0 ? 0 : micros) + (text_.front() - '0') * unit;
      text_.remove_prefix(1);
    }
    return micros;
  }

 private:
  std::string_view text_;
};

Error unreadable(const char* message) { return Error(ErrorCode::kInvalidArgument, message); }

}  // namespace

Result<Moment> parse_moment(std::string_view text) {
  Cursor cursor(text);
  const int year = cursor.digits(4);
  const bool is_dash = cursor.take('-');
  const int month = cursor.digits(2);
  const bool is_second_dash = cursor.take('-');
  const int day = cursor.digits(2);
  if (year < 1 || month < 1 || day < 1 || !is_dash || !is_second_dash ||
      !calendar::is_valid_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day)))
    return unreadable("this is no date; write '2024-01-31' or '2024-01-31 17:30'");
  const std::int64_t days =
      calendar::days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  if (cursor.is_at_end()) return Moment{true, days};

  const bool has_separator = cursor.take(' ') || cursor.take('T');
  const int hour = cursor.digits(2);
  const bool has_colon = cursor.take(':');
  const int minute = cursor.digits(2);
  int second = 0;
  std::int64_t micros = 0;
  if (cursor.take(':')) {
    second = cursor.digits(2);
    if (cursor.take('.')) micros = cursor.fraction();
  }
  if (!has_separator || !has_colon || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59 || micros < 0)
    return unreadable("this is no time; write '2024-01-31 17:30' or '2024-01-31 17:30:15'");
  if (!cursor.is_at_end()) {
    return unreadable(
        "leave out what follows the time: clocks are compared in the city's local time");
  }
  const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
  return Moment{false, seconds * 1'000'000 + micros};
}

}  // namespace hark::contract
