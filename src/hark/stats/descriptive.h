// Means, quantiles and the interval of a share.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace hark::stats {

/// The 0.975 quantile of the normal distribution: two-sided 95 % intervals.
inline constexpr double kZ95 = 1.959963984540054;

struct Interval {
  double low = 0;
  double high = 0;
};

/// The sum of whole numbers (seconds, say) as if it were computed exactly and rounded once.
double sum(std::span<const std::int64_t> values) noexcept;
/// The sum of doubles with the rounding errors carried along.
/// Source: Neumaier, ZAMM 54 (1974), "Rundungsfehleranalyse einiger Verfahren zur Summation".
double sum(std::span<const double> values) noexcept;

/// The arithmetic mean; nullopt where there is no value.
std::optional<double> mean(std::span<const std::int64_t> values) noexcept;
std::optional<double> mean(std::span<const double> values) noexcept;

/// The standard deviation with n - 1; nullopt for fewer than two values.
std::optional<double> standard_deviation(std::span<const double> values) noexcept;
/// Correlation of neighbours: sum (x_t - m)(x_(t+1) - m) / sum (x_t - m)^2; nullopt where all
/// values are alike.
std::optional<double> lag_one_autocorrelation(std::span<const double> values) noexcept;

/// The p-quantile by linear interpolation (type 7, the default of R and NumPy).
///
/// @param sorted  ascending, no NaN.
/// @param p       in [0, 1]; outside it is clamped.
/// nullopt where there is no value. Source: Hyndman and Fan, The American Statistician 50 (1996).
std::optional<double> quantile(std::span<const std::int64_t> sorted, double p) noexcept;
std::optional<double> quantile(std::span<const double> sorted, double p) noexcept;

/// The same of values that each stand `counts[i]` times (0 or more; as many as values).
std::optional<double> mean(std::span<const std::int64_t> values,
                           std::span<const std::int64_t> counts) noexcept;
std::optional<double> quantile(std::span<const std::int64_t> sorted,
                               std::span<const std::int64_t> counts, double p) noexcept;

/// Wilson's score interval of a share, without continuity correction, inside [0, 1].
///
/// @param successes  0 to `trials`.
/// nullopt where there was no trial. Source: Wilson, JASA 22 (1927).
std::optional<Interval> wilson_interval(std::int64_t successes, std::int64_t trials,
                                        double z = kZ95) noexcept;

}  // namespace hark::stats
