// The figures of service requests: METRICS section 2, one implementation for every caller.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/requests.h"
#include "hark/stats/descriptive.h"

namespace hark::insight {

/// Closed requests alone, in the table's unit; says nothing of those still open.
struct ClosedOnly {
  std::int64_t n = 0;
  std::optional<double> mean;
  std::optional<double> median;
  std::optional<double> p90;
};

/// "Share still open after t": the Kaplan-Meier curve at some days' age.
inline constexpr std::array<int, 4> kStillOpenDays = {1, 7, 30, 90};
struct StillOpen {
  std::optional<double> share;          ///< absent: no request was watched for so long
  std::optional<stats::Interval> ci95;  ///< absent where nothing or everything was closed by then
};

/// Kaplan-Meier over closed and open requests, in the table's unit.
struct Survival {
  std::int64_t n = 0;
  std::optional<double> median;  ///< absent: not reached, later than `last`
  std::optional<double> p90;
  std::optional<double> median_low;  ///< 95 % interval of the median
  std::optional<double> median_high;
  std::optional<double> last;  ///< the longest duration seen, closed or open
  std::array<StillOpen, kStillOpenDays.size()> still_open;
};

struct TimeToClose {
  ClosedOnly closed_only;
  Survival km;
};

/// Closed within the threshold of its type among requests created long enough before as-of; open
/// ones are misses. With a date-only clock a range.
struct SlaCompliance {
  double threshold_hours = 24;
  bool has_type_thresholds = false;  ///< some types have a threshold of their own
  std::int64_t eligible = 0;
  std::optional<std::int64_t> met;
  std::optional<double> compliance;
  std::optional<stats::Interval> ci95;  ///< Wilson
  // date-only:
  std::optional<std::int64_t> met_certain;
  std::optional<std::int64_t> met_possible;
  std::optional<stats::Interval> compliance_range;
};

struct ClosingClasses {
  std::int64_t zero = 0;
  std::int64_t instant = 0;
  std::int64_t batch = 0;
  std::int64_t instant_and_batch = 0;
  std::int64_t normal = 0;
};

/// rows = duplicates + n, and n = the sum of all outcomes. What cannot be computed is absent.
struct RequestKpis {
  std::int64_t rows = 0;        ///< of a group: its requests, as n
  std::int64_t duplicates = 0;  ///< absent in JSON where the contract has no key
  std::int64_t superseded = 0;
  std::int64_t n = 0;
  std::array<std::int64_t, kNumOutcomes> outcomes{};
  std::optional<std::int64_t> closed_without_time;  ///< by status; absent without a status column
  std::optional<std::int64_t> open_with_time;
  std::optional<ClosingClasses> classes;  ///< absent with a date-only clock
  std::optional<std::int64_t> same_day;   ///< date-only: closed on the day it was created
  std::int64_t fold_rows = 0;
  std::int64_t ambiguous_sign = 0;
  std::int64_t gap_rows = 0;
  TimeToClose all;
  std::optional<TimeToClose> without_instant_and_batch;  ///< absent with a date-only clock
  std::optional<SlaCompliance> sla;                      ///< absent without closing times
  std::optional<double> top3_share;
  std::optional<double> gini;  ///< over areas
  /// Closed requests by what their resolution text says; absent unless it was loaded.
  std::optional<std::array<std::int64_t, contract::kNumResolvedAs>> resolved_as;

  std::int64_t count(Outcome outcome) const { return outcomes[static_cast<std::size_t>(outcome)]; }
};

/// Which group each row belongs to. That of a column looks at the table's own codes and dies with
/// the table; so copies are cheap.
struct Grouping {
  void set_codes(std::vector<std::uint32_t> made) {
    own_codes = std::make_shared<const std::vector<std::uint32_t>>(std::move(made));
    codes = *own_codes;
  }

  std::string by;                                               ///< as asked: "borough"
  std::span<const std::uint32_t> codes;                         ///< per row; kNoCode: no value
  std::shared_ptr<const std::vector<std::uint32_t>> own_codes;  ///< of what is no column: times
  std::vector<std::string> keys;
  std::vector<std::string> labels;
  std::vector<bool> is_missing_in_tests;  ///< per key
  bool has_order = false;  ///< keys stand in their own order (hours, weekdays, months)
};

/// What `--by` names: hour, dow, month, outcome, or a column by any of its names.
struct RequestBy {
  enum class Kind { kHour, kDow, kMonth, kOutcome, kColumn };
  Kind kind = Kind::kColumn;
  std::string name;    ///< as the user wrote it
  std::string column;  ///< standard name, for RequestLoad::categories; empty for times
};
/// "outcome" is what the resolution text of closed requests says, unless the contract has a column
/// of that name. Errors: kInvalidArgument with what can be grouped by.
Result<RequestBy> request_by_named(const contract::Contract& contract, std::string_view name);
/// Errors: kInvalidArgument if the column was not loaded, or hours are asked of dates.
Result<Grouping> group_requests(const RequestTable& table, const RequestBy& by);

struct RequestGroup {
  std::optional<std::string> key;  ///< absent: the rows without a value
  std::string label;
  RequestKpis kpis;
};

class RowKinds;

/// Errors: none but kExhausted.
Result<RequestKpis> request_kpis(const RequestTable& table, const contract::Contract& contract,
                                 unsigned threads = 1);
/// Groups with rows: those with an order in it, others by rows descending, then key; no value last.
/// O(rows) for all groups together.
Result<std::vector<RequestGroup>> request_kpis_by(const RequestTable& table,
                                                  const contract::Contract& contract,
                                                  const Grouping& grouping, unsigned threads);
/// The same with the table's kinds of row (row_kinds.h) at hand, which serve several of these.
Result<RequestKpis> request_kpis(const RequestTable& table, const contract::Contract& contract,
                                 const RowKinds& kinds, unsigned threads);
Result<std::vector<RequestGroup>> request_kpis_by(const RequestTable& table,
                                                  const contract::Contract& contract,
                                                  const RowKinds& kinds, const Category& category,
                                                  unsigned threads);

/// CLI.md, `kpi requests`; with `groups` where they are given.
Json request_group_json(const RequestTable& table, const RequestGroup& group);
Json request_answer(const RequestTable& table, const RequestKpis& kpis,
                    const std::vector<RequestGroup>* groups);

}  // namespace hark::insight
