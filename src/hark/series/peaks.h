// The busiest hours of the day, and by how much.
//
// METRICS section 2, peak-hour lift. Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "hark/stats/descriptive.h"

namespace hark::series {

/// Counts by hour of one whole local day.
using HoursOfDay = std::array<std::int64_t, 24>;

struct PeakWindow {
  int first_hour = 0;
  int end_hour = 0;  ///< exclusive; at most 24
};

struct PeakLift {
  PeakWindow window;
  double lift = 0;  ///< per hour in the window / per hour of the day
  stats::Interval ci95;
  std::int64_t in_window = 0;
  std::int64_t all = 0;
  std::size_t days = 0;
};

/// The window of `hours` hours with the most counts; the earliest of equals.
PeakWindow busiest_window(std::span<const HoursOfDay> days, int hours);

/// The lift of a window with the 95 % interval of 2,000 bootstrap draws of whole days (same draws
/// for the same seed). nullopt under 7 days or without any count.
std::optional<PeakLift> peak_lift(std::span<const HoursOfDay> days, PeakWindow window,
                                  std::uint64_t seed);

}  // namespace hark::series
