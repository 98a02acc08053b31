#include "hark/insight/changes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hark/calendar/civil.h"
#include "hark/insight/rate_report.h"
#include "hark/insight/series.h"
#include "hark/stats/distributions.h"
#include "hark/stats/log_rank.h"
#include "hark/stats/survival.h"

namespace hark::insight {
namespace {

constexpr std::int64_t kFewRequests = 30;

double rate(std::int64_t total, std::int64_t days) {
  return days == 0 ? 0 : static_cast<double>(total) / static_cast<double>(days);
}

/// Requests of one value with a duration, ascending, of both periods.
struct Waits {
  std::vector<std::int64_t> durations;
  std::vector<std::uint8_t> is_event;
  std::vector<std::uint32_t> period;  ///< 0 or 1
};

/// Which period a day belongs to, of days that are whole and there.
class PeriodOfDay {
 public:
  PeriodOfDay(const DailyCounts& whole, const calendar::Period& a, const calendar::Period& b)
      : first_(whole.first_day) {
    for (std::size_t i = 0; i < whole.values.size(); ++i) {
      const std::int32_t day = first_ + static_cast<std::int32_t>(i);
      const bool is_there = !std::isnan(whole.values[i]);
      of_day_.push_back(is_there && a.holds(day) ? 0 : is_there && b.holds(day) ? 1 : -1);
    }
  }
  int of(std::int32_t day) const {
    if (day < first_ || day - first_ >= static_cast<std::int32_t>(of_day_.size())) return -1;
    return of_day_[static_cast<std::size_t>(day - first_)];
  }

 private:
  std::int32_t first_;
  std::vector<int> of_day_;
};

Result<void> compare_waits(const RequestTable& table, const Waits& waits, Changed& changed) {
  Waits own[2];
  for (std::size_t i = 0; i < waits.durations.size(); ++i) {
    own[waits.period[i]].durations.push_back(waits.durations[i]);
    own[waits.period[i]].is_event.push_back(waits.is_event[i]);
  }
  changed.timed_a = static_cast<std::int64_t>(own[0].durations.size());
  changed.timed_b = static_cast<std::int64_t>(own[1].durations.size());
  if (std::min(changed.timed_a, changed.timed_b) < kFewRequests) return {};
  for (int period = 0; period < 2; ++period) {
    HARK_TRY(const auto curve,
             stats::KaplanMeier::from_durations(own[period].durations, own[period].is_event));
    if (const auto median = curve.quantile(0.5))
      (period == 0 ? changed.median_a : changed.median_b) = table.in_unit(*median);
  }
  // Two periods in which nothing was closed cannot be tested, and have no q.
  if (const auto test = stats::log_rank(waits.durations, waits.is_event, waits.period, 2))
    changed.median_q = test->p;
  return {};
}

Json median_json(const ChangesReport& report, const Changed& changed) {
  const std::string unit = report.is_in_days ? "_days" : "_hours";
  const auto change = changed.median_a && changed.median_b
                          ? std::optional(*changed.median_b - *changed.median_a)
                          : std::nullopt;
  Json out = Json::object({{"by", changed.by}, {"key", changed.key}});
  out.set("n_a", changed.timed_a);
  out.set("n_b", changed.timed_b);
  out.set("median_a" + unit, changed.median_a);
  out.set("median_b" + unit, changed.median_b);
  out.set("change" + unit, change);
  out.set("pull" + unit, changed.pull);
  out.set("q", changed.median_q);
  return out;
}

Json volume_json(const Changed& changed) {
  const auto& test = changed.volume;
  return Json::object(
      {{"by", changed.by},
       {"key", changed.key},
       {"n_a", test.total_a},
       {"n_b", test.total_b},
       {"per_day_a", changed.per_day_a()},
       {"per_day_b", changed.per_day_b()},
       {"change_per_day", changed.change_per_day()},
       {"ratio", test.ratio},
       {"ci95", test.ci95 ? Json(Json::Array{test.ci95->low, test.ci95->high}) : Json()},
       {"q", changed.volume_q}});
}

}  // namespace

double Changed::per_day_a() const { return rate(volume.total_a, volume.days_a); }
double Changed::per_day_b() const { return rate(volume.total_b, volume.days_b); }

std::vector<std::size_t> ChangesReport::by_volume() const {
  std::vector<std::size_t> order(changed.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t i) { return std::abs(changed[i].change_per_day()); });
  return order;
}

