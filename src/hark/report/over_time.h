// The sections on a series of days: how the volume went, and what to expect. Of requests and of
// calls; each is left out where its analysis is absent.
#pragma once

#include "hark/report/report.h"

namespace hark::report {

/// Trend, level shifts, weekdays, strange days.
std::optional<Section> volume_section(const ReportContext& context, const OverTime& over_time,
                                      Document& document);
/// The days to come, and how good such forecasts were.
std::optional<Section> forecast_section(const ReportContext& context, const OverTime& over_time,
                                        Document& document);
/// What the days do not allow, for the list of what cannot be said.
std::vector<std::string> not_told_over_time(const OverTime& over_time);

}  // namespace hark::report
