// Columns of a chart's data.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hark/chart/chart_spec.h"

namespace hark::report {

inline chart::Column numbers(std::string name, std::string title, std::vector<double> values,
                             chart::Format format = chart::Format::kNumber, std::string unit = {}) {
  return {std::move(name), std::move(title), std::move(unit), format, std::move(values)};
}

inline chart::Column texts(std::string name, std::string title, std::vector<std::string> values) {
  return {std::move(name), std::move(title), {}, chart::Format::kNumber, std::move(values)};
}

}  // namespace hark::report
