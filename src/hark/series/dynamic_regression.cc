#include "hark/series/dynamic_regression.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace hark::series {
namespace {

constexpr double kStartVariance = 100;  ///< of the level, in units of the noise's
/// An error beyond so many standard deviations is a strange day: it moves the state no more than
/// one at the limit does.
constexpr double kOutlier = 3;
/// The noise is learned from the last 200 days or so.
constexpr double kForgetting = 0.995;
constexpr std::size_t kFirstScale = 14;  ///< days until errors tell the noise
constexpr std::size_t kFirstOutlier = 28;

constexpr Eigen::Index kLevel = 0;
constexpr Eigen::Index kDisturbance = 1;
constexpr Eigen::Index kCalendar = 2;

}  // namespace

void forecast_by_regression(const DailySeries& series, const CalendarFeatures& features,
                            const RegressionOptions& options, OriginTable& out) {
  const std::size_t n = series.size();
  const auto offset = static_cast<std::size_t>(series.first_day - features.first_day());
  const auto size = static_cast<Eigen::Index>(features.num_columns()) + kCalendar;
  const double memory = options.disturbance_memory;
  Eigen::VectorXd state = Eigen::VectorXd::Zero(size);
  Eigen::VectorXd gain(size);
  Eigen::MatrixXd variance = Eigen::MatrixXd::Zero(size, size);
  for (std::size_t i = 0; i < std::min<std::size_t>(n, 7); ++i)
    state[kLevel] += to_root(series.values[i]) / static_cast<double>(std::min<std::size_t>(n, 7));
  variance(kLevel, kLevel) = kStartVariance;
  variance(kDisturbance, kDisturbance) = options.disturbance_variance / (1 - memory * memory);
  for (std::size_t k = 0; k < features.num_columns(); ++k) {
    const auto at = static_cast<Eigen::Index>(k) + kCalendar;
    variance(at, at) = features.prior_variance()[k];
  }
  const Eigen::Map<const Eigen::VectorXd> daily_variance(
      features.daily_variance().data(), static_cast<Eigen::Index>(features.num_columns()));
  std::vector<double> fading(out.horizon());
  for (std::size_t h = 0; h < fading.size(); ++h)
    fading[h] = std::pow(memory, static_cast<double>(h));
  // A weak first guess: the root of a Poisson count has variance 1/4.
  double squares = 1;
  double weight = 4;

  const auto effects = [&](std::size_t day) {
    double sum = 0;
    for (const auto& [column, value] : features.row(offset + day))
      sum += state[static_cast<Eigen::Index>(column) + kCalendar] * value;
    return sum;
  };
  for (std::size_t t = 0;; ++t) {
    if (t >= out.first_origin()) {
      auto row = out.row(t);
      for (std::size_t h = 0; h < row.size(); ++h)
        row[h] = state[kLevel] + state[kDisturbance] * fading[h] + effects(t + h);
    }
    if (t == n) break;
    if (series.is_filled[t] == 0) {
      gain = variance.col(kLevel) + variance.col(kDisturbance);
      for (const auto& [column, value] : features.row(offset + t))
        gain += value * variance.col(static_cast<Eigen::Index>(column) + kCalendar);
      double spread = gain[kLevel] + gain[kDisturbance];
      for (const auto& [column, value] : features.row(offset + t))
        spread += value * gain[static_cast<Eigen::Index>(column) + kCalendar];
      const double error =
          to_root(series.values[t]) - state[kLevel] - state[kDisturbance] - effects(t);
      const double noise = squares / weight;
      const double size_of_error = std::abs(error) / std::sqrt(noise * (spread + 1));
      double total = spread + 1;
      if (size_of_error > kOutlier && t >= kFirstOutlier) total *= size_of_error / kOutlier;
      state += gain * (error / total);
      variance.noalias() -= (gain / total) * gain.transpose();
      squares *= kForgetting;
      weight *= kForgetting;
      if (t >= kFirstScale) {
        const double kept = std::min(1.0, kOutlier / std::max(size_of_error, 1e-9));
        squares += error * error / (spread + 1) * kept * kept;
        weight += 1;
      }
      // A series of zeros has no noise to measure in.
      squares = std::max(squares, 1e-9 * weight);
    }
    state[kDisturbance] *= memory;
    variance.row(kDisturbance) *= memory;
    variance.col(kDisturbance) *= memory;
    variance(kLevel, kLevel) += options.level_variance;
    variance(kDisturbance, kDisturbance) += options.disturbance_variance;
    variance.diagonal().tail(daily_variance.size()) += daily_variance;
  }
}

}  // namespace hark::series
