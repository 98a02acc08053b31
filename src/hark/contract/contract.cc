#include "hark/contract/contract.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "hark/core/text.h"

namespace hark::contract {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 36> kRoleNames = {{
    {Role::kNone, "none"},
    {Role::kKey, "key"},
    {Role::kVersion, "version"},
    {Role::kCreated, "created"},
    {Role::kClosed, "closed"},
    {Role::kDue, "due"},
    {Role::kStatus, "status"},
    {Role::kComplaintType, "complaint_type"},
    {Role::kDescriptor, "descriptor"},
    {Role::kAgency, "agency"},
    {Role::kArea, "area"},
    {Role::kZip, "zip"},
    {Role::kAddress, "address"},
    {Role::kLatitude, "latitude"},
    {Role::kLongitude, "longitude"},
    {Role::kResolution, "resolution"},
    {Role::kChannel, "channel"},
    {Role::kPeriodStart, "period_start"},
    {Role::kOffered, "offered"},
    {Role::kHandled, "handled"},
    {Role::kAbandoned, "abandoned"},
    {Role::kAsaS, "asa_s"},
    {Role::kServiceLevel, "service_level"},
    {Role::kAhtS, "aht_s"},
    {Role::kStaffedAgents, "staffed_agents"},
    {Role::kQueue, "queue"},
    {Role::kCallStart, "call_start"},
    {Role::kQueued, "queued"},
    {Role::kOutcome, "outcome"},
    {Role::kWaitS, "wait_s"},
    {Role::kServiceS, "service_s"},
    {Role::kAgent, "agent"},
    {Role::kRequestKey, "request_key"},
    {Role::kAnswered, "answered"},
    {Role::kScore, "score"},
    {Role::kComment, "comment"},
}};

/// "Complaint Type" as a role is written: "complaint_type".
std::string as_role_name(std::string_view user_name) {
  std::string name = lower(trim(user_name));
  std::ranges::replace(name, ' ', '_');
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::kServiceRequests:
      return "service_requests";
    case Kind::kContactCentre:
      return "contact_centre";
    case Kind::kCalls:
      return "calls";
    case Kind::kSurvey:
      return "survey";
  }
  return "";
}

bool has_role(Kind kind, Role role) noexcept {
  const auto is_within = [role](Role first, Role last) { return first <= role && role <= last; };
  const bool is_of_any = role == Role::kKey || role == Role::kVersion;
  switch (kind) {
    case Kind::kServiceRequests:
      return is_within(Role::kKey, Role::kChannel);
    case Kind::kContactCentre:
      return is_within(Role::kPeriodStart, Role::kQueue);
    case Kind::kCalls:
      return is_of_any || role == Role::kQueue || is_within(Role::kCallStart, Role::kAgent);
    case Kind::kSurvey:
      return is_of_any || is_within(Role::kRequestKey, Role::kComment);
  }
  return false;
}

Role time_role(Kind kind) noexcept {
  switch (kind) {
    case Kind::kServiceRequests:
      return Role::kCreated;
    case Kind::kContactCentre:
      return Role::kPeriodStart;
    case Kind::kCalls:
      return Role::kCallStart;
    case Kind::kSurvey:
      return Role::kAnswered;
  }
  return Role::kNone;
}

double greatest_quantity(Role role) noexcept {
  // No centre has so many calls in a period; sums of such counts would leave 64 bits.
  constexpr double kMostCalls = 1e12;
  switch (role) {
    case Role::kOffered:
    case Role::kHandled:
    case Role::kAbandoned:
      return kMostCalls;
    case Role::kServiceLevel:
      return 1;
    default:
      return std::numeric_limits<double>::max();
  }
}

std::string_view name_of(Role role) noexcept {
  const auto found = std::ranges::find(kRoleNames, role, &std::pair<Role, std::string_view>::first);
  return found == kRoleNames.end() ? "none" : found->second;
}

std::optional<Role> role_named(std::string_view name) noexcept {
  if (name == "borough") return Role::kArea;
  const auto found =
      std::ranges::find(kRoleNames, name, &std::pair<Role, std::string_view>::second);
  if (found == kRoleNames.end() || found->first == Role::kNone) return std::nullopt;
  return found->first;
}

std::string_view name_of(ValueType type) noexcept {
  switch (type) {
    case ValueType::kString:
      return "string";
    case ValueType::kInteger:
      return "integer";
    case ValueType::kNumber:
      return "number";
    case ValueType::kBoolean:
      return "boolean";
    case ValueType::kDate:
      return "date";
    case ValueType::kTimestamp:
      return "timestamp";
  }
  return "";
}

std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "";
}

columnar::Type storage_type(ValueType type) noexcept {
  switch (type) {
    case ValueType::kString:
      return columnar::Type::kString;
    case ValueType::kInteger:
      return columnar::Type::kInt64;
    case ValueType::kNumber:
      return columnar::Type::kDouble;
    case ValueType::kBoolean:
      return columnar::Type::kBool;
    case ValueType::kDate:
      return columnar::Type::kDate;
    case ValueType::kTimestamp:
      return columnar::Type::kTimestamp;
  }
  return columnar::Type::kString;
}

const ColumnSpec* Contract::with_role(Role role) const noexcept {
  const auto found = std::ranges::find(columns, role, &ColumnSpec::role);
  return found == columns.end() || role == Role::kNone ? nullptr : &*found;
}

const ColumnSpec* Contract::find(std::string_view column_name) const noexcept {
  const auto found = std::ranges::find(columns, column_name, &ColumnSpec::name);
  return found == columns.end() ? nullptr : &*found;
}

Result<const ColumnSpec*> Contract::resolve(std::string_view user_name) const {
  const std::string wanted = canonical_header(user_name);
  if (!wanted.empty()) {
    for (const ColumnSpec& column : columns)
      if (canonical_header(column.name) == wanted) return &column;
    // A role before labels and aliases: "area" must not depend on which city wrote what in a
    // header.
    if (const auto role = role_named(as_role_name(user_name)))
      if (const ColumnSpec* column = with_role(*role)) return column;
    for (const ColumnSpec& column : columns) {
      if (canonical_header(column.title) == wanted) return &column;
      for (const std::string& alias : column.aliases)
        if (canonical_header(alias) == wanted) return &column;
    }
  }
  std::vector<std::string> known;
  for (const ColumnSpec& column : columns) {
    known.push_back(column.name);
    if (column.role != Role::kNone) known.emplace_back(name_of(column.role));
    for (const std::string& alias : column.aliases) known.push_back(alias);
  }
  Error error(ErrorCode::kInvalidArgument,
              concat("contract '", name, "' has no column '", user_name, "'"));
  const auto near = nearest(user_name, known);
  return std::move(error).hint(near ? concat("did you mean '", *near, "'?")
                                    : concat("`hark contract show ", name, "` lists them"));
}

}  // namespace hark::contract
