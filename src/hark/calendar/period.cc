#include "hark/calendar/period.h"

#include <optional>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::calendar {
namespace {

constexpr std::int32_t kFirstYear = 1000;  // four digits, as they are written

/// Digits only: no sign, no space.
std::optional<unsigned> digits(std::string_view text, std::size_t count) {
  if (text.size() != count) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

struct Days {
  std::int32_t first = 0;
  std::int32_t end = 0;
};

Days months(std::int32_t year, unsigned month, unsigned count) {
  const unsigned last = month + count - 1;
  return {days_from_civil(year, month, 1),
          days_from_civil(year, last, days_in_month(year, last)) + 1};
}

/// One year, quarter, month or day.
std::optional<Days> part(std::string_view text) {
  const auto year_digits = digits(text.substr(0, 4), 4);
  if (!year_digits || *year_digits < static_cast<unsigned>(kFirstYear)) return std::nullopt;
  const auto year = static_cast<std::int32_t>(*year_digits);
  if (text.size() == 4) return months(year, 1, 12);
  if (text[4] != '-') return std::nullopt;
  const std::string_view rest = text.substr(5);
  if (rest.size() == 2 && (rest[0] == 'Q' || rest[0] == 'q')) {
    if (rest[1] < '1' || rest[1] > '4') return std::nullopt;
    return months(year, 3 * static_cast<unsigned>(rest[1] - '1') + 1, 3);
  }
  const auto month = digits(rest.substr(0, 2), 2);
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  if (rest.size() == 2) return months(year, *month, 1);
  if (rest[2] != '-') return std::nullopt;
  const auto day = digits(rest.substr(3), 2);
  if (!day || !is_valid_date(year, *month, *day)) return std::nullopt;
  const std::int32_t number = days_from_civil(year, *month, *day);
  return Days{number, number + 1};
}

}  // namespace

Result<Period> parse_period(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return Error(ErrorCode::kInvalidArgument, concat("not a period: '", text, "'", why))
        .hint("write 2024, 2024-Q3, 2024-02, 2024-02-28 or 2024-01..2024-07 (July included)");
  };
  const auto dots = text.find("..");
  const auto first = part(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : part(text.substr(dots + 2));
  if (!first || !last) return refuse("");
  if (last->end <= first->first) return refuse(": it ends before it begins");
  return Period{first->first, last->end, std::string(text)};
}

Result<void> require_apart(const Period& a, const Period& b) {
  if (a.end_day <= b.first_day || b.end_day <= a.first_day) return {};
  return Error(ErrorCode::kInvalidArgument,
               concat("the periods ", a.text, " and ", b.text, " share days"))
      .hint("compare two periods that do not overlap");
}

}  // namespace hark::calendar
