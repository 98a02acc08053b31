#include "hark/insight/request_kpis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <ranges>
#include <span>
#include <utility>

#include "hark/core/parallel.h"
#include "hark/insight/columns.h"
#include "hark/insight/row_kinds.h"
#include "hark/insight/sla_rule.h"
#include "hark/insight/timed_rows.h"
#include "hark/stats/concentration.h"
#include "hark/stats/survival.h"

namespace hark::insight {
namespace {

constexpr double kMedian = 0.5;
constexpr double kP90 = 0.9;

StillOpen still_open_after(const stats::KaplanMeier& curve, std::int64_t time) {
  const auto steps = curve.steps();
  const auto after = std::ranges::upper_bound(steps, time, {}, &stats::KaplanMeier::Step::time);
  StillOpen out;
  if (curve.n() == 0) return out;
  const auto* const step = after == steps.begin() ? nullptr : &*std::prev(after);
  const double share = step == nullptr ? 1 : step->survival;
  if (time > curve.last_time() && share > 0) return out;
  out.share = share;
  if (step != nullptr) out.ci95 = stats::KaplanMeier::interval(*step);
  return out;
}

// The time to close of rows in order of duration; `without_left_out`: of instant and batch
// closings.
Result<TimeToClose> time_to_close(const RequestTable& table, std::span<const TimedRow> rows,
                                  bool without_left_out) {
  const auto [times, closed, open] = count_times(table, rows, without_left_out);
  const auto in_unit = [&](const auto& ticks) -> std::optional<double> {
    if (!ticks) return std::nullopt;
    const auto value = static_cast<double>(*ticks);
    return table.is_in_days() ? value : value / static_cast<double>(table.ticks_per_hour);
  };
  TimeToClose out;
  out.closed_only.n = std::accumulate(closed.begin(), closed.end(), std::int64_t{0});
  out.closed_only.mean = in_unit(stats::mean(times, closed));
  out.closed_only.median = in_unit(stats::quantile(times, closed, kMedian));
  out.closed_only.p90 = in_unit(stats::quantile(times, closed, kP90));
  HARK_TRY(const auto curve, stats::KaplanMeier::from_counts(times, closed, open));
  out.km.n = curve.n();
  out.km.median = in_unit(curve.quantile(kMedian));
  out.km.p90 = in_unit(curve.quantile(kP90));
  const auto interval = curve.median_interval();
  out.km.median_low = in_unit(interval.low);
  out.km.median_high = in_unit(interval.high);
  if (curve.n() > 0) out.km.last = table.in_unit(curve.last_time());
  const std::int64_t ticks_per_day = table.is_in_days() ? 1 : 24 * table.ticks_per_hour;
  // Without closing times nothing is known to be still open.
  for (std::size_t i = 0; table.has_closing && i < kStillOpenDays.size(); ++i)
    out.km.still_open[i] = still_open_after(curve, kStillOpenDays[i] * ticks_per_day);
  return out;
}

// The group of a row: without codes all are in one, and a row that has none is in the last.
struct GroupOf {
  std::span<const std::uint32_t> codes;
  std::size_t num_groups;

