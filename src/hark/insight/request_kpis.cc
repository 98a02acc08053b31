#include "hark/insight/request_kpis.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <numeric>

#include "hark/core/parallel.h"
#include "hark/insight/columns.h"
#include "hark/stats/concentration.h"
#include "hark/stats/survival.h"

namespace hark::insight {
namespace {

constexpr double kMedian = 0.5;
constexpr double kP90 = 0.9;

// Thresholds of the SLA per complaint type, in the units the rows are compared in.
class SlaRule {
 public:
  SlaRule(const RequestTable& table, const contract::Contract& contract)
      : table_(table),
        type_(table.category(contract, contract::Role::kComplaintType)),
        default_(contract.sla_hours),
        has_type_thresholds_(!contract.sla_hours_by_type.empty() && type_ != nullptr) {
    if (has_type_thresholds_) {
      of_type_.assign(type_->num_keys(), default_);
      for (const auto& [name, hours] : contract.sla_hours_by_type) {
        const auto key = std::find(type_->keys.begin(), type_->keys.end(), name);
        if (key != type_->keys.end()) {
          of_type_[static_cast<std::size_t>(key - type_->keys.begin())] = Threshold(hours);
        }
      }
    }
    if (table.as_of) as_of_us_ = table.as_of->time_since_epoch().count();
    if (table.as_of && table.is_in_days()) as_of_day_ = table.as_of_day();
  }

  SlaCompliance start() const {
    SlaCompliance sla;
    sla.threshold_hours = default_.hours;
    sla.has_type_thresholds = has_type_thresholds_;
    if (table_.is_in_days()) {
      sla.met_certain = 0;
      sla.met_possible = 0;
    } else {
      sla.met = 0;
    }
    return sla;
  }

  /// For rows with a duration.
  void count(std::size_t row, SlaCompliance& sla) const {
    const Threshold& threshold = threshold_of(row);
    const bool is_closed = table_.outcome[row] == Outcome::kClosed;
    if (table_.is_in_days()) {
      // Whole days d between two dates are d - 1 to d + 1 days of hours, both ends open.
      if (table_.created_day(row) > as_of_day_ - threshold.wait_days) return;
      ++sla.eligible;
      if (!is_closed) return;
      const auto days = static_cast<double>(table_.duration[row]);
      if ((days + 1) * 24 <= threshold.hours) ++*sla.met_certain;
      if ((days - 1) * 24 < threshold.hours) ++*sla.met_possible;
      return;
    }
    if (table_.created_us[row] > as_of_us_ - threshold.us) return;
    ++sla.eligible;
    if (is_closed && table_.closed_us[row] - table_.created_us[row] <= threshold.us) ++*sla.met;
  }

  void finish(SlaCompliance& sla) const {
    if (sla.eligible == 0) return;
    const auto eligible = static_cast<double>(sla.eligible);
    if (table_.is_in_days()) {
      sla.compliance_range = {static_cast<double>(*sla.met_certain) / eligible,
                              static_cast<double>(*sla.met_possible) / eligible};
    } else {
      sla.compliance = static_cast<double>(*sla.met) / eligible;
      sla.ci95 = stats::wilson_interval(*sla.met, sla.eligible);
    }
  }

 private:
  struct Threshold {
    explicit Threshold(double in_hours)
        : hours(in_hours),
          us(std::llround(in_hours * 3.6e9)),
          wait_days(static_cast<std::int32_t>(std::ceil(in_hours / 24)) + 1) {}
    double hours;
    std::int64_t us;
    std::int32_t wait_days;  ///< after that many days a date alone tells that it was missed
  };

  const Threshold& threshold_of(std::size_t row) const {
    if (!has_type_thresholds_ || type_->codes[row] == kNoCode) return default_;
    return of_type_[type_->codes[row]];
  }

  const RequestTable& table_;
  const Category* type_;
  Threshold default_;
  bool has_type_thresholds_;
  std::vector<Threshold> of_type_;
  std::int64_t as_of_us_ = kNoTime;
  std::int32_t as_of_day_ = 0;
};

// Rows in groups: a counting sort, so the order inside a group is that of the input.
class RowsByGroup {
 public:
  /// `rows`: all rows where empty.
  RowsByGroup(const std::vector<std::uint32_t>* rows, std::size_t num_rows,
              const std::vector<std::uint32_t>& codes, std::size_t num_groups)
      : first_(num_groups + 1, 0), rows_(num_rows) {
    const auto row_at = [&](std::size_t i) {
      return rows == nullptr ? static_cast<std::uint32_t>(i) : (*rows)[i];
    };
    const auto group_of = [&](std::uint32_t row) -> std::size_t {
      if (codes.empty()) return 0;
      return codes[row] == kNoCode ? num_groups - 1 : codes[row];
    };
    for (std::size_t i = 0; i < num_rows; ++i) ++first_[group_of(row_at(i)) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (std::size_t i = 0; i < num_rows; ++i) {
      const std::uint32_t row = row_at(i);
      rows_[next[group_of(row)]++] = row;
    }
  }
  std::span<const std::uint32_t> of(std::size_t group) const {
    return std::span(rows_).subspan(first_[group], first_[group + 1] - first_[group]);
  }

 private:
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> rows_;
};

// Time to close of rows that come in order of duration, closings before censorings.
class TimeToCloseSum {
 public:
  explicit TimeToCloseSum(const RequestTable& table) : table_(table) {}

