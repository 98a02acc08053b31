#include "hark/chart/scale.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>
#include <span>

#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr double kMinute = 1.0 / 60, kDay = 24, kYear = 8760;
constexpr std::string_view kNoBreakSpace = "\u00A0";

/// Steps in hours for linear axes of durations.
constexpr double kDurationSteps[] = {
    1.0 / 3600,  2.0 / 3600,   5.0 / 3600,   10.0 / 3600,  30.0 / 3600, kMinute,    2 * kMinute,
    5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute, 1,           2,          3,
    6,           12,           kDay,         2 * kDay,     5 * kDay,    10 * kDay,  20 * kDay,
    50 * kDay,   100 * kDay,   kYear,        2 * kYear,    5 * kYear,   10 * kYear, 20 * kYear,
    50 * kYear,  100 * kYear};
/// Marks in hours for logarithmic axes of durations, and finer ones where these are too few.
constexpr double kDurationLadder[] = {1.0 / 3600, 10.0 / 3600, kMinute,   10 * kMinute, 1,
                                      kDay,       7 * kDay,    30 * kDay, kYear,        10 * kYear};
constexpr double kFineDurationLadder[] = {
    1.0 / 3600,  2.0 / 3600,   5.0 / 3600,   10.0 / 3600, 30.0 / 3600, kMinute,   2 * kMinute,
    5 * kMinute, 10 * kMinute, 30 * kMinute, 1,           2,           3,         6,
    12,          kDay,         2 * kDay,     3 * kDay,    7 * kDay,    14 * kDay, 30 * kDay,
    90 * kDay,   180 * kDay,   kYear,        2 * kYear,   5 * kYear,   10 * kYear};

bool is_duration(Format format) noexcept {
  return format == Format::kHours || format == Format::kSeconds;
}
/// What a value is multiplied by to be in hours or per cent.
double unit_factor(Format format) noexcept {
  switch (format) {
    case Format::kPercent:
      return 100;
    case Format::kSeconds:
      return 1.0 / 3600;
    case Format::kNumber:
    case Format::kHours:
      break;
  }
  return 1;
}

/// 10^exponent by multiplication: the same bits everywhere.
double power_of_ten(int exponent) noexcept {
  double value = 1;
  for (int i = 0; i < std::abs(exponent); ++i) value *= 10;
  return exponent < 0 ? 1 / value : value;
}

struct Step {
  double size = 1;
  int decimals = 0;  ///< needed to write multiples of it
};

/// The smallest of 1, 2, 5 times a power of ten that is not below `wanted`.
Step nice_step(double wanted) noexcept {
  int exponent = -9;
  while (exponent < 18 && power_of_ten(exponent + 1) <= wanted) ++exponent;
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power_of_ten(exponent) >= wanted * (1 - 1e-9))
      return {factor * power_of_ten(exponent), std::max(0, -exponent)};
  return {power_of_ten(exponent + 1), std::max(0, -exponent - 1)};
}

/// In the unit of the labels (per cent, hours).
Step linear_step(double low, double high, const TickStyle& style) noexcept {
  const double wanted = (high - low) * unit_factor(style.format) /
                        static_cast<double>(std::max<std::size_t>(2, style.max_count));
  if (is_duration(style.format))
    for (const double step : kDurationSteps)
      if (step >= wanted * (1 - 1e-9)) return {step, 0};
  return nice_step(wanted);
}

std::string whole(double value, std::string_view unit, const Locale& locale) {
  return concat(format_significant(value, 3, locale), kNoBreakSpace, unit);
}

/// A mark of the duration ladders, or a multiple of a duration step.
std::string duration_label(double hours, double step, const Locale& locale) {
  if (hours == 0) return "0";
  // One unit for the whole axis where the step says so; a ladder passes the value itself.
  if (step >= kYear * (1 - 1e-9)) return whole(hours / kYear, locale.year, locale);
  if (step >= kDay * (1 - 1e-9)) return whole(hours / kDay, locale.day, locale);
  if (step >= 1 - 1e-9) return whole(hours, locale.hour, locale);
  if (step >= kMinute * (1 - 1e-9)) return whole(hours / kMinute, locale.minute, locale);
  return whole(hours * 3600, "s", locale);
}

