// Days as a chart can show them: few enough to draw, to read and to list beside it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace hark::report {

enum class TimeStep { kDay, kWeek, kMonth };
std::string_view name_of(TimeStep step);  ///< "day", "week", "month"
/// What a reader should know of the points, in a sentence; empty for days.
std::string_view said(TimeStep step);

struct TimePoints {
  TimeStep step = TimeStep::kDay;
  std::vector<double> days;    ///< the day, Monday or first of the month
  std::vector<double> values;  ///< NaN where no day has a value
};

/// The days as they are, or the means of whole weeks, or of whole calendar months: the finest that
/// makes at most 400 points, or months.
///
/// @param finest  no finer than this.
/// @param values  by day from `first_day` on; NaN: none. A mean is over the days that have one.
TimePoints time_points(std::int32_t first_day, std::span<const double> values,
                       TimeStep finest = TimeStep::kDay);

}  // namespace hark::report
