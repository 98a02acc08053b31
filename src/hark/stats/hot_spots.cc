#include "hark/stats/hot_spots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "hark/stats/distributions.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

/// How far apart the rows of hexagons are, in widths.
constexpr double kRowStep = 1.5 * std::numbers::inv_sqrt3;
constexpr std::array<Hexagon, 7> kRing = {
    {{0, 0}, {0, 1}, {0, -1}, {1, 0}, {1, -1}, {-1, 0}, {-1, 1}}};

/// Sums over 1 to 7 cells on which requests fall by chance: Poisson, without the cells that none
/// fell on.
class ChanceSums {
 public:
  /// `mean` of the cells that have requests. Where it is large the sums are normal enough.
  explicit ChanceSums(double mean) {
    if (mean > kMostMean) return;
    const std::vector<double> one = cell_of(mean);
    std::vector<double> sum = {1};
    for (std::size_t cells = 0; cells < kRing.size(); ++cells) {
      std::vector<double> next(sum.size() + one.size() - 1, 0);
      for (std::size_t i = 0; i < sum.size(); ++i)
        for (std::size_t j = 0; j < one.size(); ++j) next[i + j] += sum[i] * one[j];
      sum = std::move(next);
      of_cells_.push_back(sum);
    }
  }

  /// P(sum >= value), or P(sum <= value). 0 where the normal distribution is to say it.
  double tail(std::size_t num_cells, std::int64_t value, bool is_upper) const {
    if (of_cells_.empty()) return 0;
    const std::vector<double>& sums = of_cells_[num_cells - 1];
    const std::size_t at = std::min(static_cast<std::size_t>(value), sums.size());
    double total = 0;
    if (is_upper) {
      for (std::size_t i = sums.size(); i > at; --i) total += sums[i - 1];
    } else {
      for (std::size_t i = 0; i <= at && i < sums.size(); ++i) total += sums[i];
    }
    return std::min(total, 1.0);
  }

 private:
  static constexpr double kMostMean = 30;

  /// Probabilities of 0, 1, 2 ... requests on one cell, the first of them 0.
  static std::vector<double> cell_of(double mean) {
    // The Poisson mean whose truncated mean this is: between 0 and it.
    double low = 0;
    double high = mean;
    for (int i = 0; i < 60; ++i) {
      const double middle = low + (high - low) / 2;
      (middle / (1 - portable_exp(-middle)) < mean ? low : high) = middle;
    }
    double probability = portable_exp(-high) / (1 - portable_exp(-high));
    std::vector<double> out = {0};
    for (std::size_t count = 1; static_cast<double>(count) <= 2 * kMostMean || probability > 1e-18;
         ++count) {
      probability *= high / static_cast<double>(count);
      out.push_back(probability);
    }
    return out;
  }

  std::vector<std::vector<double>> of_cells_;  ///< by number of cells, less 1
};

}  // namespace

Hexagon hexagon_at(double x, double y, double width) noexcept {
  const double r = y / (width * kRowStep);
  const double q = x / width - r / 2;
  const double s = -q - r;
  double rounded_q = std::round(q);
  double rounded_r = std::round(r);
  const double rounded_s = std::round(s);
  const double off_q = std::abs(rounded_q - q);
  const double off_r = std::abs(rounded_r - r);
  const double off_s = std::abs(rounded_s - s);
  if (off_q > off_r && off_q > off_s) {
    rounded_q = -rounded_r - rounded_s;
  } else if (off_r > off_s) {
    rounded_r = -rounded_q - rounded_s;
  }
  return {static_cast<std::int64_t>(rounded_r), static_cast<std::int64_t>(rounded_q)};
}

Centre centre_of(const Hexagon& hexagon, double width) noexcept {
  const auto r = static_cast<double>(hexagon.r);
  return {width * (static_cast<double>(hexagon.q) + r / 2), width * kRowStep * r};
}

Result<std::vector<std::optional<GetisOrdScore>>> getis_ord(std::span<const Hexagon> cells,
                                                            std::span<const std::int64_t> counts) {
  if (cells.size() != counts.size())
    return Error(ErrorCode::kInvalidInput, "cells and counts differ in number");
  if (std::ranges::adjacent_find(cells, std::ranges::greater_equal()) != cells.end())
    return Error(ErrorCode::kInvalidInput, "cells must ascend");
  std::vector<std::optional<GetisOrdScore>> scores(cells.size());
  const auto n = static_cast<double>(cells.size());
  double sum = 0;
  for (const std::int64_t count : counts) sum += static_cast<double>(count);
  const double mean = sum / n;
  double squares = 0;
  for (const std::int64_t count : counts) {
    const double off = static_cast<double>(count) - mean;
    squares += off * off;
  }
  const double deviation = std::sqrt(squares / n);
  if (!(deviation > 0)) return scores;
  const ChanceSums chance(mean);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::int64_t around = 0;
    std::size_t num_cells = 0;
    for (const Hexagon& step : kRing) {
      const Hexagon neighbour{cells[i].r + step.r, cells[i].q + step.q};
      const auto at = std::ranges::lower_bound(cells, neighbour);
      if (at == cells.end() || *at != neighbour) continue;
      ++num_cells;
      around += counts[static_cast<std::size_t>(at - cells.begin())];
    }
    const auto weight = static_cast<double>(num_cells);
    const double variance = (n * weight - weight * weight) / (n - 1);
    if (!(variance > 0)) continue;
    const double z =
        (static_cast<double>(around) - mean * weight) / (deviation * std::sqrt(variance));
    const double tail =
        std::max(normal_upper_tail(std::abs(z)), chance.tail(num_cells, around, z > 0));
    scores[i] = {z, std::min(1.0, 2 * tail)};
  }
  return scores;
}

}  // namespace hark::stats
