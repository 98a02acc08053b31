// Does the time to close differ between groups, counting the requests that are still open? METRICS
// section 3; the formula is in stats/log_rank.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/request_kpis.h"
#include "hark/stats/log_rank.h"

namespace hark::insight {

struct LogRankReport {
  std::string by;
  bool is_in_days = false;
  stats::LogRank test;
  // As test.groups:
  std::vector<std::string> names;
  std::vector<std::optional<double>> medians;  ///< Kaplan-Meier, in the table's unit
  std::int64_t missing = 0;                    ///< requests with a duration and no group
  std::int64_t groups_pooled = 0;              ///< groups with fewer than 5, tested as one
};

/// Log-rank over closed requests and open ones, which are censored at as-of. Errors: kInvalidInput
/// with fewer than two groups that have closings; kUnsupported beyond 1,000 groups.
Result<LogRankReport> log_rank(const RequestTable& table, const Grouping& grouping);

/// CLI.md, `test logrank`.
Json to_json(const LogRankReport& report);

}  // namespace hark::insight
