#include "hark/series/theta.h"

#include <algorithm>
#include <cmath>

#include "hark/series/nelder_mead.h"

namespace hark::series {
namespace {

constexpr std::size_t kWeek = 7;

double without_season(double value, const ThetaFit& fit, std::size_t index) {
  const double season = fit.season[index % kWeek];
  return fit.is_multiplicative ? value / season : value - season;
}

/// Mean ratio (difference) of each weekday to the week around it, with mean 1 (0).
void fit_season(std::span<const double> values, ThetaFit& fit) {
  std::array<double, kWeek> sums{};
  std::array<double, kWeek> counts{};
  for (std::size_t i = 3; i + 3 < values.size(); ++i) {
    double mean = 0;
    for (std::size_t j = i - 3; j <= i + 3; ++j) mean += values[j] / kWeek;
    sums[i % kWeek] += fit.is_multiplicative ? values[i] / mean : values[i] - mean;
    counts[i % kWeek] += 1;
  }
  double total = 0;
  for (std::size_t k = 0; k < kWeek; ++k) {
    fit.season[k] = sums[k] / counts[k];
    total += fit.season[k] / kWeek;
  }
  for (double& season : fit.season)
    season = fit.is_multiplicative ? season / total : season - total;
}

double first_level(std::span<const double> values, const ThetaFit& fit) {
  double level = 0;
  for (std::size_t i = 0; i < kWeek; ++i) level += without_season(values[i], fit, i) / kWeek;
  return level;
}

}  // namespace

ThetaFit fit_theta(std::span<const double> values) {
  ThetaFit fit;
  fit.is_multiplicative = std::ranges::all_of(values, [](double y) { return y > 0; });
  fit_season(values, fit);
  const auto n = static_cast<double>(values.size());
  const double mean_t = (n - 1) / 2;
  double xy = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    xy += (static_cast<double>(i) - mean_t) * without_season(values[i], fit, i);
  fit.drift = xy / (n * (n * n - 1) / 12) / 2;

  // What is smoothed is the same for every alpha: the season is taken off once a step.
  std::array<double, kWeek> factor{};
  std::array<double, kWeek> shift{};
  for (std::size_t k = 0; k < kWeek; ++k) {
    factor[k] = fit.is_multiplicative ? 1 / fit.season[k] : 1;
    shift[k] = fit.is_multiplicative ? 0 : -fit.season[k];
  }
  const double start = first_level(values, fit);
  const auto cost = [&](const Point& at) {
    const double alpha = 1 / (1 + std::exp(-at[0]));
    double level = start;
    double squares = 0;
    std::size_t k = 0;
    for (const double y : values) {
      const double error = y * factor[k] + shift[k] - level;
      level += alpha * error;
      squares += error * error;
      k = k + 1 == kWeek ? 0 : k + 1;
    }
    return n * std::log(std::max(squares, 1e-12));
  };
  const Minimum best = nelder_mead({-1.0}, 1, 1.0, 1e-4, 60, cost);
  fit.alpha = 1 / (1 + std::exp(-best.at[0]));
  return fit;
}

double theta_level(std::span<const double> values, const ThetaFit& fit) {
  double level = first_level(values, fit);
  for (std::size_t i = 0; i < values.size(); ++i)
    level += fit.alpha * (without_season(values[i], fit, i) - level);
  return level;
}

void forecast_by_theta(std::span<const double> values, std::span<const std::size_t> refits,
                       OriginTable& out) {
  for (std::size_t r = 0; r < refits.size(); ++r) {
    const std::size_t from = refits[r];
    const std::size_t to = r + 1 < refits.size() ? refits[r + 1] : values.size() + 1;
    const ThetaFit fit = fit_theta(values.first(from));
    double level = theta_level(values.first(from), fit);
    for (std::size_t origin = from; origin < to; ++origin) {
      if (origin > from) {
        const std::size_t last = origin - 1;
        level += fit.alpha * (without_season(values[last], fit, last) - level);
      }
      if (origin < out.first_origin()) continue;
      auto row = out.row(origin);
      const double n = static_cast<double>(origin);
      const double before = (1 - std::pow(1 - fit.alpha, n)) / fit.alpha;
      for (std::size_t h = 0; h < row.size(); ++h) {
        const double base = level + fit.drift * (static_cast<double>(h) + before);
        const double season = fit.season[(origin + h) % kWeek];
        row[h] = std::max(0.0, fit.is_multiplicative ? base * season : base + season);
      }
    }
  }
}

}  // namespace hark::series
