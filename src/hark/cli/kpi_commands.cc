#include <algorithm>

#include "hark/calendar/civil.h"
#include "hark/cli/commands.h"
#include "hark/cli/contact_source.h"
#include "hark/cli/contact_text.h"
#include "hark/cli/selection.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/backlog.h"
#include "hark/insight/contact_kpis.h"
#include "hark/insight/departments.h"
#include "hark/insight/equity.h"
#include "hark/insight/request_kpis.h"
#include "hark/pipeline/lake_folder.h"

namespace hark::cli {
namespace {

using insight::ContactKpis;
using insight::RequestKpis;

std::string show_optional_count(std::optional<std::int64_t> count) {
  return count ? show_count(*count) : "n/a";
}

std::string contact_lines(const insight::ContactTable& table, const ContactKpis& kpis) {
  std::vector<std::pair<std::string, std::string>> lines;
  if (kpis.first_day && kpis.last_day) {
    lines.emplace_back(
        "days", concat(show_count(kpis.rows), ", ", calendar::format_date(*kpis.first_day), " to ",
                       calendar::format_date(*kpis.last_day)));
  }
  // What a figure rests on, where that is not every day.
  const auto over = [&](std::int64_t days) {
    return days == kpis.rows || days == 0
               ? std::string()
               : concat(" (", show_count(days), " of ", show_count(kpis.rows), " days tell)");
  };
  const insight::ContactDays& days = kpis.days;
  lines.emplace_back("offered", show_optional_count(kpis.offered) + over(days.offered));
  lines.emplace_back("handled", show_optional_count(kpis.handled) + over(days.handled));
  lines.emplace_back("abandoned", show_optional_count(kpis.abandoned) + over(days.abandoned));
  lines.emplace_back(
      "unaccounted",
      concat(show_optional_count(kpis.unaccounted), " (", show_percent(kpis.unaccounted_share),
             "; negative on ", kpis.negative_unaccounted_rows,
             plural(kpis.negative_unaccounted_rows, "day"), ")", over(days.unaccounted)));
  lines.emplace_back("call handling percentage", show_percent(kpis.chp) + over(days.chp));
  lines.emplace_back("abandonment rate",
                     show_percent(kpis.abandonment_rate) + over(days.abandonment_rate));
  lines.emplace_back("average speed of answer",
                     (kpis.asa_s ? fixed(*kpis.asa_s, 1) + " s" : "n/a") + over(days.asa_s));
  if (kpis.aht_s)
    lines.emplace_back("average handle time", fixed(*kpis.aht_s, 1) + " s" + over(days.aht_s));
  lines.emplace_back("service level", show_percent(kpis.service_level) + over(days.service_level));
  if (table.joined) {
    lines.emplace_back(
        "joined by day",
        concat(show_count(table.joined->both), " in both, ", show_count(table.joined->only_own),
               " and ", show_count(table.joined->only_completing), " in one only"));
  }
  if (table.left_out) {
    lines.emplace_back("left out",
                       concat(show_count(table.left_out->before_queue), " ended before the queue, ",
                              show_count(table.left_out->ignored), " no calls"));
    return name_value_lines(lines);
  }
  const insight::RecoveredDenominator& denominator = kpis.denominator;
  lines.emplace_back("  its denominator", concat("recovered on ", show_count(denominator.unique),
                                                 " of ", show_count(kpis.rows), " days; ",
                                                 show_percent(denominator.abandons_inside, 1),
                                                 " of abandoned calls inside"));
  return name_value_lines(lines);
}

Result<Answer> contact(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto source, session.open_source(arguments.text("SOURCE")));
  HARK_TRY(const auto selection, selection_of(arguments, *source.contract));
  Answer answer = answer_for(source, now_for(session, source));
  HARK_TRY(const auto table, load_periods(session, source, selection, answer.warnings));
  const ContactKpis kpis = insight::contact_kpis(table.rows);
  HARK_TRY(const auto diagnostics, insight::diagnose_contact(table, *source.contract));
  if (!arguments.has("--by")) {
    answer.data = insight::contact_answer(table, kpis, nullptr);
    answer.data.set("diagnostics", insight::to_json(diagnostics));
    answer.text = contact_lines(table, kpis) + diagnostics_text(diagnostics);
    return answer;
  }
  HARK_TRY(const auto by, insight::contact_by_named(arguments.text("--by")));
  HARK_TRY(const auto groups, insight::contact_kpis_by(table, by, *source.contract));
  answer.data = insight::contact_answer(table, kpis, &groups);
  answer.data.set("diagnostics", insight::to_json(diagnostics));
  TextTable text({{arguments.text("--by")},
                  {"days", Align::kRight},
                  {"offered", Align::kRight},
                  {"handled", Align::kRight},
                  {"abandoned", Align::kRight},
                  {"CHP", Align::kRight},
                  {"abandoned %", Align::kRight},
                  {"ASA s", Align::kRight},
                  {"service level", Align::kRight}});
  const auto add = [&](const std::string& key, const ContactKpis& k) {
    text.add({key, show_count(k.rows), show_optional_count(k.offered),
              show_optional_count(k.handled), show_optional_count(k.abandoned), show_percent(k.chp),
              show_percent(k.abandonment_rate), show_number(k.asa_s, 1),
              show_percent(k.service_level)});
  };
  for (const insight::ContactGroup& group : groups) add(group.key, group.kpis);
  add("all", kpis);
  answer.text = text.to_string();
  return answer;
}

class Unit {
 public:
  explicit Unit(bool is_in_days) : is_in_days_(is_in_days) {}
  std::string show(std::optional<double> value) const {
    return is_in_days_ ? show_days(value) : show_hours(value);
  }
  /// A quantile of Kaplan-Meier that was not reached is later than all that was seen.
  std::string show_quantile(std::optional<double> value, std::optional<double> last) const {
    return value || !last ? show(value) : "not reached, later than " + show(last);
  }

