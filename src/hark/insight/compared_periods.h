// Which two stretches of the data can be compared when nobody has named any.
#pragma once

#include <optional>

#include "hark/calendar/period.h"
#include "hark/insight/series.h"

namespace hark::insight {

struct ComparedPeriods {
  calendar::Period a;
  calendar::Period b;            ///< the later; both are whole weeks, from Monday on
  bool is_a_year_apart = false;  ///< 52 weeks: the same season. Else `a` is right before `b`
};

/// The last 13 whole weeks against the same 13 of the year before; where these are not in the data
/// the last 13 against the 13 before, or the last 4 against the 4 before. A period is in the data
/// if at most one day in ten is missing from it. nullopt where no pair is. Periods are written as
/// parse_period() reads them.
std::optional<ComparedPeriods> comparable_periods(const DailyCounts& whole);

}  // namespace hark::insight
