#include "hark/series/daily_series.h"

#include <cmath>

namespace hark::series {

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
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    if (!std::isnan(out.values[i])) continue;
    out.is_filled[i] = 1;
    if (i >= 7) {
      out.values[i] = out.values[i - 7];
      continue;
    }
    std::size_t after = i;
    while (after < out.values.size() && std::isnan(out.values[after])) after += 7;
    out.values[i] = after < out.values.size() ? out.values[after] : out.values[0];
  }
  return out;
}

}  // namespace hark::series
