#include "hark/insight/share_report.h"

#include <map>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/sla_rule.h"
#include "hark/insight/test_groups.h"

namespace hark::insight {
namespace {

constexpr std::uint32_t kWeekdays = 7;

/// Counts by day.
class DaySums {
 public:
  void add(std::int32_t day, std::int64_t part, std::int64_t whole) {
    stats::Proportion& count = days_[day];
    count.successes += part;
    count.trials += whole;
  }
  std::vector<ShareCounts::Day> take() const {
    std::vector<ShareCounts::Day> days;
    for (const auto& [day, count] : days_) days.push_back({day, count});
    return days;
  }

 private:
  std::map<std::int32_t, stats::Proportion> days_;
};

Json period_json(const calendar::Period& period, std::int64_t days, const stats::Proportion& count,
                 std::optional<double> share) {
  return Json::object({{"period", period.text},
                       {"first", calendar::format_date(period.first_day)},
                       {"last", calendar::format_date(period.end_day - 1)},
                       {"days_asked", std::int64_t{period.num_days()}},
                       {"days", days},
                       {"n", count.successes},
                       {"of", count.trials},
                       {"share", share}});
}

Json ends(const std::optional<stats::Interval>& interval) {
  return interval ? Json(Json::Array{interval->low, interval->high}) : Json();
}

}  // namespace

Result<ShareCounts> sla_share(const RequestTable& table, const contract::Contract& contract) {
  if (!table.has_closing || table.is_in_days()) {
    return Error(ErrorCode::kInvalidArgument,
                 table.has_closing ? "this source tells closing dates without times: whether a "
                                     "request was closed in time is not to be told"
                                   : "this source tells no closing times");
  }
  const SlaRule rule(table, contract);
  DaySums sums;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.has_duration(row)) continue;
    if (const auto met = rule.is_met(row)) sums.add(table.created_day(row), *met ? 1 : 0, 1);
  }
  return ShareCounts{"sla", sums.take(), 0};
}

Result<ShareCounts> group_share(const RequestTable& table, const Grouping& grouping,
                                const std::string& key) {
  HARK_TRY(const std::uint32_t wanted, group_named(grouping, key));
  ShareCounts counts;
  counts.share = concat(grouping.by, " = ", grouping.labels[wanted]);
  DaySums sums;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.is_in_scope(row)) continue;
    const std::uint32_t code = grouping.codes[row];
    if (code == kNoCode || (code != wanted && grouping.is_missing_in_tests[code])) {
      ++counts.missing;
      continue;
    }
    sums.add(table.created_day(row), code == wanted ? 1 : 0, 1);
  }
  counts.days = sums.take();
  return counts;
}

ShareCounts call_share(const ContactTable& table, CallShare which) {
  DaySums sums;
  for (const ContactRow& row : table.rows) {
    const auto& part = which == CallShare::kHandled ? row.handled : row.abandoned;
    if (part && row.offered) sums.add(row.day, *part, *row.offered);
  }
  return {which == CallShare::kHandled ? "handled" : "abandoned", sums.take(), 0};
}

Result<ShareReport> share_change(const ShareCounts& counts, const calendar::Period& a,
                                 const calendar::Period& b) {
  HARK_TRY_VOID(calendar::require_apart(a, b));
  ShareReport report;
  report.share = counts.share;
  report.a = a;
  report.b = b;
  report.missing = counts.missing;
  std::vector<stats::ShareDay> days;
  for (const ShareCounts::Day& day : counts.days) {
    const bool is_in_b = b.holds(day.day);
    if (day.count.trials == 0 || (!is_in_b && !a.holds(day.day))) continue;
    ++(is_in_b ? report.days_b : report.days_a);
    stats::Proportion& total = is_in_b ? report.count_b : report.count_a;
    total.successes += day.count.successes;
    total.trials += day.count.trials;
    days.push_back({day.count, (is_in_b ? kWeekdays : 0) + calendar::weekday_from_days(day.day)});
  }
  for (const calendar::Period* period : {&a, &b}) {
    if ((period == &a ? report.count_a : report.count_b).trials > 0) continue;
    return Error(ErrorCode::kInvalidArgument,
                 concat("the data have nothing of ", period->text, " to take a share of"))
        .hint(counts.days.empty()
                  ? std::string("they have none at all")
                  : concat("days go from ", calendar::format_date(counts.days.front().day), " to ",
                           calendar::format_date(counts.days.back().day)));
  }
  HARK_TRY(report.dispersion, stats::share_dispersion(days));
  HARK_TRY(report.test,
           stats::two_proportions(report.count_a, report.count_b,
                                  report.dispersion.value_or(stats::ShareDispersion{})));
  return report;
}

std::vector<Warning> share_warnings(const ShareReport& report) {
  if (report.dispersion) return {};
  return {
      {"chance_assumed",
       "too few days to tell how much they differ: the interval assumes chance alone and may be "
       "too narrow"}};
}

Json to_json(const ShareReport& report) {
  const stats::TwoProportions& test = report.test;
  const auto& dispersion = report.dispersion;
  return Json::object({{"share", report.share},
                       {"a", period_json(report.a, report.days_a, report.count_a, test.share_a)},
                       {"b", period_json(report.b, report.days_b, report.count_b, test.share_b)},
                       {"difference", test.difference},
                       {"difference_ci95", ends(test.difference_ci95)},
                       {"ratio", test.ratio},
                       {"ci95", ends(test.ratio_ci95)},
                       {"dispersion", dispersion ? Json(dispersion->value) : Json()},
                       {"df", dispersion ? Json(dispersion->df) : Json()},
                       {"statistic", test.statistic},
                       {"p", test.p},
                       {"log10_p", test.log10_p},
                       {"missing", report.missing}});
}

}  // namespace hark::insight
