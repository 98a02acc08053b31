#include "hark/series/scores.h"

#include <cmath>

namespace hark::series {
namespace {

double pinball_loss(double actual, double quantile, double level) {
  return actual >= quantile ? level * (actual - quantile) : (1 - level) * (quantile - actual);
}

}  // namespace

void Tally::add(double actual, const DayForecast& forecast, double scale) {
  const double error = forecast.mean - actual;
  ++sums_.n;
  sums_.mase += std::abs(error) / scale;
  sums_.mae += std::abs(error);
  const double size = std::abs(actual) + std::abs(forecast.mean);
  if (size > 0) {  // nothing forecast where nothing came is no error
    symmetric_ += 200 * std::abs(error) / size;
    has_size_ = true;
  }
  sums_.bias += error;
  sums_.pinball +=
      (pinball_loss(actual, forecast.low95, 0.025) + pinball_loss(actual, forecast.low80, 0.1) +
       pinball_loss(actual, forecast.mean, 0.5) + pinball_loss(actual, forecast.high80, 0.9) +
       pinball_loss(actual, forecast.high95, 0.975)) /
      5;
  sums_.coverage80 += actual >= forecast.low80 && actual <= forecast.high80 ? 1 : 0;
  sums_.coverage95 += actual >= forecast.low95 && actual <= forecast.high95 ? 1 : 0;
  sums_.width80 += forecast.high80 - forecast.low80;
  sums_.width95 += forecast.high95 - forecast.low95;
}

Scores Tally::scores() const {
  Scores out = sums_;
  if (out.n == 0) return out;
  const auto n = static_cast<double>(out.n);
  for (double* value : {&out.mase, &out.mae, &out.bias, &out.pinball, &out.coverage80,
                        &out.coverage95, &out.width80, &out.width95})
    *value /= n;
  if (has_size_) out.smape = symmetric_ / n;
  return out;
}

}  // namespace hark::series
