#include "hark/calendar/civil.h"

#include <cstdio>

namespace hark::calendar {

std::string format_date(std::int32_t days) {
  const Date date = civil_from_days(days);
  char text[32];
  const int length = std::snprintf(text, sizeof text, "%04d-%02u-%02u", date.year,
                                   unsigned{date.month}, unsigned{date.day});
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace hark::calendar