 private:
  bool is_in_days_;
};

std::string request_lines(const insight::RequestTable& table, const RequestKpis& kpis,
                          const std::optional<insight::Equity>& equity) {
  using insight::Outcome;
  const Unit unit(table.is_in_days());
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("records", concat(show_count(kpis.rows),
                                       table.has_key ? concat(", ", show_count(kpis.duplicates),
                                                              " of them duplicates")
                                                     : ""));
  lines.emplace_back("requests", show_count(kpis.n));
  lines.emplace_back("  closed", show_count(kpis.count(Outcome::kClosed)));
  lines.emplace_back("  open",
                     concat(show_count(kpis.count(Outcome::kOpen)),
                            table.has_closing ? "" : "  (the source has no closing times)"));
  const std::pair<Outcome, const char*> excluded[] = {
      {Outcome::kNegative, "closed before created"},
      {Outcome::kSentinel, "closing year impossible"},
      {Outcome::kFuture, "closed after the extract"},
      {Outcome::kUnparsed, "closing time unreadable"},
      {Outcome::kCreatedMissing, "no creation time"},
      {Outcome::kCreatedSentinel, "creation year impossible"},
      {Outcome::kCreatedAfterAsOf, "created after as-of"}};
  for (const auto& [outcome, name] : excluded) {
    if (kpis.count(outcome) > 0)
      lines.emplace_back(concat("  left out: ", name), show_count(kpis.count(outcome)));
  }
  if (table.as_of) lines.emplace_back("as of", format_instant(*table.as_of));
  if (table.has_closing) {
    const auto& km = kpis.all.km;
    lines.emplace_back("median time to close", concat(unit.show_quantile(km.median, km.last),
                                                      "  (open ones counted; of the closed alone: ",
                                                      unit.show(kpis.all.closed_only.median), ")"));
    lines.emplace_back("90th percentile",
                       concat(unit.show_quantile(km.p90, km.last), "  (of the closed alone: ",
                              unit.show(kpis.all.closed_only.p90), ")"));
  }
  if (table.has_closing && kpis.all.km.n > 0) {
    std::string text;
    for (std::size_t i = 0; i < insight::kStillOpenDays.size(); ++i) {
      const auto& share = kpis.all.km.still_open[i].share;
      if (share)
        text += concat(text.empty() ? "" : ", ", show_percent(share, 1), " after ",
                       insight::kStillOpenDays[i], " d");
    }
    if (!text.empty()) lines.emplace_back("still open", text);
  }
  if (equity && equity->max_min) {
    lines.emplace_back(
        "slowest over quickest area",
        concat(fixed(*equity->max_min, 2), "  (", equity->areas.back().name, " ",
               unit.show(equity->areas.back().median), ", ", equity->areas.front().name, " ",
               unit.show(equity->areas.front().median), ")"));
  }
  if (kpis.classes && table.has_closing) {
    lines.emplace_back("closing classes", concat("instant ", show_count(kpis.classes->instant),
                                                 ", batch ", show_count(kpis.classes->batch),
                                                 ", normal ", show_count(kpis.classes->normal)));
  }
  if (kpis.without_instant_and_batch) {
    const auto& km = kpis.without_instant_and_batch->km;
    lines.emplace_back("  median without instant and batch",
                       unit.show_quantile(km.median, km.last));
  }
  if (kpis.sla) {
    const auto& sla = *kpis.sla;
    const std::string name = sla.has_type_thresholds
                                 ? "closed in time"
                                 : concat("closed within ", fixed(sla.threshold_hours, 0), " h");
    if (sla.compliance) {
      lines.emplace_back(name, concat(show_percent(sla.compliance),
                                      sla.ci95 ? concat(" (", show_percent(sla.ci95->low), " to ",
                                                        show_percent(sla.ci95->high), ")")
                                               : "",
                                      " of ", show_count(sla.eligible)));
    } else if (sla.compliance_range) {
      lines.emplace_back(
          name, concat("between ", show_percent(sla.compliance_range->low), " and ",
                       show_percent(sla.compliance_range->high), " of ", show_count(sla.eligible)));
    }
  }
  if (kpis.resolved_as && kpis.count(Outcome::kClosed) > 0) {
    lines.emplace_back("what became of the closed", "");
    for (std::size_t i = 0; i < contract::kNumResolvedAs; ++i) {
      const std::int64_t n = (*kpis.resolved_as)[i];
      lines.emplace_back(
          concat("  ", contract::title_of(static_cast<contract::ResolvedAs>(i))),
          concat(show_count(n), "  (",
                 show_percent(
                     static_cast<double>(n) / static_cast<double>(kpis.count(Outcome::kClosed)), 1),
                 ")"));
    }
  }
  if (kpis.top3_share)
    lines.emplace_back("share of the 3 top complaint types", show_percent(kpis.top3_share));
  return name_value_lines(lines);
}

Result<Answer> requests(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto source, session.open_source(arguments.text("SOURCE")));
  HARK_TRY(auto load, request_load(arguments, session, source));
  std::optional<insight::RequestBy> by;
  if (arguments.has("--by")) {
    HARK_TRY(by, insight::request_by_named(*source.contract, arguments.text("--by")));
    if (!by->column.empty()) load.categories.push_back(by->column);
  }
  load.with_outcomes =
      arguments.has("--outcomes") || (by && by->kind == insight::RequestBy::Kind::kOutcome);
  if (arguments.has("--outcomes"))
    HARK_TRY_VOID(insight::request_by_named(*source.contract, "outcome"));
  HARK_TRY(const auto table, insight::load_requests(*source.rows, *source.contract, load));
  HARK_TRY(const RequestKpis kpis,
           insight::request_kpis(table, *source.contract, session.threads()));
  Answer answer = answer_for(source, load.now);
  for (const insight::Warning& warning : insight::request_warnings(table)) {
    answer.warnings.push_back({warning.code, warning.message, source.path});
  }
  if (!by) {
    HARK_TRY(const auto equity, insight::equity(table, *source.contract, session.threads()));
    answer.data = insight::request_answer(table, kpis, nullptr);
    answer.data.set("equity", equity ? insight::to_json(table, *equity) : Json());
    answer.text = request_lines(table, kpis, equity);
    return answer;
  }
  HARK_TRY(const auto grouping, insight::group_requests(table, *by));
  HARK_TRY(const auto groups,
           insight::request_kpis_by(table, *source.contract, grouping, session.threads()));
  answer.data = insight::request_answer(table, kpis, &groups);
  const Unit unit(table.is_in_days());
  TextTable text({{arguments.text("--by")},
                  {"requests", Align::kRight},
                  {"closed", Align::kRight},
                  {"open", Align::kRight},
                  {"median", Align::kRight},
                  {"90 %", Align::kRight},
                  {"in time", Align::kRight}});
  const auto add = [&](const std::string& key, const RequestKpis& k) {
    const auto& km = k.all.km;
    text.add({key, show_count(k.n), show_count(k.count(insight::Outcome::kClosed)),
              show_count(k.count(insight::Outcome::kOpen)),
              km.median ? unit.show(km.median)
              : km.last ? "> " + unit.show(km.last)
                        : "n/a",
              km.p90    ? unit.show(km.p90)
              : km.last ? "> " + unit.show(km.last)
                        : "n/a",
              k.sla ? show_percent(k.sla->compliance, 1) : "n/a"});
  };
  for (const insight::RequestGroup& group : groups)
    add(group.key ? group.label : "(none)", group.kpis);
  add("all", kpis);
  answer.text = text.to_string();
  return answer;
}

