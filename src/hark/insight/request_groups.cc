// Which group each row belongs to: `--by`.
#include <array>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/columns.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {
namespace {

constexpr std::array<const char*, 7> kWeekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};
constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};

std::uint32_t time_code(const RequestTable& table, std::size_t row, RequestBy::Kind kind) {
  if (table.created_us[row] == kNoTime) return kNoCode;
  switch (kind) {
    case RequestBy::Kind::kHour: {
      const std::int64_t local_s = table.created_local_s(row);
      return static_cast<std::uint32_t>((local_s - table.created_day(row) * kSecondsPerDay) / 3600);
    }
    case RequestBy::Kind::kDow:
      return calendar::weekday_from_days(table.created_day(row));
    default:
      return calendar::civil_from_days(table.created_day(row)).month - 1U;
  }
}

/// Closed requests by what became of them; the others have no outcome yet.
Result<Grouping> group_by_outcome(const RequestTable& table, Grouping grouping) {
  if (table.resolved_as.empty() && table.size() > 0) {
    return Error(ErrorCode::kInvalidArgument, "this source has no resolution texts to group by");
  }
  std::vector<std::uint32_t> codes(table.size(), kNoCode);
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.outcome[row] == Outcome::kClosed)
      codes[row] = static_cast<std::uint32_t>(table.resolved_as[row]);
  }
  grouping.set_codes(std::move(codes));
  for (std::size_t i = 0; i < contract::kNumResolvedAs; ++i) {
    const auto outcome = static_cast<contract::ResolvedAs>(i);
    grouping.keys.emplace_back(name_of(outcome));
    grouping.labels.emplace_back(title_of(outcome));
  }
  grouping.is_missing_in_tests.assign(grouping.keys.size(), false);
  grouping.is_missing_in_tests.back() = true;  // what is not told says nothing
  return grouping;
}

}  // namespace

Result<RequestBy> request_by_named(const contract::Contract& contract, std::string_view name) {
  RequestBy by;
  by.name = name;
  if (name == "hour") {
    by.kind = RequestBy::Kind::kHour;
  } else if (name == "dow") {
    by.kind = RequestBy::Kind::kDow;
  } else if (name == "month") {
    by.kind = RequestBy::Kind::kMonth;
  } else if (name == "outcome" && contract.find(name) == nullptr) {
    if (contract.outcome_rules.empty() ||
        contract.with_role(contract::Role::kResolution) == nullptr) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("contract '", contract.name, "' has no rules for outcomes"))
          .hint("write them under outcomeRules in the contract (docs/formats/contract.md)");
    }
    by.kind = RequestBy::Kind::kOutcome;
  } else {
    auto column = contract.resolve(name);
    if (!column) {
      return Error(ErrorCode::kInvalidArgument, concat("cannot group requests by '", name, "'"))
          .hint(concat("known: agency, complaint_type, borough, hour, dow, month, outcome and the "
                       "columns of "
                       "contract '",
                       contract.name, "'"));
    }
    by.column = (*column)->name;
  }
  return by;
}

Result<Grouping> group_requests(const RequestTable& table, const RequestBy& by) {
  Grouping grouping;
  grouping.by = by.name;
  if (by.kind == RequestBy::Kind::kColumn) {
    const Category* category = table.category(by.column);
    if (category == nullptr) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("this source has no column '", by.column, "' to group by"));
    }
    grouping.codes = category->codes;
    grouping.keys = category->keys;
    grouping.labels = category->labels;
    grouping.is_missing_in_tests = category->is_missing_in_tests;
    return grouping;
  }
  if (by.kind == RequestBy::Kind::kHour && table.is_created_date_only) {
    return Error(ErrorCode::kInvalidArgument, "the created time tells the day only, not the hour");
  }
  grouping.has_order = true;
  if (by.kind == RequestBy::Kind::kOutcome) return group_by_outcome(table, std::move(grouping));
  std::vector<std::uint32_t> codes(table.size());
  for (std::size_t row = 0; row < table.size(); ++row) codes[row] = time_code(table, row, by.kind);
  grouping.set_codes(std::move(codes));
  switch (by.kind) {
    case RequestBy::Kind::kHour:
      for (int hour = 0; hour < 24; ++hour) grouping.keys.push_back(std::to_string(hour));
      grouping.labels = grouping.keys;
      break;
    case RequestBy::Kind::kDow:
      grouping.keys.assign(kWeekdays.begin(), kWeekdays.end());
      grouping.labels = grouping.keys;
      break;
    default:
      for (int month = 1; month <= 12; ++month) grouping.keys.push_back(std::to_string(month));
      grouping.labels.assign(kMonths.begin(), kMonths.end());
  }
  grouping.is_missing_in_tests.assign(grouping.keys.size(), false);
  return grouping;
}

}  // namespace hark::insight
