// The judgement of every request: as-of time, scope, outcome, closing class (METRICS section 2).
//
// Each step goes over the rows on `threads` threads, the same for any number of them; kExhausted is
// their only error but where another is named.
#pragma once

#include <span>
#include <vector>

#include "hark/calendar/time_zone.h"
#include "hark/insight/request_rows.h"

namespace hark::insight {

/// Sets as_of and what belongs to it: from `given`, else the latest created or closed time that is
/// neither sentinel nor later than the extract.
Result<void> set_as_of(RequestTable& table, const std::optional<Instant>& given,
                       const calendar::TimeZone& zone, unsigned threads);

/// Sets outcome and duration of every row. Requires set_as_of(); `is_in_days` where a clock is a
/// date column.
Result<void> set_outcomes(RequestTable& table, bool is_in_days, unsigned threads);

/// Marks zero, instant and batch closings. Requires set_outcomes().
Result<void> set_closing_classes(RequestTable& table, const Category* agency, unsigned threads);

/// Lists the durations that depend on the reading of the fold.
void set_fold_ranges(RequestTable& table, const std::vector<FoldWidth>& folds);

/// Fills by_duration, timed and times. Requires set_closing_classes(). Errors: kUnsupported for
/// more times than a TimedRow can tell apart; kExhausted.
Result<void> sort_by_duration(RequestTable& table, unsigned threads);

/// Keeps only the rows with a 1 in `is_selected`, in order.
void keep_selected(RequestTable& table, std::span<const std::uint8_t> is_selected);

}  // namespace hark::insight
