// A seeded 311 city in the format of New York's portal, with known truth.
//
// Requests arrive by hour of day, weekday, season and agency; each complaint type has its own time
// to close; a known share of the records is spoilt in the ways real exports are. The same options
// give the same bytes on any machine and for any number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "hark/calendar/civil.h"
#include "hark/core/result.h"
#include "hark/generate/report.h"
#include "hark/io/file_system.h"

namespace hark::generate {

/// Shares of what is spoilt; the defaults are what real exports show.
struct Nyc311Defects {
  // Of records.
  double duplicate = 5e-3;   ///< exact copy of a record shortly before
  double superseded = 5e-3;  ///< an earlier, open version of the record beside it
  double too_few_fields = 1e-4;
  double too_many_fields = 1e-4;
  double bad_utf8 = 5e-5;
  double created_unreadable = 1e-4;
  // Of requests.
  double unspecified_borough = 5e-3;  ///< and no place at all
  double impossible_zip = 1e-4;
  double spelling = 1e-2;  ///< complaint type in another case or spacing
  double newline = 1e-2;   ///< resolution text with a line break inside its quotes
  double mojibake = 2e-3;  ///< resolution text read in the wrong encoding once
  // Of requests that are closed.
  double closed_1900 = 1e-3;
  double closed_2100 = 5e-4;
  double closed_future = 2e-4;  ///< in the year 2090
  double closed_unreadable = 2e-4;
  double closed_before_created = 4e-3;  ///< 95 % of them at the Department of Transportation
  double closed_without_time = 1e-3;    ///< status Closed, no closing time
  double open_with_time = 3e-3;         ///< status not Closed, with a closing time
  // Of requests that are open.
  double text_on_open = 0.6;  ///< resolution text and update time
  // Of requests in the hour after the spring change.
  double gap_clock = 0.2;  ///< written in the hour that is not there

  static Nyc311Defects none();
};

/// The shares of Nyc311Defects by name, in order.
struct NamedShare {
  std::string_view name;
  double Nyc311Defects::* share;
};
std::span<const NamedShare> defect_shares() noexcept;

/// Effects to be found again; the defaults plant none.
struct Nyc311Effects {
  double peak_lift = 1;         ///< factor on the rate from 9 to 11 h
  std::string slow_agency;      ///< agency code, for example "DPR"
  double slow_factor = 1;       ///< factor on its median time to close
  std::string hot_zip;          ///< zip code of a neighbourhood, for example "11226"
  double hot_factor = 1;        ///< factor on its share of requests
  std::int32_t change_day = 0;  ///< first day of the changes below, days since 1970-01-01
  double level_factor = 1;      ///< factor on all rates from change_day on
  double noise_factor = 1;      ///< factor on the rates of noise complaints from change_day on
  double pace_factor = 1;       ///< factor on all median times to close, created from change_day on
  /// Agency whose share of all requests is `mix_points` larger from change_day on (0.08: 8 of 100
  /// requests are of its types and were of others before). In every hour the shares of its types
  /// grow alike, those of all others shrink alike, and the rate of all together stays.
  std::string mix_agency = {};
  double mix_points = 0;  ///< below 0: the share shrinks
};

struct Nyc311Options {
  std::uint64_t num_rows = 100'000;  ///< records, duplicates and unreadable ones included
  std::uint64_t seed = 311;
  std::int32_t first_day = calendar::days_from_civil(2023, 1, 1);
  std::int32_t num_days = 731;
  unsigned threads = 1;
  Nyc311Defects defects;
  Nyc311Effects effects;
};

/// Writes a CSV file (41 columns, LF, oldest request first) to `path`. The extract is taken at the
/// end of the last day: what would be closed later is open.
///
/// Memory: about 5 MB per thread. A failed write leaves `path` as it was. Errors: kInvalidArgument
/// for options out of range (at most 36,525 days between 2000 and 2089; shares in [0, 1]; factors
/// above 0; unknown agency or zip; a mix that would leave a share outside [0, 1] at some hour);
/// those of calendar and file system.
Result<GenerateReport> generate_nyc311(io::FileSystem& files, const std::string& path,
                                       const Nyc311Options& options);

}  // namespace hark::generate
