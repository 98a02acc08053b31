#include "hark/cli/commands.h"
#include "hark/cli/lake_steps.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/lake/history.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/quarantine.h"

namespace hark::cli {
namespace {

Result<std::string> opened_dataset(const pipeline::LakeFolder& lake, Session& session) {
  return lake.choose_dataset(session.contract());
}

Result<Answer> quarantine_ls(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), arguments.text("LAKE")));
  HARK_TRY(const auto datasets, chosen_datasets(lake, session.contract()));
  Answer answer;
  answer.source = lake.root();
  TextTable table({{"dataset"}, {"rule"}, {"column"}, {"records", Align::kRight}});
  Json rows = Json::array();
  std::int64_t total = 0;
  for (const std::string& dataset : datasets) {
    HARK_TRY(const auto counts, pipeline::count_quarantine(lake, dataset));
    for (const pipeline::QuarantineCount& count : counts) {
      table.add({dataset, count.rule, count.column, show_count(count.records)});
      rows.push_back(Json::object({{"dataset", dataset},
                                   {"rule", count.rule},
                                   {"column", count.column},
                                   {"records", count.records}}));
      total += count.records;
    }
  }
  answer.data = Json::object({{"records", total}, {"rules", std::move(rows)}});
  answer.text = total == 0
                    ? std::string("the quarantine is empty\n")
                    : table.to_string() + concat("next: hark quarantine show ", lake.root(), "\n");
  return answer;
}

Result<Answer> quarantine_show(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), arguments.text("LAKE")));
  HARK_TRY(const std::string dataset, opened_dataset(lake, session));
  HARK_TRY(const std::int64_t limit, arguments.whole_number("--limit", 1));
  HARK_TRY(const auto records, pipeline::read_quarantine(lake, dataset, arguments.text("--rule"),
                                                         static_cast<std::size_t>(limit)));
  const bool with_text = arguments.has("--text");
  Answer answer;
  answer.source = lake.root();
  answer.contract = dataset;
  Json list = Json::array();
  for (const pipeline::QuarantinedRecord& record : records) {
    Json json = Json::object({{"file", record.file},
                              {"landing", record.hash},
                              {"load", record.load},
                              {"record", record.record},
                              {"line", record.line},
                              {"byte_offset", record.byte_offset},
                              {"column", record.column},
                              {"rule", record.rule},
                              {"message", record.message}});
    answer.text +=
        concat(record.file, ":", record.line, ": ", record.rule,
               record.column.empty() ? "" : " in " + record.column, ": ", record.message, "\n");
    // The record itself may hold personal data: shown only to who asks for it.
    if (with_text) {
      json.set("text", record.text);
      answer.text += "    " + record.text + "\n";
    }
    list.push_back(std::move(json));
  }
  answer.data = Json::object({{"records", std::move(list)}});
  if (records.empty()) answer.text = "no such records in quarantine\n";
  return answer;
}

/// Paths of the Delta tables that a user means: a table's folder, or all tables of a lake.
Result<std::vector<std::string>> tables_at(Session& session, const std::string& path) {
  std::vector<std::string> tables;
  if (!pipeline::LakeFolder::is_lake(session.files(), path)) {
    if (!session.files().exists(io::join_path(path, "_delta_log"))) {
      return Error(ErrorCode::kNotFound, concat("'", path, "' is no table and no lake"))
          .hint("give a lake, or a table in it such as LAKE/trusted/nyc311");
    }
    return std::vector<std::string>{path};
  }
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), path));
  HARK_TRY(const auto datasets, chosen_datasets(lake, session.contract()));
  for (const std::string& dataset : datasets) {
    tables.push_back(lake.trusted_table(dataset));
    tables.push_back(lake.quarantine_table(dataset));
    for (const pipeline::Model& model : pipeline::models())
      tables.push_back(lake.curated_table(dataset, model.name));
  }
  std::erase_if(tables, [&](const std::string& table) {
    return !session.files().exists(io::join_path(table, "_delta_log"));
  });
  return tables;
}

Result<Answer> history(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto tables, tables_at(session, arguments.text("TABLE")));
  HARK_TRY(const std::int64_t limit, arguments.whole_number("--limit", 1));
  Answer answer;
  answer.source = arguments.text("TABLE");
  TextTable table(
      {{"table"}, {"version", Align::kRight}, {"when"}, {"operation"}, {"readable"}, {"what"}});
  Json list = Json::array();
  for (const std::string& path : tables) {
    HARK_TRY(const auto opened,
             lake::Table::open(session.files(), path, &pipeline::checkpoint_reader()));
    HARK_TRY(const auto entries, lake::history(opened, static_cast<std::size_t>(limit)));
    for (const lake::HistoryEntry& entry : entries) {
      std::string metrics;
      for (const auto& [name, value] : entry.info.operation_metrics.members()) {
        if (value.as_int() != 0)
          metrics += concat(metrics.empty() ? "" : ", ", name, " ", show_count(value.as_int()));
      }
      table.add({path, std::to_string(entry.version.value), format_instant(entry.timestamp),
                 entry.info.operation, entry.is_readable ? "yes" : "vacuumed", metrics});
      list.push_back(Json::object({{"table", path},
                                   {"version", entry.version.value},
                                   {"timestamp", format_instant(entry.timestamp)},
                                   {"operation", entry.info.operation},
                                   {"readable", entry.is_readable},
                                   {"run_id", entry.info.run_id},
                                   {"metrics", entry.info.operation_metrics},
                                   {"details", entry.info.extra}}));
    }
  }
  answer.data = Json::object({{"history", std::move(list)}});
  answer.text = table.to_string();
  return answer;
}

}  // namespace

std::vector<Command> look_commands() {
  const Positional lake{"LAKE", "folder of the lake"};
  return {
      {"quarantine ls",
       "Counts the refused records by rule and column.",
       {"hark quarantine ls lake"},
       {lake},
       {},
       quarantine_ls},
      {"quarantine show",
       "Shows refused records: where they stand and why.",
       {"hark quarantine show lake --rule unreadable_value --limit 5"},
       {lake},
       {{"--rule", "RULE", "only records refused by this rule", "", {}, false, ""},
        {"--limit", "N", "records to show", "20", {}, false, ""},
        {"--text",
         "",
         "also the records' own text, which may hold personal data",
         "",
         {},
         false,
         ""}},
       quarantine_show},
      {"history",
       "Lists what was done to a table, newest first, and which versions LAKE@v12 can go to.",
       {"hark history lake", "hark history lake/trusted/nyc311"},
       {{"TABLE", "a Delta table's folder, or a lake for all of its tables"}},
       {{"--limit", "N", "commits to show per table", "20", {}, false, ""}},
       history},
  };
}

}  // namespace hark::cli
