// Do residents of some areas wait longer than those of others? METRICS section 2, equity.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {

/// Medians (Kaplan-Meier, the table's unit) of areas with 30 requests or more; what the contract
/// calls missing in tests ("Unspecified") is no area here.
struct Equity {
  struct Area {
    std::string name;
    std::int64_t n = 0;
    std::optional<double> median;  ///< absent: not reached
  };
  std::vector<Area> areas;        ///< quickest first, those not reached last
  std::optional<double> theil;    ///< of the medians; absent where one is not reached or all are 0
  std::optional<double> max_min;  ///< slowest over quickest; absent likewise, or the quickest is 0
  std::vector<std::string> not_reached;
};

/// Counts the areas of a table; nothing where the source has no areas or no closing times. Errors:
/// kExhausted.
Result<std::optional<Equity>> equity(const RequestTable& table, const contract::Contract& contract,
                                     unsigned threads = 1);

/// "equity" in `kpi requests`.
Json to_json(const RequestTable& table, const Equity& equity);

}  // namespace hark::insight