/// A local day, which begins at its midnight, or a time.
Result<Instant> moment_of(const Arguments& arguments, const contract::Contract& contract) {
  if (arguments.text("--at").size() > 10) return parse_instant(arguments.text("--at"));
  HARK_TRY(const auto day, day_option(arguments, "--at"));
  HARK_TRY(const auto zone, calendar::TimeZone::load(contract.time_zone));
  return insight::local_midnight(*zone, *day);
}

Result<Answer> backlog(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto source, session.open_source(arguments.text("SOURCE")));
  HARK_TRY(const auto load, request_load(arguments, session, source));
  HARK_TRY(const Instant at, moment_of(arguments, *source.contract));
  HARK_TRY(const auto table, insight::load_requests(*source.rows, *source.contract, load));
  HARK_TRY(const insight::Backlog backlog, insight::backlog_at(table, at));
  Answer answer = answer_for(source, load.now);
  answer.data = insight::to_json(backlog);
  std::vector<std::pair<std::string, std::string>> lines = {{"open at", format_instant(backlog.at)},
                                                            {"requests", show_count(backlog.open)}};
  for (std::size_t i = 0; i < backlog.ages.size(); ++i)
    lines.emplace_back(insight::age_bands()[i].label, show_count(backlog.ages[i]));
  lines.emplace_back("median age in days", show_number(backlog.median_age_days, 1));
  lines.emplace_back("oldest in days", show_number(backlog.oldest_age_days, 1));
  answer.text = name_value_lines(lines);
  return answer;
}

