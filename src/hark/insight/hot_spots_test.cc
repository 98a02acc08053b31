#include "hark/insight/hot_spots.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

/// Requests at places, of areas.
struct City {
  std::vector<std::optional<double>> latitude, longitude;
  std::vector<std::optional<std::string>> boroughs;

  void add(int count, std::optional<double> lat, std::optional<double> lon,
           std::optional<std::string> borough = "A") {
    for (int i = 0; i < count; ++i) {
      latitude.push_back(lat);
      longitude.push_back(lon);
      boroughs.push_back(borough);
    }
  }
  RequestTable table(const contract::Contract& contract) const {
    test::MemorySource source(64);
    source.clocks("created_date", std::vector<std::string>(latitude.size(), "2024-05-01 10:00:00"));
    source.numbers("latitude", latitude).numbers("longitude", longitude);
    source.texts("borough", boroughs);
    RequestLoad load;
    load.now = *parse_instant("2026-01-01T00:00:00Z");
    load.with_places = true;
    return load_requests(source, contract, load).value();
  }
};

constexpr double kDegreesNorth = 1 / 111'194.9;  // a metre
const double kDegreesEast = kDegreesNorth / std::cos(40.7 * 3.14159265358979 / 180);

/// A field of 20 by 20 places half a kilometre apart, each with some requests.
City field(int per_place) {
  City city;
  for (int row = 0; row < 20; ++row)
    for (int column = 0; column < 20; ++column)
      city.add(per_place + (row * 7 + column * 3) % 4, 40.7 + row * 433 * kDegreesNorth,
               -74 + (column + row % 2 / 2.0) * 500 * kDegreesEast);
  return city;
}

TEST(HotSpots, AHeapIsHotAndTheRestIsNot) {
  City city = field(6);
  for (int i = 0; i < 7; ++i)
    city.add(20, 40.7 + (10 + (i + 1) / 3 - 1) * 433 * kDegreesNorth,
             -74 + (10 + i % 3 - 1) * 500 * kDegreesEast);
  const contract::Contract contract = test::request_contract();
  const HotSpots report = hot_spots(city.table(contract), contract, 2).value();
  const Json answer = to_json(report);
  EXPECT_EQ(answer["n"].as_int(), static_cast<std::int64_t>(city.latitude.size()));
  const auto& hottest = answer["cells"].items().front();
  EXPECT_TRUE(hottest["hot"].as_bool());
  EXPECT_NEAR(hottest["lat"].as_double(), 40.7 + 10 * 433 * kDegreesNorth, 0.006);
  EXPECT_NEAR(hottest["lon"].as_double(), -74 + 10 * 500 * kDegreesEast, 0.008);
  EXPECT_EQ(hottest["area"].as_string(), "A");
  EXPECT_GE(answer["hot_cells"].as_int(), 4);
  EXPECT_LE(answer["hot_cells"].as_int(), 25);
  for (const Json& cell : answer["cells"].items()) {
    const double north = (cell["lat"].as_double() - 40.7) / kDegreesNorth - 4330;
    const double east = (cell["lon"].as_double() + 74) / kDegreesEast - 5000;
    if (std::hypot(north, east) > 2500) {
      EXPECT_FALSE(cell["hot"].as_bool()) << north << " " << east;
    }
  }
}

TEST(HotSpots, SmallCellsAreCountedAndNotShown) {
  City city = field(6);
  city.add(3, 40.9, -74);
  city.add(4, 40.9, -73.9);
  const contract::Contract contract = test::request_contract();
  const HotSpots report = hot_spots(city.table(contract), contract, 1).value();
  const Json answer = to_json(report);
  EXPECT_EQ(answer["not_shown"]["cells"].as_int(), 2);
  EXPECT_EQ(answer["not_shown"]["n"].as_int(), 7);
  std::int64_t shown = 0;
  for (const Json& cell : answer["cells"].items()) {
    EXPECT_GE(cell["n"].as_int(), 5);
    shown += cell["n"].as_int();
  }
  EXPECT_EQ(shown + 7, answer["n"].as_int());
  City one = field(6);
  one.add(3, 40.9, -74);
  EXPECT_TRUE(
      to_json(hot_spots(one.table(contract), contract, 1).value())["not_shown"]["n"].is_null())
      << "a single small cell would be told by what is missing";
}

