#include "hark/insight/hot_spots.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hark/insight/columns.h"
#include "hark/stats/concentration.h"
#include "hark/stats/distributions.h"
#include "hark/stats/sorting.h"

namespace hark::insight {
namespace {

constexpr double kMetresPerDegree = 6'371'008.8 * std::numbers::pi / 180;  // mean Earth radius
constexpr double kFarM = 100'000;

/// Equirectangular metres around a middle: error < 0.1 % over a city.
struct Projection {
  double latitude = 0;
  double longitude = 0;
  double metres_east = kMetresPerDegree;

  Projection(double middle_latitude, double middle_longitude)
      : latitude(middle_latitude),
        longitude(middle_longitude),
        metres_east(kMetresPerDegree * std::cos(middle_latitude * std::numbers::pi / 180)) {}
};

/// Missing and impossible places, and 0, 0, which stands for "unknown" in exports.
bool is_place(float latitude, float longitude) {
  return latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180 &&
         (latitude != 0 || longitude != 0);
}

double rough_median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return std::round(10 * static_cast<double>(*middle)) / 10;
}

Projection projection_of(const RequestTable& table, const contract::Contract& contract) {
  if (contract.min_latitude && contract.max_latitude && contract.min_longitude &&
      contract.max_longitude) {
    return {(*contract.min_latitude + *contract.max_latitude) / 2,
            (*contract.min_longitude + *contract.max_longitude) / 2};
  }
  std::vector<float> latitudes;
  std::vector<float> longitudes;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!is_place(table.latitude[row], table.longitude[row])) continue;
    latitudes.push_back(table.latitude[row]);
    longitudes.push_back(table.longitude[row]);
  }
  if (latitudes.empty()) return {0, 0};
  return {rough_median(latitudes), rough_median(longitudes)};
}

/// A hexagon less than 100 km from the middle, and the area of a request in it: ascending keys are
/// ascending hexagons.
constexpr std::int64_t kOffset = std::int64_t{1} << 15;
std::uint64_t key_of(const stats::Hexagon& hexagon, std::uint32_t area) {
  return static_cast<std::uint64_t>(hexagon.r + kOffset) << 48 |
         static_cast<std::uint64_t>(hexagon.q + kOffset) << 32 | area;
}
stats::Hexagon hexagon_of(std::uint64_t key) {
  return {static_cast<std::int64_t>(key >> 48) - kOffset,
          static_cast<std::int64_t>(key >> 32 & 0xffffU) - kOffset};
}

/// The area that stands most often in sorted keys; the first of several.
std::optional<std::uint32_t> most_frequent_area(std::span<const std::uint64_t> keys) {
  std::optional<std::uint32_t> best;
  std::size_t most = 0;
  for (std::size_t begin = 0; begin < keys.size();) {
    std::size_t end = begin;
    while (end < keys.size() && keys[end] == keys[begin]) ++end;
    const auto area = static_cast<std::uint32_t>(keys[begin]);
    if (area != kNoCode && end - begin > most) {
      most = end - begin;
      best = area;
    }
    begin = end;
  }
  return best;
}

Result<void> count_cells(const RequestTable& table, const contract::Contract& contract,
                         unsigned threads, HotSpots& report) {
  const Projection to = projection_of(table, contract);
  const Category* area = table.category(contract, contract::Role::kArea);
  if (area != nullptr) report.area_names = area->labels;
  std::vector<std::uint64_t> keys;
  keys.reserve(table.size());
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!is_place(table.latitude[row], table.longitude[row])) {
      ++report.without_place;
      continue;
    }
    const auto latitude = static_cast<double>(table.latitude[row]);
    const auto longitude = static_cast<double>(table.longitude[row]);
    const double x = (longitude - to.longitude) * to.metres_east;
    const double y = (latitude - to.latitude) * kMetresPerDegree;
    if (std::hypot(x, y) > kFarM || !contract.holds_place(latitude, longitude)) {
      ++report.outside;
      continue;
    }
    const std::uint32_t code = area == nullptr ? kNoCode : area->codes[row];
    const bool is_named = code != kNoCode && !area->is_missing_in_tests[code];
    keys.push_back(key_of(stats::hexagon_at(x, y, kHexWidthM), is_named ? code : kNoCode));
  }
  report.with_place = static_cast<std::int64_t>(keys.size());
  HARK_TRY_VOID(stats::radix_sort(keys, 0, 64, threads));
  for (std::size_t begin = 0; begin < keys.size();) {
    std::size_t end = begin;
    while (end < keys.size() && keys[end] >> 32 == keys[begin] >> 32) ++end;
    HotCell& cell = report.cells.emplace_back();
    cell.area = most_frequent_area(std::span(keys).subspan(begin, end - begin));
    cell.hexagon = hexagon_of(keys[begin]);
    cell.n = static_cast<std::int64_t>(end - begin);
    const stats::Centre centre = stats::centre_of(cell.hexagon, kHexWidthM);
    cell.x_km = centre.x / 1000;
    cell.y_km = centre.y / 1000;
    cell.latitude = to.latitude + centre.y / kMetresPerDegree;
    cell.longitude = to.longitude + centre.x / to.metres_east;
    begin = end;
  }
  return {};
}