std::string department_text(const insight::RequestTable& table,
                            const insight::DepartmentReport& report) {
  const Unit unit(report.is_in_days);
  const auto in_unit = [&](std::optional<std::int64_t> ticks) {
    return unit.show(ticks ? std::optional(table.in_unit(*ticks)) : std::nullopt);
  };
  const auto show_range = [](std::optional<double> low, std::optional<double> high) {
    return concat(low ? fixed(*low, 2) : "?", " to ", high ? fixed(*high, 2) : "?");
  };
  TextTable text({{report.by},
                  {"requests", Align::kRight},
                  {"median", Align::kRight},
                  {"expected", Align::kRight},
                  {"ratio", Align::kRight},
                  {"95 %", Align::kRight},
                  {"rank", Align::kRight},
                  {"shared work", Align::kRight},
                  {"in / out", Align::kRight}});
  for (const insight::Department& department : report.departments) {
    const stats::CaseMixGroup& group = department.figures;
    text.add({department.key ? department.label : "(none)", show_count(group.n),
              in_unit(group.observed), in_unit(group.expected), show_number(group.ratio, 2),
              group.ratio ? show_range(group.ratio_ci95.low, group.ratio_ci95.high) : "",
              group.rank ? concat(*group.rank, " (", group.rank_low, " to ", group.rank_high, ")")
                         : "none",
              show_percent(group.compared_share, 0), show_number(department.rai.value, 2)});
  }
  std::string notes = concat(
      "median against the median expected for the same types in the same areas; below 1 is "
      "faster. Ranked: ",
      report.num_ranked, " of ", report.departments.size(),
      " (the others have few requests, or work that no other shares).\n");
  if (report.disparity && report.num_with_median() > 1) {
    notes += concat(
        "slowest over fastest median, whatever their work: ", fixed(*report.disparity, 1),
        " (95 %: ", show_range(report.disparity_ci95.low, report.disparity_ci95.high), ")\n");
  }
  if (report.weeks > 0) {
    notes += concat("in / out: requests that came over those closed, up to ", report.weeks,
                    " whole weeks to ", calendar::format_date(*report.last_day),
                    report.has_effort ? ", weighted by effort" : "",
                    "; above 1 work piles up. Weeks count from when closings of requests older "
                    "than the data hardly matter; n/a where that leaves none.\n");
  }
  return concat(text.to_string(), "\n", notes);
}

