#include "hark/series/daily_series.h"

#include <algorithm>
#include <cmath>

namespace hark::series {
namespace {

constexpr std::size_t kWeek = 7;

}  // namespace

double known_sum(const DailySeries& series) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < series.size(); ++i)
    sum += series.is_filled[i] != 0 ? 0 : series.values[i];
  return sum;
}

Result<DailySeries> fill_missing(std::int32_t first_day, std::span<const double> values) {
  std::size_t end = values.size();
  while (end > 0 && std::isnan(values[end - 1])) --end;
  if (end == 0) return Error(ErrorCode::kInvalidInput, "the series has no day with a value");
  std::size_t begin = end;
  std::size_t gap = 0;
  for (std::size_t i = end; i-- > 0;) {
    gap = std::isnan(values[i]) ? gap + 1 : 0;
    if (gap > kLongestFilledGap) break;
    if (gap == 0) begin = i;
  }
  DailySeries out;
  out.first_day = first_day + static_cast<std::int32_t>(begin);
  out.values.assign(values.begin() + static_cast<std::ptrdiff_t>(begin),
                    values.begin() + static_cast<std::ptrdiff_t>(end));
  out.is_filled.resize(out.values.size());
  const std::size_t n = out.values.size();
  for (std::size_t weekday = 0; weekday < std::min(n, kWeek); ++weekday) {
    std::size_t known = weekday;
    while (known < n && std::isnan(out.values[known])) known += kWeek;
    double before = known < n ? out.values[known] : 0;
    for (std::size_t i = weekday; i < n; i += kWeek) {
      if (!std::isnan(out.values[i])) {
        before = out.values[i];
      } else {
        out.values[i] = before;
        // A weekday that never has a value is one on which nobody works: that is known.
        out.is_filled[i] = known < n ? 1 : 0;
      }
    }
  }
  return out;
}

}  // namespace hark::series
