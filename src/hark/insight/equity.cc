#include "hark/insight/equity.h"

#include <algorithm>

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
  if (out.not_reached.empty()) out.theil = stats::theil(medians);
  if (out.not_reached.empty() && !medians.empty() && medians.front() > 0)
    out.max_min = medians.back() / medians.front();
  out.areas = std::move(areas);
  return out;
}

}  // namespace

Equity equity(const std::vector<RequestGroup>& areas, const Grouping& grouping) {
  std::vector<Equity::Area> list;
  for (const RequestGroup& group : areas) {
    if (!group.key || group.kpis.all.km.n < kFewRequests) continue;
    const auto code = static_cast<std::size_t>(std::ranges::find(grouping.keys, *group.key) -
                                               grouping.keys.begin());
    if (code < grouping.keys.size() && grouping.is_missing_in_tests[code]) continue;
    list.push_back({group.label, group.kpis.all.km.n, group.kpis.all.km.median});
  }
  return equity_of(std::move(list));
}

Result<std::optional<Equity>> equity(const RequestTable& table,
                                     const contract::Contract& contract) {
  const Category* area = table.category(contract, contract::Role::kArea);
  if (area == nullptr || !table.has_closing) return std::optional<Equity>();
  // Places in `timed`, by area: a counting sort keeps the order of durations.
  std::vector<std::size_t> first(area->num_keys() + 1, 0);
  const auto code_at = [&](std::size_t i) { return area->codes[table.by_duration[i]]; };
  for (std::size_t i = 0; i < table.timed.size(); ++i)
    if (code_at(i) != kNoCode) ++first[code_at(i) + std::size_t{1}];
  for (std::size_t key = 0; key < area->num_keys(); ++key) first[key + 1] += first[key];
  std::vector<TimedRow> rows(first.back());
  std::vector<std::size_t> next(first.begin(), first.end() - 1);
  for (std::size_t i = 0; i < table.timed.size(); ++i)
    if (code_at(i) != kNoCode) rows[next[code_at(i)]++] = table.timed[i];

  std::vector<Equity::Area> areas;
  std::vector<std::int64_t> times;
  std::vector<std::int64_t> closed;
  std::vector<std::int64_t> open;
  for (std::size_t key = 0; key < area->num_keys(); ++key) {
    const auto n = static_cast<std::int64_t>(first[key + 1] - first[key]);
    if (n < kFewRequests || area->is_missing_in_tests[key]) continue;
    times.clear();
    closed.clear();
    open.clear();
    for (std::size_t i = first[key]; i < first[key + 1]; ++i) {
      const std::int64_t time = table.times[rows[i].time()];
      if (times.empty() || times.back() != time) {
        times.push_back(time);
        closed.push_back(0);
        open.push_back(0);
      }
      ++(rows[i].is_closed() ? closed : open).back();
    }
    HARK_TRY(const auto curve, stats::KaplanMeier::from_counts(times, closed, open));
    const auto median = curve.quantile(0.5);
    areas.push_back(
        {area->labels[key], n, median ? std::optional(table.in_unit(*median)) : std::nullopt});
  }
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
