#include <cmath>

#include "hark/calendar/period.h"
#include "hark/cli/commands.h"
#include "hark/cli/contact_source.h"
#include "hark/cli/selection.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/changes.h"
#include "hark/insight/decompose.h"
#include "hark/insight/log_rank_report.h"
#include "hark/insight/rate_report.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/tests.h"
#include "hark/pipeline/data_file.h"
#include "hark/pipeline/lake_at.h"
#include "hark/tabular/text_table.h"

namespace hark::cli {
namespace {

/// "0.0123", or "< 1e-300" where the double underflows: log10 p has the size.
std::string show_p(double p, double log10_p) {
  if (log10_p < -300) return concat("< 1e-300 (log10 p = ", fixed(log10_p, 1), ")");
  if (p >= 1e-4) return fixed(p, 4);
  const double exponent = std::floor(log10_p);
  return concat(fixed(std::pow(10.0, log10_p - exponent), 2), "e", static_cast<int>(exponent));
}

std::string kruskal_text(const insight::KruskalReport& report) {
  std::vector<std::pair<std::string, std::string>> lines = {
      {"question", concat("does ", report.value, " differ by ", report.by, "?")},
      {"H", fixed(report.test.h, 4)},
      {"degrees of freedom", std::to_string(report.test.df)},
      {"p", show_p(report.test.p, report.test.log10_p)},
      {"effect size (epsilon squared)", fixed(report.test.epsilon_squared, 4)},
      {"rows", concat(show_count(report.test.n), " in ", report.names.size(), " groups; ",
                      show_count(report.missing), " without a value or group")}};
  std::string text = name_value_lines(lines);
  if (report.posthoc.empty()) return text;
  TextTable pairs(
      {{"pair (Dunn, Benjamini-Hochberg)"}, {"z", Align::kRight}, {"q", Align::kRight}});
  const std::size_t shown = std::min<std::size_t>(report.posthoc.size(), 10);
  for (std::size_t i = 0; i < shown; ++i) {
    const stats::DunnPair& pair = report.posthoc[i];
    pairs.add({concat(report.names[pair.a], " / ", report.names[pair.b]), fixed(pair.z, 2),
               show_p(pair.q, pair.q > 0 ? std::log10(pair.q) : -301.0)});
  }
  text += "\n" + pairs.to_string();
  if (report.posthoc.size() > shown)
    text += concat("(", shown, " of ", report.posthoc.size(), " pairs; --json has more)\n");
  return text;
}

std::string chi_square_text(const insight::ChiSquareReport& report) {
  std::string text = name_value_lines({
      {"question", concat("are ", report.a, " and ", report.b, " related?")},
      {"chi-square", fixed(report.test.chi2, 4)},
      {"degrees of freedom", std::to_string(report.test.df)},
      {"p", show_p(report.test.p, report.test.log10_p)},
      {"effect size (Cramer's V, bias-corrected)", show_number(report.test.cramers_v, 4)},
      {"rows", concat(show_count(report.test.n), "; ", show_count(report.missing),
                      " without one of the two")},
      {"expected counts below 5", show_percent(report.test.expected_below_5_share, 1)},
  });
  if (report.test.warning) text += "warning: many expected counts are small; read p with care\n";
  return text;
}

std::string log_rank_text(const insight::LogRankReport& report) {
  const char* const unit = report.is_in_days ? "days" : "hours";
  std::string text = name_value_lines({
      {"question",
       concat("does time to close differ by ", report.by, ", open requests counted too?")},
      {"chi-square (log-rank)", fixed(report.test.chi2, 4)},
      {"degrees of freedom", std::to_string(report.test.df)},
      {"p", show_p(report.test.p, report.test.log10_p)},
      {"rows", concat(show_count(report.test.n), " in ", report.names.size(), " groups; ",
                      show_count(report.missing), " without a group")},
  });
  TextTable groups({{report.by},
                    {"requests", Align::kRight},
                    {"closed", Align::kRight},
                    {"expected", Align::kRight},
                    {concat("median ", unit), Align::kRight}});
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    const stats::LogRankGroup& group = report.test.groups[i];
    groups.add({report.names[i], show_count(group.n), show_count(group.events),
                fixed(group.expected, 1),
                report.medians[i] ? fixed(*report.medians[i], 2) : "not reached"});
  }
  return concat(text, "\n", groups.to_string(),
                "More closed than expected: this group is faster than the whole.\n");
}

std::string decompose_text(const insight::DecomposeReport& report, bool is_share) {
  const auto show = [&](double value) {
    if (is_share) return concat(fixed(value * 100, 2), " points");
    return concat(fixed(value, 2), report.is_in_days ? " days" : " hours");
  };
  const auto with_interval = [&](double value, stats::Interval stats::KitagawaIntervals::* effect) {
    if (!report.ci95) return show(value);
    const stats::Interval& interval = (*report.ci95).*effect;
    return concat(show(value), "  (95 %: ", show(interval.low), " to ", show(interval.high), ")");
  };
  using Intervals = stats::KitagawaIntervals;
  std::string text = name_value_lines({
      {"question", report.groups_by == "period"
                       ? concat("why does ", report.b, " differ from ", report.a, "?")
                       : concat("why does ", report.b, " differ from ", report.a, " by ",
                                report.groups_by, "?")},
      {report.a, show(report.parts.mean_a)},
      {report.b, show(report.parts.mean_b)},
      {"difference", with_interval(report.parts.difference, &Intervals::difference)},
      {"on the same kinds of request",
       with_interval(report.parts.rate_effect, &Intervals::rate_effect)},
      {"from another mix of requests",
       with_interval(report.parts.mix_effect, &Intervals::mix_effect)},
  });
  TextTable terms({{report.over},
                   {"values", Align::kRight},
                   {"mix", Align::kRight},
                   {report.a, Align::kRight},
                   {report.b, Align::kRight}});
  const Json json = insight::to_json(report);
  constexpr std::size_t kShown = 10;
  const auto& items = json["terms"].items();
  for (std::size_t i = 0; i < std::min(kShown, items.size()); ++i) {
    terms.add({std::string(items[i]["key"].as_string()), show(items[i]["rate_effect"].as_double()),
               show(items[i]["mix_effect"].as_double()), show_count(items[i]["n_a"].as_int()),
               show_count(items[i]["n_b"].as_int())});
  }
  text += "\n" + terms.to_string();
  if (items.size() > kShown)
    text += concat("(", kShown, " of ", items.size(), "; --json has all)\n");
  return text;
}

/// A file that no contract fits may be a plain table of texts; a lake or a known file is loaded as
/// requests.
Result<std::optional<tabular::TextTable>> plain_table(Session& session, const std::string& path) {
  HARK_TRY(const auto lake, pipeline::parse_lake_at(session.files(), path));
  if (!session.contract().empty() || lake) return std::optional<tabular::TextTable>();
  tabular::ProbeOptions lenient;
  lenient.header_may_look_like_data = true;
  HARK_TRY(const auto probe, pipeline::probe_data_file(session.files(), path, lenient));
  if (pipeline::contract_for_header(session.files(), "", probe.header, path))
    return std::optional<tabular::TextTable>();
  HARK_TRY(auto table, tabular::read_text_table(session.files(), path));
  return std::optional<tabular::TextTable>(std::move(table));
}

struct LoadedRequests {
  pipeline::OpenSource source;
  insight::RequestTable table;
  std::vector<insight::Grouping> groupings;
  Instant now;
};

/// Requests with the groupings named, and `value` where it is a column.
Result<LoadedRequests> load_for_test(const Arguments& arguments, Session& session,
                                     const std::vector<std::string>& by, const std::string& value) {
  HARK_TRY(auto source, session.open_source(arguments.text("SOURCE")));
  LoadedRequests loaded{std::move(source), {}, {}, {}};
  const contract::Contract& contract = *loaded.source.contract;
  HARK_TRY(auto load, request_load(arguments, session, loaded.source));
  loaded.now = load.now;
  std::vector<insight::RequestBy> groups;
  for (const std::string& name : by) {
    HARK_TRY(insight::RequestBy group, insight::request_by_named(contract, name));
    if (!group.column.empty()) load.categories.push_back(group.column);
    if (group.kind == insight::RequestBy::Kind::kOutcome) load.with_outcomes = true;
    groups.push_back(std::move(group));
  }
  if (!value.empty() && value != insight::kHoursToClose) {
    HARK_TRY(const contract::ColumnSpec* const column, contract.resolve(value));
    load.numbers.push_back(column->name);
  }
  HARK_TRY(loaded.table, insight::load_requests(*loaded.source.rows, contract, load));
  for (const insight::RequestBy& group : groups) {
    HARK_TRY(insight::Grouping grouping, insight::group_requests(loaded.table, group));
    loaded.groupings.push_back(std::move(grouping));
  }
  return loaded;
}

Result<Answer> kruskal(const Arguments& arguments, Session& session) {
  const std::string path = arguments.text("SOURCE");
  const std::string value = arguments.text("--value");
  const std::string by = arguments.text("--by");
  HARK_TRY(const auto plain, plain_table(session, path));
  if (plain) {
    HARK_TRY(const auto report,
             insight::kruskal(insight::TextRows{plain->header, plain->rows}, value, by));
    Answer answer;
    answer.source = path;
    answer.data = insight::to_json(report);
    answer.text = kruskal_text(report);
    return answer;
  }
  HARK_TRY(const auto loaded, load_for_test(arguments, session, {by}, value));
  std::string column = value;
  if (value != insight::kHoursToClose) {
    HARK_TRY(const contract::ColumnSpec* const spec, loaded.source.contract->resolve(value));
    column = spec->name;
  }
  HARK_TRY(const auto report, insight::kruskal(loaded.table, column, loaded.groupings.front()));
  Answer answer = answer_for(loaded.source, loaded.now);
  answer.data = insight::to_json(report);
  answer.text = kruskal_text(report);
  return answer;
}

Result<Answer> chi_square(const Arguments& arguments, Session& session) {
  const auto finish = [](Answer answer, const insight::ChiSquareReport& report) {
    answer.data = insight::to_json(report);
    answer.text = chi_square_text(report);
    return answer;
  };
  if (arguments.has("--table")) {
    if (arguments.has("SOURCE") || arguments.has("--a") || arguments.has("--b")) {
      return Error(ErrorCode::kInvalidArgument,
                   "--table is a source of its own: no SOURCE, --a or --b beside it")
          .hint("hark test chi2 --table counts.csv");
    }
    const std::string path = arguments.text("--table");
    HARK_TRY(const auto totals, insight::totals_named(arguments.text("--totals")));
    HARK_TRY(const auto table, tabular::read_text_table(session.files(), path));
    HARK_TRY(const auto report,
             insight::chi_square_table(insight::TextRows{table.header, table.rows}, totals));
    Answer answer;
    answer.source = path;
    return finish(std::move(answer), report);
  }
  const std::string path = arguments.text("SOURCE");
  if (path.empty() || !arguments.has("--a") || !arguments.has("--b")) {
    return Error(ErrorCode::kInvalidArgument,
                 "test chi2 needs SOURCE with --a and --b, or --table FILE")
        .hint("hark test chi2 311.csv --a complaint_type --b borough");
  }
  HARK_TRY(const auto plain, plain_table(session, path));
  if (plain) {
    HARK_TRY(const auto report, insight::chi_square(insight::TextRows{plain->header, plain->rows},
                                                    arguments.text("--a"), arguments.text("--b")));
    Answer answer;
    answer.source = path;
    return finish(std::move(answer), report);
  }
  HARK_TRY(const auto loaded,
           load_for_test(arguments, session, {arguments.text("--a"), arguments.text("--b")}, ""));
  HARK_TRY(const auto report,
           insight::chi_square(loaded.table, loaded.groupings[0], loaded.groupings[1]));
  return finish(answer_for(loaded.source, loaded.now), report);
}

Result<Answer> log_rank(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto loaded, load_for_test(arguments, session, {arguments.text("--by")}, ""));
  HARK_TRY(const auto report, insight::log_rank(loaded.table, loaded.groupings.front()));
  Answer answer = answer_for(loaded.source, loaded.now);
  answer.data = insight::to_json(report);
  answer.text = log_rank_text(report);
  return answer;
}

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
    return insight::daily_created_over_source(table, load.selection);
  }
  name = insight::SeriesName::kContactOffered;
  HARK_TRY(const auto selection, selection_of(arguments, contract));
  HARK_TRY(const auto table, load_periods(session, source, selection, source.warnings));
  return insight::daily_offered(table);
}

