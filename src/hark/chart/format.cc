#include "hark/chart/format.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr std::string_view kMissing = "–";
constexpr std::string_view kNoBreakSpace = "\u00A0";

/// Decimals that leave `digits` significant ones. By comparison, not by log10(): a last bit of
/// another machine's mathematics library must not change a label.
int decimals_for(double value, int digits) {
  double limit = 1;
  int decimals = digits;
  while (decimals > 0 && std::abs(value) >= limit) {
    limit *= 10;
    --decimals;
  }
  if (decimals < digits) return decimals;
  for (limit = 0.1; decimals < 9 && std::abs(value) < limit; limit /= 10) ++decimals;
  return decimals;
}

std::string without_trailing_zeros(std::string text, std::string_view decimal) {
  if (text.find(decimal) == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (std::string_view(text).ends_with(decimal)) text.resize(text.size() - decimal.size());
  return text;
}

std::string with_unit(std::string number, std::string_view unit) {
  if (unit.empty()) return number;
  return concat(number, kNoBreakSpace, unit);
}

/// "$1,200", as English writes money; other languages write it behind the number.
std::string with_currency(std::string number, std::string_view unit) {
  if (!number.starts_with('-')) return concat(unit, number);
  return concat("-", unit, number.substr(1));
}

/// At most `decimals` decimals, without trailing zeros.
std::string format_at_most(double value, int decimals, const Locale& locale) {
  return without_trailing_zeros(format_fixed(value, decimals, locale), locale.decimal);
}

std::string format_percent(double share, const Locale& locale) {
  const double percent = share * 100;
  const double size = std::abs(percent);
  // 99.97 % of requests in time is not all of them.
  const bool is_nearly_all = percent < 100 && percent >= 99.95;
  if (is_nearly_all)
    return with_unit(format_fixed(std::floor(percent * 100) / 100, 2, locale), "%");
  return with_unit(
      size >= 1 ? format_at_most(percent, 1, locale) : format_significant(percent, 2, locale), "%");
}

std::string format_duration(double hours, const Locale& locale) {
  const double size = std::abs(hours);
  if (size >= 72)
    return with_unit(format_at_most(hours / 24, size < 2400 ? 1 : 0, locale), locale.day);
  const auto seconds = static_cast<std::int64_t>(std::floor(size * 3600 + 0.5));
  if (seconds >= 3600) return with_unit(format_at_most(hours, 1, locale), locale.hour);
  std::string text = concat(hours < 0 && seconds > 0 ? "-" : "", seconds / 60);
  if (seconds % 60 != 0 || seconds == 0)
    text += concat(":", seconds % 60 < 10 ? "0" : "", seconds % 60);
  return with_unit(std::move(text), locale.minute);
}

struct CivilTime {
  int year = 0;
  unsigned month = 1, day = 1;
  int minute_of_day = 0;
};

std::optional<CivilTime> civil_time(double days) {
  constexpr double kFirst = -719162, kLast = 2932896;  // 0001-01-01 and 9999-12-31
  if (!std::isfinite(days) || days < kFirst || days >= kLast + 1) return std::nullopt;
  double whole = std::floor(days);
  auto minute = static_cast<int>((days - whole) * 1440 + 0.5);
  if (minute == 1440) {
    whole += 1;
    minute = 0;
  }
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(whole)}}};
  return CivilTime{static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), minute};
}

std::string two_digits(int value) { return concat(value < 10 ? "0" : "", value); }

std::string clock_time(int minute_of_day) {
  return concat(two_digits(minute_of_day / 60), ":", two_digits(minute_of_day % 60));
}

}  // namespace

std::string fill(std::string_view phrase, std::initializer_list<std::string_view> parts) {
  std::string out;
  for (std::size_t i = 0; i < phrase.size(); ++i) {
    const bool is_slot = phrase[i] == '{' && i + 2 < phrase.size() && phrase[i + 2] == '}';
    const auto index = is_slot ? static_cast<std::size_t>(phrase[i + 1] - '0') : parts.size();
    if (index < parts.size()) {
      out += parts.begin()[index];
      i += 2;
    } else {
      out += phrase[i];
    }
  }
  return out;
}

std::string format_fixed(double value, int decimals, const Locale& locale) {
  char digits[400];
  const auto end = std::to_chars(digits, digits + sizeof digits, std::abs(value),
                                 std::chars_format::fixed, decimals);
  const std::string_view text(digits, static_cast<std::size_t>(end.ptr - digits));
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string out;
  if (value < 0 && text.find_first_not_of("0.") != std::string_view::npos) out += '-';
  for (std::size_t i = 0; i < point; ++i) {
    if (i > 0 && (point - i) % 3 == 0) out += locale.thousands;
    out += text[i];
  }
  if (point < text.size()) {
    out += locale.decimal;
    out += text.substr(point + 1);
  }
  return out;
}

std::string format_significant(double value, int digits, const Locale& locale) {
  return without_trailing_zeros(format_fixed(value, decimals_for(value, digits), locale),
                                locale.decimal);
}

std::string format_value(double value, Format format, std::string_view unit, const Locale& locale) {
  if (!std::isfinite(value)) return std::string(kMissing);
  switch (format) {
    case Format::kPercent:
      return format_percent(value, locale);
    case Format::kHours:
      return format_duration(value, locale);
    case Format::kSeconds:
      return format_duration(value / 3600, locale);
    case Format::kNumber:
      break;
  }
  std::string number = format_significant(value, 3, locale);
  const bool is_money = unit == "$" || unit == "€" || unit == "£";
  if (is_money && locale.code == "en") return with_currency(std::move(number), unit);
  return with_unit(std::move(number), unit);
}

std::string format_cell(double value, Format format, const Locale& locale) {
  if (!std::isfinite(value)) return {};
  return format_significant(format == Format::kPercent ? value * 100 : value, 5, locale);
}

std::string_view table_unit(const Column& column) noexcept {
  switch (column.format) {
    case Format::kPercent:
      return "%";
    case Format::kHours:
      return "h";
    case Format::kSeconds:
      return "s";
    case Format::kNumber:
      break;
  }
  return column.unit;
}

std::string format_date(double days, const Locale& locale) {
  const auto time = civil_time(days);
  if (!time) return std::string(kMissing);
  std::string out = concat(time->day, " ", locale.months[time->month - 1], " ", time->year);
  if (time->minute_of_day != 0) out += concat(" ", clock_time(time->minute_of_day));
  return out;
}

std::string format_iso_date(double days) {
  const auto time = civil_time(days);
  if (!time) return {};
  std::string year = std::to_string(time->year);
  year.insert(0, 4 - year.size(), '0');
  std::string out = concat(year, "-", two_digits(static_cast<int>(time->month)), "-",
                           two_digits(static_cast<int>(time->day)));
  if (time->minute_of_day != 0) out += concat("T", clock_time(time->minute_of_day));
  return out;
}

}  // namespace hark::chart
