#include "hark/calendar/period.h"
#include "hark/cli/commands.h"
#include "hark/cli/contact_source.h"
#include "hark/cli/selection.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/changes.h"
#include "hark/insight/rate_report.h"
#include "hark/insight/share_report.h"

namespace hark::cli {
namespace {

std::string rate_text(const insight::RateReport& report) {
  const stats::RateRatio& test = report.test;
  const auto per_day = [](const calendar::Period& period, std::int64_t days, std::int64_t total) {
    return concat(fixed(static_cast<double>(total) / static_cast<double>(days), 1), " a day (",
                  show_count(total), " on ", show_count(days), " of ",
                  show_count(period.num_days()), " days)");
  };
  std::vector<std::pair<std::string, std::string>> lines = {
      {"question", concat("did ", name_of(report.name), " change from ", report.a.text, " to ",
                          report.b.text, ", weekday by weekday?")},
      {report.a.text, per_day(report.a, test.days_a, test.total_a)},
      {report.b.text, per_day(report.b, test.days_b, test.total_b)},
      {"ratio", show_number(test.ratio, 4)}};
  if (test.ci95) {
    lines.back().second +=
        concat("  (95 %: ", fixed(test.ci95->low, 4), " to ", fixed(test.ci95->high, 4), ")");
    lines.emplace_back("p", show_p(*test.p, *test.log10_p));
  } else {
    lines.emplace_back("p", concat("n/a: ", insight::to_json(report)["reason"].as_string()));
  }
  lines.emplace_back("dispersion",
                     concat(show_number(test.dispersion, 2), "  (1: days differ by chance alone)"));
  return name_value_lines(lines);
}

/// The days of a source: calls offered, or requests created.
Result<insight::DailyCounts> daily_counts(const Arguments& arguments, Session& session,
                                          pipeline::OpenSource& source, insight::SeriesName& name) {
  const contract::Contract& contract = *source.contract;
  if (contract.kind == contract::Kind::kServiceRequests) {
    name = insight::SeriesName::kRequestsCreated;
    HARK_TRY(const auto load, request_load(arguments, session, source));
    HARK_TRY(const auto table, insight::load_requests(*source.rows, contract, load));
    return insight::daily_created(table, load.selection);
  }
  name = insight::SeriesName::kContactOffered;
  HARK_TRY(const auto selection, selection_of(arguments, contract));
  HARK_TRY(const auto table, load_periods(session, source, selection, source.warnings));
  return insight::daily_offered(table);
}

std::string share_text(const insight::ShareReport& report) {
  const stats::TwoProportions& test = report.test;
  const auto of = [](std::optional<double> share, const stats::Proportion& count,
                     std::int64_t days) {
    return concat(show_percent(share, 2), "  (", show_count(count.successes), " of ",
                  show_count(count.trials), " on ", show_count(days), " days)");
  };
  std::vector<std::pair<std::string, std::string>> lines = {
      {"question", concat("did the share '", report.share, "' change from ", report.a.text, " to ",
                          report.b.text, "?")},
      {report.a.text, of(test.share_a, report.count_a, report.days_a)},
      {report.b.text, of(test.share_b, report.count_b, report.days_b)},
      {"difference", concat(fixed(*test.difference * 100, 2),
                            " points  (95 %: ", fixed(test.difference_ci95->low * 100, 2), " to ",
                            fixed(test.difference_ci95->high * 100, 2), ")")},
      {"ratio", show_number(test.ratio, 4)}};
  if (test.ratio_ci95) {
    lines.back().second += concat("  (95 %: ", fixed(test.ratio_ci95->low, 4), " to ",
                                  fixed(test.ratio_ci95->high, 4), ")");
  }
  lines.emplace_back("p", test.p ? show_p(*test.p, *test.log10_p) : "n/a: all or none");
  lines.emplace_back("dispersion", report.dispersion ? concat(fixed(report.dispersion->value, 2),
                                                              "  (1: days differ by chance alone)")
                                                     : "n/a: too few days");
  return name_value_lines(lines);
}

/// What `--share` names, counted by day.
Result<insight::ShareCounts> share_counts(const Arguments& arguments, Session& session,
                                          pipeline::OpenSource& source) {
  const contract::Contract& contract = *source.contract;
  const std::string share = arguments.text("--share");
  const auto unknown = [&](const char* hint) {
    return Error(ErrorCode::kInvalidArgument, concat("no share '", share, "'")).hint(hint);
  };
  if (contract.kind != contract::Kind::kServiceRequests) {
    if (share != "handled" && share != "abandoned")
      return unknown("of calls: --share handled or --share abandoned, of those offered");
    HARK_TRY(const auto selection, selection_of(arguments, contract));
    HARK_TRY(const auto table, load_periods(session, source, selection, source.warnings));
    return insight::call_share(
        table, share == "handled" ? insight::CallShare::kHandled : insight::CallShare::kAbandoned);
  }
  HARK_TRY(auto load, request_load(arguments, session, source));
  if (share == "sla") {
    HARK_TRY(const auto table, insight::load_requests(*source.rows, contract, load));
    return insight::sla_share(table, contract);
  }
  const std::size_t equals = share.find('=');
  if (equals == std::string::npos)
    return unknown("of requests: --share sla, or COL=VALUE as in --share agency=DSNY");
  HARK_TRY(const auto by, insight::request_by_named(contract, trim(share.substr(0, equals))));
  if (!by.column.empty()) load.categories.push_back(by.column);
  load.with_outcomes = by.kind == insight::RequestBy::Kind::kOutcome;
  HARK_TRY(const auto table, insight::load_requests(*source.rows, contract, load));
  HARK_TRY(const auto grouping, insight::group_requests(table, by));
  return insight::group_share(table, grouping, std::string(trim(share.substr(equals + 1))));
}

Result<Answer> rate(const Arguments& arguments, Session& session) {
  HARK_TRY(const calendar::Period a, calendar::parse_period(arguments.text("--a")));
  HARK_TRY(const calendar::Period b, calendar::parse_period(arguments.text("--b")));
  HARK_TRY(auto source, session.open_source(arguments.text("SOURCE")));
  const auto finish = [&](const auto& report, const std::vector<insight::Warning>& warnings,
                          std::string text) {
    Answer answer = answer_for(source, now_for(session, source));
    for (const insight::Warning& warning : warnings)
      answer.warnings.push_back({warning.code, warning.message, source.path});
    answer.data = insight::to_json(report);
    answer.text = std::move(text);
    return answer;
  };
  if (arguments.has("--share")) {
    HARK_TRY(const auto counts, share_counts(arguments, session, source));
    HARK_TRY(const auto report, insight::share_change(counts, a, b));
    return finish(report, insight::share_warnings(report), share_text(report));
  }
  insight::SeriesName name;
  HARK_TRY(const auto counts, daily_counts(arguments, session, source, name));
  HARK_TRY(const auto report, insight::rate_change(name, counts, a, b));
  return finish(report, insight::rate_warnings(report), rate_text(report));
}

std::string changes_text(const insight::ChangesReport& report) {
  constexpr std::size_t kShown = 10;
  const auto show_q = [](std::optional<double> q) {
    return !q ? std::string("n/a") : *q < 1e-4 ? "< 0.0001" : fixed(*q, 4);
  };
  const auto show_time = [&](std::optional<double> value) {
    return report.is_in_days ? show_days(value) : show_hours(value);
  };
  TextTable volume({{"volume: a day"},
                    {"by"},
                    {report.a.text, Align::kRight},
                    {report.b.text, Align::kRight},
                    {"change", Align::kRight},
                    {"ratio", Align::kRight},
                    {"q", Align::kRight}});
  const auto add_volume = [&](const std::string& name, const insight::Changed& changed) {
    volume.add({name, changed.by, fixed(changed.per_day_a(), 1), fixed(changed.per_day_b(), 1),
                fixed(changed.change_per_day(), 1), show_number(changed.volume.ratio, 2),
                show_q(changed.volume_q)});
  };
  TextTable median({{"median time to close"},
                    {"by"},
                    {report.a.text, Align::kRight},
                    {report.b.text, Align::kRight},
                    {"pull", Align::kRight},
                    {"q", Align::kRight}});
  const auto add_median = [&](const std::string& name, const insight::Changed& changed) {
    median.add({name, changed.by, show_time(changed.median_a), show_time(changed.median_b),
                show_number(changed.pull, 2), show_q(changed.median_q)});
  };
  add_volume("(all)", report.whole);
  add_median("(all)", report.whole);
  const auto by_volume = report.by_volume();
  for (std::size_t i = 0; i < std::min(kShown, by_volume.size()); ++i)
    add_volume(report.changed[by_volume[i]].key, report.changed[by_volume[i]]);
  const auto by_median = report.by_median();
  for (std::size_t i = 0; i < std::min(kShown, by_median.size()); ++i)
    add_median(report.changed[by_median[i]].key, report.changed[by_median[i]]);
  return concat(volume.to_string(), "\n", median.to_string(),
                "pull: share of all requests times the change of the median. q: all tests "
                "corrected together.\n");
}

Result<Answer> changes(const Arguments& arguments, Session& session) {
  HARK_TRY(const calendar::Period a, calendar::parse_period(arguments.text("--a")));
  HARK_TRY(const calendar::Period b, calendar::parse_period(arguments.text("--b")));
  HARK_TRY(auto source, session.open_source(arguments.text("SOURCE")));
  const contract::Contract& contract = *source.contract;
  HARK_TRY(auto load, request_load(arguments, session, source));
  std::vector<insight::RequestBy> asked;
  if (arguments.has("--by")) {
    HARK_TRY(auto by, insight::request_by_named(contract, arguments.text("--by")));
    if (!by.column.empty()) load.categories.push_back(by.column);
    load.with_outcomes = by.kind == insight::RequestBy::Kind::kOutcome;
    asked.push_back(std::move(by));
  } else {
    for (const contract::Role role :
         {contract::Role::kComplaintType, contract::Role::kAgency, contract::Role::kArea}) {
      if (const auto* column = contract.with_role(role)) {
        HARK_TRY(auto by, insight::request_by_named(contract, column->name));
        asked.push_back(std::move(by));
      }
    }
  }
  HARK_TRY(const auto table, insight::load_requests(*source.rows, contract, load));
  std::vector<insight::Grouping> groupings;
  for (const insight::RequestBy& by : asked) {
    // Of the usual columns those that the file has.
    if (!arguments.has("--by") && table.category(by.column) == nullptr) continue;
    HARK_TRY(auto grouping, insight::group_requests(table, by));
    groupings.push_back(std::move(grouping));
  }
  HARK_TRY(const auto report, insight::what_changed(table, load.selection, groupings, a, b));
  Answer answer = answer_for(source, load.now);
  for (const insight::Warning& warning :
       insight::rate_warnings({insight::SeriesName::kRequestsCreated, a, b, report.whole.volume}))
    answer.warnings.push_back({warning.code, warning.message, source.path});
  answer.data = insight::to_json(report);
  answer.text = changes_text(report);
  return answer;
}

}  // namespace

std::vector<Command> period_commands() {
  const Option first_period = {
      "--a", "PERIOD", "2024, 2024-Q3, 2024-02, 2024-02-28, or FROM..TO with TO included", "", {},
      true,  ""};
  return {
      {"test rate",
       "Did the daily number of requests or calls, or a share of them, change between two periods?",
       {"hark test rate 311.csv --a 2023 --b 2024",
        "hark test rate lake --a 2024-01..2024-03 --b 2024-Q2 --where \"agency = 'DSNY'\"",
        "hark test rate 311.csv --a 2023 --b 2024 --share sla"},
       {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file, of requests or of calls"}},
       {first_period,
        {"--b", "PERIOD", "the other; the ratio is B over A", "", {}, true, ""},
        {"--share",
         "WHAT",
         "a share instead of the number: sla (closed in time), COL=VALUE; of calls handled or "
         "abandoned",
         "",
         {},
         false,
         ""}},
       rate,
       true},
      {"changes",
       "What changed between two periods: which types, agencies and areas moved volume and time "
       "to close most?",
       {"hark changes 311.csv --a 2023 --b 2024",
        "hark changes lake --a 2024-Q1 --b 2024-Q2 --by complaint_type"},
       {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file"}},
       {first_period,
        {"--b", "PERIOD", "the other; changes are from A to B", "", {}, true, ""},
        {"--by", "COL", "only this column, instead of type, agency and area", "", {}, false, ""}},
       changes,
       true},
  };
}

}  // namespace hark::cli
