#include "hark/insight/contact_diagnostics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "hark/calendar/civil.h"
#include "hark/calendar/holidays.h"
#include "hark/core/text.h"
#include "hark/insight/series.h"
#include "hark/series/robust.h"

namespace hark::insight {
namespace {

/// Fewer rows tell no rule.
constexpr std::int64_t kLeastRows = 10;
/// A smaller difference of rules is none that matters.
constexpr double kLeastDrift = 0.05;
/// Robust deviations from the median of the year's days.
constexpr double kOutOfLine = 5;
constexpr std::int64_t kLeastRestDays = 4;

using Rows = std::span<const ContactRow>;

/// The rows of each year; rows are by day.
std::vector<std::pair<std::int32_t, Rows>> by_year(Rows rows) {
  std::vector<std::pair<std::int32_t, Rows>> years;
  for (std::size_t begin = 0; begin < rows.size();) {
    const std::int32_t year = calendar::civil_from_days(rows[begin].day).year;
    std::size_t end = begin;
    while (end < rows.size() && calendar::civil_from_days(rows[end].day).year == year) ++end;
    years.emplace_back(year, rows.subspan(begin, end - begin));
    begin = end;
  }
  return years;
}

/// The standard error of Σ (denominator − handled) / Σ abandoned over rows, as a ratio of sums.
/// Source: Cochran, Sampling Techniques (1977), chapter 6.
struct RatioOfRows {
  std::vector<std::pair<double, double>> rows;  ///< abandons inside, abandons