std::string number_label(double value, const Step& step, const TickStyle& style,
                         const Locale& locale) {
  if (is_duration(style.format)) return duration_label(value, step.size, locale);
  if (style.format == Format::kPercent)
    return concat(format_fixed(value, step.decimals, locale), kNoBreakSpace, "%");
  if (step.size >= 1e6)
    return value == 0 ? "0"
                      : concat(format_fixed(value / 1e6, 0, locale), kNoBreakSpace, locale.million);
  return format_fixed(value, step.decimals, locale);
}

std::vector<Tick> linear_ticks(const Scale& scale, const TickStyle& style, const Locale& locale) {
  const double factor = unit_factor(style.format);
  const Step step = linear_step(scale.low, scale.high, style);
  std::vector<Tick> out;
  const double first = std::ceil(scale.low * factor / step.size - 1e-6);
  const double last = std::floor(scale.high * factor / step.size + 1e-6);
  for (double i = first; i <= last && out.size() < 100; i += 1) {
    const double value = i == 0 ? 0 : i * step.size;
    out.push_back({value / factor, number_label(value, step, style, locale)});
  }
  return out;
}

std::vector<Tick> ladder_ticks(const Scale& scale, std::span<const double> ladder, double factor,
                               const Locale& locale) {
  std::vector<Tick> out;
  for (const double mark : ladder) {
    const double value = mark / factor;
    if (value >= scale.low * (1 - 1e-9) && value <= scale.high * (1 + 1e-9))
      out.push_back({value, duration_label(mark, mark, locale)});
  }
  return out;
}

std::vector<Tick> log_ticks(const Scale& scale, const TickStyle& style, const Locale& locale) {
  const double factor = unit_factor(style.format);
  if (is_duration(style.format)) {
    auto out = ladder_ticks(scale, kDurationLadder, factor, locale);
    if (out.size() < 3) out = ladder_ticks(scale, kFineDurationLadder, factor, locale);
    if (out.size() >= 2) return out;
  }
  std::vector<Tick> decades, thirds;
  for (int exponent = -15; exponent <= 15; ++exponent)
    for (const int mantissa : {1, 3}) {
      const double shown = mantissa * power_of_ten(exponent);
      const double value = shown / factor;
      if (value < scale.low * (1 - 1e-9) || value > scale.high * (1 + 1e-9)) continue;
      const Step step{power_of_ten(exponent), std::max(0, -exponent)};
      const Tick tick{value, number_label(shown, step, style, locale)};
      thirds.push_back(tick);
      if (mantissa == 1) decades.push_back(tick);
    }
  if (thirds.size() <= style.max_count) return thirds;
  const std::size_t stride = (decades.size() + style.max_count - 1) / style.max_count;
  std::vector<Tick> out;
  for (std::size_t i = 0; i < decades.size(); i += std::max<std::size_t>(1, stride))
    out.push_back(decades[i]);
  return out;
}

// --- dates ---------------------------------------------------------------------------------

std::chrono::year_month_day civil(double days) {
  constexpr double kFirst = -719162, kLast = 2932896;  // 0001-01-01 and 9999-12-31
  return std::chrono::sys_days{
      std::chrono::days{static_cast<int>(std::clamp(std::floor(days), kFirst, kLast))}};
}
double days_of(std::chrono::year_month_day date) {
  return static_cast<double>(std::chrono::sys_days{date}.time_since_epoch().count());
}

std::vector<Tick> month_ticks(const Scale& scale, int step_months, const Locale& locale) {
  std::vector<Tick> out;
  const auto start = civil(scale.low);
  int month = static_cast<int>(start.year()) * 12 + static_cast<int>(unsigned{start.month()}) - 1;
  month -= month % step_months;
  for (; out.size() < 200; month += step_months) {
    const std::chrono::year_month_day first{
        std::chrono::year{month / 12}, std::chrono::month{static_cast<unsigned>(month % 12) + 1},
        std::chrono::day{1}};
    const double value = days_of(first);
    if (value > scale.high || month / 12 > 9999) break;
    if (value < scale.low) continue;
    const std::string year = std::to_string(month / 12);
    out.push_back(
        {value, step_months % 12 == 0 ? year : concat(locale.months[month % 12], " ", year)});
  }
  return out;
}

