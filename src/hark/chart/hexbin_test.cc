#include "hark/chart/hexbin.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "hark/chart/test_support.h"

namespace hark::chart::testing {
namespace {

struct Place {
  double latitude, longitude;
};

std::vector<Place> city(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Place> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({40.7 + 0.08 * random.normal(), -73.95 + 0.08 * random.normal()});
  return out;
}

PointCounter counted(const std::vector<Place>& places) {
  PointCounter counter;
  for (const Place& place : places) counter.add(place.latitude, place.longitude);
  return counter;
}

std::uint64_t total(const HexMap& map) {
  std::uint64_t sum = 0;
  for (const HexCell& cell : map.cells) sum += cell.count;
  return sum;
}

bool is_same(const HexMap& a, const HexMap& b) {
  if (a.cells.size() != b.cells.size() || a.width_m != b.width_m) return false;
  for (std::size_t i = 0; i < a.cells.size(); ++i)
    if (a.cells[i].x_km != b.cells[i].x_km || a.cells[i].y_km != b.cells[i].y_km ||
        a.cells[i].count != b.cells[i].count)
      return false;
  return true;
}

}  // namespace

TEST(Hexbin, CellsHoldEveryPointOnce) {
  const HexMap map = counted(city(100000, 1)).map();
  EXPECT_EQ(total(map), map.num_points);
  EXPECT_EQ(map.num_points + map.num_outside, 100000u);
  EXPECT_LT(map.num_outside, 20u);
  EXPECT_LE(map.cells.size(), 800u);
  EXPECT_GT(map.cells.size(), 300u);
}

TEST(Hexbin, PointsAreInTheNearestHexagon) {
  // The oracle: the nearest centre, by distance to every centre. Points are off by up to half a
  // square of the fine grid, so those near a border may be in the neighbour.
  const auto places = city(4000, 2);
  const HexMap map = counted(places).map();
  std::vector<std::uint64_t> nearest(map.cells.size());
  const double km = 6371.0088 * std::numbers::pi / 180;
  for (const Place& place : places) {
    const double y = (place.latitude - map.middle_latitude) * km;
    const double x = (place.longitude - map.middle_longitude) * km *
                     std::cos(map.middle_latitude * std::numbers::pi / 180);
    std::size_t best = 0;
    for (std::size_t i = 1; i < map.cells.size(); ++i)
      if (std::hypot(map.cells[i].x_km - x, map.cells[i].y_km - y) <
          std::hypot(map.cells[best].x_km - x, map.cells[best].y_km - y))
        best = i;
    ++nearest[best];
  }
  std::uint64_t moved = 0;
  for (std::size_t i = 0; i < nearest.size(); ++i)
    moved += nearest[i] > map.cells[i].count ? nearest[i] - map.cells[i].count : 0;
  EXPECT_LT(static_cast<double>(moved), 0.12 * static_cast<double>(places.size()));
}

TEST(Hexbin, CentresAreNeighboursAtOneWidth) {
  const HexMap map = counted(city(50000, 3)).map();
  double least = 1e9;
  for (std::size_t i = 0; i < map.cells.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      least = std::min(least, std::hypot(map.cells[i].x_km - map.cells[j].x_km,
                                         map.cells[i].y_km - map.cells[j].y_km));
  EXPECT_NEAR(least, map.width_m / 1000, 1e-9);
}

TEST(Hexbin, OrderAndPartsDoNotMatter) {
  auto places = city(30000, 4);
  const HexMap whole = counted(places).map();
  PointCounter first = counted({places.begin(), places.begin() + 11111});
  first.merge(counted({places.begin() + 11111, places.end()}));
  EXPECT_TRUE(is_same(whole, first.map()));
  std::reverse(places.begin(), places.end());
  EXPECT_TRUE(is_same(whole, counted(places).map()));
}

TEST(Hexbin, ImpossiblePointsAreCountedNotPlaced) {
  PointCounter counter;
  for (const Place bad : {Place{0, 0}, Place{91, 0}, Place{0, 181},
                          Place{std::numeric_limits<double>::quiet_NaN(), 1},
                          Place{1, std::numeric_limits<double>::infinity()}})
    EXPECT_FALSE(counter.add(bad.latitude, bad.longitude));
  EXPECT_TRUE(counter.add(90, 180));
  EXPECT_TRUE(counter.add(-90, -180));
  EXPECT_EQ(counter.num_invalid(), 5u);
  EXPECT_EQ(counter.num_points(), 2u);
  EXPECT_TRUE(PointCounter().map().cells.empty());
}

TEST(Hexbin, FarAwayPointsDoNotShrinkTheCity) {
  auto places = city(20000, 5);
  const HexMap before = counted(places).map();
  for (int i = 0; i < 10; ++i) places.push_back({-33.9 + i, 151.2});
  const HexMap after = counted(places).map();
  EXPECT_EQ(after.num_outside, before.num_outside + 10);
  EXPECT_EQ(after.width_m, before.width_m);
}

TEST(Hexbin, PointsAllOverTheWorldFitInMemory) {
  Random random(6);
  PointCounter counter;
  constexpr std::size_t kCount = 3'000'000;
  for (std::size_t i = 0; i < kCount; ++i)
    counter.add(180 * random.unit() - 90, 360 * random.unit() - 180);
  const HexMap map = counter.map();
  EXPECT_LE(map.cells.size(), 800u);
  EXPECT_EQ(total(map), kCount);
}

TEST(Hexbin, OnePointIsOneCell) {
  PointCounter counter;
  counter.add(40.7, -74, 3);
  const HexMap map = counter.map({.min_width_m = 500});
  ASSERT_EQ(map.cells.size(), 1u);
  EXPECT_EQ(map.cells[0].count, 1u);
  EXPECT_EQ(map.cells[0].district, 3u);
  EXPECT_EQ(map.width_m, 500);
  EXPECT_NEAR(map.cells[0].latitude, 40.7, 0.002);
  EXPECT_NEAR(map.cells[0].longitude, -74, 0.002);
}

TEST(Hexbin, CellsGetTheDistrictOfMostOfTheirPoints) {
  Random random(7);
  PointCounter counter;
  for (int i = 0; i < 50000; ++i) {
    const double longitude = -74 + 0.4 * random.unit();
    const bool is_wrong = random.below(20) == 0;  // a twentieth is labelled wrongly
    counter.add(40.6 + 0.3 * random.unit(), longitude, (longitude < -73.8) != is_wrong ? 1 : 2);
  }
  const HexMap map = counter.map();
  std::size_t num_wrong = 0;
  for (const HexCell& cell : map.cells) {
    if (std::abs(cell.longitude + 73.8) < 0.02) continue;  // cells on the border
    num_wrong += cell.district == (cell.longitude < -73.8 ? 1u : 2u) ? 0 : 1;
  }
  EXPECT_EQ(num_wrong, 0u);
}

}  // namespace hark::chart::testing
