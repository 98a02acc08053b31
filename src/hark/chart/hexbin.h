// Points of a city counted in hexagons: one pass over the rows, any number of them, then a map of
// at most 800 cells.
//
// The points are counted on a fixed fine grid of a thousandth of a degree (111 m north-south, 84 m
// east-west in New York) while they stream by, since neither the extent of the city nor the size of
// the hexagons is known before the last row. map() then gathers the fine cells in hexagons. A point
// may so end in the neighbouring hexagon if it lies within 70 m of their border: good enough for a
// picture, not for statistics of single cells.
//
// Projection: equirectangular at the middle latitude, error < 0.1 % over a city.
// Grid: stats/hot_spots.h.
// Threads: one counter per thread, then merge().
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace hark::chart {

/// Code of a point without district.
inline constexpr std::uint32_t kNoDistrict = std::numeric_limits<std::uint32_t>::max();

struct HexCell {
  double x_km = 0, y_km = 0;  ///< centre, east and north of the map's middle
  double latitude = 0, longitude = 0;
  std::uint64_t count = 0;
  std::uint32_t district = kNoDistrict;  ///< code that most of its points carry
};

struct HexMap {
  std::vector<HexCell> cells;  ///< south to north, west to east; each with count >= 1
  double width_m = 0;          ///< between opposite sides, and between centres of neighbours
  double middle_latitude = 0, middle_longitude = 0;
  std::uint64_t num_points = 0;   ///< in the cells
  std::uint64_t num_outside = 0;  ///< valid, but far outside the city: not in the cells
};

struct HexOptions {
  std::size_t max_cells = 800;
  double min_width_m = 250;  ///< smaller hexagons would show the fine grid
};

class PointCounter {
 public:
  PointCounter();

  /// Counts a point. Returns false (and counts it as invalid) for missing or impossible
  /// coordinates, and for exactly 0, 0, which stands for "unknown" in exports.
  bool add(double latitude, double longitude, std::uint32_t district = kNoDistrict);
  /// Fetches what add() of that point will look at: for one that comes some points later.
  void expect(double latitude, double longitude) const noexcept;
  /// Adds another counter's points.
  void merge(const PointCounter& other);

  std::uint64_t num_points() const noexcept { return num_points_; }
  std::uint64_t num_invalid() const noexcept { return num_invalid_; }

  /// The hexagons: the smallest round width (250, 500, 750 m, 1 km, …) that needs at most
  /// `max_cells`. Points farther out than the middle 99.8 % of latitudes and longitudes by more
  /// than half of their range are left out and counted. No points: no cells.
  HexMap map(const HexOptions& options = {}) const;

 private:
  /// A square of the fine grid. The district is the majority's if there is one (Boyer-Moore vote).
  struct Square {
    std::uint64_t key = 0;
    std::uint64_t count = 0;  ///< 0: the slot is free
    std::uint64_t votes = 0;
    std::uint32_t district = kNoDistrict;
  };

  Square& find_or_add(std::uint64_t key);
  void grow();
  void coarsen();
  static void vote(Square& square, std::uint32_t district, std::uint64_t votes);
  double latitude_of(const Square& square) const noexcept;
  double longitude_of(const Square& square) const noexcept;

  std::vector<Square> slots_;  ///< open addressing; the size is a power of two
  std::size_t num_used_ = 0;
  unsigned coarseness_ = 0;  ///< squares are 2^coarseness thousandths of a degree wide
  std::uint64_t num_points_ = 0, num_invalid_ = 0;
};

}  // namespace hark::chart
