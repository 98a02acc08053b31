// Departments compared like for like: METRICS section 2 (efficiency, disparity) and section 1
// (RAI).
//
// The formula is in stats/case_mix.h. Model card: docs/models/case-mix.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/requests.h"
#include "hark/stats/case_mix.h"
#include "hark/stats/descriptive.h"

namespace hark::insight {

/// Arrivals over closings, weighted by effort, in the whole weeks of the source: above 1 the work
/// piles up.
struct AllocationIndex {
  std::optional<double> value;          ///< absent where nothing was closed
  std::optional<stats::Interval> ci95;  ///< block bootstrap by weeks; absent under 4 weeks
  std::int64_t weeks = 0;               ///< whole weeks that it is taken over
  std::string reason;                   ///< why there is none; empty where there is
};

struct Department {
  std::optional<std::string> key;  ///< absent: the requests without a department
  std::string label;
  stats::CaseMixGroup figures;  ///< in ticks
  AllocationIndex rai;
  std::string reason;  ///< why there is no efficiency or no rank; empty where there are
};

struct DepartmentReport {
  std::string by;  ///< the column of the departments
  bool is_in_days = false;
  std::vector<Department> departments;  ///< ranked ones first, by rank; then by n
  std::size_t num_ranked = 0;
  std::optional<double> disparity;  ///< worst over best median; 1 where there is only one
  stats::OpenInterval disparity_ci95;
  std::int64_t weeks = 0;                 ///< the most whole weeks that an index is taken over
  std::optional<std::int32_t> first_day;  ///< of these weeks
  std::optional<std::int32_t> last_day;
  bool has_effort = false;  ///< the contract says how much effort a type takes

  /// Departments whose medians the disparity compares.
  std::size_t num_with_median() const noexcept;
};

/// Where arrivals and closings are counted. Closings of a period are also those of requests that
/// came before it, which a selection of days leaves out.
struct AllocationRows {
  const RequestTable* requests = nullptr;  ///< without a selection of days; nullptr: the table
  std::optional<std::int32_t> since_day;
  std::optional<std::int32_t> until_day;  ///< end exclusive
};

/// Compares the agencies of a table loaded with `contract`. A request's kind is its type in its
/// area; the kinds of a type with fewer than 5 requests are taken together. Errors:
/// kInvalidArgument if the source has no agency column or tells no closing times; kExhausted.
Result<DepartmentReport> department_report(const RequestTable& table,
                                           const contract::Contract& contract, unsigned threads,
                                           const AllocationRows& allocation = {});

/// CLI.md, `kpi departments`.
Json to_json(const RequestTable& table, const DepartmentReport& report);

}  // namespace hark::insight
