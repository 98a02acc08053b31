// Where requests heap: hot and cold cells of 500 m, and how unevenly areas share them (METRICS
// section 2, concentration). The formula is in stats/hot_spots.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/requests.h"
#include "hark/stats/descriptive.h"
#include "hark/stats/hot_spots.h"

namespace hark::insight {

inline constexpr double kHexWidthM = 500;  ///< between opposite sides
/// A cell with fewer requests is counted and not shown by itself: it may be one household.
inline constexpr std::int64_t kSmallestShownCell = 5;
inline constexpr double kFalseDiscoveryRate = 0.05;

struct HotCell {
  stats::Hexagon hexagon;
  double latitude = 0;  ///< of its centre
  double longitude = 0;
  double x_km = 0;  ///< east and north of the middle of the grid
  double y_km = 0;
  std::int64_t n = 0;
  /// Code of the area that most of its requests name, in the table's areas; absent where none does.
  std::optional<std::uint32_t> area;
  std::optional<double> z;  ///< Gi*
  std::optional<double> q;  ///< Benjamini-Hochberg over all cells, two-sided
  bool is_hot = false;      ///< q <= 5 %, more than around
  bool is_cold = false;     ///< q <= 5 %, less
};

struct TopArea {
  std::string name;
  std::int64_t n = 0;
  double share = 0;      ///< of the requests that name an area
  stats::Interval ci95;  ///< of the share, Wilson
};

struct HotSpots {
  std::vector<HotCell> cells;  ///< every cell with a request, small ones too, south to north
  std::int64_t with_place = 0;
  std::int64_t without_place = 0;
  std::int64_t outside = 0;  ///< far outside the city
  std::int64_t areas = 0;
  std::optional<double> gini;  ///< over areas with requests, as in `kpi requests`
  std::optional<double> theil;
  std::optional<TopArea> top_area;
  std::vector<std::string> area_names;  ///< by code
  /// For people; empty where the cell's requests name none.
  std::string area_of(const HotCell& cell) const {
    return cell.area ? area_names[*cell.area] : std::string();
  }
};

/// Counts a table that was loaded with places. The grid lies around the middle of the contract's
/// bounds, else around the median place (to a tenth of a degree); places outside the bounds, and
/// those farther than 100 km, are left out. Errors: kInvalidArgument if the source has no
/// coordinates; kExhausted.
Result<HotSpots> hot_spots(const RequestTable& table, const contract::Contract& contract,
                           unsigned threads);

/// CLI.md, `hotspots`: cells that may be shown, hottest first.
Json to_json(const HotSpots& report);

}  // namespace hark::insight
