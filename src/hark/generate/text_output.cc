#include "hark/generate/text_output.h"

#include "hark/calendar/civil.h"

namespace hark::generate {
namespace {

void append_two(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

void append_four(std::string& out, std::int32_t year) {
  const auto value = static_cast<unsigned>(year);
  append_two(out, value / 100);
  append_two(out, value % 100);
}

struct WallClock {
  calendar::Date date;
  unsigned second_of_day;
};

WallClock split(std::int64_t local_s) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t days = (local_s >= 0 ? local_s : local_s - kDay + 1) / kDay;
  return {calendar::civil_from_days(static_cast<std::int32_t>(days)),
          static_cast<unsigned>(local_s - days * kDay)};
}

void append_h_m_s(std::string& out, unsigned hour, unsigned second_of_day) {
  append_two(out, hour);
  out += ':';
  append_two(out, second_of_day / 60 % 60);
  out += ':';
  append_two(out, second_of_day % 60);
}

}  // namespace

void append_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_portal_clock(std::string& out, std::int64_t local_s) {
  const WallClock clock = split(local_s);
  append_two(out, clock.date.month);
  out += '/';
  append_two(out, clock.date.day);
  out += '/';
  append_four(out, clock.date.year);
  out += ' ';
  const unsigned hour = clock.second_of_day / 3600;
  append_h_m_s(out, hour % 12 == 0 ? 12 : hour % 12, clock.second_of_day);
  out += hour < 12 ? " AM" : " PM";
}

std::string iso_clock(std::int64_t local_s) {
  const WallClock clock = split(local_s);
  std::string text;
  append_four(text, clock.date.year);
  text += '-';
  append_two(text, clock.date.month);
  text += '-';
  append_two(text, clock.date.day);
  text += 'T';
  append_h_m_s(text, clock.second_of_day / 3600, clock.second_of_day);
  return text;
}

void append_degrees(std::string& out, std::int64_t units) {
  constexpr std::int64_t kOne = 100'000'000'000'000;
  if (units < 0) {
    out += '-';
    units = -units;
  }
  append_int(out, units / kOne);
  out += '.';
  std::int64_t rest = units % kOne;
  char digits[14];
  for (int i = 13; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  out.append(digits, sizeof digits);
}

}  // namespace hark::generate
