// Pictures of a contact centre's report that need more than its figures.
#pragma once

#include "hark/chart/chart_spec.h"
#include "hark/insight/contact_diagnostics.h"

namespace hark::report {

/// How much of the movement from day to day each driver explains.
chart::ChartSpec driver_shares(const series::VolumeDrivers& drivers);
/// Mean offered calls by weekday and hour, over the days of that weekday; of a source that has
/// hours.
chart::ChartSpec call_hours(const std::vector<insight::DayHours>& days);

}  // namespace hark::report
