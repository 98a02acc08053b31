// Pictures of a series of days: its trend and shifts, its strange days, its forecast.
#pragma once

#include <string_view>

#include "hark/chart/chart_spec.h"
#include "hark/insight/forecasts.h"
#include "hark/insight/series.h"

namespace hark::report {

/// What is counted: "requests", "calls".
std::string_view noun_of(insight::SeriesName name);
/// The days with the trend, and where the level shifted for good.
chart::ChartSpec volume_trend(const insight::SeriesReport& report);
/// The last 13 weeks within the range that was to be expected, strange days ringed.
chart::ChartSpec strange_days(const insight::SeriesReport& report);
/// The last weeks and the days to come with their 80 % and 95 % ranges.
chart::ChartSpec forecast_days(const insight::ForecastReport& report);

}  // namespace hark::report
