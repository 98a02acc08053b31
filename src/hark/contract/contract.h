// Contracts: what a dataset's columns mean, how they are written, what holds for them.
//
// One YAML file (Open Data Contract Standard 3.1) per dataset; a new city is a new file and no
// code. The vocabulary below is what the rest of hark knows of a dataset: roles, not city column
// names. Format: docs/formats/contract.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/outcome.h"
#include "hark/core/result.h"

namespace hark::contract {

enum class Kind {
  kServiceRequests,  ///< one row per request
  kContactCentre,    ///< one row per period, mostly a day
  kCalls,            ///< one row per call
  kSurvey,           ///< one row per answered questionnaire
};
std::string_view name_of(Kind kind) noexcept;  ///< "service_requests", "contact_centre", ...

/// What a column is for. At most one column per role, kNone excepted.
enum class Role {
  kNone,
  // service requests
  kKey,
  kVersion,
  kCreated,
  kClosed,
  kDue,
  kStatus,
  kComplaintType,
  kDescriptor,
  kAgency,
  kArea,
  kZip,
  kAddress,
  kLatitude,
  kLongitude,
  kResolution,
  kChannel,
  // contact centre (METRICS section 1)
  kPeriodStart,
  kOffered,
  kHandled,
  kAbandoned,
  kAsaS,
  kServiceLevel,
  kAhtS,
  kStaffedAgents,
  kQueue,
  // calls
  kCallStart,
  kQueued,  ///< has a value where the call came to the queue
  kOutcome,
  kWaitS,
  kServiceS,
  kAgent,
  // survey
  kRequestKey,  ///< of the request or call that was asked about
  kAnswered,
  kScore,
  kComment,
};
bool has_role(Kind kind, Role role) noexcept;  ///< whether datasets of that kind have it
/// The clock that rows are sorted and selected by.
Role time_role(Kind kind) noexcept;
std::string_view name_of(Role role) noexcept;                    ///< "complaint_type", "area", ...
std::optional<Role> role_named(std::string_view name) noexcept;  ///< "borough" is "area" too
/// The greatest value that calls, seconds or a service level can have; the least is 0. What lies
/// outside counts as no value in figures, be they native or SQL. Of other roles there is none.
double greatest_quantity(Role role) noexcept;

enum class ValueType { kString, kInteger, kNumber, kBoolean, kDate, kTimestamp };
std::string_view name_of(ValueType type) noexcept;

/// What happens to a record whose value cannot be read.
enum class OnInvalid {
  kReject,  ///< the record goes to quarantine (default of required columns)
  kFlag,    ///< the value is absent, the row is kept and flagged "invalid:<column>" (default of the
            ///< others)
};

enum class Severity { kInfo, kWarning, kError };
std::string_view name_of(Severity severity) noexcept;

/// How a personal column is treated in trusted; governance comes later, the words are fixed now.
enum class Treatment { kKeep, kMask, kTokenise, kDrop };

struct ColumnSpec {
  std::string name;  ///< standard name, snake_case; the name in trusted
  ValueType type = ValueType::kString;
  Role role = Role::kNone;
  std::string title;  ///< portal label, for people
  std::string description;
  std::vector<std::string> aliases;  ///< every known spelling, besides name and title
  /// For clocks, dates: patterns tried in order ("MM/dd/yyyy hh:mm:ss a"); each is known to parse
  /// with parse_clock_pattern() (clock_pattern.h).
  std::vector<std::string> formats;
  /// A clock written in two columns (date, time of day): their names in the file, joined by one
  /// space.
  std::vector<std::string> parts;
  /// Markers read as null besides blank ("N/A"); compared case-insensitively. The contract's own
  /// list is copied into every column that has none.
  std::vector<std::string> missing;
  /// Texts that are a value of their own in counts and groups but "no value" in tests and
  /// concentration ("Unspecified"); folded as categories are. String columns only.
  std::vector<std::string> missing_in_tests;
  /// A string of code characters (zip, parcel number): a trailing ".0" that a spreadsheet or
  /// pandas made of it is not part of the value.
  bool is_code = false;
  bool is_required = false;  ///< the file must have the column and each record a value
  OnInvalid on_invalid = OnInvalid::kFlag;
  /// The clock tells the day only (METRICS "date-only clock"): a clock role with type kDate.
  bool is_date_only = false;
  bool is_personal = false;
  std::string classification;  ///< ODCS classification: "public", "restricted", ...
  Treatment treatment = Treatment::kKeep;
};

/// A quality rule over one record, checked as it is read; broken ones put `name` in the row's
/// `_flags`.
struct Rule {
  std::string name;       ///< snake_case, unique in the contract
  std::string dimension;  ///< ODCS dimension: accuracy, completeness, conformity, consistency,
                          ///< coverage, timeliness, uniqueness
  Severity severity = Severity::kWarning;
  std::string description;
  /// Boolean expression over contract columns that must hold (expression.h); null counts as
  /// holding. Known to parse. Not checked on a file that lacks one of its columns.
  std::string expression;
};

struct Opening {
  int from_minute = 7 * 60;
  int until_minute = 22 * 60;
};

struct Contract {
  std::string name;     ///< "nyc311"
  std::string version;  ///< of the contract, "1.0.0"
  std::string title;
  std::string publisher;
  std::string licence;
  std::string source_url;
  std::string portal_url;     ///< where `hark sync` pulls the records; empty: not known
  std::string portal_cursor;  ///< the portal's field that says when a record changed; may be empty
  Kind kind = Kind::kServiceRequests;
  std::string time_zone;  ///< IANA name
  std::string table;      ///< name of the trusted table: "requests", "contact_metrics"
  std::vector<ColumnSpec> columns;
  std::vector<Rule> rules;
  std::vector<std::string> key;              ///< column names; empty: nothing is deduplicated
  std::vector<std::string> closed_statuses;  ///< folded status texts that mean closed
  double max_reject_share = 0.05;
  double sla_hours = 24;
  std::vector<std::pair<std::string, double>>
      sla_hours_by_type;  ///< folded complaint type -> hours
  /// Hours of work that a request of the folded complaint type takes; 1 where it is not named.
  std::vector<std::pair<std::string, double>> effort_hours_by_type;
  /// What the texts of the resolution column say; empty: nobody wrote rules for this city.
  std::vector<OutcomeRule> outcome_rules;
  int retention_days = 0;  ///< 0: not stated
  /// Plausible places, for maps and rules; absent where the city gave none.
  std::optional<double> min_latitude, max_latitude, min_longitude, max_longitude;
  /// Whether a place is plausible; any is where the city gave no bounds.
  bool holds_place(double latitude, double longitude) const noexcept {
    return !min_latitude || (latitude >= *min_latitude && latitude <= *max_latitude &&
                             longitude >= *min_longitude && longitude <= *max_longitude);
  }
  std::string holidays;  ///< calendar of statutory holidays: "CA-BC", "US", "US-NYC" or empty
  Opening opening;       ///< contact centre, local time
  /// Calls, folded: outcomes of a call that an agent took, of one that gave up waiting, and of what
  /// is no call; others are offered and neither.
  std::vector<std::string> handled_outcomes, abandoned_outcomes, ignored_outcomes;
  std::optional<double> service_level_s;  ///< calls: answered within this wait
  /// Contact centre: the dataset whose columns belong to the same periods; empty: none.
  std::string completed_by;
  /// Canonical headers of file columns that say nothing of the record (its row in the export) and
  /// are not read.
  std::vector<std::string> left_out_headers;
  std::string text;  ///< the YAML it was read from