/// Steps of whole days, weeks on Mondays, or parts of a day. The year (or the date) is told where
/// it changes.
std::vector<Tick> day_ticks(const Scale& scale, double step_days, const Locale& locale) {
  // 1969-12-29 was a Monday.
  const double origin = step_days == 7 || step_days == 14 ? -3 : 0;
  std::vector<Tick> out;
  double i = std::ceil((scale.low - origin) / step_days - 1e-6);
  std::chrono::year_month_day last{};
  for (; origin + i * step_days <= scale.high + 1e-6 && out.size() < 200; i += 1) {
    const double value = origin + i * step_days;
    const auto date = civil(value + 1e-6);
    std::string label = format_date(value, locale);
    if (step_days < 1) {
      const std::string iso = format_iso_date(value);
      const std::string clock = iso.size() > 11 ? iso.substr(11) : "00:00";
      if (!out.empty() && date == last) label = clock;
    } else if (!out.empty() && date.year() == last.year()) {
      label = concat(unsigned{date.day()}, " ", locale.months[unsigned{date.month()} - 1]);
    }
    out.push_back({value, std::move(label)});
    last = date;
  }
  return out;
}

std::vector<Tick> date_ticks(const Scale& scale, const TickStyle& style, const Locale& locale) {
  const double wanted =
      (scale.high - scale.low) / static_cast<double>(std::max<std::size_t>(2, style.max_count));
  for (const double step : {1.0 / 24, 3.0 / 24, 6.0 / 24, 12.0 / 24, 1.0, 2.0, 7.0, 14.0})
    if (step >= wanted) return day_ticks(scale, step, locale);
  for (const int months : {1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000})
    // "2024" is a short label: years may stand closer.
    if (months * 30.4375 >= wanted * (months % 12 == 0 ? 0.6 : 0.9))
      return month_ticks(scale, months, locale);
  return month_ticks(scale, 24000, locale);
}

}  // namespace

double Scale::at(double value) const noexcept {
  const auto transform = [this](double v) {
    switch (type) {
      case ScaleType::kLog:
        return std::log(std::max(v, low));
      case ScaleType::kSqrt:
        return std::sqrt(std::max(v, 0.0));
      case ScaleType::kLinear:
        break;
    }
    return v;
  };
  const double from = transform(low);
  return first_pixel +
         (transform(value) - from) / (transform(high) - from) * (last_pixel - first_pixel);
}

void make_nice(Scale& scale, const TickStyle& style) {
  if (style.type == FieldType::kTemporal) {
    if (scale.low == scale.high) {
      scale.low -= 2;
      scale.high += 2;
    }
    return;
  }
  if (scale.type == ScaleType::kLog) {
    // Durations end at the data, since the ladder is coarse; numbers end at 1, 3, 10, ….
    if (scale.high < scale.low * 1.01 || is_duration(style.format)) {
      const double margin = scale.high < scale.low * 3 ? 2 : 1;
      scale.low /= margin;
      scale.high *= margin;
    }
    if (is_duration(style.format)) return;
    const double factor = unit_factor(style.format);
    double low = 0, high = 0;
    for (int exponent = -16; exponent <= 16; ++exponent)
      for (const int mantissa : {1, 3}) {
        const double mark = mantissa * power_of_ten(exponent) / factor;
        if (mark <= scale.low * (1 + 1e-9)) low = mark;
        if (high == 0 && mark >= scale.high * (1 - 1e-9)) high = mark;
      }
    if (low > 0) scale.low = low;
    if (high > 0) scale.high = high;
    return;
  }
  // A span below a billionth of the values has no ticks that could be told apart.
  if (scale.high - scale.low <= std::abs(scale.high) * 1e-9) {
    const double margin = scale.low == 0 ? 1 : std::abs(scale.low) * 0.1;
    if (scale.low >= 0 && scale.type == ScaleType::kSqrt)
      scale.low = 0;
    else if (scale.low != 0)
      scale.low -= margin;
    scale.high += margin;
  }
  const double factor = unit_factor(style.format);
  const Step step = linear_step(scale.low, scale.high, style);
  scale.low = std::floor(scale.low * factor / step.size + 1e-6) * step.size / factor;
  scale.high = std::ceil(scale.high * factor / step.size - 1e-6) * step.size / factor;
  if (scale.high <= scale.low)
    scale.high = scale.low + step.size / factor;  // a billionth of a step
}

std::vector<Tick> ticks(const Scale& scale, const TickStyle& style, const Locale& locale) {
  if (style.type == FieldType::kTemporal) return date_ticks(scale, style, locale);
  if (scale.type == ScaleType::kLog) return log_ticks(scale, style, locale);
  return linear_ticks(scale, style, locale);
}

}  // namespace hark::chart