  std::size_t operator()(std::size_t row) const {
    return codes.empty() ? 0 : codes[row] == kNoCode ? num_groups - 1 : codes[row];
  }
};

// How often each key of a category occurs among the rows of each group: calls `take(group, counts)`
// with the counts of the keys that occur, in no particular order; only their shares are for use.
template <typename Take>
Result<void> count_keys(const RequestTable& table, const Category& category,
                        const GroupOf& group_of, const Take& take) {
  const std::size_t num_groups = group_of.num_groups;
  const std::size_t num_keys = category.num_keys();
  if (group_of.codes.data() == category.codes.data() && !group_of.codes.empty()) {
    // Grouped by the category itself: all of a group's rows have its key.
    for (std::size_t group = 0; group < num_keys; ++group) take(group, std::vector<double>{1});
    take(num_keys, std::vector<double>());
    return {};
  }
  // One counter per group and key as long as they stay in the cache; else group by group, from a
  // list of each group's keys.
  constexpr std::size_t kMaxCounters = std::size_t{1} << 18;
  const bool is_at_once = num_groups * num_keys <= kMaxCounters;
  std::vector<std::uint32_t> counts(is_at_once ? num_groups * num_keys : num_keys, 0);
  std::optional<ByGroup<std::uint32_t>> codes_of;
  if (is_at_once) {
    for (std::size_t row = 0; row < table.size(); ++row) {
      const std::uint32_t code = category.codes[row];
      if (code != kNoCode) ++counts[group_of(row) * num_keys + code];
    }
  } else {
    HARK_TRY(codes_of, ByGroup<std::uint32_t>::make(
                           table.size(), num_groups, 1,
                           [&](std::size_t row) { return category.codes[row]; }, group_of));
  }
  for (std::size_t group = 0; group < num_groups; ++group) {
    std::vector<double> out;
    if (is_at_once) {
      const auto of_group = std::span(counts).subspan(group * num_keys, num_keys);
      std::ranges::copy_if(of_group, std::back_inserter(out), [](auto count) { return count > 0; });
    } else {
      const auto codes = codes_of->of(group);
      for (const std::uint32_t code : codes) {
        if (code != kNoCode) ++counts[code];
      }
      for (const std::uint32_t code : codes) {
        if (code != kNoCode && counts[code] > 0) out.push_back(std::exchange(counts[code], 0));
      }
    }
    take(group, std::move(out));
  }
  return {};
}

std::optional<double> top_share(std::vector<double> counts, std::size_t k) {
  if (counts.empty()) return std::nullopt;
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  const std::size_t top = std::min(k, counts.size());
  std::partial_sort(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(top), counts.end(),
                    std::greater<>());
  return std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(top), 0.0) /
         all;
}

// The figures of every group at once; `codes` empty: one group of all rows. A row without code is
// in the last group.
Result<std::vector<RequestKpis>> compute(const RequestTable& table,
                                         const contract::Contract& contract, const RowKinds& kinds,
                                         std::span<const std::uint32_t> codes,
                                         std::size_t num_groups, unsigned threads) {
  const SlaRule rule(table, contract);
  RequestKpis blank;
  if (table.has_status) {
    blank.closed_without_time = 0;
    blank.open_with_time = 0;
  }
  if (table.is_in_days()) {
    blank.same_day = 0;
  } else {
    blank.classes.emplace();
  }
  if (table.has_closing) blank.sla = rule.start();
  if (!table.resolved_as.empty()) blank.resolved_as.emplace();
  std::vector<RequestKpis> groups(num_groups, blank);
  const GroupOf group_of{codes, num_groups};
  // Each job writes what is its own.
  const Category* const types = table.category(contract, contract::Role::kComplaintType);
  const Category* const areas = table.category(contract, contract::Role::kArea);
  std::optional<ByGroup<TimedRow>> timed_of;  // one group needs no list of its rows
  if (!codes.empty()) {
    HARK_TRY(timed_of, timed_by_group(table, codes, num_groups, threads));
  }
  const std::array<std::function<Result<void>()>, 3> jobs = {
      [&]() -> Result<void> {
        std::vector<std::uint32_t> counts(num_groups * kinds.size(), 0);
        for (std::size_t row = 0; row < table.size(); ++row)
          ++counts[group_of(row) * kinds.size() + kinds.kind_of(row)];
        for (std::size_t at = 0; at < counts.size(); ++at) {
          if (counts[at] > 0) kinds.add(at % kinds.size(), counts[at], groups[at / kinds.size()]);
        }
        return {};
      },
      [&]() -> Result<void> {
        if (types == nullptr) return {};
        return count_keys(table, *types, group_of, [&](std::size_t g, auto counts) {
          groups[g].top3_share = top_share(std::move(counts), 3);
        });
      },
      [&]() -> Result<void> {
        if (areas == nullptr) return {};
        return count_keys(table, *areas, group_of, [&](std::size_t g, auto counts) {
          groups[g].gini = stats::gini(counts);
        });
      },
  };
  HARK_TRY_VOID(parallel_for(jobs.size(), threads, [&](std::size_t i) { return jobs[i](); }));
  HARK_TRY_VOID(parallel_for(2 * num_groups, threads, [&](std::size_t task) -> Result<void> {
    const std::size_t g = task / 2;
    RequestKpis& kpis = groups[g];
    const auto timed = timed_of ? timed_of->of(g) : std::span<const TimedRow>(table.timed);
    if (task % 2 == 0) {
      HARK_TRY(kpis.all, time_to_close(table, timed, false));
    } else if (table.has_closing && !table.is_in_days()) {
      HARK_TRY(kpis.without_instant_and_batch, time_to_close(table, timed, true));
    }
    return {};
  }));
  for (RequestKpis& kpis : groups) {
    kpis.rows = kpis.n;
    if (kpis.sla) rule.finish(*kpis.sla);
  }
  return groups;
}

// The groups that have rows; the last of `kpis` is of the rows without a key.
std::vector<RequestGroup> named_groups(std::vector<RequestKpis> kpis,
                                       const std::vector<std::string>& keys,
                                       const std::vector<std::string>& labels) {
  std::vector<RequestGroup> groups;
  for (std::size_t g = 0; g < kpis.size(); ++g) {
    if (kpis[g].n == 0) continue;
    RequestGroup& group = groups.emplace_back();
    if (g < keys.size()) {
      group.key = keys[g];
      group.label = labels[g];
    }
    group.kpis = std::move(kpis[g]);
  }
  return groups;
}

void sort_by_size(std::vector<RequestGroup>& groups) {
  std::sort(groups.begin(), groups.end(), [](const RequestGroup& a, const RequestGroup& b) {
    if (a.key.has_value() != b.key.has_value()) return a.key.has_value();
    if (a.kpis.n != b.kpis.n) return a.kpis.n > b.kpis.n;
    return a.key < b.key;
  });
}

}  // namespace

