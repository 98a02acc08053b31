// The figures of a contact centre: METRICS section 1, one implementation for every caller.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/contact.h"

namespace hark::insight {

/// What the service level's denominator tells (METRICS "recovered denominator").
struct RecoveredDenominator {
  std::int64_t informative = 0;  ///< rows whose ratio is written precisely enough to tell
  std::int64_t matched = 0;      ///< informative rows with at least one fitting denominator
  std::int64_t unique = 0;       ///< informative rows with exactly one: these are used
  std::optional<double> share_of_informative;  ///< matched / informative
  std::optional<double> share_of_all;          ///< unique / rows
  /// Σ (denominator − handled) / Σ abandoned over unique rows: near 1, abandoned calls count as
  /// missed; below, short abandons are left out of the denominator.
  std::optional<double> abandons_inside;
};

/// Rows that a figure rests on: those that have all it needs.
struct ContactDays {
  std::int64_t offered = 0, handled = 0, abandoned = 0, unaccounted = 0;
  std::int64_t chp = 0, abandonment_rate = 0, asa_s = 0, aht_s = 0, service_level = 0;
};

/// A figure that cannot be computed is absent. A ratio rests on the rows that have all it needs.
struct ContactKpis {
  std::int64_t rows = 0;
  std::optional<std::int32_t> first_day;
  std::optional<std::int32_t> last_day;
  std::optional<std::int64_t> offered;
  std::optional<std::int64_t> handled;
  std::optional<std::int64_t> abandoned;
  std::optional<std::int64_t> unaccounted;  ///< Σ (offered − handled − abandoned)
  std::optional<double> unaccounted_share;  ///< of offered
  std::int64_t negative_unaccounted_rows = 0;
  std::int64_t negative_unaccounted_sum = 0;
  std::optional<double> chp;
  std::optional<double> abandonment_rate;
  std::optional<double> asa_s;
  std::optional<double> aht_s;
  std::optional<double> service_level;
  std::optional<double> offered_mean;  ///< per row
  std::optional<double> offered_median;
  RecoveredDenominator denominator;
  ContactDays days;
};
ContactKpis contact_kpis(std::span<const ContactRow> rows);

enum class ContactBy { kYear, kMonth, kDow, kHoliday };
/// "year", "month", "dow", "holiday". Errors: kInvalidArgument naming them.
Result<ContactBy> contact_by_named(std::string_view name);

struct ContactGroup {
  std::string key;  ///< "2024"; "1" to "12"; "Monday"; "Canada Day" or kNoHoliday
  ContactKpis kpis;
};
inline constexpr std::string_view kNoHoliday = "not a holiday";
/// Years, months and weekdays in order; holidays by name, the other days last. Only groups with
/// rows. Errors: kInvalidArgument for holidays where the contract names no calendar.
Result<std::vector<ContactGroup>> contact_kpis_by(const ContactTable& table, ContactBy by,
                                                  const contract::Contract& contract);

/// Days between the first and the last that no row has, in years that have rows: an export may hold
/// some years only, and a year that is not there is not missing days.
std::vector<std::int32_t> missing_days(const ContactTable& table);

/// Digits behind the point of the shortest decimal text that reads back to `value`.
int written_decimals(double value);

/// The denominator that the row's service level was computed with, if it tells.
struct DenominatorSearch {
  bool is_informative = false;
  int num_matches = 0;        ///< counted to 2
  std::int64_t smallest = 0;  ///< where there is a match
};
DenominatorSearch find_denominator(double service_level, std::int64_t handled,
                                   std::int64_t abandoned);

/// CLI.md, `kpi contact`.
Json to_json(const ContactKpis& kpis);
/// The whole answer: figures, `duplicates`, `missing_days`, and `groups` where asked.
Json contact_answer(const ContactTable& table, const ContactKpis& kpis,
                    const std::vector<ContactGroup>* groups);

}  // namespace hark::insight
