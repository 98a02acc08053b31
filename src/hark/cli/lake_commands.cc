#include <algorithm>

#include "hark/cli/commands.h"
#include "hark/cli/lake_steps.h"
#include "hark/cli/load_answer.h"
#include "hark/cli/report_step.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/check.h"
#include "hark/pipeline/ingest.h"

namespace hark::cli {
namespace {

Json build_json(const pipeline::BuildReport& built) {
  Json tables = Json::array();
  for (const pipeline::BuiltTable& table : built.tables) {
    tables.push_back(Json::object({{"name", table.name},
                                   {"rows", table.rows},
                                   {"version", table.version},
                                   {"unchanged", table.is_unchanged}}));
  }
  return Json::object({{"dataset", built.dataset},
                       {"trusted_version", built.trusted_version},
                       {"tables", std::move(tables)}});
}

std::string build_text(const pipeline::BuildReport& built) {
  TextTable table({{"curated table"}, {"rows", Align::kRight}, {"version", Align::kRight}, {""}});
  for (const pipeline::BuiltTable& row : built.tables) {
    table.add({row.name, show_count(row.rows), std::to_string(row.version),
               row.is_unchanged ? "up to date" : "built"});
  }
  return table.to_string();
}

Json check_json(const pipeline::CheckReport& checked) {
  Json rules = Json::array();
  for (const pipeline::CheckedRule& rule : checked.rules) {
    rules.push_back(Json::object({{"name", rule.name},
                                  {"dimension", rule.dimension},
                                  {"severity", contract::name_of(rule.severity)},
                                  {"checked", rule.checked},
                                  {"failed", rule.failed},
                                  {"share", rule.share},
                                  {"status", pipeline::name_of(rule.status)},
                                  {"description", rule.description}}));
  }
  return Json::object({{"dataset", checked.dataset},
                       {"version", checked.version},
                       {"rows", checked.rows},
                       {"rules", std::move(rules)}});
}

std::string check_text(const pipeline::CheckReport& checked) {
  TextTable table({{"rule"},
                   {"dimension"},
                   {"checked", Align::kRight},
                   {"failed", Align::kRight},
                   {"share", Align::kRight},
                   {"status"}});
  for (const pipeline::CheckedRule& rule : checked.rules) {
    table.add({rule.name, rule.dimension, show_count(rule.checked), show_count(rule.failed),
               show_percent(rule.share), std::string(pipeline::name_of(rule.status))});
  }
  return table.to_string();
}

LoadChoices choices_of(const Arguments& arguments) {
  return {.is_strict = arguments.has("--strict"), .is_complete = arguments.has("--complete")};
}

Result<Answer> init(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake,
           pipeline::LakeFolder::init(session.files(), arguments.text("LAKE"), session.clock()));
  Answer answer;
  answer.source = lake.root();
  answer.data = Json::object({{"lake", lake.root()}, {"id", lake.id()}});
  answer.text = concat("lake ", lake.root(), " is ready (", lake.id(), ")\nnext: hark ingest ",
                       lake.root(), " FILE\n");
  return answer;
}

Result<Answer> ingest(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake,
           pipeline::LakeFolder::init(session.files(), arguments.text("LAKE"), session.clock()));
  HARK_TRY(const auto loads,
           load_files(session, lake, arguments.list("FILE"), choices_of(arguments)));
  Answer answer;
  answer.source = lake.root();
  answer.text = made_line(lake);
  answer.data = loads_json(loads);
  for (const pipeline::LoadReport& load : loads) {
    answer.text += load_line(load);
    answer.contract = load.dataset;
    answer.table_version = load.version;
    answer.warnings.insert(answer.warnings.end(), load.warnings.begin(), load.warnings.end());
  }
  answer.text += concat("next: hark build ", lake.root(), " && hark check ", lake.root(),
                        " && hark report ", lake.root(), " -o report\n");
  return answer;
}

Result<Answer> build(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), arguments.text("LAKE")));
  HARK_TRY(const auto datasets, chosen_datasets(lake, session.contract()));
  Answer answer;
  answer.source = lake.root();
  Json all = Json::array();
  for (const std::string& dataset : datasets) {
    HARK_TRY(const auto built,
             build_dataset(session, lake, dataset, {.is_forced = arguments.has("--force")}));
    answer.text += build_text(built);
    if (datasets.size() == 1) answer.data = build_json(built);
    all.push_back(build_json(built));
  }
  if (datasets.size() != 1) {
    Json tables = Json::array();
    for (const Json& one : all.items()) {
      for (const Json& table : one["tables"].items()) tables.push_back(table);
    }
    answer.data = Json::object({{"tables", std::move(tables)}, {"datasets", std::move(all)}});
  }
  return answer;
}

