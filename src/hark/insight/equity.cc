#include "hark/insight/equity.h"

#include <algorithm>

#include "hark/insight/timed_rows.h"
#include "hark/stats/concentration.h"
#include "hark/stats/survival.h"

namespace hark::insight {
namespace {

constexpr std::int64_t kFewRequests = 30;

Equity equity_of(std::vector<Equity::Area> areas) {
  Equity out;
  std::ranges::sort(areas, {}, [](const Equity::Area& area) {
    return std::tuple(!area.median, area.median.value_or(0), area.name);
  });
  std::vector<double> medians;
  for (const Equity::Area& area : areas) {
    if (area.median) {
      medians.push_back(*area.median);
    } else {
      out.not_reached.push_back(area.name);
    }
  }
  // One area has nothing to be unlike.
  const bool is_comparable = out.not_reached.empty() && medians.size() > 1;
  if (is_comparable) out.theil = stats::theil(medians);
  if (is_comparable && medians.front() > 0) out.max_min = medians.back() / medians.front();
  out.areas = std::move(areas);
  return out;
}

}  // namespace

Result<std::optional<Equity>> equity(const RequestTable& table, const contract::Contract& contract,
                                     unsigned threads) {
  const Category* area = table.category(contract, contract::Role::kArea);
  if (area == nullptr || !table.has_closing) return std::optional<Equity>();
  const std::size_t num_areas = area->num_keys();
  HARK_TRY(const auto rows_of, timed_by_group(table, area->codes, num_areas + 1, threads));
  std::vector<std::optional<Equity::Area>> found(num_areas);
  HARK_TRY_VOID(parallel_for(num_areas, threads, [&](std::size_t key) -> Result<void> {
    const auto rows = rows_of.of(key);
    const auto n = static_cast<std::int64_t>(rows.size());
    if (n < kFewRequests || area->is_missing_in_tests[key]) return {};
    const TimeCounts counts = count_times(table, rows);
    HARK_TRY(const auto curve,
             stats::KaplanMeier::from_counts(counts.times, counts.closed, counts.open));
    const auto median = curve.quantile(0.5);
    found[key] = {area->labels[key], n,
                  median ? std::optional(table.in_unit(*median)) : std::nullopt};
    return {};
  }));
  std::vector<Equity::Area> areas;
  for (auto& of_key : found)
    if (of_key) areas.push_back(*std::move(of_key));
  return std::optional(equity_of(std::move(areas)));
}

Json to_json(const RequestTable& table, const Equity& equity) {
  const char* const median = table.is_in_days() ? "median_days" : "median_hours";
  const auto area_json = [&](const Equity::Area& area) {
    return Json::object({{"name", area.name}, {"n", area.n}, {median, area.median}});
  };
  Json not_reached = Json::array();
  for (const std::string& name : equity.not_reached) not_reached.push_back(name);
  const bool has_areas = !equity.areas.empty();
  return Json::object({{"areas", static_cast<std::int64_t>(equity.areas.size())},
                       {"theil", equity.theil},
                       {"max_min", equity.max_min},
                       {"quickest", has_areas ? area_json(equity.areas.front()) : Json()},
                       {"slowest", has_areas ? area_json(equity.areas.back()) : Json()},
                       {"not_reached", std::move(not_reached)}});
}

}  // namespace hark::insight
