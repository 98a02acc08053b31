// Days far from what trend and season let expect.
//
// Source: the remainder of a robust STL (stl.h) on the root scale, against its median absolute
// deviation. Model card: docs/models/change-points.md. Threads: pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include "hark/core/result.h"
#include "hark/series/daily_series.h"

namespace hark::series {

struct Anomaly {
  std::size_t index = 0;
  double actual = 0;
  double expected = 0;
  double low = 0, high = 0;  ///< the expected range; `actual` is outside
  double score = 0;          ///< robust standard deviations from expected, signed
};

struct ExpectedRanges {
  std::vector<double> expected;
  std::vector<double> low;  ///< not below 0
  std::vector<double> high;
  std::vector<Anomaly> anomalies;  ///< largest score first
};

/// The range in which a day is expected: within `limit` robust standard deviations of the remainder
/// on days of its kind (working day or weekend), which is taken for no less than that of chance.
/// Filled days are not judged.
/// Errors: kInvalidInput if the series has at most two weeks.
Result<ExpectedRanges> expected_ranges(const DailySeries& series, double limit = 4);

}  // namespace hark::series
