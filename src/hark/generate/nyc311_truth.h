// What generate_nyc311() knows about its records: exact counts by the definitions of METRICS.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "hark/core/json.h"
#include "hark/generate/nyc311.h"
#include "hark/generate/nyc311_rates.h"

namespace hark::generate {

enum class Count : std::size_t {
  kRecords,
  // Records that are no row of their own.
  kTooFewFields,
  kTooManyFields,
  kBadUtf8,
  kCreatedUnreadable,
  kDuplicates,
  kSuperseded,
  // Rows: the last version of every readable record.
  kRows,
  kClosed,  ///< with a valid duration
  kOpen,    ///< no closing time, whatever the status
  kNegative,
  kSentinel,
  kFuture,
  kUnparsed,
  kZero,
  kInstant,
  kClosedWithoutTime,
  kOpenWithTime,
  kFoldRows,  ///< open or validly closed, with a clock in the hour that comes twice
  kGapRows,   ///< created in the hour that is not there
  kCreatedAtMidnight,
  kCreatedAtNoon,
  kTextOnOpen,
  kNewlines,
  kMojibake,
  kImpossibleZips,
  kOtherSpellings,
  kNumCounts
};

/// Closings of an agency with a valid duration; `at_midnight` at local 00:00:00.
struct AgencyClosings {
  std::int64_t n = 0;
  std::int64_t at_midnight = 0;
  std::int64_t instant_at_midnight = 0;
};

/// Sums of one worker; add() joins two, in any order.
struct Nyc311Counts {
  explicit Nyc311Counts(std::size_t num_months)
      : by_type(complaint_types().size()), by_month(num_months), by_agency(agencies().size()) {}
  void add(const Nyc311Counts& other);

  std::int64_t& operator[](Count count) { return scalars[static_cast<std::size_t>(count)]; }
  std::int64_t operator[](Count count) const { return scalars[static_cast<std::size_t>(count)]; }

  std::array<std::int64_t, static_cast<std::size_t>(Count::kNumCounts)> scalars{};
  std::int64_t as_of_utc_s = 0;  ///< the latest created or valid closing time of a row
  std::vector<std::int64_t> by_type;
  std::array<std::int64_t, kNumBoroughs + 1> by_borough{};  ///< the last: Unspecified
  std::array<std::int64_t, 24> by_hour{};                   ///< local hour of creation
  std::array<std::int64_t, 7> by_weekday{};
  std::vector<std::int64_t> by_month;
  std::vector<AgencyClosings> by_agency;
};

/// The truth as README.md describes it.
Json truth_of(const Nyc311Options& options, const Nyc311Rates& rates, const Nyc311Counts& counts);

/// Median time to close in hours that a type's parameters mean, requests that are never closed
/// included; nullopt if closings are moved to midnight or noon (it then depends on the hour of
/// creation) or half are never closed. `median_hours` stands for the response's own.
std::optional<double> planted_median_hours(const Response& response, double median_hours);

/// Time to close in hours of the response's shape at probability `u` in (0, 1).
double shape_quantile(const Response& response, double median_hours, double u);

}  // namespace hark::generate