  /// The column with that role / standard name, or nullptr.
  const ColumnSpec* with_role(Role role) const noexcept;
  const ColumnSpec* find(std::string_view column_name) const noexcept;
  /// A column as a user names it: standard name, role ("borough" for the area), title or alias.
  /// Errors: kInvalidArgument with the nearest name as hint.
  Result<const ColumnSpec*> resolve(std::string_view user_name) const;
};

/// Reads one contract. Errors: kInvalidInput with every problem of the file, a line of text each,
/// in the order of the file: "line 12: ...".
Result<Contract> parse_contract(std::string_view yaml);

/// The contracts inside the binary, by name. Reads all of them (10 ms and more at first use): to
/// get one of them, ask for it by name or with choose_built_in().
const std::vector<Contract>& built_in_contracts();
/// Errors: kNotFound with the nearest name.
Result<const Contract*> built_in_contract(std::string_view name);

/// A header as compared: letters and digits only, lower case ("Created Date" and "created_date" are
/// one).
std::string canonical_header(std::string_view header);

/// Which contract column each column of a file is.
struct HeaderMatch {
  /// Index into Contract::columns per file column, or -1 (unknown column), or -1 for a part of a
  /// clock.
  std::vector<int> column_of;
  /// Per contract column with `parts`: file columns to join; empty elsewhere.
  std::vector<std::vector<int>> parts_of;
  std::size_t num_matched = 0;
  /// Of these, how many by the city's own spelling (label, alias, part), not the standard name that
  /// contracts share.
  std::size_t num_own_spelling = 0;
  std::vector<std::string> unknown;  ///< headers that the contract neither has nor leaves out
  std::vector<std::string> missing_required;  ///< standard names
  std::vector<std::string> duplicated;        ///< headers that mean a column already taken; ignored
};
HeaderMatch match_header(const Contract& contract, std::span<const std::string> header);

/// Chooses the contract that fits a header best among `candidates`: all required columns there,
/// then most columns known, then most in the city's own spelling, then fewest unknown. Errors:
/// kInvalidInput if none fits (hint: where to start from, and what the nearest one lacks) or
/// two fit equally (hint: name one with
/// --contract).
Result<const Contract*> choose_contract(std::span<const Contract* const> candidates,
                                        std::span<const std::string> header);

/// choose_contract() among the contracts inside the binary, reading only those that may fit.
Result<const Contract*> choose_built_in(std::span<const std::string> header);

/// Column types as stored: what a reader emits for this contract column. A clock c (kTimestamp)
/// comes with `c_offset_s` (kInt32), `c_fold`, `c_gap` (kBool).
columnar::Type storage_type(ValueType type) noexcept;

}  // namespace hark::contract
