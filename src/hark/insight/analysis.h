// What a report says of service requests, counted once: series, distributions, groups.
//
// Everything here is counted from a RequestTable by the same rules as the figures (request_kpis.h);
// a report adds words and pictures and no arithmetic of its own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/contract/contract.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/requests.h"

namespace hark::insight {

struct DayCount {
  std::int32_t day = 0;  ///< local, days since 1970-01-01
  std::int64_t created = 0;
  std::int64_t closed = 0;  ///< closed on that day, whenever they were created
  std::int64_t open = 0;    ///< backlog at the end of the day: created by then and not closed
};

/// Requests created per weekday (0 = Monday) and hour. Stamps at exactly 00:00:00 and 12:00:00 come
/// from batch systems and say nothing of the hour: they are left out and counted.
struct WeekHours {
  std::array<std::array<std::int64_t, 24>, 7> counts{};
  std::int64_t num_heaped = 0;
  std::int64_t num_counted = 0;
};

/// A bin of times to close, in the table's unit (hours or days): low <= t < high. The last one ends
/// at the longest time, which it holds.
struct DurationBin {
  double low = 0;
  double high = 0;
  std::int64_t n = 0;
};

struct AgeBin {
  std::string label;  ///< "1 to 7 days"
  std::int64_t n = 0;
};

/// What the rows look like where they should not.
struct OddCounts {
  std::int64_t created_at_midnight = 0;  ///< exactly 00:00:00
  std::int64_t created_at_noon = 0;
  std::int64_t without_area = 0;
  std::int64_t without_type = 0;
  std::int64_t num_type_spellings = 0;  ///< as written; the folded ones are num_types
  std::int64_t num_types = 0;
};

/// Worst over best department (METRICS "department disparity"): departments with n >= 30.
struct Disparity {
  std::int64_t departments = 0;
  std::vector<std::string> not_reached;  ///< whose curve does not fall that far, by name
  std::optional<std::string> best;
  std::optional<double> best_value;  ///< in the table's unit
  std::optional<std::string> worst_reached;
  std::optional<double> worst_value;
  std::optional<double> ratio;  ///< absent where one is not reached or the best is 0
};
enum class SurvivalQuantile { kMedian, kP90 };
Disparity department_disparity(const std::vector<RequestGroup>& departments,
                               SurvivalQuantile quantile);

struct RequestAnalysis {
  RequestKpis kpis;
  std::optional<std::int32_t> first_day;  ///< of requests in scope
  std::optional<std::int32_t> last_day;
  std::vector<DayCount> days;           ///< every day from first to last
  std::optional<WeekHours> week_hours;  ///< absent where created is a date only
  std::vector<RequestGroup> types;      ///< by requests, descending; the rows without a value last
  std::vector<RequestGroup> agencies;   ///< empty where the contract knows no agency
  std::vector<RequestGroup> areas;
  std::vector<DurationBin> durations;  ///< closed requests with a valid duration, log-spaced bins
  std::vector<AgeBin> backlog_ages;    ///< open at as-of, by age
  Disparity median_disparity;          ///< between agencies
  Disparity p90_disparity;
  OddCounts odd;
};

/// Counts everything. `table` must have been loaded from a source with `contract`. Errors:
/// kExhausted.
Result<RequestAnalysis> analyse_requests(const RequestTable& table,
                                         const contract::Contract& contract, unsigned threads);

}  // namespace hark::insight