Result<void> judge_cells(HotSpots& report) {
  std::vector<stats::Hexagon> hexagons;
  std::vector<std::int64_t> counts;
  for (const HotCell& cell : report.cells) {
    hexagons.push_back(cell.hexagon);
    counts.push_back(cell.n);
  }
  HARK_TRY(const auto scores, stats::getis_ord(hexagons, counts));
  std::vector<double> p_values;
  for (const auto& score : scores)
    if (score) p_values.push_back(score->p);
  const std::vector<double> q_values = stats::benjamini_hochberg(p_values);
  std::size_t next = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!scores[i]) continue;
    HotCell& cell = report.cells[i];
    cell.z = scores[i]->z;
    cell.q = q_values[next++];
    cell.is_hot = *cell.q <= kFalseDiscoveryRate && *cell.z > 0;
    cell.is_cold = *cell.q <= kFalseDiscoveryRate && *cell.z < 0;
  }
  return {};
}

void count_areas(const RequestTable& table, const contract::Contract& contract, HotSpots& report) {
  const Category* area = table.category(contract, contract::Role::kArea);
  if (area == nullptr) return;
  std::vector<std::int64_t> of_key(area->num_keys(), 0);
  std::int64_t total = 0;
  for (const std::uint32_t code : area->codes) {
    if (code == kNoCode) continue;
    ++of_key[code];
    ++total;
  }
  std::vector<double> counts;
  std::optional<std::size_t> top;
  for (std::size_t key = 0; key < of_key.size(); ++key) {
    if (of_key[key] == 0) continue;
    counts.push_back(static_cast<double>(of_key[key]));
    const bool is_more = !top || of_key[key] > of_key[*top] ||
                         (of_key[key] == of_key[*top] && area->keys[key] < area->keys[*top]);
    if (is_more) top = key;
  }
  report.areas = static_cast<std::int64_t>(counts.size());
  report.gini = stats::gini(counts);
  report.theil = stats::theil(counts);
  if (top) {
    report.top_area = TopArea{area->labels[*top], of_key[*top],
                              static_cast<double>(of_key[*top]) / static_cast<double>(total),
                              *stats::wilson_interval(of_key[*top], total)};
  }
}

}  // namespace

Result<HotSpots> hot_spots(const RequestTable& table, const contract::Contract& contract,
                           unsigned threads) {
  if (table.latitude.empty() && table.size() > 0) {
    return Error(ErrorCode::kInvalidArgument, "this source has no coordinates to map")
        .hint("areas without coordinates are compared by `hark kpi requests --by borough`");
  }
  HotSpots report;
  HARK_TRY_VOID(count_cells(table, contract, threads, report));
  HARK_TRY_VOID(judge_cells(report));
  count_areas(table, contract, report);
  return report;
}

Json to_json(const HotSpots& report) {
  std::vector<const HotCell*> shown;
  std::int64_t hidden = 0;
  std::int64_t in_hidden = 0;
  std::int64_t num_hot = 0;
  std::int64_t num_cold = 0;
  std::int64_t in_hot = 0;
  for (const HotCell& cell : report.cells) {
    num_hot += cell.is_hot ? 1 : 0;
    num_cold += cell.is_cold ? 1 : 0;
    in_hot += cell.is_hot ? cell.n : 0;
    if (cell.n >= kSmallestShownCell) {
      shown.push_back(&cell);
    } else {
      ++hidden;
      in_hidden += cell.n;
    }
  }
  std::ranges::stable_sort(shown, std::greater<>(), [](const HotCell* cell) {
    return std::pair(cell->z.value_or(0), cell->n);
  });
  Json cells = Json::array();
  for (const HotCell* cell : shown) {
    cells.push_back(Json::object({{"lat", cell->latitude},
                                  {"lon", cell->longitude},
                                  {"area", cell->area ? Json(report.area_of(*cell)) : Json()},
                                  {"n", cell->n},
                                  {"gi_z", cell->z},
                                  {"q", cell->q},
                                  {"hot", cell->is_hot},
                                  {"cold", cell->is_cold}}));
  }
  // A few cells with a few requests are as telling together as alone.
  const bool may_tell = hidden == 0 || in_hidden >= kSmallestShownCell;
  return Json::object(
      {{"cells", std::move(cells)},
       {"cell_width_m", kHexWidthM},
       {"n", report.with_place},
       {"cells_with_requests", static_cast<std::int64_t>(report.cells.size())},
       {"hot_cells", num_hot},
       {"cold_cells", num_cold},
       {"hot_share", report.with_place == 0 ? Json()
                                            : Json(static_cast<double>(in_hot) /
                                                   static_cast<double>(report.with_place))},
       {"not_shown", Json::object({{"cells", hidden}, {"n", may_tell ? Json(in_hidden) : Json()}})},
       {"without_place", report.without_place},
       {"outside", report.outside},
       {"areas", report.areas},
       {"gini", report.gini},
       {"theil", report.theil},
       {"top_area", report.top_area
                        ? Json::object({{"name", report.top_area->name},
                                        {"n", report.top_area->n},
                                        {"share", report.top_area->share},
                                        {"ci95", Json::Array{report.top_area->ci95.low,
                                                             report.top_area->ci95.high}}})
                        : Json()}});
}

}  // namespace hark::insight