  void add(std::int64_t duration, bool is_closed) {
    if (times_.empty() || times_.back() != duration) {
      times_.push_back(duration);
      deaths_.push_back(0);
      censored_.push_back(0);
    }
    if (is_closed) {
      ++deaths_.back();
      closed_.push_back(duration);
    } else {
      ++censored_.back();
    }
  }

  Result<TimeToClose> finish() const {
    TimeToClose out;
    out.closed_only.n = static_cast<std::int64_t>(closed_.size());
    const std::span<const std::int64_t> closed(closed_);
    out.closed_only.mean = in_unit(stats::mean(closed));
    out.closed_only.median = in_unit(stats::quantile(closed, kMedian));
    out.closed_only.p90 = in_unit(stats::quantile(closed, kP90));
    HARK_TRY(const auto curve, stats::KaplanMeier::from_counts(times_, deaths_, censored_));
    out.km.n = curve.n();
    out.km.median = in_unit(curve.quantile(kMedian));
    out.km.p90 = in_unit(curve.quantile(kP90));
    const auto interval = curve.median_interval();
    out.km.median_low = in_unit(interval.low);
    out.km.median_high = in_unit(interval.high);
    if (curve.n() > 0) out.km.last = table_.in_unit(curve.last_time());
    return out;
  }

 private:
  template <typename T>
  std::optional<double> in_unit(const std::optional<T>& ticks) const {
    if (!ticks) return std::nullopt;
    if (table_.is_in_days()) return static_cast<double>(*ticks);
    return static_cast<double>(*ticks) / static_cast<double>(table_.ticks_per_hour);
  }

  const RequestTable& table_;
  std::vector<std::int64_t> times_;
  std::vector<std::int64_t> deaths_;
  std::vector<std::int64_t> censored_;
  std::vector<std::int64_t> closed_;  // ascending
};

Result<void> set_times(const RequestTable& table, std::span<const std::uint32_t> rows,
                       RequestKpis& kpis) {
  TimeToCloseSum all(table);
  TimeToCloseSum without(table);
  for (const std::uint32_t row : rows) {
    const bool is_closed = table.outcome[row] == Outcome::kClosed;
    all.add(table.duration[row], is_closed);
    const bool is_left_out = (table.marks[row] & (kInstant | kBatch)) != 0;
    if (!table.is_in_days() && !is_left_out) without.add(table.duration[row], is_closed);
  }
  HARK_TRY(kpis.all, all.finish());
  if (!table.is_in_days()) {
    HARK_TRY(kpis.without_instant_and_batch, without.finish());
  }
  return {};
}

// How often each key of a category occurs among some rows; reused from group to group.
class KeyCounter {
 public:
  explicit KeyCounter(const Category* category)
      : category_(category), counts_(category == nullptr ? 0 : category->num_keys(), 0) {}
  /// Counts of the keys that occur, in no particular order.
  std::vector<double> count(std::span<const std::uint32_t> rows) {
    std::vector<double> out;
    if (category_ == nullptr) return out;
    seen_.clear();
    for (const std::uint32_t row : rows) {
      const std::uint32_t code = category_->codes[row];
      if (code == kNoCode) continue;
      if (counts_[code]++ == 0) seen_.push_back(code);
    }
    out.reserve(seen_.size());
    for (const std::uint32_t code : seen_) {
      out.push_back(counts_[code]);
      counts_[code] = 0;
    }
    return out;
  }

