#include "hark/chart/classes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr std::size_t kNumClasses = 5;

/// The power of ten at or below `value` > 0, by multiplication: the same bits everywhere.
double decade_of(double value) noexcept {
  double decade = 1;
  while (decade * 10 <= value) decade *= 10;
  while (decade > value) decade /= 10;
  return decade;
}

/// `value` > 0 rounded to the nearest of these digits times a power of ten.
double rounded(double value) noexcept {
  constexpr std::array kDigits = {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0};
  const double decade = decade_of(value);
  double best = decade;
  for (const double digit : kDigits)
    if (std::abs(digit * decade - value) < std::abs(best - value)) best = digit * decade;
  return best;
}

double round_any(double value) noexcept {
  if (value == 0) return 0;
  return value < 0 ? -rounded(-value) : rounded(value);
}

std::vector<double> equal_breaks(double low, double high) {
  double step = rounded((high - low) / static_cast<double>(kNumClasses));
  std::vector<double> breaks;
  for (double i = std::floor(low / step) + 1; breaks.size() + 1 < kNumClasses; i += 1)
    breaks.push_back(i * step);
  return breaks;
}

std::vector<double> ratio_breaks(double low, double high) {
  std::vector<double> breaks;
  for (std::size_t i = 1; i < kNumClasses; ++i)
    breaks.push_back(rounded(low * std::pow(high / low, static_cast<double>(i) / kNumClasses)));
  return breaks;
}

std::vector<double> quantile_breaks(const std::vector<double>& sorted) {
  std::vector<double> breaks;
  for (std::size_t i = 1; i < kNumClasses; ++i)
    breaks.push_back(round_any(sorted[sorted.size() * i / kNumClasses]));
  return breaks;
}

bool is_whole(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double value) { return value == std::floor(value); });
}

std::string range_label(double from, double to, bool is_count, const Column& column,
                        const Locale& locale) {
  if (is_count && from + 1 == to) return format_value(from, column.format, {}, locale);
  const double end = is_count ? to - 1 : to;
  return concat(format_value(from, column.format, {}, locale), from < 0 ? " … " : "–",
                format_value(end, column.format, {}, locale));
}

}  // namespace

std::size_t ColorClasses::class_of(double value) const noexcept {
  return static_cast<std::size_t>(std::ranges::upper_bound(breaks, value) - breaks.begin());
}

ColorClasses color_classes(const std::vector<double>& values, const Channel& channel,
                           const Column& column, const Locale& locale) {
  ColorClasses out;
  std::vector<double> sorted;
  std::ranges::copy_if(values, std::back_inserter(sorted), [&](double value) {
    return std::isfinite(value) && (channel.scale != ScaleType::kLog || value > 0);
  });
  if (sorted.empty()) return out;
  std::ranges::sort(sorted);
  const double low = sorted.front(), high = sorted.back();
  if (channel.classes == Classes::kDiverging) {
    out.is_diverging = true;
    const double largest = std::max(std::abs(low), std::abs(high));
    const double inner = largest > 0 ? rounded(largest / kNumClasses) : 1;
    out.breaks = {-3 * inner, -inner, inner, 3 * inner};
  } else if (low < high) {
    out.breaks = channel.classes == Classes::kQuantile ? quantile_breaks(sorted)
                 : channel.scale == ScaleType::kLog    ? ratio_breaks(low, high)
                                                       : equal_breaks(low, high);
    // A class must hold something: cuts outside the data and repeated ones go.
    std::erase_if(out.breaks, [&](double cut) { return cut <= low || cut > high; });
    const auto repeated = std::ranges::unique(out.breaks);
    out.breaks.erase(repeated.begin(), repeated.end());
  }
  const bool is_count = column.format == Format::kNumber && is_whole(sorted);
  if (is_count && !out.is_diverging) {
    for (double& cut : out.breaks) cut = std::ceil(cut);
    const auto repeated = std::ranges::unique(out.breaks);
    out.breaks.erase(repeated.begin(), repeated.end());
  }

  const std::size_t count = out.breaks.size() + 1;
  for (std::size_t i = 0; i < count; ++i) {
    // Two classes get the ends of the palette, not two neighbours.
    out.colors.push_back(count == 1 ? kNumClasses / 2 : i * (kNumClasses - 1) / (count - 1));
    if (count == 1) {
      out.labels.push_back(format_value(low, column.format, {}, locale));
    } else if (i == 0 && is_count && low >= 0 && !out.is_diverging) {
      out.labels.push_back(range_label(low, out.breaks[0], is_count, column, locale));
    } else if (i == 0) {
      out.labels.push_back(
          fill(locale.below, {format_value(out.breaks[0], column.format, {}, locale)}));
    } else if (i + 1 == count) {
      out.labels.push_back(
          fill(locale.from_on, {format_value(out.breaks[i - 1], column.format, {}, locale)}));
    } else {
      out.labels.push_back(range_label(out.breaks[i - 1], out.breaks[i], is_count, column, locale));
    }
  }
  return out;
}

}  // namespace hark::chart