Result<Answer> departments(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto source, session.open_source(arguments.text("SOURCE")));
  HARK_TRY(const auto load, request_load(arguments, session, source));
  HARK_TRY(const auto table, insight::load_requests(*source.rows, *source.contract, load));
  HARK_TRY(const auto report, departments_of(source, load, table));
  Answer answer = answer_for(source, load.now);
  for (const insight::Warning& warning : insight::request_warnings(table))
    answer.warnings.push_back({warning.code, warning.message, source.path});
  answer.data = insight::to_json(table, report);
  answer.text = department_text(table, report);
  return answer;
}

}  // namespace

std::vector<Command> kpi_commands() {
  const Positional source{
      "SOURCE", "a lake, a lake as it was (LAKE@v12, LAKE@2026-01-01T00:00Z), or a data file"};
  return {
      {"kpi contact",
       "Figures of a contact centre: calls offered, handled, abandoned, speed of answer, service "
       "level; what moves the calls, and which days do not add up.",
       {"hark kpi contact metrics.csv", "hark kpi contact metrics.csv --by year",
        "hark kpi contact lake --since 2024-01-01 --json"},
       {source},
       {{"--by", "WHAT", "also per group", "", {"year", "month", "dow", "holiday"}, false, ""}},
       contact,
       true},
      {"kpi requests",
       "Figures of service requests: volume, time to close, compliance, backlog.",
       {"hark kpi requests 311.csv", "hark kpi requests 311.csv --by agency",
        "hark kpi requests lake --where \"borough = 'BRONX'\""},
       {source},
       {{"--by",
         "WHAT",
         "also per group: agency, complaint_type, borough, hour, dow, month, outcome, or a column",
         "",
         {},
         false,
         ""},
        {"--outcomes",
         "",
         "also what became of closed requests, as their texts say",
         "",
         {},
         false,
         ""}},
       requests,
       true},
      {"kpi backlog",
       "What was open at a moment of the past, and how old it was.",
       {"hark kpi backlog 311.csv --at 2024-03-01", "hark kpi backlog lake --at 2024-03-01T12:00Z"},
       {source},
       {{"--at",
         "TIME",
         "a local day, at its first midnight, or a time as 2024-05-01T12:00Z (UTC where no offset "
         "is told)",
         "",
         {},
         true,
         ""}},
       backlog,
       true},
      {"kpi departments",
       "Departments compared like for like: time to close against what their work would take the "
       "city.",
       {"hark kpi departments 311.csv", "hark kpi departments lake --since 2024-01-01 --json"},
       {source},
       {},
       departments,
       true},
  };
}

}  // namespace hark::cli
