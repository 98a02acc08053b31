// How good forecasts were: METRICS section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace hark::series {

struct DayForecast {
  std::int32_t day = 0;
  double mean = 0;
  double low80 = 0, high80 = 0;
  double low95 = 0, high95 = 0;
};

/// Over all origins and horizons that could be compared.
struct Scores {
  std::size_t n = 0;
  double mase = 0;
  double mae = 0;
  std::optional<double> smape;  ///< percent; absent where both actual and forecast were always 0
  double bias = 0;              ///< forecast - actual
  double pinball = 0;           ///< mean over .025 .1 .5 .9 .975
  double coverage80 = 0;
  double coverage95 = 0;
  double width80 = 0;
  double width95 = 0;
};

/// Sums of what Scores says. Threads: one tally per thread.
class Tally {
 public:
  /// @param scale  the origin's mean |y(t) - y(t-7)|, above 0.
  void add(double actual, const DayForecast& forecast, double scale);
  /// Of at least one day; all zero where there was none.
  Scores scores() const;

 private:
  Scores sums_;
  double symmetric_ = 0;
  bool has_size_ = false;
};

}  // namespace hark::series
