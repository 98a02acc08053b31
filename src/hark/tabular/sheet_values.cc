#include "hark/tabular/sheet_values.h"

#include <charconv>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::tabular {
namespace {

/// 9999-12-31 in both counts is not beyond this.
constexpr double kMaxDays = 2'958'466;
constexpr std::int64_t kDayMs = 86'400'000;

std::string plain_number(double value) {
  char digits[64];
  const double size = std::abs(value);
  const bool is_fixed = size == 0 || (size >= 1e-5 && size < 1e15);
  const auto end =
      is_fixed ? std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed)
               : std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end.ptr};
}

std::string two(std::int64_t value) {
  return value < 10 ? concat("0", value) : std::to_string(value);
}

std::string time_text(std::int64_t ms) {
  std::string text =
      concat(two(ms / 3'600'000), ":", two(ms / 60'000 % 60), ":", two(ms / 1000 % 60));
  if (ms % 1000 != 0) text += concat(".", std::to_string(1000 + ms % 1000).substr(1));
  return text;
}

}  // namespace

NumberKind built_in_number_kind(std::uint32_t format_id) noexcept {
  if (format_id == 22) return NumberKind::kDateTime;
  if ((format_id >= 14 && format_id <= 17) || (format_id >= 27 && format_id <= 31) ||
      format_id == 36 || (format_id >= 50 && format_id <= 58))
    return NumberKind::kDate;
  if ((format_id >= 18 && format_id <= 21) || (format_id >= 32 && format_id <= 35) ||
      (format_id >= 45 && format_id <= 47))
    return NumberKind::kTime;
  return NumberKind::kNumber;
}

NumberKind number_kind_of(std::string_view format) noexcept {
  bool has_date = false;
  bool has_time = false;
  bool has_month = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c == '"') {
      i = format.find('"', i + 1);
      if (i == std::string_view::npos) break;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const std::size_t end = format.find(']', i);
      if (end == std::string_view::npos) break;
      const char first = end > i + 1 ? format[i + 1] : ' ';
      const bool is_elapsed = end == format.find_first_not_of("hHmMsS", i + 1);
      // Elapsed hours are no time of day.
      if (is_elapsed && first != ' ') return NumberKind::kNumber;
      i = end;
    } else if (c == ';') {
      break;  // what follows is for negative numbers
    } else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D') {
      has_date = true;
    } else if (c == 'h' || c == 'H' || c == 's' || c == 'S') {
      has_time = true;
    } else if (c == 'm' || c == 'M') {
      has_month = true;
    } else if (c == '0' || c == '#' || c == '?' || c == '@' || c == 'G') {
      if (!has_date && !has_time) return NumberKind::kNumber;
    }
  }
  if (has_date && has_time) return NumberKind::kDateTime;
  if (has_time) return NumberKind::kTime;
  return has_date || has_month ? NumberKind::kDate : NumberKind::kNumber;
}

std::string number_text(double value, NumberKind kind, bool is_1904) {
  if (kind == NumberKind::kNumber || value < 0 || value >= kMaxDays) return plain_number(value);
  // A time of day is a part of a day; with days before it it is a date all the same.
  if (kind == NumberKind::kTime && value >= 1) kind = NumberKind::kDateTime;
  const std::int64_t ms = std::llround(value * static_cast<double>(kDayMs));
  const std::int64_t day = ms / kDayMs;
  const std::int64_t of_day = ms % kDayMs;
  if (kind == NumberKind::kTime && day == 0) return time_text(of_day);
  std::string date = "1900-02-29";
  if (is_1904 || day != 60) {
    const std::int64_t first = is_1904
                                   ? calendar::days_from_civil(1904, 1, 1)
                                   : calendar::days_from_civil(1899, 12, 31) - (day > 60 ? 1 : 0);
    date = calendar::format_date(static_cast<std::int32_t>(first + day));
  }
  if (kind == NumberKind::kDate && of_day == 0) return date;
  return concat(date, "T", time_text(of_day));
}

}  // namespace hark::tabular