Result<Answer> rate(const Arguments& arguments, Session& session) {
  HARK_TRY(const calendar::Period a, calendar::parse_period(arguments.text("--a")));
  HARK_TRY(const calendar::Period b, calendar::parse_period(arguments.text("--b")));
  HARK_TRY(auto source, session.open_source(arguments.text("SOURCE")));
  insight::SeriesName name;
  HARK_TRY(const auto counts, daily_counts(arguments, session, source, name));
  HARK_TRY(const auto report, insight::rate_change(name, counts, a, b));
  Answer answer = answer_for(source, now_for(session, source));
  for (const insight::Warning& warning : insight::rate_warnings(report))
    answer.warnings.push_back({warning.code, warning.message, source.path});
  answer.data = insight::to_json(report);
  answer.text = rate_text(report);
  return answer;
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

Result<Answer> decompose(const Arguments& arguments, Session& session) {
  insight::DecomposeQuestion question;
  HARK_TRY(question.value, insight::decompose_value_named(arguments.text("--value")));
  if (arguments.has("--a") != arguments.has("--b") ||
      arguments.has("--a") == arguments.has("--groups")) {
    return Error(ErrorCode::kInvalidArgument,
                 "decompose compares two groups or two periods: --groups A,B, or --a and --b")
        .hint("--groups BROOKLYN,QUEENS, or --a 2023 --b 2024");
  }
  const auto answer_of = [&](const LoadedRequests& loaded,
                             const insight::Grouping& groups) -> Result<Answer> {
    HARK_TRY(const auto report,
             insight::decompose(loaded.table, question, groups, loaded.groupings.back()));
    Answer answer = answer_for(loaded.source, loaded.now);
    answer.data = insight::to_json(report);
    answer.text =
        decompose_text(report, question.value == insight::DecomposeValue::kClosedIn24Hours);
    return answer;
  };
  const std::string over = arguments.text("--over");
  if (arguments.has("--a")) {
    HARK_TRY(const calendar::Period a, calendar::parse_period(arguments.text("--a")));
    HARK_TRY(const calendar::Period b, calendar::parse_period(arguments.text("--b")));
    question.a = a.text;
    question.b = b.text;
    HARK_TRY(const auto loaded, load_for_test(arguments, session, {over}, ""));
    HARK_TRY(const auto groups, insight::group_by_period(loaded.table, a, b));
    return answer_of(loaded, groups);
  }
  const auto groups = split(arguments.text("--groups"), ',');
  if (groups.size() != 2 || trim(groups[0]).empty() || trim(groups[1]).empty()) {
    return Error(ErrorCode::kInvalidArgument, "--groups wants the two groups compared")
        .hint("--groups BROOKLYN,QUEENS");
  }
  question.a = trim(groups[0]);
  question.b = trim(groups[1]);
  HARK_TRY(const auto loaded,
           load_for_test(arguments, session, {arguments.text("--groups-by"), over}, ""));
  return answer_of(loaded, loaded.groupings.front());
}

}  // namespace

