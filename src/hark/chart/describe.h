// The sentences about a chart, from its resolved rows.
#pragma once

#include <string>

#include "hark/chart/prepare.h"

namespace hark::chart {

std::string describe(const Prepared& data);

}  // namespace hark::chart