  std::optional<double> standard_error() const {
    double inside = 0;
    double all = 0;
    for (const auto& [x, y] : rows) {
      inside += x;
      all += y;
    }
    const auto n = static_cast<double>(rows.size());
    if (rows.size() < static_cast<std::size_t>(kLeastRows) || all <= 0) return std::nullopt;
    double squares = 0;
    for (const auto& [x, y] : rows) squares += std::pow(x - inside / all * y, 2);
    return std::sqrt(squares * n / (n - 1)) / all;
  }
};

struct YearRule {
  YearDenominator year;
  std::optional<double> standard_error;
};

YearRule rule_of(std::int32_t year, Rows rows) {
  YearRule rule;
  rule.year.year = year;
  rule.year.rows = static_cast<std::int64_t>(rows.size());
  rule.year.found = contact_kpis(rows).denominator;
  RatioOfRows ratio;
  std::vector<double> decimals;
  for (const ContactRow& row : rows) {
    // A source that tells the denominator computed the ratio: its digits tell nothing.
    if (!row.service_level || row.service_level_over) continue;
    decimals.push_back(written_decimals(*row.service_level));
    if (!row.handled || !row.abandoned) continue;
    const auto search = find_denominator(*row.service_level, *row.handled, *row.abandoned);
    if (search.is_informative && search.num_matches == 1)
      ratio.rows.emplace_back(search.smallest - *row.handled, *row.abandoned);
  }
  if (!decimals.empty()) rule.year.decimals = static_cast<int>(series::upper_median(decimals));
  rule.standard_error = ratio.standard_error();
  if (rule.standard_error && rule.year.found.abandons_inside) {
    const double reach = stats::kZ95 * *rule.standard_error;
    rule.year.ci95 = {*rule.year.found.abandons_inside - reach,
                      *rule.year.found.abandons_inside + reach};
  }
  return rule;
}

std::vector<DenominatorChange> changes_of(const std::vector<YearRule>& rules) {
  std::vector<DenominatorChange> changes;
  const YearRule* digits_before = nullptr;
  const YearRule* rule_before = nullptr;
  for (const YearRule& rule : rules) {
    if (rule.year.decimals) {
      if (digits_before != nullptr && digits_before->year.decimals != rule.year.decimals) {
        changes.push_back({DenominatorChange::Kind::kPrecision, digits_before->year.year,
                           rule.year.year, static_cast<double>(*digits_before->year.decimals),
                           static_cast<double>(*rule.year.decimals), std::nullopt});
      }
      digits_before = &rule;
    }
    if (!rule.year.ci95) continue;
    if (rule_before != nullptr) {
      const double before = *rule_before->year.found.abandons_inside;
      const double after = *rule.year.found.abandons_inside;
      const double reach =
          stats::kZ95 * std::hypot(*rule_before->standard_error, *rule.standard_error);
      if (std::abs(after - before) > std::max(reach, kLeastDrift)) {
        changes.push_back({DenominatorChange::Kind::kRule, rule_before->year.year, rule.year.year,
                           before, after,
                           stats::Interval{after - before - reach, after - before + reach}});
      }
    }
    rule_before = &rule;
  }
  return changes;
}

std::vector<DayBalance> balances_of(Rows rows) {
  std::vector<DayBalance> days;
  for (const ContactRow& row : rows) {
    if (!row.offered || !row.handled || !row.abandoned) continue;
    if (days.empty() || days.back().day != row.day) days.push_back({row.day, 0, 0, 0});
    days.back().offered += *row.offered;
    days.back().handled += *row.handled;
    days.back().abandoned += *row.abandoned;
  }
  return days;
}

void reconcile(std::int32_t year, const std::vector<DayBalance>& days, Reconciliation& out) {
  if (days.empty()) return;
  YearBalance& balance = out.years.emplace_back();
  balance.year = year;
  balance.days = static_cast<std::int64_t>(days.size());
  std::vector<double> shares;
  for (const DayBalance& day : days) {
    balance.offered += day.offered;
    balance.unaccounted += day.unaccounted();
    if (day.unaccounted() == 0) ++balance.balanced;
    if (day.unaccounted() < 0) {
      ++balance.negative;
      out.negative.push_back(day);
    }
    if (day.offered > 0)
      shares.push_back(static_cast<double>(day.unaccounted()) / static_cast<double>(day.offered));
  }
  const double middle = series::upper_median(shares);
  std::vector<double> sizes = shares;
  for (double& share : sizes) share = std::abs(share - middle);
  const double limit = kOutOfLine * series::kMedianToSd * series::upper_median(sizes);
  for (const DayBalance& day : days) {
    const double expected = middle * static_cast<double>(day.offered);
    const double off = std::abs(static_cast<double>(day.unaccounted()) - expected);
    // A call more or less is no finding, however alike the other days are.
    if (off > limit * static_cast<double>(day.offered) && off > 1) out.out_of_line.push_back(day);
  }
}

Result<std::vector<MissingDay>> missing_of(const ContactTable& table,
                                           const contract::Contract& contract) {
  std::vector<MissingDay> missing;
  const std::vector<std::int32_t> days = missing_days(table);
  if (days.empty()) return missing;
  HARK_TRY(const auto holidays, holidays_of(contract));
  std::map<std::int32_t, std::string_view> closed;
  std::map<std::int32_t, std::set<unsigned>> rest_days;  // by year
  for (const auto& [year, rows] : by_year(table.rows)) {
    if (holidays) {
      for (const calendar::Holiday& holiday : holidays->in_year(year))
        closed.emplace(holiday.day, holiday.name);
      for (const std::int32_t day : holidays->in_lieu(year)) closed.emplace(day, "");
    }
    std::array<std::int64_t, 7> num_rows{};
    std::array<std::int64_t, 7> num_days{};
    for (const ContactRow& row : rows) ++num_rows[calendar::weekday_from_days(row.day)];
    for (std::int32_t day = rows.front().day; day <= rows.back().day; ++day)
      ++num_days[calendar::weekday_from_days(day)];
    for (unsigned weekday = 0; weekday < 7; ++weekday) {
      if (num_rows[weekday] == 0 && num_days[weekday] >= kLeastRestDays)
        rest_days[year].insert(weekday);
    }
  }
  for (const std::int32_t day : days) {
    MissingDay& item = missing.emplace_back();
    item.day = day;
    if (const auto holiday = closed.find(day); holiday != closed.end()) {
      item.reason = MissingDay::Reason::kHoliday;
      item.holiday = holiday->second;
    } else if (rest_days[calendar::civil_from_days(day).year].contains(
                   calendar::weekday_from_days(day))) {
      item.reason = MissingDay::Reason::kRestDay;
    }
  }
  return missing;
}

Json interval(const std::optional<stats::Interval>& ci) {
  return ci ? Json(Json::Array{ci->low, ci->high}) : Json();
}

Json to_json(const DayBalance& day) {
  return Json::object({{"date", calendar::format_date(day.day)},
                       {"offered", day.offered},
                       {"handled", day.handled},
                       {"abandoned", day.abandoned},
                       {"unaccounted", day.unaccounted()}});
}

Json to_json(const std::vector<DayBalance>& days) {
  Json list = Json::array();
  for (const DayBalance& day : days) list.push_back(to_json(day));
  return list;
}

Json to_json(const Reconciliation& reconciliation) {
  Json years = Json::array();
  for (const YearBalance& year : reconciliation.years) {
    years.push_back(Json::object(
        {{"year", year.year},
         {"days", year.days},
         {"balanced", year.balanced},
         {"negative", year.negative},
         {"unaccounted", year.unaccounted},
         {"unaccounted_share", year.offered > 0 ? Json(static_cast<double>(year.unaccounted) /
                                                       static_cast<double>(year.offered))
                                                : Json()}}));
  }
  return Json::object({{"by_year", std::move(years)},
                       {"out_of_line", to_json(reconciliation.out_of_line)},
                       {"negative", to_json(reconciliation.negative)}});
}

Json to_json(const series::VolumeDrivers& drivers) {
  Json shares = Json::array();
  for (const series::DriverShare& share : drivers.shares) {
    shares.push_back(Json::object({{"driver", name_of(share.driver)},
                                   {"share", share.share},
                                   {"alone", share.alone},
                                   {"added_last", share.added_last}}));
  }
  Json effects = Json::array();
  for (const series::DriverEffect& effect : drivers.effects) {
    effects.push_back(Json::object({{"driver", name_of(effect.driver)},
                                    {"key", key_of(effect)},
                                    {"effect", effect.effect},
                                    {"ci95", interval(effect.ci95)},
                                    {"days", effect.days}}));
  }
  return Json::object({{"days", drivers.days},
                       {"days_without_calls", drivers.without_count},
                       {"r_squared", drivers.r_squared},
                       {"unexplained", 1 - drivers.r_squared},
                       {"memory", drivers.memory},
                       {"shares", std::move(shares)},
                       {"effects", std::move(effects)}});
}

}  // namespace

std::string_view name_of(MissingDay::Reason reason) {
  switch (reason) {
    case MissingDay::Reason::kHoliday:
      return "holiday";
    case MissingDay::Reason::kRestDay:
      return "rest_day";
    case MissingDay::Reason::kUnexplained:
      break;
  }
  return "unexplained";
}

Result<ContactDiagnostics> diagnose_contact(const ContactTable& table,
                                            const contract::Contract& contract) {
  ContactDiagnostics out;
  std::vector<YearRule> rules;
  for (const auto& [year, rows] : by_year(table.rows)) {
    rules.push_back(rule_of(year, rows));
    out.denominators.push_back(rules.back().year);
    reconcile(year, balances_of(rows), out.reconciliation);
  }
  out.changes = changes_of(rules);
  std::ranges::stable_sort(out.reconciliation.out_of_line, std::ranges::greater(),
                           [](const DayBalance& day) { return std::abs(day.unaccounted()); });
  HARK_TRY(out.missing, missing_of(table, contract));
  HARK_TRY(const auto holidays, holidays_of(contract));
  const DailyCounts counts = daily_offered(table);
  auto drivers =
      series::volume_drivers(counts.first_day, counts.values, holidays ? &*holidays : nullptr);
  if (drivers)
    out.drivers = *std::move(drivers);
  else
    out.no_drivers = drivers.error().message();
  return out;
}

std::string key_of(const series::DriverEffect& effect) {
  constexpr std::array<const char*, 7> kWeekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
  constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
  constexpr std::array<const char*, 3> kHolidays = {"holiday", "day in lieu", "day after"};
  const auto which = static_cast<std::size_t>(effect.which);
  switch (effect.driver) {
    case series::Driver::kWeekday:
      return kWeekdays[which];
    case series::Driver::kMonth:
      return kMonths[which - 1];
    case series::Driver::kHoliday:
      return kHolidays[which];
    case series::Driver::kTrend:
      return "a year";
    case series::Driver::kLevel:
      break;
  }
  return calendar::format_date(effect.which);
}

Json to_json(const ContactDiagnostics& diagnostics) {
  Json years = Json::array();
  for (const YearDenominator& year : diagnostics.denominators) {
    years.push_back(Json::object({{"year", year.year},
                                  {"rows", year.rows},
                                  {"informative", year.found.informative},
                                  {"matched", year.found.matched},
                                  {"unique", year.found.unique},
                                  {"share_of_informative", year.found.share_of_informative},
                                  {"abandons_inside", year.found.abandons_inside},
                                  {"ci95", interval(year.ci95)},
                                  {"decimals", year.decimals ? Json(*year.decimals) : Json()}}));
  }
  Json changes = Json::array();
  for (const DenominatorChange& change : diagnostics.changes) {
    const bool is_rule = change.kind == DenominatorChange::Kind::kRule;
    changes.push_back(Json::object({{"kind", is_rule ? "rule" : "precision"},
                                    {"from", change.from_year},
                                    {"to", change.to_year},
                                    {"before", change.before},
                                    {"after", change.after},
                                    {"ci95", interval(change.ci95)}}));
  }
  Json list = Json::array();
  std::int64_t unexplained = 0;
  for (const MissingDay& day : diagnostics.missing) {
    if (day.reason == MissingDay::Reason::kUnexplained) ++unexplained;
    list.push_back(Json::object({{"date", calendar::format_date(day.day)},
                                 {"reason", name_of(day.reason)},
                                 {"holiday", day.holiday.empty() ? Json() : Json(day.holiday)}}));
  }
  const auto num_missing = static_cast<std::int64_t>(diagnostics.missing.size());
  return Json::object(
      {{"denominator",
        Json::object({{"by_year", std::move(years)}, {"changes", std::move(changes)}})},
       {"reconciliation", to_json(diagnostics.reconciliation)},
       {"missing", Json::object({{"days", num_missing},
                                 {"closed", num_missing - unexplained},
                                 {"unexplained", unexplained},
                                 {"list", std::move(list)}})},
       {"drivers", diagnostics.drivers ? to_json(*diagnostics.drivers) : Json()},
       {"no_drivers", diagnostics.no_drivers.empty() ? Json() : Json(diagnostics.no_drivers)}});
}

}  // namespace hark::insight
