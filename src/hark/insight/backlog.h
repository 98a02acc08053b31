// The backlog at a moment of the past: what was open then, and how old it was (METRICS section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/calendar/time_zone.h"
#include "hark/core/json.h"
#include "hark/insight/requests.h"

namespace hark::insight {

struct AgeBand {
  const char* name;   ///< in JSON
  const char* label;  ///< for people
  double below_days;  ///< ages from the band before up to, but not at, this
};
/// From "under 1 day" to "over 1 year"; the last has no end.
const std::vector<AgeBand>& age_bands();

struct Backlog {
  Instant at;
  std::int64_t open = 0;
  std::vector<std::int64_t> ages;  ///< as age_bands()
  std::optional<double> median_age_days;
  std::optional<double> oldest_age_days;
};

/// The instant at which a local day begins.
Instant local_midnight(const calendar::TimeZone& zone, std::int32_t day);

/// Requests created at `at` or before and not closed by then. Rows whose duration is excluded
/// (negative, sentinel, ...) do not count, as they do not in the other figures; a closing of which
/// only the date is known happened by the end of that day. Errors: kInvalidArgument for a time
/// after as-of, of which the data cannot tell, and for a source without closing times.
Result<Backlog> backlog_at(const RequestTable& table, Instant at);

/// CLI.md, `kpi backlog`.
Json to_json(const Backlog& backlog);

}  // namespace hark::insight