std::vector<Command> test_commands() {
  const Option first_period = {
      "--a", "PERIOD", "2024, 2024-Q3, 2024-02, 2024-02-28, or FROM..TO with TO included", "", {},
      true,  ""};
  return {
      {"test kruskal",
       "Do groups differ in time to close, or another number? Kruskal-Wallis with effect size.",
       {"hark test kruskal 311.csv --by complaint_type",
        "hark test kruskal two-columns.csv --value minutes --by team"},
       {{"SOURCE", "a lake (LAKE@v12 as it was), a data file, or any table with the two columns"}},
       {{"--value", "COL", "what is compared", "hours_to_close", {}, false, ""},
        {"--by", "COL", "the groups", "", {}, true, ""}},
       kruskal},
      {"test chi2",
       "Are two categories related? Pearson's chi-square with Cramer's V.",
       {"hark test chi2 311.csv --a complaint_type --b borough",
        "hark test chi2 --table counts.csv --totals strip"},
       {{"SOURCE", "a lake (LAKE@v12 as it was), a data file, or any table with the two columns",
         false, false}},
       {{"--a", "COL", "one category", "", {}, false, ""},
        {"--b", "COL", "the other", "", {}, false, ""},
        {"--table",
         "FILE",
         "a table of counts: labels in the first column, one count per further column",
         "",
         {},
         false,
         ""},
        {"--totals",
         "WHAT",
         "what to do with a last row and column of totals",
         "refuse",
         {"refuse", "strip", "keep"},
         false,
         ""}},
       chi_square},
      {"test logrank",
       "Do groups differ in time to close, open requests counted too? The log-rank test.",
       {"hark test logrank 311.csv --by borough"},
       {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file"}},
       {{"--by", "COL", "the groups", "", {}, true, ""}},
       log_rank},
      {"test rate",
       "Did the daily number of requests or calls change between two periods? Rate ratio with "
       "interval.",
       {"hark test rate 311.csv --a 2023 --b 2024",
        "hark test rate lake --a 2024-01..2024-03 --b 2024-Q2 --where \"agency = 'DSNY'\""},
       {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file, of requests or of calls"}},
       {first_period, {"--b", "PERIOD", "the other; the ratio is B over A", "", {}, true, ""}},
       rate},
      {"changes",
       "What changed between two periods: which types, agencies and areas moved volume and time "
       "to close most?",
       {"hark changes 311.csv --a 2023 --b 2024",
        "hark changes lake --a 2024-Q1 --b 2024-Q2 --by complaint_type"},
       {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file"}},
       {first_period,
        {"--b", "PERIOD", "the other; changes are from A to B", "", {}, true, ""},
        {"--by", "COL", "only this column, instead of type, agency and area", "", {}, false, ""}},
       changes},
      {"decompose",
       "Why does the average of two groups or periods differ: slower on the same work, or other "
       "work?",
       {"hark decompose 311.csv --groups-by borough --groups BROOKLYN,QUEENS --over "
        "complaint_type",
        "hark decompose 311.csv --a 2023 --b 2024 --value closed_24h"},
       {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file"}},
       {{"--value",
         "WHAT",
         "what is averaged over closed requests",
         "hours_to_close",
         {"hours_to_close", "closed_24h"},
         false,
         ""},
        {"--groups-by", "COL", "the column of the groups", "borough", {}, false, ""},
        {"--groups", "A,B", "the two groups; the answer is B minus A", "", {}, false, ""},
        {"--a",
         "PERIOD",
         "instead of groups, when requests were created: 2024, 2024-Q3, ...",
         "",
         {},
         false,
         ""},
        {"--b", "PERIOD", "the other period; the answer is B minus A", "", {}, false, ""},
        {"--over", "COL", "the kinds of request", "complaint_type", {}, false, ""}},
       decompose},
  };
}

}  // namespace hark::cli
