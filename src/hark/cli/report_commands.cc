#include "hark/report/report.h"

#include <functional>
#include <iterator>

#include "hark/calendar/time_zone.h"
#include "hark/cli/commands.h"
#include "hark/cli/contact_source.h"
#include "hark/cli/lake_steps.h"
#include "hark/cli/report_step.h"
#include "hark/cli/selection.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/cli/version.h"
#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/generate/nyc311.h"
#include "hark/insight/analysis.h"

namespace hark::cli {
namespace {

/// What the days tell and how they go on. What they do not allow stays absent, with the reason.
Result<report::OverTime> over_time(insight::SeriesName name, const insight::DailyCounts& counts,
                                   const contract::Contract& contract,
                                   std::optional<insight::CreationHours> hours, unsigned threads) {
  report::OverTime out;
  HARK_TRY(const auto holidays, insight::holidays_of(contract));
  out.first_known_day = counts.first_day;
  auto days = insight::training_series(counts, std::nullopt);
  if (!days) {
    out.no_series = days.error().message();
    out.no_forecast = out.no_series;
    return out;
  }
  insight::ForecastRequest request;
  request.threads = threads;
  if (auto forecast = insight::forecast_report(name, *days, contract, request)) {
    out.forecast = *std::move(forecast);
  } else {
    out.no_forecast = forecast.error().message();
  }
  if (auto series = insight::series_report(name, *std::move(days), holidays ? &*holidays : nullptr,
                                           std::move(hours), std::nullopt)) {
    out.series = *std::move(series);
  } else {
    out.no_series = series.error().message();
  }
  return out;
}

Result<report::Document> document_for_contact(Session& session, const Arguments& arguments,
                                              const pipeline::OpenSource& source,
                                              const report::ReportContext& context,
                                              const insight::Selection& selection,
                                              std::vector<Warning>& warnings) {
  const contract::Contract& contract = *source.contract;
  HARK_TRY(const auto table, load_periods(session, source, selection, warnings));
  report::ContactReport contact;
  contact.table = &table;
  contact.kpis = insight::contact_kpis(table.rows);
  HARK_TRY(contact.years, insight::contact_kpis_by(table, insight::ContactBy::kYear, contract));
  HARK_TRY(contact.weekdays, insight::contact_kpis_by(table, insight::ContactBy::kDow, contract));
  HARK_TRY(contact.months, insight::contact_kpis_by(table, insight::ContactBy::kMonth, contract));
  HARK_TRY(contact.diagnostics, insight::diagnose_contact(table, contract));
  if (!arguments.has("--basic")) {
    const auto name = insight::SeriesName::kContactOffered;
    const insight::DailyCounts days = insight::daily_offered(table);
    HARK_TRY(contact.over_time, over_time(name, days, contract, {}, session.threads()));
    if ((contact.periods = insight::comparable_periods(days))) {
      if (auto change = insight::rate_change(name, days, contact.periods->a, contact.periods->b))
        contact.change = *std::move(change);
    }
  }
  return report::contact_report(context, contact);
}

/// What changed of late, and why; `groupings` are type, agency and area, as far as there are.
void compare_periods(const insight::RequestTable& table, const insight::Selection& selection,
                     const insight::Grouping* types,
                     const std::vector<insight::Grouping>& groupings,
                     report::RequestReport& requests) {
  requests.periods = insight::comparable_periods(insight::daily_created(table, selection));
  if (!requests.periods) return;
  const insight::ComparedPeriods& periods = *requests.periods;
  if (auto changes = insight::what_changed(table, selection, groupings, periods.a, periods.b))
    requests.changes = *std::move(changes);
  if (types == nullptr) return;
  // The periods were chosen apart.
  const auto by_period = insight::group_by_period(table, periods.a, periods.b);
  if (auto parts = insight::decompose(
          table, {insight::DecomposeValue::kTimeToClose, periods.a.text, periods.b.text},
          *by_period, *types))
    requests.parts = *std::move(parts);
}

Result<report::Document> document_for_requests(Session& session, const Arguments& arguments,
                                               const pipeline::OpenSource& source,
                                               const report::ReportContext& context,
                                               std::vector<Warning>& warnings) {
  const contract::Contract& contract = *source.contract;
  HARK_TRY(auto load, request_load(arguments, session, source));
  load.with_places = true;
  const bool is_basic = arguments.has("--basic");
  load.with_outcomes = !is_basic;
  HARK_TRY(const auto table, insight::load_requests(*source.rows, contract, load));
  for (const insight::Warning& warning : insight::request_warnings(table))
    warnings.push_back({warning.code, warning.message, source.path});
  HARK_TRY(const auto analysis, insight::analyse_requests(table, contract, session.threads()));
  report::RequestReport requests;
  requests.table = &table;
  requests.analysis = &analysis;
  const auto grouping_of = [&](contract::Role role) -> Result<insight::Grouping> {
    const contract::ColumnSpec* column = contract.with_role(role);
    if (column == nullptr) return Error(ErrorCode::kNotFound, "no such column");
    HARK_TRY(const auto by, insight::request_by_named(contract, column->name));
    return insight::group_requests(table, by);
  };
  const auto types = grouping_of(contract::Role::kComplaintType);
  const auto areas = grouping_of(contract::Role::kArea);
  // Side by side, as each takes one thread. A test that these data do not allow (one type, nothing
  // closed) is left out of the report, which says so.
  const std::function<void()> parts[] = {
      [&] { requests.map = report::request_map(table, contract); },
      [&] {
        if (!types) return;
        if (auto test = insight::kruskal(table, insight::kHoursToClose, *types))
          requests.time_by_type = *std::move(test);
      },
      [&] {
        if (!types || !areas) return;
        if (auto test = insight::chi_square(table, *types, *areas))
          requests.type_by_area = *std::move(test);
      }};
  HARK_TRY_VOID(
      parallel_for(std::size(parts), session.threads(), [&](std::size_t part) -> Result<void> {
        parts[part]();
        return {};
      }));
  if (!is_basic) {
    HARK_TRY(requests.over_time,
             over_time(insight::SeriesName::kRequestsCreated,
                       insight::daily_created(table, load.selection), contract,
                       insight::creation_hours(table, load.selection), session.threads()));
    const auto agencies = grouping_of(contract::Role::kAgency);
    std::vector<insight::Grouping> groupings;
    for (const auto* grouping : {&types, &agencies, &areas})
      if (*grouping) groupings.push_back(**grouping);
    compare_periods(table, load.selection, types ? &*types : nullptr, groupings, requests);
    for (const auto* grouping : {&areas, &agencies}) {
      if (!*grouping) continue;
      if (auto ranks = insight::log_rank(table, **grouping))
        requests.log_ranks.push_back(*std::move(ranks));
    }
    HARK_TRY(requests.equity, insight::equity(table, contract, session.threads()));
    // Departments or places that the source does not tell have no section.
    if (auto departments = departments_of(source, load, table))
      requests.departments = *std::move(departments);
    if (auto hot_spots = insight::hot_spots(table, contract, session.threads()))
      requests.hot_spots = *std::move(hot_spots);
  }
  return report::request_report(context, requests);
}

Result<Answer> report_command(const Arguments& arguments, Session& session) {
  const std::string asked = arguments.text("--format");
  std::vector<std::string> formats;
  for (const std::string_view format : split(asked, ',')) formats.emplace_back(trim(format));
  HARK_TRY(const auto written, make_report(session, arguments, arguments.text("SOURCE"), "",
                                           arguments.text("--output"), formats));
  Answer answer;
  answer.source = arguments.text("SOURCE");
  answer.contract = written.contract;
  answer.table_version = written.table_version;
  answer.now = written.now;
  answer.warnings = written.warnings;
  answer.data = written.answer;
  for (const Json& file : written.answer["files"].items())
    answer.text += concat(file.as_string(), "\n");
  return answer;
}

/// A city is made up, loaded, checked and reported; what was planted is known.
Result<Answer> demo(const Arguments& arguments, Session& session) {
  const std::string folder = arguments.text("--output");
  io::FileSystem& files = session.files();
  if (const auto entries = files.list(folder); entries && !entries->empty()) {
    return Error(ErrorCode::kConflict, concat("'", folder, "' is not empty"))
        .hint("choose a new folder with -o");
  }
  HARK_TRY_VOID(files.create_directories(folder));
  generate::Nyc311Options options;
  HARK_TRY(const std::int64_t rows, arguments.whole_number("--rows", 1000));
  HARK_TRY(const std::int64_t seed, arguments.whole_number("--seed", 0));
  options.num_rows = static_cast<std::uint64_t>(rows);
  options.seed = static_cast<std::uint64_t>(seed);
  options.threads = session.threads();
  const std::string csv = io::join_path(folder, "311.csv");
  HARK_TRY(const auto generated, generate::generate_nyc311(files, csv, options));
  HARK_TRY_VOID(
      files.write_atomically(io::join_path(folder, "truth.json"), generated.truth.dump(2) + "\n"));

  const std::string root = io::join_path(folder, "lake");
  HARK_TRY(const auto lake, pipeline::LakeFolder::init(files, root, session.clock()));
  HARK_TRY(const auto loads, load_files(session, lake, {csv}, {}));
  const pipeline::LoadReport& load = loads.front();
  const std::string reports = io::join_path(folder, "report");
  HARK_TRY(const FinishedDataset done,
           build_check_report(session, arguments, lake, load.dataset, reports));

  Answer answer;
  answer.source = folder;
  answer.contract = load.dataset;
  answer.now = done.written->now;
  answer.table_version = load.version;
  answer.data = Json::object({{"file", csv},
                              {"rows_read", load.rows_read},
                              {"rows_inserted", load.rows.inserted},
                              {"rows_duplicate", load.rows.duplicate},
                              {"rows_quarantined", load.rows_quarantined},
                              {"tables", static_cast<std::int64_t>(done.built.tables.size())},
                              {"rules", static_cast<std::int64_t>(done.checked.rules.size())},
                              {"report", io::join_path(reports, "report.html")}});
  answer.text = concat(
      "made up a city:  ", csv, " (", show_count(load.rows_read),
      " records; what was planted: ", folder, "/truth.json)\n", "loaded it:       ", root, " (",
      show_count(load.rows.inserted), " requests, ", show_count(load.rows.duplicate),
      " duplicates, ", show_count(load.rows_quarantined), " refused, in ", fixed(load.seconds, 1),
      " s)\n", "built, checked:  ", done.built.tables.size(), " curated tables, ",
      done.checked.rules.size(), " rules\n", "report:          ", reports,
      "/report.html\n\nnext:\n  hark kpi requests ", root, " --by agency\n  hark sql ", root,
      " \"SELECT agency, count(*) AS n FROM requests GROUP BY agency ORDER BY n DESC\"\n  "
      "hark quarantine ls ",
      root, "\n");
  return answer;
}

}  // namespace

Result<WrittenReport> make_report(Session& session, const Arguments& arguments,
                                  const std::string& path, const std::string& contract,
                                  const std::string& folder,
                                  const std::vector<std::string>& formats,
                                  const pipeline::CheckReport* checked, std::size_t memory_shares) {
  pipeline::SourceOptions options = session.source_options("reading");
  options.memory_limit_bytes /= memory_shares;
  if (!contract.empty()) options.contract = contract;
  HARK_TRY(const auto source, pipeline::open_source(session.files(), path, options));
  HARK_TRY(const auto selection, selection_of(arguments, *source.contract));
  report::ReportContext context;
  context.contract = source.contract.get();
  // A path of this machine is nobody's business in a report.
  context.source = io::file_name(path);
  context.selection = selection;
  context.options = selection_words(arguments);
  context.table_version = source.table_version;
  context.now = now_for(session, source);
  context.tzdata = calendar::tzdata_version();
  context.program = concat("hark ", kVersion);
  if (pipeline::LakeFolder::is_lake(session.files(), path)) {
    HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), path));
    HARK_TRY(const auto datasets, lake.datasets());
    if (datasets.size() > 1 && !arguments.has("--contract"))
      context.options.insert(context.options.end(), {"--contract", source.contract->name});
    if (checked != nullptr && checked->version == source.table_version) {
      context.rules = checked->rules;
    } else {
      HARK_TRY(auto rules, check_dataset(session, lake, source.contract->name, memory_shares));
      context.rules = std::move(rules.rules);
    }
  }
  WrittenReport written;
  written.warnings = source.warnings;
  const auto make = [&]() -> Result<report::Document> {
    if (source.contract->kind == contract::Kind::kContactCentre ||
        source.contract->kind == contract::Kind::kCalls)
      return document_for_contact(session, arguments, source, context, selection, written.warnings);
    return document_for_requests(session, arguments, source, context, written.warnings);
  };
  HARK_TRY(const report::Document document, make());
  HARK_TRY(const auto paths, report::write_report(session.files(), folder, document, formats));
  Json list = Json::array();
  for (const std::string& file : paths) list.push_back(file);
  written.answer = Json::object({{"files", std::move(list)}});
  written.contract = source.contract->name;
  written.now = format_instant(context.now);
  written.table_version = source.table_version;
  return written;
}

