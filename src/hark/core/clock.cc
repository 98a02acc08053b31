#include "hark/core/clock.h"

#include <cstdio>

#include "hark/core/text.h"

namespace hark {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Reads exactly `width` digits at `at`; returns -1 if they are not there.
int digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

std::string format_instant(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  char text[64];
  int length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  const auto fraction = static_cast<int>(time.subseconds().count());
  if (fraction % 1000 != 0) {
    length += std::snprintf(text + length, sizeof text - static_cast<std::size_t>(length), ".%06d",
                            fraction);
  } else if (fraction != 0) {
    length += std::snprintf(text + length, sizeof text - static_cast<std::size_t>(length), ".%03d",
                            fraction / 1000);
  }
  return std::string(text, static_cast<std::size_t>(length)) + "Z";
}

Result<Instant> parse_instant(std::string_view text) {
  const Error bad =
      Error(ErrorCode::kInvalidArgument, concat("not a time: '", text, "'"))
          .hint("write 2026-11-01, 2026-11-01T09:30:00Z or 2026-11-01T09:30:00-04:00");
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-') return bad;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad;
  Instant instant = std::chrono::sys_days(date);
  if (text.size() == 10) return instant;
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  if ((text[10] != 'T' && text[10] != ' ') || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      text[13] != ':')
    return bad;
  instant += hours(hour) + minutes(minute);
  std::size_t at = 16;
  if (at < text.size() && text[at] == ':') {
    const int second = digits(text, 17, 2);
    if (second < 0 || second > 59) return bad;
    instant += seconds(second);
    at = 19;
    if (at < text.size() && text[at] == '.') {
      int scale = 100'000;
      for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
        instant += microseconds((text[at] - '0') * scale);
    }
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z" || zone.empty()) return instant;
  const int zone_hour = digits(zone, 1, 2);
  const int zone_minute = digits(zone, zone.size() == 6 ? 4 : 3, 2);
  if ((zone[0] != '+' && zone[0] != '-') || zone_hour < 0 || zone_hour > 18 || zone_minute < 0 ||
      zone_minute > 59 || (zone.size() != 5 && !(zone.size() == 6 && zone[3] == ':')))
    return bad;
  const auto offset = hours(zone_hour) + minutes(zone_minute);
  return zone[0] == '+' ? instant - offset : instant + offset;
}

}  // namespace hark