 private:
  const Category* category_;
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint32_t> seen_;
};

std::optional<double> top_share(std::vector<double> counts, std::size_t k) {
  if (counts.empty()) return std::nullopt;
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  const std::size_t top = std::min(k, counts.size());
  std::partial_sort(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(top), counts.end(),
                    std::greater<>());
  return std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(top), 0.0) /
         all;
}

void count_row(const RequestTable& table, std::size_t row, RequestKpis& kpis) {
  ++kpis.n;
  const Outcome outcome = table.outcome[row];
  ++kpis.outcomes[static_cast<std::size_t>(outcome)];
  if (table.has_status) {
    const bool has_time = table.closed_us[row] != kNoTime;
    const bool has_text = has_time || table.is_marked(row, kClosedUnreadable);
    if (table.status[row] == StatusClass::kClosed && !has_text) ++*kpis.closed_without_time;
    if (table.status[row] == StatusClass::kNotClosed && has_time) ++*kpis.open_with_time;
  }
  if (table.is_marked(row, kInGap)) ++kpis.gap_rows;
  if (outcome > Outcome::kOpen) return;
  if (table.is_marked(row, kInFold)) ++kpis.fold_rows;
  if (table.is_marked(row, kAmbiguousSign)) ++kpis.ambiguous_sign;
  if (outcome != Outcome::kClosed) return;
  if (kpis.same_day && table.duration[row] == 0) ++*kpis.same_day;
  if (!kpis.classes) return;
  ClosingClasses& classes = *kpis.classes;
  const bool is_instant = table.is_marked(row, kInstant);
  const bool is_batch = table.is_marked(row, kBatch);
  classes.zero += table.is_marked(row, kZero) ? 1 : 0;
  classes.instant += is_instant ? 1 : 0;
  classes.batch += is_batch ? 1 : 0;
  classes.instant_and_batch += is_instant && is_batch ? 1 : 0;
  classes.normal += !is_instant && !is_batch ? 1 : 0;
}

// The figures of every group at once; `codes` empty: one group of all rows. A row without code is
// in the last group.
Result<std::vector<RequestKpis>> compute(const RequestTable& table,
                                         const contract::Contract& contract,
                                         const std::vector<std::uint32_t>& codes,
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
  std::vector<RequestKpis> groups(num_groups, blank);
  std::optional<RowsByGroup> all_rows;
  std::optional<RowsByGroup> by_duration;
  const std::function<void()> passes[] = {
      [&] {
        for (std::size_t row = 0; row < table.size(); ++row) {
          const std::uint32_t code = codes.empty() ? 0 : codes[row];
          RequestKpis& kpis = groups[code == kNoCode ? num_groups - 1 : code];
          count_row(table, row, kpis);
          if (kpis.sla && table.has_duration(row)) rule.count(row, *kpis.sla);
        }
      },
      [&] { all_rows.emplace(nullptr, table.size(), codes, num_groups); },
      [&] {
        by_duration.emplace(&table.by_duration, table.by_duration.size(), codes, num_groups);
      }};
  HARK_TRY_VOID(parallel_for(std::size(passes), threads, [&](std::size_t pass) -> Result<void> {
    passes[pass]();
    return {};
  }));
  std::atomic<std::size_t> next = 0;
  const auto work = [&](unsigned) -> Result<void> {
    KeyCounter types(table.category(contract, contract::Role::kComplaintType));
    KeyCounter areas(table.category(contract, contract::Role::kArea));
    for (std::size_t g = next++; g < num_groups; g = next++) {
      RequestKpis& kpis = groups[g];
      kpis.rows = kpis.n;
      kpis.top3_share = top_share(types.count(all_rows->of(g)), 3);
      kpis.gini = stats::gini(areas.count(all_rows->of(g)));
      if (kpis.sla) rule.finish(*kpis.sla);
      HARK_TRY_VOID(set_times(table, by_duration->of(g), kpis));
    }
    return {};
  };
  HARK_TRY_VOID(run_workers(threads, work));
  return groups;
}

}  // namespace

Result<RequestKpis> request_kpis(const RequestTable& table, const contract::Contract& contract,
                                 unsigned threads) {
  HARK_TRY(auto groups, compute(table, contract, {}, 1, threads));
  RequestKpis kpis = std::move(groups.front());
  kpis.rows = table.rows_read;
  kpis.duplicates = table.duplicates;
  kpis.superseded = table.superseded;
  return kpis;
}

Result<std::vector<RequestGroup>> request_kpis_by(const RequestTable& table,
                                                  const contract::Contract& contract,
                                                  const Grouping& grouping, unsigned threads) {
  HARK_TRY(auto kpis, compute(table, contract, grouping.codes, grouping.keys.size() + 1, threads));
  std::vector<RequestGroup> groups;
  for (std::size_t g = 0; g < kpis.size(); ++g) {
    if (kpis[g].n == 0) continue;
    RequestGroup group;
    if (g < grouping.keys.size()) {
      group.key = grouping.keys[g];
      group.label = grouping.labels[g];
    }
    group.kpis = std::move(kpis[g]);
    groups.push_back(std::move(group));
  }
  if (grouping.has_order) return groups;
  std::sort(groups.begin(), groups.end(), [](const RequestGroup& a, const RequestGroup& b) {
    if (a.key.has_value() != b.key.has_value()) return a.key.has_value();
    if (a.kpis.n != b.kpis.n) return a.kpis.n > b.kpis.n;
    return a.key < b.key;
  });
  return groups;
}

}  // namespace hark::insight
