#include "hark/insight/rate_report.h"

#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::insight {
namespace {

Json period_json(const calendar::Period& period, std::int64_t days, std::int64_t total) {
  return Json::object({{"period", period.text},
                       {"first", calendar::format_date(period.first_day)},
                       {"last", calendar::format_date(period.end_day - 1)},
                       {"days_asked", std::int64_t{period.num_days()}},
                       {"days", days},
                       {"total", total},
                       {"per_day", static_cast<double>(total) / static_cast<double>(days)}});
}

/// Why figures are absent; nothing where none is.
Json reason_of(const stats::RateRatio& test) {
  if (!test.ratio)
    return "the first period has no counts on the weekdays compared: p is of a score test";
  if (*test.ratio == 0)
    return "the second period has no counts on the weekdays compared: p is of a score test";
  if (!test.dispersion) return "too few days to tell chance from change";
  if (!test.ci95) return "the days do not differ at all within the periods";
  return {};
}

}  // namespace

Result<RateReport> rate_change(SeriesName name, const DailyCounts& counts,
                               const calendar::Period& a, const calendar::Period& b) {
  HARK_TRY_VOID(calendar::require_apart(a, b));
  std::vector<stats::RateDay> days;
  for (std::size_t i = 0; i < counts.values.size(); ++i) {
    const std::int32_t day = counts.first_day + static_cast<std::int32_t>(i);
    if (std::isnan(counts.values[i]) || (!a.holds(day) && !b.holds(day))) continue;
    days.push_back(
        {day, std::llround(counts.values[i]), calendar::weekday_from_days(day), b.holds(day)});
  }
  for (const calendar::Period* period : {&a, &b}) {
    bool has_day = false;
    for (const stats::RateDay& day : days) has_day = has_day || period->holds(day.day);
    if (has_day) continue;
    const auto size = static_cast<std::int32_t>(counts.values.size());
    return Error(ErrorCode::kInvalidArgument,
                 concat("the data have no whole day of ", period->text))
        .hint(size == 0 ? std::string("they have no whole day at all")
                        : concat("whole days go from ", calendar::format_date(counts.first_day),
                                 " to ", calendar::format_date(counts.first_day + size - 1)));
  }
  RateReport report{name, a, b, {}};
  HARK_TRY(report.test, stats::rate_ratio(days));
  return report;
}

std::vector<Warning> rate_warnings(const RateReport& report) {
  std::vector<Warning> warnings;
  const auto check = [&](const calendar::Period& period, std::int64_t days) {
    if (days == period.num_days()) return;
    warnings.push_back({"period_not_covered",
                        concat("of the ", period.num_days(), " days of ", period.text, " the data ",
                               "have ", days, " whole ones; the others are left out")});
  };
  check(report.a, report.test.days_a);
  check(report.b, report.test.days_b);
  if (report.test.ci95 && report.test.autocorrelation.value_or(0) > kAlikeDays) {
    warnings.push_back(
        {"days_are_alike",
         concat("neighbouring days are alike beyond the weekday (correlation ",
                fixed(*report.test.autocorrelation, 2),
                "): a season or a storm is at work, and the interval is too narrow")});
  }
  return warnings;
}

Json to_json(const RateReport& report) {
  const stats::RateRatio& test = report.test;
  return Json::object(
      {{"series", name_of(report.name)},
       {"a", period_json(report.a, test.days_a, test.total_a)},
       {"b", period_json(report.b, test.days_b, test.total_b)},
       {"ratio", test.ratio},
       {"ci95", test.ci95 ? Json(Json::Array{test.ci95->low, test.ci95->high}) : Json()},
       {"dispersion", test.dispersion},
       {"df", test.df},
       {"t", test.t},
       {"p", test.p},
       {"log10_p", test.log10_p},
       {"autocorrelation", test.autocorrelation},
       {"reason", reason_of(test)}});
}

}  // namespace hark::insight