Result<RequestKpis> request_kpis(const RequestTable& table, const contract::Contract& contract,
                                 const RowKinds& kinds, unsigned threads) {
  HARK_TRY(auto groups, compute(table, contract, kinds, {}, 1, threads));
  RequestKpis kpis = std::move(groups.front());
  kpis.rows = table.rows_read;
  kpis.duplicates = table.duplicates;
  kpis.superseded = table.superseded;
  return kpis;
}

Result<RequestKpis> request_kpis(const RequestTable& table, const contract::Contract& contract,
                                 unsigned threads) {
  HARK_TRY(const RowKinds kinds, RowKinds::of(table, contract, threads));
  return request_kpis(table, contract, kinds, threads);
}

Result<std::vector<RequestGroup>> request_kpis_by(const RequestTable& table,
                                                  const contract::Contract& contract,
                                                  const RowKinds& kinds, const Category& category,
                                                  unsigned threads) {
  HARK_TRY(auto kpis,
           compute(table, contract, kinds, category.codes, category.num_keys() + 1, threads));
  auto groups = named_groups(std::move(kpis), category.keys, category.labels);
  sort_by_size(groups);
  return groups;
}

Result<std::vector<RequestGroup>> request_kpis_by(const RequestTable& table,
                                                  const contract::Contract& contract,
                                                  const Grouping& grouping, unsigned threads) {
  HARK_TRY(const RowKinds kinds, RowKinds::of(table, contract, threads));
  HARK_TRY(auto kpis,
           compute(table, contract, kinds, grouping.codes, grouping.keys.size() + 1, threads));
  auto groups = named_groups(std::move(kpis), grouping.keys, grouping.labels);
  if (!grouping.has_order) sort_by_size(groups);
  return groups;
}

}  // namespace hark::insight
