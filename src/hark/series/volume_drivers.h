// What moves daily counts, and how much of their movement each mover explains.
//
// The logarithm of the count is a sum of effects: weekday, month, holidays, a trend, shifts of the
// level (those that PELT finds and the trend does not make needless), and what is left, which
// remembers the day before. The share of a driver is its part of R², averaged over all orders in
// which the drivers can come in.
// Source: Prais, Winsten, Cowles Commission Discussion Paper 383 (1954); restricted likelihood:
// Patterson, Thompson, Biometrika 58 (1971); errors: MacKinnon, White, Journal of Econometrics 29
// (1985); shares: Lindeman, Merenda, Gold, Introduction to Bivariate and Multivariate Analysis
// (1980), Grömping, The American Statistician 61 (2007). Model card: docs/models/volume-drivers.md.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "hark/calendar/holidays.h"
#include "hark/core/result.h"
#include "hark/stats/descriptive.h"

namespace hark::series {

enum class Driver { kWeekday, kMonth, kHoliday, kTrend, kLevel };
inline constexpr std::size_t kNumDrivers = 5;
std::string_view name_of(Driver driver);  ///< "weekday", "month", "holiday", "trend", "level"

enum class HolidayKind { kHoliday, kInLieu, kDayAfter };

/// A relative change: 0.18 is 18 % more.
struct DriverEffect {
  Driver driver = Driver::kWeekday;
  /// Weekday from Monday 0; month 1 to 12; a HolidayKind; first day of the new level; 0 of trend.
  std::int32_t which = 0;
  /// Weekday and month: against the mean (of logarithms) over weekdays, months. Holiday: against
  /// another day. Trend: in a year, within the levels. Level: against the level before.
  double effect = 0;
  stats::Interval ci95;
  std::int64_t days = 0;  ///< it rests on; of a level those of the new one
};

struct DriverShare {
  Driver driver = Driver::kWeekday;
  double share = 0;       ///< of the variance; together R²
  double alone = 0;       ///< R² with no other driver
  double added_last = 0;  ///< what R² loses without it
};

struct VolumeDrivers {
  std::int64_t days = 0;           ///< that were looked at
  std::int64_t without_count = 0;  ///< days of 0, which have no logarithm: left out
  double r_squared = 0;
  double memory = 0;                ///< what the rest takes over from the day before, 0 to 0.95
  std::vector<DriverShare> shares;  ///< of the drivers that the days can tell, in the enum's order
  std::vector<DriverEffect> effects;
};

/// Fewer days with a count tell nothing.
inline constexpr std::size_t kLeastDriverDays = 56;
/// In fewer days neither month nor trend can be told from the level.
inline constexpr std::size_t kLeastDaysOfYears = 730;

/// @param values    counts by day from `first_day` on; NaN where there is none. Gaps may be long.
/// @param holidays  may be null: then holidays are no driver.
/// Errors: kInvalidInput if fewer than kLeastDriverDays days have a count above 0, or all the same.
Result<VolumeDrivers> volume_drivers(std::int32_t first_day, std::span<const double> values,
                                     const calendar::HolidayCalendar* holidays);

}  // namespace hark::series
