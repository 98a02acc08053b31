// What changed between two periods: which types, agencies and areas moved the volume and the time
// to close most. Card: docs/models/changes.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/calendar/period.h"
#include "hark/core/json.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/selection.h"
#include "hark/stats/rate_ratio.h"

namespace hark::insight {

/// One value of one column, in both periods.
struct Changed {
  std::string by;  ///< the column
  std::string key;
  stats::RateRatio volume;  ///< daily counts, B over A
  std::optional<double> volume_q;
  std::int64_t timed_a = 0;  ///< requests with a duration
  std::int64_t timed_b = 0;
  std::optional<double> median_a;  ///< Kaplan-Meier, the table's unit
  std::optional<double> median_b;
  std::optional<double> median_q;  ///< of the log-rank test between the periods
  /// Its mean share of the requests times the change of its median: hours (days) that it adds to
  /// the typical request.
  std::optional<double> pull;

  double per_day_a() const;
  double per_day_b() const;
  double change_per_day() const { return per_day_b() - per_day_a(); }
};

struct ChangesReport {
  calendar::Period a;
  calendar::Period b;
  bool is_in_days = false;
  Changed whole;                 ///< all requests together; its q is its p
  std::vector<Changed> changed;  ///< every value with 30 requests or more in the two periods
  std::int64_t few = 0;          ///< values with fewer

  /// Places in `changed`: the largest change of requests a day first; the largest pull first.
  std::vector<std::size_t> by_volume() const;
  std::vector<std::size_t> by_median() const;
};

/// Compares whole days of two periods, for every value of the groupings. All p-values are corrected
/// together (Benjamini-Hochberg). Errors: as rate_change().
Result<ChangesReport> what_changed(const RequestTable& table, const Selection& selection,
                                   const std::vector<Grouping>& groupings,
                                   const calendar::Period& a, const calendar::Period& b);

/// `hark changes`.
Json to_json(const ChangesReport& report);

}  // namespace hark::insight
