#include "hark/report/quality.h"

#include "hark/core/text.h"
#include "hark/report/over_time.h"
#include "hark/report/request_compared.h"
#include "hark/report/wording.h"

namespace hark::report {

const std::string& area_title(const contract::Contract& contract) {
  static const std::string fallback = "area";
  const contract::ColumnSpec* column = contract.with_role(contract::Role::kArea);
  return column == nullptr || column->title.empty() ? fallback : column->title;
}

Table rules_table(const ReportContext& context) {
  Table rules;
  rules.caption = context.selection.is_everything() ? "Rules of the contract"
                                                    : "Rules of the contract, over all rows";
  rules.columns = {{"rule", false},  {"dimension", false}, {"checked", true},
                   {"failed", true}, {"share", true},      {"status", false}};
  for (const pipeline::CheckedRule& rule : context.rules) {
    rules.rows.push_back({rule.name, rule.dimension, say_count(rule.checked),
                          say_count(rule.failed), rule.share ? say_percent(*rule.share, 2) : "n/a",
                          std::string(pipeline::name_of(rule.status))});
  }
  return rules;
}

Section begin_impact() {
  Section section{"business-impact",
                  "Dashboard: business impact",
                  "What does waiting cost, and what would a change save?",
                  {}};
  section.say(
      "Without cost inputs no amount of money can be given, and none is. What the data alone say:");
  return section;
}

Section request_quality(const ReportContext& context, const RequestReport& report,
                        Document& document) {
  const insight::RequestAnalysis& analysis = *report.analysis;
  const insight::RequestKpis& kpis = analysis.kpis;
  Section section{"data-quality", "Data quality", "Can I trust these numbers?", {}};
  Table table;
  table.caption = "What was found in the records";
  table.columns = {
      {"finding", false}, {"records", true}, {"share", true}, {"what was done", false}};
  const auto add = [&](std::string id, const std::string& what, std::int64_t value, std::int64_t of,
                       std::string done) {
    if (value == 0) return;
    table.rows.push_back(
        {what,
         document.cite(
             {std::move(id), what, value, "requests", of, command_line(context, "kpi requests")},
             say_count(value)),
         of > 0 ? say_percent(static_cast<double>(value) / static_cast<double>(of), 2) : "",
         std::move(done)});
  };
  add("duplicates", "duplicate records", kpis.duplicates, kpis.rows,
      "removed; the latest version of a request counts");
  add("superseded", "of these, older versions that differ", kpis.superseded, kpis.rows, "removed");
  add("negative", "closed before it was created", kpis.count(insight::Outcome::kNegative), kpis.n,
      "counted, left out of times");
  add("sentinel", "closing year before 1990 or from 2100", kpis.count(insight::Outcome::kSentinel),
      kpis.n, "counted, left out of times");
  add("future", "closed after the extract was made", kpis.count(insight::Outcome::kFuture), kpis.n,
      "counted, left out of times");
  add("unparsed", "closing time that cannot be read", kpis.count(insight::Outcome::kUnparsed),
      kpis.n, "counted, left out of times");
  add("created_missing", "no creation time", kpis.count(insight::Outcome::kCreatedMissing), kpis.n,
      "out of scope");
  add("created_sentinel", "creation year impossible",
      kpis.count(insight::Outcome::kCreatedSentinel), kpis.n, "out of scope");
  add("created_after", "created after the as-of time",
      kpis.count(insight::Outcome::kCreatedAfterAsOf), kpis.n, "out of scope");
  if (kpis.closed_without_time)
    add("closed_without_time", "status closed, but no closing time", *kpis.closed_without_time,
        kpis.n, "counted as open: status does not decide");
  if (kpis.open_with_time)
    add("open_with_time", "status not closed, but a closing time", *kpis.open_with_time, kpis.n,
        "counted as closed");
  add("midnight", "created at exactly 00:00:00", analysis.odd.created_at_midnight, kpis.n,
      "left out of hours");
  add("noon", "created at exactly 12:00:00", analysis.odd.created_at_noon, kpis.n,
      "left out of hours");
  add("without_area", "no " + area_title(*context.contract), analysis.odd.without_area, kpis.n,
      "kept; left out of tests by area");
  add("without_type", "no complaint type", analysis.odd.without_type, kpis.n,
      "kept; left out of tests by type");
  if (table.rows.empty()) {
    section.say("Nothing odd was found.");
  } else {
    section.show(std::move(table));
  }
  if (analysis.odd.num_type_spellings > analysis.odd.num_types) {
    section.say(concat(say_count(analysis.odd.num_type_spellings),
                       " spellings of complaint types stand for ",
                       say_count(analysis.odd.num_types), " types: case and spaces are folded."));
  }
  if (!context.rules.empty()) section.show(rules_table(context));
  return section;
}

Section request_method(const ReportContext& context, const RequestReport& report) {
  const insight::RequestTable& table = *report.table;
  Section section{
      "method", "Method and limits", "How was this computed, and what can it not say?", {}};
  std::vector<std::string> items = {
      concat("Times are the city's wall clock (", context.contract->time_zone, ", time zone data ",
             context.tzdata,
             ") turned into instants, so a duration over a clock change is right. An hour that "
             "happens twice is read the first time, unless that alone would make the duration "
             "negative."),
      table.as_of
          ? concat("As of ", format_instant(*table.as_of),
                   table.is_as_of_given ? " (given)."
                                        : ": the latest created or closed time that is neither "
                                          "impossible nor later than the extract.")
          : std::string("No as-of time could be found.")};
  if (table.has_closing) {
    items.insert(
        items.end(),
        {"A request without a closing time is open, whatever its status says. Open requests are "
         "censored at the as-of time and never dropped; medians are Kaplan-Meier estimates with "
         "log-log Greenwood 95 % intervals.",
         "\"Closed\" is what the agency recorded. It is not the same as solved.",
         concat("In time: closed within ", fixed(context.contract->sla_hours, 0),
                " hours, unless the contract names another time for a type; only requests old "
                "enough to tell are counted; open ones are misses; Wilson 95 % intervals."),
         "Instant: closed within 10 minutes. Batch: closed at exactly midnight by an agency that "
         "closes far more then than chance would have it."});
  }
  items.push_back(concat("Complaint types are compared without regard to case and spaces. ",
                         context.contract->key.empty()
                             ? "The contract names no key, so no duplicates were removed."
                             : "Records with one key count once."));
  section.list(std::move(items));
  section.heading("What cannot be said from these data");
  std::vector<std::string> not_told = {
      "whether residents were satisfied: that needs a survey",
      "what anything costs: that needs the inputs named under business impact",
      "how many calls stand behind a request, and who never asked",
      "why an area asks more: requests per resident need population figures"};
  if (!table.has_closing)
    not_told.push_back("how long residents wait: the source tells no closing times");
  if (report.analysis->kpis.resolved_as && !tells_outcomes(report.analysis->kpis))
    not_told.push_back("what became of closed requests: no text of theirs tells");
  if (report.over_time) {
    for (std::string& item : not_told_over_time(*report.over_time))
      not_told.push_back(std::move(item));
  }
  section.list(std::move(not_told));
  return section;
}

}  // namespace hark::report
