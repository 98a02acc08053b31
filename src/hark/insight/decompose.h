// Why does the average differ between two groups: because the same kinds of request take longer, or
// because the group has other kinds of requests? METRICS section 3; the formula is in
// stats/kitagawa.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/calendar/period.h"
#include "hark/core/json.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/warning.h"
#include "hark/stats/kitagawa.h"

namespace hark::insight {

/// What is averaged over closed requests: the time to close, or whether it was within 24 hours.
enum class DecomposeValue { kTimeToClose, kClosedIn24Hours };
/// "hours_to_close", "closed_24h". Errors: kInvalidArgument.
Result<DecomposeValue> decompose_value_named(std::string_view name);

struct DecomposeQuestion {
  DecomposeValue value = DecomposeValue::kTimeToClose;
  std::string a;  ///< keys of the groups compared; letter case does not count
  std::string b;
};

struct DecomposeReport {
  std::string groups_by;
  std::string over;
  std::string a;
  std::string b;
  bool is_in_days = false;
  std::vector<std::string> names;      ///< of the strata
  std::vector<stats::Stratum> strata;  ///< sums in the table's ticks, or counts of 24-hour closings
  stats::Kitagawa parts;               ///< B minus A; in the table's unit, or shares
  /// Of `parts`, 95 %; absent where a group has one closed request.
  std::optional<stats::KitagawaIntervals> ci95;
  std::int64_t open_a = 0;  ///< requests still open: they have no time to average
  std::int64_t open_b = 0;
  std::int64_t missing = 0;        ///< closed requests of the two groups without a stratum
  std::int64_t strata_pooled = 0;  ///< with fewer than 5 in either group, taken as one

  /// Terms with the largest effects first, as places in `names`.
  std::vector<std::size_t> by_effect() const;
  /// Closed requests that were averaged.
  std::int64_t num_a() const;
  std::int64_t num_b() const;
};

/// Requests created in two periods, as groups whose keys are the periods' texts. Errors:
/// kInvalidArgument for periods that share a day.
Result<Grouping> group_by_period(const RequestTable& table, const calendar::Period& a,
                                 const calendar::Period& b);

/// Kitagawa's decomposition over closed requests with a valid duration. Errors: kInvalidArgument
/// for a group that is not there, or 24 hours asked of dates; kInvalidInput for a group without
/// closed requests.
Result<DecomposeReport> decompose(const RequestTable& table, const DecomposeQuestion& question,
                                  const Grouping& groups, const Grouping& over);

/// That open requests have no time yet, where they are more of one group than of the other by a
/// point or more.
std::vector<Warning> decompose_warnings(const DecomposeReport& report);

/// CLI.md, `decompose`. The terms with the largest effects first.
Json to_json(const DecomposeReport& report);

}  // namespace hark::insight
