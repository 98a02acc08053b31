// Why a contact centre's figures are as they are, and which of its days do not add up.
//
// METRICS section 1: drivers of the volume, the service level's denominator by year, calls that are
// unaccounted for, days without a row. Model card: docs/models/contact-diagnostics.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/contact_kpis.h"
#include "hark/series/volume_drivers.h"

namespace hark::insight {

/// How a year's service levels were computed, as far as they tell.
struct YearDenominator {
  std::int32_t year = 0;
  std::int64_t rows = 0;
  RecoveredDenominator found;
  /// Of found.abandons_inside, over the rows as a sample of the rule; absent under 10 unique rows.
  std::optional<stats::Interval> ci95;
  /// Digits behind the point, the (upper) median over the rows with a service level.
  std::optional<int> decimals;
};

/// Two years in a row (of those at hand) whose service levels cannot be compared as they stand.
struct DenominatorChange {
  enum class Kind { kRule, kPrecision };
  Kind kind = Kind::kRule;
  std::int32_t from_year = 0;
  std::int32_t to_year = 0;
  double before = 0;  ///< share of abandons inside; or digits
  double after = 0;
  std::optional<stats::Interval> ci95;  ///< of after - before, of a rule
};

/// offered - handled - abandoned of a day, all its rows that have the three.
struct DayBalance {
  std::int32_t day = 0;
  std::int64_t offered = 0;
  std::int64_t handled = 0;
  std::int64_t abandoned = 0;
  std::int64_t unaccounted() const noexcept { return offered - handled - abandoned; }
};

struct YearBalance {
  std::int32_t year = 0;
  std::int64_t days = 0;
  std::int64_t balanced = 0;  ///< nothing unaccounted for
  std::int64_t negative = 0;  ///< more handled and abandoned than offered
  std::int64_t offered = 0;
  std::int64_t unaccounted = 0;
};

struct Reconciliation {
  std::vector<YearBalance> years;
  /// Days out of line with their year: the unaccounted share is further from the year's median than
  /// five robust deviations. Most unaccounted calls first.
  std::vector<DayBalance> out_of_line;
  std::vector<DayBalance> negative;  ///< ascending by day
};

struct MissingDay {
  enum class Reason { kHoliday, kRestDay, kUnexplained };
  std::int32_t day = 0;
  Reason reason = Reason::kUnexplained;
  std::string_view holiday;  ///< its name; empty for a day in lieu
};
std::string_view name_of(MissingDay::Reason reason);  ///< "holiday", "rest_day", "unexplained"

struct ContactDiagnostics {
  std::vector<YearDenominator> denominators;  ///< years with rows
  std::vector<DenominatorChange> changes;
  Reconciliation reconciliation;
  /// Days without a row (missing_days()). Closed are holidays of the contract's calendar, and
  /// weekdays of which a year has four or more between its first and its last row, and not one row.
  std::vector<MissingDay> missing;
  std::optional<series::VolumeDrivers> drivers;
  std::string no_drivers;  ///< why not, where absent
};

/// Errors: kNotFound for a calendar of holidays that does not exist.
Result<ContactDiagnostics> diagnose_contact(const ContactTable& table,
                                            const contract::Contract& contract);

/// "Monday", "January", "holiday", "day in lieu", "day after", "2024-03-01", "a year".
std::string key_of(const series::DriverEffect& effect);

/// The object `diagnostics` of `kpi contact`.
Json to_json(const ContactDiagnostics& diagnostics);

}  // namespace hark::insight
