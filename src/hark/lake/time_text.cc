#include "hark/lake/time_text.h"

#include <chrono>

#include "hark/calendar/civil.h"
#include "hark/core/clock.h"
#include "hark/core/text.h"

namespace hark::lake {
namespace {

constexpr std::int64_t kFirstDay = calendar::days_from_civil(1, 1, 1);
constexpr std::int64_t kLastDay = calendar::days_from_civil(9999, 12, 31);
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

std::optional<std::string> date_text(std::int64_t days) {
  if (days < kFirstDay || days > kLastDay) return std::nullopt;
  return calendar::format_date(static_cast<std::int32_t>(days));
}

std::optional<std::string> timestamp_text(std::int64_t micros, int decimals) {
  if (micros < kFirstDay * kMicrosPerDay || micros >= (kLastDay + 1) * kMicrosPerDay)
    return std::nullopt;
  const std::int64_t fraction = (micros % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond;
  std::string text = format_instant(Instant(std::chrono::microseconds(micros - fraction)));
  text.pop_back();  // the 'Z'
  const std::string digits = std::to_string(kMicrosPerSecond + fraction).substr(1);
  return concat(text, ".", digits.substr(0, static_cast<std::size_t>(decimals)), "Z");
}

}  // namespace hark::lake
