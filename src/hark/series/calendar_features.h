// What the calendar says of a day, as numbers for a regression: weekday, time of year, holidays.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hark/calendar/holidays.h"

namespace hark::series {

/// A sparse table, one row per day of a range; built once and shared by all series of that range.
/// Threads: immutable once built.
///
/// Columns: six weekday contrasts (they sum to zero over a week); sine and cosine of three yearly
/// harmonics; and with a calendar of holidays: any holiday on a working day, on a weekend, each
/// holiday by name, a day off in lieu, the working days beside them, 24 to 31 December, 2 January,
/// Easter Monday.
class CalendarFeatures {
 public:
  struct Entry {
    std::uint32_t column = 0;
    double value = 0;
  };

  /// Days [first_day, first_day + num_days).
  CalendarFeatures(std::int32_t first_day, std::size_t num_days,
                   const calendar::HolidayCalendar* holidays);

  std::int32_t first_day() const noexcept { return first_day_; }
  std::size_t num_days() const noexcept { return starts_.size() - 1; }
  std::size_t num_columns() const noexcept { return prior_variance_.size(); }
  std::span<const Entry> row(std::size_t day) const noexcept {
    return {entries_.data() + starts_[day], entries_.data() + starts_[day + 1]};
  }
  /// How large effects are expected to be, per column, in units of the noise's variance.
  std::span<const double> prior_variance() const noexcept { return prior_variance_; }
  /// How much effects change from day to day, in the same units: weekdays slowly, others not.
  std::span<const double> daily_variance() const noexcept { return daily_variance_; }

 private:
  std::int32_t first_day_;
  std::vector<std::size_t> starts_;
  std::vector<Entry> entries_;
  std::vector<double> prior_variance_;
  std::vector<double> daily_variance_;
};

}  // namespace hark::series