TEST(HotSpots, PlacesThatAreNoneAreCounted) {
  City city = field(5);
  city.add(2, std::nullopt, std::nullopt);
  city.add(1, 0.0, 0.0);
  city.add(3, 51.5, -0.1, std::nullopt);
  contract::Contract contract = test::request_contract();
  const HotSpots far = hot_spots(city.table(contract), contract, 1).value();
  EXPECT_EQ(far.without_place, 3);
  EXPECT_EQ(far.outside, 3);
  contract.min_latitude = 40.7;
  contract.max_latitude = 40.71;
  contract.min_longitude = -74.1;
  contract.max_longitude = -73.9;
  const HotSpots bounded = hot_spots(city.table(contract), contract, 1).value();
  EXPECT_GT(bounded.outside, 3);
  for (const HotCell& cell : bounded.cells) EXPECT_LT(std::abs(cell.latitude - 40.705), 0.01);
}

TEST(HotSpots, AreasAreToldWithoutPlacesToo) {
  City city;
  city.add(6, std::nullopt, std::nullopt, "BRONX");
  city.add(2, std::nullopt, std::nullopt, "QUEENS");
  city.add(2, std::nullopt, std::nullopt, std::nullopt);
  const contract::Contract contract = test::request_contract();
  const HotSpots report = hot_spots(city.table(contract), contract, 1).value();
  EXPECT_TRUE(report.cells.empty());
  EXPECT_EQ(report.top_area->name, "BRONX");
  EXPECT_DOUBLE_EQ(report.top_area->share, 0.75);
  EXPECT_DOUBLE_EQ(*report.gini, 0.25);  // (-1 * 2 + 1 * 6) / (2 * 8)
  test::MemorySource bare;
  bare.clocks("created_date", {"2024-05-01 10:00:00"});
  RequestLoad load;
  load.now = *parse_instant("2026-01-01T00:00:00Z");
  EXPECT_EQ(hot_spots(load_requests(bare, contract, load).value(), contract, 1).error().code(),
            ErrorCode::kInvalidArgument);
}

TEST(HotSpotsGolden, ConcentrationEqualsTheReferenceValues) {
  const auto golden = test::golden_file("request_kpis.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  int num_checked = 0;
  int num_hot = 0;
  for (const auto& [name, file] : (*golden)["files"].members()) {
    auto opened = test::open_data(name);
    if (!opened) continue;
    SCOPED_TRACE(name);
    RequestLoad load;
    load.now = *parse_instant("2026-11-01T00:00:00Z");
    load.with_places = true;
    const auto table = load_requests(*opened->source, *opened->contract, load).value();
    const auto report = hot_spots(table, *opened->contract, 2);
    if (!report) continue;  // no coordinates
    const Json answer = to_json(*report);
    test::expect_near(answer["gini"], file["concentration"]["gini"], 1e-9, "gini");
    test::expect_near(answer["top_area"]["share"], file["concentration"]["top_area_share"], 1e-9,
                      "top area");
    EXPECT_EQ(answer["areas"].as_int(), file["concentration"]["areas"].as_int());
    EXPECT_EQ(report->with_place + report->without_place + report->outside,
              static_cast<std::int64_t>(table.size()));
    num_hot += answer["hot_cells"].as_int() > 0 ? 1 : 0;
    ++num_checked;
  }
  EXPECT_GE(num_checked, 25);
  EXPECT_GT(num_hot, 10);
}

}  // namespace
}  // namespace hark::insight
