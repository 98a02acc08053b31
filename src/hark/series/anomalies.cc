#include "hark/series/anomalies.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/series/origin_table.h"
#include "hark/series/robust.h"
#include "hark/series/stl.h"

namespace hark::series {
namespace {

/// A season that may bend only within months: one strange day is not a season.
constexpr int kSteadySeason = 25;
constexpr int kTrendDays = 31;

/// Standard deviation of the root of a Poisson count: of few requests a day most days are alike,
/// and their median deviation is 0.
constexpr double kChanceSd = 0.5;

/// With fewer a day most days are alike, and a robust STL gives all others no weight: what is left
/// to smooth bends its seasons far away from any count.
constexpr double kManyADay = 4;

struct Spread {
  double middle = 0;
  double sd = 0;
};

Spread spread_of(std::vector<double>& values) {
  Spread spread;
  spread.middle = upper_median(values);
  for (double& x : values) x = std::abs(x - spread.middle);
  spread.sd = std::max(kMedianToSd * upper_median(values), kChanceSd);
  return spread;
}

bool is_weekend(const DailySeries& series, std::size_t index) {
  return calendar::weekday_from_days(series.day(index)) >= 5;
}

}  // namespace

Result<ExpectedRanges> expected_ranges(const DailySeries& series, double limit) {
  const std::size_t n = series.size();
  std::vector<double> roots(n);
  for (std::size_t i = 0; i < n; ++i) roots[i] = to_root(series.values[i]);
  std::vector<double> sorted = series.values;
  const bool is_robust = upper_median(sorted) >= kManyADay;
  StlOptions options = StlOptions::weekly(is_robust);
  options.seasonal.window = kSteadySeason;
  options.trend.window = kTrendDays;
  HARK_TRY(const auto parts, stl(roots, options));

  std::array<std::vector<double>, 2> remainders;
  for (std::size_t i = 0; i < n; ++i) {
    if (series.is_filled[i] == 0)
      remainders[is_weekend(series, i) ? 1 : 0].push_back(parts.remainder[i]);
  }
  std::array<Spread, 2> spreads;
  for (std::size_t k = 0; k < 2; ++k) spreads[k] = spread_of(remainders[k]);

  ExpectedRanges out;
  for (std::size_t i = 0; i < n; ++i) {
    const Spread& spread = spreads[is_weekend(series, i) ? 1 : 0];
    const double middle = parts.trend[i] + parts.seasonal[i] + spread.middle;
    const double low = from_root(middle - limit * spread.sd);
    const double high = from_root(middle + limit * spread.sd);
    out.expected.push_back(from_root(middle));
    out.low.push_back(low);
    out.high.push_back(high);
    const double actual = series.values[i];
    if (series.is_filled[i] != 0 || (actual >= low && actual <= high)) continue;
    out.anomalies.push_back(
        {i, actual, from_root(middle), low, high, (to_root(actual) - middle) / spread.sd});
  }
  std::ranges::stable_sort(out.anomalies, std::ranges::greater{},
                           [](const Anomaly& a) { return std::abs(a.score); });
  return out;
}

}  // namespace hark::series