Result<Answer> check(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), arguments.text("LAKE")));
  HARK_TRY(const auto datasets, chosen_datasets(lake, session.contract()));
  Answer answer;
  answer.source = lake.root();
  Json rules = Json::array();
  Json checks = Json::array();
  for (const std::string& dataset : datasets) {
    HARK_TRY(const auto checked, check_dataset(session, lake, dataset));
    if (datasets.size() > 1) answer.text += dataset + "\n";
    answer.text += check_text(checked);
    answer.has_failed_check = answer.has_failed_check || checked.has_failed();
    Json json = check_json(checked);
    for (const Json& rule : json["rules"].items()) rules.push_back(rule);
    if (datasets.size() == 1) answer.table_version = checked.version;
    checks.push_back(std::move(json));
  }
  if (datasets.size() == 1) {
    answer.data = checks.items().front();
  } else {
    answer.data = Json::object({{"rules", std::move(rules)}, {"datasets", std::move(checks)}});
  }
  return answer;
}

Result<Answer> run(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake,
           pipeline::LakeFolder::init(session.files(), arguments.text("LAKE"), session.clock()));
  HARK_TRY(const auto loads,
           load_files(session, lake, arguments.list("FILE"), choices_of(arguments)));
  Answer answer;
  answer.source = lake.root();
  answer.text = made_line(lake);
  answer.data.set("ingest", loads_json(loads));
  std::vector<std::string> datasets;
  for (const pipeline::LoadReport& load : loads) {
    answer.text += load_line(load);
    answer.warnings.insert(answer.warnings.end(), load.warnings.begin(), load.warnings.end());
    if (std::ranges::find(datasets, load.dataset) == datasets.end())
      datasets.push_back(load.dataset);
  }
  Json built_all = Json::array();
  Json checked_all = Json::array();
  Json reports = Json::array();
  for (const std::string& dataset : datasets) {
    // One report per dataset; a single one lies in the folder itself.
    std::string folder;
    if (arguments.has("--output")) {
      folder = datasets.size() == 1 ? arguments.text("--output")
                                    : io::join_path(arguments.text("--output"), dataset);
    }
    HARK_TRY(const FinishedDataset done,
             build_check_report(session, arguments, lake, dataset, folder));
    answer.text += "\n" + build_text(done.built) + "\n" + check_text(done.checked);
    answer.has_failed_check = answer.has_failed_check || done.checked.has_failed();
    built_all.push_back(build_json(done.built));
    checked_all.push_back(check_json(done.checked));
    if (!done.written) continue;
    const WrittenReport& written = *done.written;
    answer.text += concat("\nreport: ", io::join_path(folder, "report.html"), "\n");
    reports.push_back(written.answer);
    answer.warnings.insert(answer.warnings.end(), written.warnings.begin(), written.warnings.end());
    answer.now = written.now;
    answer.table_version = written.table_version;
    answer.contract = dataset;
  }
  const auto single_or_list = [](Json list) {
    return list.items().size() == 1 ? Json(list.items().front()) : list;
  };
  answer.data.set("build", single_or_list(std::move(built_all)));
  answer.data.set("check", single_or_list(std::move(checked_all)));
  answer.data.set("report", single_or_list(std::move(reports)));
  return answer;
}

}  // namespace

std::vector<Command> lake_commands() {
  const Positional lake{"LAKE", "folder of the lake"};
  const Positional files{
      "FILE", "data files: delimited text, JSON, xlsx, xls, Parquet; gzip, zstd, zip", true, true};
  const Option strict{"--strict", "", "fail at the first record that cannot be taken", "", {},
                      false,      ""};
  const Option complete{
      "--complete",
      "",
      "the file holds every record of its period: mark rows that are gone from it",
      "",
      {},
      false,
      ""};
  return {
      {"run",
       "Loads files, builds the curated tables, checks the rules and writes the report.",
       {"hark run lake 311.csv -o report"},
       {lake, files},
       {{"--output",
         "DIR",
         "folder for the report; without it none is written",
         "",
         {},
         false,
         "-o"},
        {"--basic",
         "",
         "the report without the sections that need further analysis",
         "",
         {},
         false,
         ""},
        strict,
        complete},
       run},
      {"init", "Makes the folders of a new lake.", {"hark init lake"}, {lake}, {}, init},
      {"ingest",
       "Loads files into the lake: landing, trusted, and quarantine for what cannot be taken.",
       {"hark ingest lake 311.csv", "hark ingest lake *.csv.gz --contract nyc311",
        "hark ingest lake march.csv --complete"},
       {lake, files},
       {strict, complete},
       ingest},
      {"build",
       "Builds the curated tables (SQL models) of the lake.",
       {"hark build lake"},
       {lake},
       {{"--force", "", "build tables that are up to date too", "", {}, false, ""}},
       build},
      {"check",
       "Checks the contract's quality rules; exit status 3 if one of severity error is broken.",
       {"hark check lake", "hark check lake --json"},
       {lake},
       {},
       check},
  };
}

}  // namespace hark::cli