std::vector<std::size_t> ChangesReport::by_median() const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < changed.size(); ++i)
    if (changed[i].pull) order.push_back(i);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t i) { return std::abs(*changed[i].pull); });
  return order;
}

Result<ChangesReport> what_changed(const RequestTable& table, const Selection& selection,
                                   const std::vector<Grouping>& groupings,
                                   const calendar::Period& a, const calendar::Period& b) {
  ChangesReport report;
  report.a = a;
  report.b = b;
  report.is_in_days = table.is_in_days();
  const DailyCounts whole = daily_created(table, selection);
  HARK_TRY(const RateReport all, rate_change(SeriesName::kRequestsCreated, whole, a, b));
  report.whole.volume = all.test;
  report.whole.volume_q = all.test.p;
  const PeriodOfDay period_of(whole, a, b);

  // Rows in order of duration, of days that count.
  Waits everyone;
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t row : table.by_duration) {
    const int period = period_of.of(table.created_day(row));
    if (period < 0) continue;
    rows.push_back(row);
    everyone.durations.push_back(table.duration[row]);
    everyone.is_event.push_back(table.outcome[row] == Outcome::kClosed ? 1 : 0);
    everyone.period.push_back(static_cast<std::uint32_t>(period));
  }
  if (table.has_closing) HARK_TRY_VOID(compare_waits(table, everyone, report.whole));

  for (const Grouping& grouping : groupings) {
    const auto counts = daily_created_by(table, grouping, whole);
    std::vector<Waits> waits(table.has_closing ? grouping.keys.size() : 0);
    for (std::size_t i = 0; table.has_closing && i < rows.size(); ++i) {
      const std::uint32_t code = grouping.codes[rows[i]];
      if (code == kNoCode) continue;
      waits[code].durations.push_back(everyone.durations[i]);
      waits[code].is_event.push_back(everyone.is_event[i]);
      waits[code].period.push_back(everyone.period[i]);
    }
    for (std::size_t key = 0; key < grouping.keys.size(); ++key) {
      HARK_TRY(const RateReport own, rate_change(SeriesName::kRequestsCreated, counts[key], a, b));
      if (own.test.total_a + own.test.total_b < kFewRequests) {
        if (own.test.total_a + own.test.total_b > 0) ++report.few;
        continue;
      }
      Changed& changed = report.changed.emplace_back();
      changed.by = grouping.by;
      changed.key = grouping.labels[key];
      changed.volume = own.test;
      changed.volume_q = own.test.p;
      if (waits.empty()) continue;
      HARK_TRY_VOID(compare_waits(table, waits[key], changed));
      if (!changed.median_a || !changed.median_b) continue;
      const double share = (rate(changed.timed_a, report.whole.timed_a) +
                            rate(changed.timed_b, report.whole.timed_b)) /
                           2;
      changed.pull = share * (*changed.median_b - *changed.median_a);
    }
  }
  std::vector<double> p_values;
  std::vector<std::optional<double>*> places;
  for (Changed& changed : report.changed) {
    for (auto* q : {&changed.volume_q, &changed.median_q}) {
      if (!*q) continue;
      p_values.push_back(**q);
      places.push_back(q);
    }
  }
  const auto q_values = stats::benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < places.size(); ++i) *places[i] = q_values[i];
  return report;
}

Json to_json(const ChangesReport& report) {
  const auto period = [](const calendar::Period& of, std::int64_t days, std::int64_t n) {
    return Json::object({{"period", of.text},
                         {"first", calendar::format_date(of.first_day)},
                         {"last", calendar::format_date(of.end_day - 1)},
                         {"days", days},
                         {"n", n}});
  };
  Json volume = Json::array();
  for (const std::size_t i : report.by_volume()) volume.push_back(volume_json(report.changed[i]));
  Json median = Json::array();
  for (const std::size_t i : report.by_median())
    median.push_back(median_json(report, report.changed[i]));
  const auto& all = report.whole.volume;
  return Json::object({{"a", period(report.a, all.days_a, all.total_a)},
                       {"b", period(report.b, all.days_b, all.total_b)},
                       {"unit", report.is_in_days ? "days" : "hours"},
                       {"whole", Json::object({{"volume", volume_json(report.whole)},
                                               {"median", median_json(report, report.whole)}})},
                       {"volume", std::move(volume)},
                       {"median", std::move(median)},
                       {"few", report.few}});
}

}  // namespace hark::insight
