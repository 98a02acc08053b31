// Counts by hour: the day's forecast shared out over its hours, and how wrong that was.
//
// Top-down: the hours of a day are shares of the day's forecast, so they add up to it. The share of
// an hour is what it had on the same weekday lately, newer weeks counting more. Bounds are the
// quantiles of the errors, on the root scale, that were known before the origin at the same hour of
// the day. METRICS section 4; seasonal naive is the same hour a week ago (168).
// Source: Gross, Sohl, Journal of Forecasting 9 (1990), "Disaggregation methods to expedite product
// line forecasting". Model card: docs/models/hours.md. Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "hark/core/result.h"
#include "hark/series/forecast.h"
#include "hark/series/peaks.h"

namespace hark::series {

inline constexpr std::size_t kHours = 24;

/// Hours of whole local days by the wall clock, 24 each: where the clock goes back an hour holds
/// what two brought, where it goes forward an hour holds nothing.
struct HourlySeries {
  DailySeries days;            ///< sums of the hours
  std::vector<double> values;  ///< 24 per day; a filled day has those of the day that filled it
};

/// @param days   made by fill_missing() of the sums of `hours`, perhaps without days before or
/// after.
/// @param hours  by day from `first_day` on; covers `days`.
HourlySeries hourly_series(DailySeries days, std::int32_t first_day,
                           std::span<const HoursOfDay> hours);

/// Shares of a day's hours by weekday from Monday; each weekday's sum to 1.
using HourShares = std::array<std::array<double, kHours>, 7>;
/// From the days before `origin`. A week counts half of the one kHalfLifeWeeks later; a weekday
/// with few counts leans on the hours of all days. Equal shares where nothing was counted.
HourShares hour_shares(const HourlySeries& series, std::size_t origin);
inline constexpr double kHalfLifeWeeks = 8;

struct HourlyScores {
  Scores naive;   ///< same hour a week ago
  Scores shares;  ///< the day's forecast shared out
  std::size_t num_origins = 0;
};

struct HourlyForecast {
  HourlyScores scores;
  std::vector<DayForecast> hours;  ///< 24 per day that is forecast
};

/// What MASE divides by: mean |y(t) − y(t − 168 h)| of the hours before `origin`, which is above 7.
double hourly_mase_scale(const HourlySeries& series, std::size_t origin);

/// @param backtest  origins with the days' forecasts from there, ascending; errors at the earlier
///                  ones make the bounds of the later ones.
/// @param num_scored  how many of the last origins are scored; one that no earlier origin's errors
///                    can bound is not.
/// @param ahead  the days' forecast after the series. Errors: kInvalidInput where no origin is left
///               to score or the hours never change from week to week.
Result<HourlyForecast> forecast_hours(const HourlySeries& series,
                                      std::span<const OriginScore> backtest, std::size_t num_scored,
                                      std::span<const DayForecast> ahead);

/// How busy an hour of the week is.
struct HourOfWeek {
  double mean = 0;  ///< counts in that hour
  double lift = 0;  ///< over the mean hour of the same weeks
  stats::Interval ci95;
};
/// All 168 from Monday 0 h, over whole weeks (Monday to Sunday) without a filled day; the interval
/// takes weeks as the sample (ratio of sums, Student's t). Empty under four such weeks.
/// Source: Cochran, Sampling Techniques (1977), chapter 6.
std::vector<HourOfWeek> hours_of_week(const HourlySeries& series);

}  // namespace hark::series
