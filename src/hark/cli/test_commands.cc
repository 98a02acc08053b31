#include <cmath>

#include "hark/calendar/period.h"
#include "hark/cli/commands.h"
#include "hark/cli/selection.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/decompose.h"
#include "hark/insight/log_rank_report.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/tests.h"
#include "hark/pipeline/data_file.h"
#include "hark/pipeline/lake_at.h"
#include "hark/tabular/text_table.h"

namespace hark::cli {
namespace {

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
  if (report.names.size() > insight::kMostPosthocGroups)
    return text + concat("\npairs are not compared: there are more than ",
                         insight::kMostPosthocGroups, " groups\n");
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
                      " without one of the two",
                      report.excluded == 0 ? std::string()
                                           : concat("; ", show_count(report.excluded),
                                                    " with times that cannot be used"))},
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

/// A plain table has no clock and no columns that a contract names to choose rows by.
Result<void> refuse_selection(const Arguments& arguments, const std::string& path) {
  for (const char* const option : {"--since", "--until", "--where"}) {
    if (!arguments.has(option)) continue;
    return Error(ErrorCode::kInvalidArgument,
                 concat(option, " chooses rows by a contract's columns, and '", path,
                        "' is a plain table"))
        .hint("name its contract with --contract, or choose the rows before");
  }
  return {};
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
    HARK_TRY_VOID(refuse_selection(arguments, path));
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
    HARK_TRY_VOID(refuse_selection(arguments, path));
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
    HARK_TRY_VOID(refuse_selection(arguments, path));
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
    for (const insight::Warning& warning : insight::decompose_warnings(report))
      answer.warnings.push_back({warning.code, warning.message, loaded.source.path});
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
  const std::string asked = arguments.text("--groups");
  const auto groups = split(asked, ',');
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
  return {
      {"test kruskal",
       "Do groups differ in time to close, or another number? Kruskal-Wallis with effect size.",
       {"hark test kruskal 311.csv --by complaint_type",
        "hark test kruskal two-columns.csv --value minutes --by team"},
       {{"SOURCE", "a lake (LAKE@v12 as it was), a data file, or any table with the two columns"}},
       {{"--value", "COL", "what is compared", "hours_to_close", {}, false, ""},
        {"--by", "COL", "the groups", "", {}, true, ""}},
       kruskal,
       true},
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
       chi_square,
       true},
      {"test logrank",
       "Do groups differ in time to close, open requests counted too? The log-rank test.",
       {"hark test logrank 311.csv --by borough"},
       {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file"}},
       {{"--by", "COL", "the groups", "", {}, true, ""}},
       log_rank,
       true},
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
       decompose,
       true},
  };
}

}  // namespace hark::cli
