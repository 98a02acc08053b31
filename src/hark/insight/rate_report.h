// Did the daily number of requests or calls change between two periods? METRICS section 3; the
// formula is in stats/rate_ratio.h.
#pragma once

#include <cstdint>

#include "hark/calendar/period.h"
#include "hark/core/json.h"
#include "hark/insight/series.h"
#include "hark/insight/warning.h"
#include "hark/stats/rate_ratio.h"

namespace hark::insight {

/// Above this the residuals of neighbouring days are so alike that the interval is too narrow.
inline constexpr double kAlikeDays = 0.3;

struct RateReport {
  SeriesName name = SeriesName::kRequestsCreated;
  calendar::Period a;
  calendar::Period b;
  stats::RateRatio test;  ///< B over A; its days are whole days with a count
};

/// Compares the days of two periods within weekdays. Days that are not whole or have no count are
/// left out. Errors: kInvalidArgument for periods that share a day, or one of which `counts` has no
/// day; kInvalidInput for periods without a weekday in common.
Result<RateReport> rate_change(SeriesName name, const DailyCounts& counts,
                               const calendar::Period& a, const calendar::Period& b);

/// Periods that are not covered wholly, and days too alike to trust the interval.
std::vector<Warning> rate_warnings(const RateReport& report);

/// CLI.md, `test rate`.
Json to_json(const RateReport& report);

}  // namespace hark::insight