Result<FinishedDataset> build_check_report(Session& session, const Arguments& arguments,
                                           const pipeline::LakeFolder& lake,
                                           const std::string& dataset, const std::string& folder) {
  const std::size_t memory_shares = session.threads() > 1 ? 2 : 1;
  FinishedDataset done;
  const auto build = [&]() -> Result<void> {
    HARK_TRY(done.built, build_dataset(session, lake, dataset, {.memory_shares = memory_shares}));
    return {};
  };
  const auto check_and_report = [&]() -> Result<void> {
    HARK_TRY(done.checked, check_dataset(session, lake, dataset, memory_shares));
    if (folder.empty()) return {};
    HARK_TRY(done.written, make_report(session, arguments, lake.root(), dataset, folder,
                                       {"html", "md", "svg"}, &done.checked, memory_shares));
    return {};
  };
  HARK_TRY_VOID(parallel_for(2, session.threads(), [&](std::size_t step) {
    return step == 0 ? build() : check_and_report();
  }));
  return done;
}

Command demo_command() {
  return {
      "demo",
      "Makes up a city and does the main job on it: load, build, check, report.",
      {"hark demo -o demo"},
      {},
      {{"--output", "DIR", "new folder for the city, its lake and the report", "", {}, true, "-o"},
       {"--rows", "N", "records to make up", "200000", {}, false, ""},
       {"--seed", "S", "same seed, same city", "311", {}, false, ""}},
      demo};
}

std::vector<Command> report_commands() {
  return {
      {"report",
       "Writes a report: executive summary, dashboards, tests, data quality, evidence.",
       {"hark report 311.csv -o report", "hark report lake -o report --since 2024-01-01"},
       {{"SOURCE", "a lake, a lake as it was (LAKE@v12, LAKE@2026-01-01T00:00Z), or a data file"}},
       {{"--output", "DIR", "folder to write to", "", {}, true, "-o"},
        {"--format", "LIST", "what to write: html, md, svg", "html,md,svg", {}, false, ""},
        {"--basic",
         "",
         "the main job's sections only: no forecast, changes, hot spots",
         "",
         {},
         false,
         ""}},
       report_command,
       true}};
}

}  // namespace hark::cli
