#include "hark/insight/analysis.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "hark/calendar/civil.h"
#include "hark/core/parallel.h"
#include "hark/insight/backlog.h"
#include "hark/insight/columns.h"
#include "hark/insight/row_kinds.h"

namespace hark::insight {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kFewRequests = 30;

/// Requests per day, and per weekday and hour: one walk over the rows, as both need the clock.
void count_days_and_hours(const RequestTable& table, RequestAnalysis& analysis) {
  if (!table.is_created_date_only) analysis.week_hours.emplace();
  if (!table.first_created_day) return;
  // A day more on either side: where clocks are set back over midnight, an earlier request may
  // stand on a later day.
  const std::int32_t first = *table.first_created_day - 1;
  std::vector<DayCount> days(static_cast<std::size_t>(*table.last_created_day + 1 - first) + 1);
  for (std::size_t i = 0; i < days.size(); ++i) days[i].day = first + static_cast<std::int32_t>(i);
  WeekHours hours;
  const auto count_hour = [&](std::int32_t day, std::int64_t second) {
    if (second == 0) ++analysis.odd.created_at_midnight;
    if (second == kDay / 2) ++analysis.odd.created_at_noon;
    if (second == 0 || second == kDay / 2) {
      ++hours.num_heaped;
      return;
    }
    ++hours.num_counted;
    ++hours.counts[calendar::weekday_from_days(day)][static_cast<std::size_t>(second / 3600)];
  };
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.is_in_scope(row)) continue;
    const std::int64_t local = table.created_local_s(row);
    const auto day = static_cast<std::int32_t>(floor_div(local, kDay));
    DayCount& created = days[static_cast<std::size_t>(day - first)];
    ++created.created;
    if (!table.is_created_date_only) count_hour(day, local - day * kDay);
    if (!table.has_duration(row)) continue;
    ++created.open;  // so far the change of the backlog on that day
    if (table.outcome[row] != Outcome::kClosed) continue;
    const std::int32_t closed = table.closed_day(row);
    if (closed >= first && closed <= days.back().day) {
      DayCount& of_closing = days[static_cast<std::size_t>(closed - first)];
      ++of_closing.closed;
      --of_closing.open;
    }
  }
  if (!table.is_created_date_only) analysis.week_hours = hours;
  // From the first to the last day on which requests of the selection were created.
  const auto has_created = [](const DayCount& day) { return day.created > 0; };
  const auto begin = std::ranges::find_if(days, has_created);
  const auto end = std::find_if(days.rbegin(), std::make_reverse_iterator(begin), has_created);
  analysis.days.assign(begin, end.base());
  if (analysis.days.empty()) return;
  analysis.first_day = analysis.days.front().day;
  analysis.last_day = analysis.days.back().day;
  std::int64_t open = 0;
  for (DayCount& day : analysis.days) day.open = open += day.open;
}

/// Edges a reader knows by heart rather than equal steps.
std::vector<double> duration_edges(bool is_in_days) {
  if (is_in_days) return {0, 1, 2, 3, 4, 7, 14, 21, 30, 60, 90, 180, 365, 730, 1825};
  return {0,  1.0 / 60, 5.0 / 60, 10.0 / 60, 0.5, 1,    2,    4,    8,    12,    24,
          48, 96,       168,      336,       720, 1440, 2160, 4320, 8760, 43'800};
}

void count_durations(const RequestTable& table, RequestAnalysis& analysis) {
  const std::vector<double> edges = duration_edges(table.is_in_days());
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    analysis.durations.push_back({edges[i], edges[i + 1], 0});
  analysis.durations.push_back({edges.back(), HUGE_VAL, 0});
  // The rows come by duration: where each edge lies among the durations is looked up once.
  std::vector<std::uint32_t> first_time;
  for (const double edge : edges) {
    const auto first = std::ranges::lower_bound(
        table.times, edge, {}, [&](std::int64_t ticks) { return table.in_unit(ticks); });
    first_time.push_back(static_cast<std::uint32_t>(first - table.times.begin()));
  }
  std::size_t bin = 0;
  for (const TimedRow row : table.timed) {
    while (bin + 1 < edges.size() && row.time() >= first_time[bin + 1]) ++bin;
    analysis.durations[bin].n += row.is_closed() ? 1 : 0;
  }
  const auto longest = std::find_if(table.timed.rbegin(), table.timed.rend(),
                                    [](const TimedRow row) { return row.is_closed(); });
  if (analysis.durations.back().n > 0)
    analysis.durations.back().high = table.in_unit(table.times[longest->time()]);
}

void count_ages(const RequestTable& table, RequestAnalysis& analysis) {
  for (const AgeBand& band : age_bands()) analysis.backlog_ages.push_back({band.label, 0});
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.outcome[row] != Outcome::kOpen) continue;
    const double age = table.in_unit(table.duration[row]) / (table.is_in_days() ? 1.0 : 24.0);
    const auto band = std::ranges::upper_bound(age_bands(), age, {}, &AgeBand::below_days);
    ++analysis.backlog_ages[static_cast<std::size_t>(band - age_bands().begin())].n;
  }
}

