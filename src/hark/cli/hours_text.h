// What a series shows by hour, for people on a terminal.
#pragma once

#include <string>

#include "hark/insight/hours.h"

namespace hark::cli {

/// Both begin with an empty line.
std::string hours_text(const insight::HoursReport& report, const insight::HourCounts& counts);
std::string hours_forecast_text(const series::HourlyForecast& forecast);

}  // namespace hark::cli
