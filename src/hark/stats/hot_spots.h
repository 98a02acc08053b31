// Where is more than around it: counts on a grid of hexagons, and the Getis-Ord statistic.
//
// Pointy-top hexagons in axial coordinates; source: Red Blob Games, "Hexagonal Grids". Model card:
// docs/models/hot-spots.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::stats {

/// Row `r` counts north, column `q` leans right going north.
struct Hexagon {
  std::int64_t r = 0;
  std::int64_t q = 0;
  friend auto operator<=>(const Hexagon&, const Hexagon&) = default;
};

/// The hexagon that holds a point; `width` between opposite sides, in the unit of the point.
Hexagon hexagon_at(double x, double y, double width) noexcept;

struct Centre {
  double x = 0;
  double y = 0;
};
Centre centre_of(const Hexagon& hexagon, double width) noexcept;

struct GetisOrdScore {
  double z = 0;
  double p = 1;  ///< two-sided
};

/// Gi* of every cell, z: how far the sum over it and its neighbours lies above (+) or below (-)
/// what the mean of all cells lets expect, in standard deviations.
///
/// p is that of the normal distribution or, where it is larger, that of requests which fall on the
/// cells by chance (Poisson, at least 1 on each): sums over few requests are skewed, and in the
/// normal's far tail most cities without a hot spot would have one.
///
/// Weights are 1 for the cell itself and those of the six around it that are among `cells`.
/// Shape: one value per cell; nullopt where it is not defined (all counts alike, or every cell a
/// neighbour). `cells` ascend. Errors: kInvalidInput if they do not, or lengths differ.
/// Source: Ord and Getis, Geographical Analysis 27 (1995), formula of Gi*.
Result<std::vector<std::optional<GetisOrdScore>>> getis_ord(std::span<const Hexagon> cells,
                                                            std::span<const std::int64_t> counts);

}  // namespace hark::stats
