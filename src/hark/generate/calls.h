// A seeded contact centre's single calls, in the columns of contract `calls`, with known truth.
//
// Callers come by weekday and hour, wait as long as their patience lasts, and are taken or hang
// up. Same options, same bytes, on any machine.
#pragma once

#include <cstdint>
#include <string>

#include "hark/calendar/civil.h"
#include "hark/core/result.h"
#include "hark/generate/report.h"
#include "hark/io/file_system.h"

namespace hark::generate {

struct CallsOptions {
  std::uint64_t num_rows = 50'000;  ///< records written
  std::uint64_t seed = 311;
  std::int32_t first_day = calendar::days_from_civil(2024, 1, 1);
  double calls_per_day = 2'000;  ///< mean of an ordinary day
  double mean_patience_s = 240;  ///< of callers who wait, exponential
  double mean_wait_s = 60;       ///< of those who would stay for ever, exponential
  double taken_at_once = 0.3;    ///< share that no queue stands before
  /// Records that are no call, exact copies, waits that are not said, agents that are not named.
  bool has_defects = true;
};

/// Writes one row per call, in the order they came, to `path`; call numbers are used again.
///
/// A failed write leaves `path` as it was. Errors: kInvalidArgument for options out of range (1 to
/// 20,000,000 records, 10 to 1,000,000 calls a day from 1990 on, times above 0 and up to a day, a
/// share in [0, 1]); those of the file system.
Result<GenerateReport> generate_calls(io::FileSystem& files, const std::string& path,
                                      const CallsOptions& options);

}  // namespace hark::generate
