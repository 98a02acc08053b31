#include "hark/stats/hot_spots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hark::stats {
namespace {

/// How far apart the rows of hexagons are, in widths.
constexpr double kRowStep = 1.5 * std::numbers::inv_sqrt3;
constexpr std::array<Hexagon, 7> kRing = {
    {{0, 0}, {0, 1}, {0, -1}, {1, 0}, {1, -1}, {-1, 0}, {-1, 1}}};

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

Result<std::vector<std::optional<double>>> getis_ord(std::span<const Hexagon> cells,
                                                     std::span<const std::int64_t> counts) {
  if (cells.size() != counts.size())
    return Error(ErrorCode::kInvalidInput, "cells and counts differ in number");
  if (std::ranges::adjacent_find(cells, std::ranges::greater_equal()) != cells.end())
    return Error(ErrorCode::kInvalidInput, "cells must ascend");
  std::vector<std::optional<double>> scores(cells.size());
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
  for (std::size_t i = 0; i < cells.size(); ++i) {
    double weight = 0;
    double around = 0;
    for (const Hexagon& step : kRing) {
      const Hexagon neighbour{cells[i].r + step.r, cells[i].q + step.q};
      const auto at = std::ranges::lower_bound(cells, neighbour);
      if (at == cells.end() || *at != neighbour) continue;
      weight += 1;
      around += static_cast<double>(counts[static_cast<std::size_t>(at - cells.begin())]);
    }
    const double variance = (n * weight - weight * weight) / (n - 1);
    if (variance > 0) scores[i] = (around - mean * weight) / (deviation * std::sqrt(variance));
  }
  return scores;
}

}  // namespace hark::stats
