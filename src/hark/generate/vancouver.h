// A seeded contact centre in the format of Vancouver's daily metrics, with known truth.
//
// Daily calls follow weekday, season, year and holidays; queues make callers leave and the service
// level fall; the service level is written as answered-in-time / d with a known denominator d and a
// precision that changes with the years, as in life. Same options, same bytes, on any machine.
#pragma once

#include <cstdint>
#include <string>

#include "hark/calendar/civil.h"
#include "hark/core/result.h"
#include "hark/generate/report.h"
#include "hark/io/file_system.h"

namespace hark::generate {

struct VancouverOptions {
  std::uint64_t num_rows = 2'000;  ///< days written
  std::uint64_t seed = 311;
  std::int32_t first_day = calendar::days_from_civil(2019, 1, 1);
  /// Days left out and days on which more calls ended than came in.
  bool has_defects = true;
  double calls_per_day = 1'500;  ///< mean of an ordinary day
  /// Share of the callers who hang up that the service level counts in its denominator.
  double abandons_inside = 0.73;
  // Effects to be found again; the defaults plant none.
  std::int32_t change_day = 0;  ///< first day of the change, days since 1970-01-01
  double level_factor = 1;      ///< factor on the calls from change_day on
};

/// Writes a file like the city's (`;`, BOM, CRLF, newest day first, BI_ID a row number) to `path`.
///
/// A failed write leaves `path` as it was. Errors: kInvalidArgument for options out of range (1 to
/// 36,525 days between 1990 and 2099; 10 to 1,000,000 calls; abandons_inside in [0, 1]; factor
/// above 0 and at most 100); those of the file system.
Result<GenerateReport> generate_vancouver(io::FileSystem& files, const std::string& path,
                                          const VancouverOptions& options);

/// Writes the same days as the two spreadsheets callsGeneral.csv (offered, abandoned, service
/// level) and callsHandled.csv (handled, speed of answer) into the folder `path`, oldest day first;
/// with defects a few days stand in one of them only. Truth: that of generate_vancouver(), and
/// `days_only_general`, `days_only_handled`. Errors: those of generate_vancouver().
Result<GenerateReport> generate_vancouver_calls(io::FileSystem& files, const std::string& path,
                                                const VancouverOptions& options);

}  // namespace hark::generate