Result<std::vector<RequestGroup>> groups_of(const RequestTable& table,
                                            const contract::Contract& contract,
                                            const RowKinds& kinds, contract::Role role) {
  const Category* const category = table.category(contract, role);
  if (category == nullptr) return std::vector<RequestGroup>();
  return request_kpis_by(table, contract, kinds, *category, 1);
}

void count_odd(const RequestTable& table, const contract::Contract& contract,
               RequestAnalysis& analysis) {
  const auto num_without = [](const Category* category) {
    return category == nullptr ? std::int64_t{0}
                               : std::int64_t{std::ranges::count(category->codes, kNoCode)};
  };
  const Category* types = table.category(contract, contract::Role::kComplaintType);
  analysis.odd.without_area = num_without(table.category(contract, contract::Role::kArea));
  analysis.odd.without_type = num_without(types);
  if (types != nullptr) {
    analysis.odd.num_types = static_cast<std::int64_t>(types->num_keys());
    analysis.odd.num_type_spellings = static_cast<std::int64_t>(types->num_spellings);
  }
}

}  // namespace

Disparity department_disparity(const std::vector<RequestGroup>& departments,
                               SurvivalQuantile quantile) {
  Disparity out;
  for (const RequestGroup& department : departments) {
    const Survival& km = department.kpis.all.km;
    if (!department.key || km.n < kFewRequests) continue;
    ++out.departments;
    const auto value = quantile == SurvivalQuantile::kMedian ? km.median : km.p90;
    if (!value) {
      out.not_reached.push_back(*department.key);
      continue;
    }
    // Of two equal ones the first by name, whatever order the groups come in.
    const auto is_before = [&](const std::optional<std::string>& other) {
      return *department.key < *other;
    };
    if (!out.best || *value < *out.best_value ||
        (*value == *out.best_value && is_before(out.best))) {
      out.best = department.key;
      out.best_value = value;
    }
    if (!out.worst_reached || *value > *out.worst_value ||
        (*value == *out.worst_value && is_before(out.worst_reached))) {
      out.worst_reached = department.key;
      out.worst_value = value;
    }
  }
  std::sort(out.not_reached.begin(), out.not_reached.end());
  if (out.not_reached.empty() && out.best_value && *out.best_value > 0) {
    out.ratio = *out.worst_value / *out.best_value;
  }
  return out;
}

Result<RequestAnalysis> analyse_requests(const RequestTable& table,
                                         const contract::Contract& contract, unsigned threads) {
  HARK_TRY(const RowKinds kinds, RowKinds::of(table, contract, threads));
  RequestAnalysis analysis;
  // Each part writes what is its own; the largest ones come first.
  const auto groups_into = [&](std::vector<RequestGroup>& groups,
                               contract::Role role) -> Result<void> {
    HARK_TRY(groups, groups_of(table, contract, kinds, role));
    return {};
  };
  const std::function<Result<void>()> parts[] = {
      [&] { return groups_into(analysis.types, contract::Role::kComplaintType); },
      [&] { return groups_into(analysis.agencies, contract::Role::kAgency); },
      [&] { return groups_into(analysis.areas, contract::Role::kArea); },
      [&]() -> Result<void> {
        HARK_TRY(analysis.kpis, request_kpis(table, contract, kinds, 1));
        return {};
      },
      [&]() -> Result<void> {
        count_days_and_hours(table, analysis);
        return {};
      },
      [&]() -> Result<void> {
        count_durations(table, analysis);
        count_ages(table, analysis);
        count_odd(table, contract, analysis);
        return {};
      }};
  HARK_TRY_VOID(parallel_for(std::size(parts), threads,
                             [&](std::size_t part) -> Result<void> { return parts[part](); }));
  analysis.median_disparity = department_disparity(analysis.agencies, SurvivalQuantile::kMedian);
  analysis.p90_disparity = department_disparity(analysis.agencies, SurvivalQuantile::kP90);
  return analysis;
}

}  // namespace hark::insight
