#include "hark/chart/hexbin.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "hark/stats/hot_spots.h"

namespace hark::chart {
namespace {

constexpr double kSquaresPerDegree = 1000;
/// More squares than a city has; beyond, the grid gets coarser, so that points all over the world
/// cannot take the memory.
constexpr std::size_t kMaxSquares = std::size_t{1} << 20;
constexpr double kKmPerDegree = 6371.0088 * std::numbers::pi / 180;  // mean Earth radius, IUGG

std::uint64_t key_of(double latitude, double longitude, unsigned coarseness) noexcept {
  const auto row = static_cast<std::uint32_t>((latitude + 90) * kSquaresPerDegree);
  const auto column = static_cast<std::uint32_t>((longitude + 180) * kSquaresPerDegree);
  return std::uint64_t{row >> coarseness} << 32 | (column >> coarseness);
}

std::size_t slot_of(std::uint64_t key, std::size_t num_slots) noexcept {
  // Fibonacci hashing; the high bits are the mixed ones.
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & (num_slots - 1);
}

bool is_valid(double latitude, double longitude) noexcept {
  return latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180 &&
         (latitude != 0 || longitude != 0);
}

struct Range {
  double low = 0, high = 0;
  bool has(double value) const noexcept { return value >= low && value <= high; }
};

/// The middle 99.8 % of weighted positions, widened by half on each side: a city and its edges,
/// without addresses that were placed on another continent.
Range plausible(const std::map<double, std::uint64_t>& positions, std::uint64_t total) {
  const std::uint64_t skip = total / 1000;
  std::uint64_t seen = 0;
  Range range{positions.begin()->first, positions.rbegin()->first};
  bool has_low = false;
  for (const auto& [position, count] : positions) {
    seen += count;
    if (!has_low && seen > skip) {
      range.low = position;
      has_low = true;
    }
    if (seen >= total - skip) {
      range.high = position;
      break;
    }
  }
  const double margin = std::max(0.5 * (range.high - range.low), 0.02);
  return {range.low - margin, range.high + margin};
}

struct Gathered {
  std::uint64_t count = 0;
  std::map<std::uint32_t, std::uint64_t> votes;
};

}  // namespace

PointCounter::PointCounter() : slots_(std::size_t{1} << 12) {}

void PointCounter::expect(double latitude, double longitude) const noexcept {
  if (is_valid(latitude, longitude))
    __builtin_prefetch(&slots_[slot_of(key_of(latitude, longitude, coarseness_), slots_.size())]);
}

bool PointCounter::add(double latitude, double longitude, std::uint32_t district) {
  if (!is_valid(latitude, longitude)) {
    ++num_invalid_;
    return false;
  }
  ++num_points_;
  Square& square = find_or_add(key_of(latitude, longitude, coarseness_));
  ++square.count;
  vote(square, district, 1);
  return true;
}

void PointCounter::merge(const PointCounter& other) {
  while (coarseness_ < other.coarseness_) coarsen();
  for (const Square& square : other.slots_) {
    if (square.count == 0) continue;
    Square& mine =
        find_or_add(key_of(other.latitude_of(square), other.longitude_of(square), coarseness_));
    mine.count += square.count;
    vote(mine, square.district, square.votes);
  }
  num_points_ += other.num_points_;
  num_invalid_ += other.num_invalid_;
}

void PointCounter::vote(Square& square, std::uint32_t district, std::uint64_t votes) {
  if (district == kNoDistrict) return;
  if (square.district == district) {
    square.votes += votes;
  } else if (square.votes >= votes) {
    square.votes -= votes;
  } else {
    square.district = district;
    square.votes = votes - square.votes;
  }
}

PointCounter::Square& PointCounter::find_or_add(std::uint64_t key) {
  for (std::size_t at = slot_of(key, slots_.size());; at = (at + 1) & (slots_.size() - 1)) {
    Square& square = slots_[at];
    if (square.count > 0 && square.key == key) return square;
    if (square.count > 0) continue;
    if (num_used_ >= kMaxSquares) {
      const unsigned before = coarseness_;
      coarsen();
      const unsigned by = coarseness_ - before;
      return find_or_add((key >> (32 + by)) << 32 | ((key & 0xFFFFFFFFu) >> by));
    }
    if (num_used_ * 4 >= slots_.size() * 3) {
      grow();
      return find_or_add(key);
    }
    ++num_used_;
    square.key = key;
    return square;
  }
}

void PointCounter::grow() {
  std::vector<Square> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Square& square : old) {
    if (square.count == 0) continue;
    std::size_t at = slot_of(square.key, slots_.size());
    while (slots_[at].count > 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = square;
  }
}

void PointCounter::coarsen() {
  std::vector<Square> old;
  old.swap(slots_);
  slots_.resize(old.size());
  num_used_ = 0;
  ++coarseness_;
  for (const Square& square : old) {
    if (square.count == 0) continue;
    Square& mine = find_or_add((square.key >> 33) << 32 | ((square.key & 0xFFFFFFFFu) >> 1));
    mine.count += square.count;
    vote(mine, square.district, square.votes);
  }
}

double PointCounter::latitude_of(const Square& square) const noexcept {
  const double side = static_cast<double>(std::uint64_t{1} << coarseness_);
  return (static_cast<double>(square.key >> 32) + 0.5) * side / kSquaresPerDegree - 90;
}

double PointCounter::longitude_of(const Square& square) const noexcept {
  const double side = static_cast<double>(std::uint64_t{1} << coarseness_);
  return (static_cast<double>(square.key & 0xFFFFFFFFu) + 0.5) * side / kSquaresPerDegree - 180;
}

HexMap PointCounter::map(const HexOptions& options) const {
  HexMap out;
  if (num_points_ == 0) return out;
  std::vector<Square> squares;
  // Many squares stand in few rows and columns.
  std::map<double, std::uint64_t> latitudes, longitudes;
  for (const Square& square : slots_) {
    if (square.count == 0) continue;
    squares.push_back(square);
    latitudes[latitude_of(square)] += square.count;
    longitudes[longitude_of(square)] += square.count;
  }
  // The order in the hash table depends on the order of arrival; the map must not.
  std::ranges::sort(squares, {}, &Square::key);
  const Range rows = plausible(latitudes, num_points_);
  const Range columns = plausible(longitudes, num_points_);
  std::erase_if(squares, [&](const Square& square) {
    const bool is_inside = rows.has(latitude_of(square)) && columns.has(longitude_of(square));
    if (!is_inside) out.num_outside += square.count;
    return !is_inside;
  });
  if (squares.empty()) return out;
  out.num_points = num_points_ - out.num_outside;

  Range latitude{90, -90}, longitude{180, -180};
  for (const Square& square : squares) {
    latitude.low = std::min(latitude.low, latitude_of(square));
    latitude.high = std::max(latitude.high, latitude_of(square));
    longitude.low = std::min(longitude.low, longitude_of(square));
    longitude.high = std::max(longitude.high, longitude_of(square));
  }
  out.middle_latitude = (latitude.low + latitude.high) / 2;
  out.middle_longitude = (longitude.low + longitude.high) / 2;
  const double km_east = kKmPerDegree * std::cos(out.middle_latitude * std::numbers::pi / 180);

  constexpr std::array kRoundWidths = {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5};
  double decade = 100;  // metres
  for (std::size_t i = 0;; ++i) {
    if (i == kRoundWidths.size()) {
      i = 0;
      decade *= 10;
    }
    out.width_m = kRoundWidths[i] * decade;
    if (out.width_m < options.min_width_m) continue;
    const double width = out.width_m / 1000;
    std::map<stats::Hexagon, Gathered> cells;
    for (const Square& square : squares) {
      const double x = (longitude_of(square) - out.middle_longitude) * km_east;
      const double y = (latitude_of(square) - out.middle_latitude) * kKmPerDegree;
      Gathered& cell = cells[stats::hexagon_at(x, y, width)];
      cell.count += square.count;
      if (square.district != kNoDistrict) cell.votes[square.district] += square.votes;
      if (cells.size() > options.max_cells) break;
    }
    if (cells.size() > options.max_cells && out.width_m < 2e7) continue;
    for (const auto& [place, gathered] : cells) {
      HexCell& cell = out.cells.emplace_back();
      const stats::Centre centre = stats::centre_of(place, width);
      cell.x_km = centre.x;
      cell.y_km = centre.y;
      cell.latitude = out.middle_latitude + cell.y_km / kKmPerDegree;
      cell.longitude = out.middle_longitude + cell.x_km / km_east;
      cell.count = gathered.count;
      std::uint64_t most = 0;
      for (const auto& [district, votes] : gathered.votes)
        if (votes > most) {
          most = votes;
          cell.district = district;
        }
    }
    return out;
  }
}

}  // namespace hark::chart
