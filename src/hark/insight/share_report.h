// Did a share change between two periods: requests closed in time, requests of a type, calls
// handled? METRICS section 3, two proportions; the formula is in stats/two_proportions.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/calendar/period.h"
#include "hark/core/json.h"
#include "hark/insight/contact.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/warning.h"
#include "hark/stats/two_proportions.h"

namespace hark::insight {

/// Parts and wholes by local day.
struct ShareCounts {
  struct Day {
    std::int32_t day = 0;
    stats::Proportion count;
  };
  std::string share;         ///< "sla", "borough = QUEENS", "handled"
  std::vector<Day> days;     ///< ascending, days without any left out
  std::int64_t missing = 0;  ///< requests without a value of the column
};

/// Requests by day of creation, closed within the SLA's threshold among those old enough to tell.
/// Errors: kInvalidArgument where the source tells no closing times, or their dates only.
Result<ShareCounts> sla_share(const RequestTable& table, const contract::Contract& contract);
/// Requests in scope of one group among those with any; groups that the contract calls missing in
/// tests count as missing. Errors: kInvalidArgument for a group that is not there.
Result<ShareCounts> group_share(const RequestTable& table, const Grouping& grouping,
                                const std::string& key);
enum class CallShare { kHandled, kAbandoned };
/// Of the calls offered, over the rows that tell both. Errors: none but kExhausted.
ShareCounts call_share(const ContactTable& table, CallShare which);

struct ShareReport {
  std::string share;
  calendar::Period a;
  calendar::Period b;
  std::int64_t days_a = 0;  ///< with a whole
  std::int64_t days_b = 0;
  stats::Proportion count_a;
  stats::Proportion count_b;
  std::int64_t missing = 0;
  /// Of days around the shares of their weekday and period; absent where there are too few to tell:
  /// then chance alone is assumed.
  std::optional<stats::ShareDispersion> dispersion;
  stats::TwoProportions test;  ///< B against A
};

/// Errors: kInvalidArgument for periods that share a day, or one without a whole; kInvalidInput if
/// a part is larger than its whole.
Result<ShareReport> share_change(const ShareCounts& counts, const calendar::Period& a,
                                 const calendar::Period& b);

/// Days too few to tell how much they differ.
std::vector<Warning> share_warnings(const ShareReport& report);

/// `test rate --share`.
Json to_json(const ShareReport& report);

}  // namespace hark::insight
