// Daily offered calls of the Vancouver export, read without the readers; only tests include this.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::series::test {

inline std::int32_t day_of(std::string_view date) {
  return calendar::days_from_civil(static_cast<std::int32_t>(*parse_int(date.substr(0, 4))),
                                   static_cast<unsigned>(*parse_int(date.substr(5, 2))),
                                   static_cast<unsigned>(*parse_int(date.substr(8, 2))));
}

/// Offered calls by day; empty where the folder of real exports is absent.
inline std::map<std::int32_t, double> vancouver_offered() {
  std::map<std::int32_t, double> days;
  std::ifstream file(HARK_SHARED_DIR "/data/vancouver/0x1ay_metrics_to2024-09_open-years.csv");
  std::string line;
  while (std::getline(file, line)) {
    const auto fields = split(line, ';');
    if (fields.size() < 2 || !parse_int(fields[1])) continue;
    days[day_of(fields[0])] = static_cast<double>(*parse_int(fields[1]));
  }
  return days;
}

/// The days [first, last]; a missing day is NaN.
inline std::vector<double> span_of(const std::map<std::int32_t, double>& days, std::int32_t first,
                                   std::int32_t last) {
  std::vector<double> values;
  for (std::int32_t day = first; day <= last; ++day) {
    const auto found = days.find(day);
    values.push_back(found == days.end() ? std::nan("") : found->second);
  }
  return values;
}

/// Missing days take the value of the weekday before.
inline void fill(std::vector<double>& values) {
  for (std::size_t i = 7; i < values.size(); ++i)
    if (std::isnan(values[i])) values[i] = values[i - 7];
}

}  // namespace hark::series::test
