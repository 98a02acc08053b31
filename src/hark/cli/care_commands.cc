// Commands that look after a lake: what may go, what a mended contract lets in.
#include <chrono>

#include "hark/cli/commands.h"
#include "hark/cli/lake_steps.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/lake/data_file.h"
#include "hark/pipeline/ingest.h"
#include "hark/pipeline/source.h"
#include "hark/pipeline/vacuum.h"

namespace hark::cli {
namespace {

/// "7d", "12h", "0" as a duration.
Result<std::chrono::seconds> parse_retention(std::string_view text) {
  std::int64_t unit = 24 * 3600;
  std::string_view digits = text;
  if (digits.ends_with('d') || digits.ends_with('h')) {
    if (digits.back() == 'h') unit = 3600;
    digits.remove_suffix(1);
  } else if (digits != "0") {
    digits = {};
  }
  const auto count = parse_int(digits);
  if (!count || *count < 0 || *count > 100'000) {
    return Error(ErrorCode::kInvalidArgument, concat("--retain: not a duration: '", text, "'"))
        .hint("write days or hours: 7d, 12h, 0");
  }
  return std::chrono::seconds(*count * unit);
}

std::string show_bytes(std::uint64_t bytes) {
  if (bytes >= 1'000'000'000) return fixed(static_cast<double>(bytes) / 1e9, 2) + " GB";
  if (bytes >= 1'000'000) return fixed(static_cast<double>(bytes) / 1e6, 1) + " MB";
  return fixed(static_cast<double>(bytes) / 1e3, 1) + " kB";
}

Result<Answer> vacuum(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), arguments.text("LAKE")));
  HARK_TRY(const auto datasets, chosen_datasets(lake, session.contract()));
  pipeline::VacuumOptions options;
  HARK_TRY(options.retain, parse_retention(arguments.text("--retain")));
  if (options.retain < pipeline::kSafeRetention && !arguments.has("--allow-short-retention")) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("--retain ", arguments.text("--retain"), " is shorter than 7 days"))
        .hint(
            "a query that still reads an older version would lose its files, and nobody could go "
            "back to it (LAKE@v12); if that is meant, add --allow-short-retention");
  }
  options.is_compacting = arguments.has("--compact");
  options.is_dry_run = arguments.has("--dry-run");
  options.compact.threads = session.threads();
  options.compact.memory_limit_bytes = session.memory_limit_bytes();
  options.compact.run_id = lake::random_uuid();
  HARK_TRY(const auto report, pipeline::vacuum(lake, datasets, options, session.clock()));

  Answer answer;
  answer.source = lake.root();
  Json compacted = Json::array();
  for (const pipeline::CompactReport& table : report.compacted) {
    compacted.push_back(Json::object({{"table", table.table},
                                      {"files_before", table.files_before},
                                      {"files_after", table.files_after},
                                      {"rows", table.rows},
                                      {"version", table.version}}));
    answer.text += concat(table.table, ": ", show_count(table.files_before), " small files ",
                          options.is_dry_run ? "would become " : "became ",
                          show_count(table.files_after), " (", show_count(table.rows), " rows",
                          options.is_dry_run ? "" : concat(", version ", table.version), ")\n");
  }
  Json items = Json::array();
  for (const lake::VacuumItem& item : report.items) {
    items.push_back(Json::object({{"path", item.path},
                                  {"reason", lake::name_of(item.reason)},
                                  {"bytes", static_cast<std::int64_t>(item.size_bytes)}}));
    answer.text += concat(lake::name_of(item.reason), "  ", item.path, "  ",
                          show_bytes(item.size_bytes), "\n");
  }
  const auto num_files = static_cast<std::int64_t>(report.items.size());
  answer.text +=
      concat(report.items.empty() ? std::string("nothing to remove")
             : options.is_dry_run ? concat("would remove ", num_files, plural(num_files, "file"),
                                           ", ", show_bytes(report.bytes), "; nothing was touched")
                                  : concat("removed ", num_files, plural(num_files, "file"), ", ",
                                           show_bytes(report.bytes)),
             "\n");
  answer.data = Json::object({{"dry_run", options.is_dry_run},
                              {"files", num_files},
                              {"bytes", static_cast<std::int64_t>(report.bytes)},
                              {"removed", std::move(items)},
                              {"compacted", std::move(compacted)}});
  return answer;
}

Result<Answer> quarantine_retry(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), arguments.text("LAKE")));
  pipeline::IngestOptions options;
  options.contract = session.contract();
  // A file of that name is the mended contract itself.
  std::string dataset = session.contract();
  if (dataset.ends_with(".yaml") || dataset.find('/') != std::string::npos) {
    HARK_TRY(const auto mended, pipeline::find_contract(session.files(), dataset));
    dataset = mended->name;
  }
  HARK_TRY(dataset, lake.choose_dataset(dataset));
  const pipeline::SourceOptions source = session.source_options("trying refused records again");
  options.threads = source.threads;
  options.memory_limit_bytes = source.memory_limit_bytes;
  options.interrupt = source.interrupt;
  options.progress = source.progress;
  options.run_id = lake::random_uuid();
  auto retried = pipeline::retry_quarantine(lake, dataset, options, session.clock());
  session.finish_progress();
  if (!retried) return std::move(retried).error();

  Answer answer;
  answer.source = lake.root();
  answer.contract = dataset;
  std::int64_t num_read = 0;
  std::int64_t num_left = 0;
  Json loads = Json::array();
  for (const pipeline::LoadReport& load : *retried) {
    num_read += load.rows_read;
    num_left += load.rows_quarantined;
    const std::int64_t num_passed = load.rows_read - load.rows_quarantined;
    answer.text += concat(load.file, ": ", show_count(num_passed), " of ",
                          show_count(load.rows_read), " refused records pass now", "\n");
    loads.push_back(Json::object({{"file", load.file},
                                  {"retried_load", load.retried_load},
                                  {"rows_read", load.rows_read},
                                  {"rows_inserted", load.rows.inserted},
                                  {"rows_updated", load.rows.updated},
                                  {"rows_unchanged", load.rows.unchanged},
                                  {"rows_duplicate", load.rows.duplicate},
                                  {"rows_quarantined", load.rows_quarantined},
                                  {"version", load.version}}));
    answer.table_version = load.version;
  }
  answer.text += num_read == 0 ? std::string("the quarantine is empty\n")
                               : concat(show_count(num_read - num_left), " loaded, ",
                                        show_count(num_left), " stay in quarantine\n");
  answer.data = Json::object({{"rows_read", num_read},
                              {"rows_loaded", num_read - num_left},
                              {"rows_quarantined", num_left},
                              {"loads", std::move(loads)}});
  return answer;
}

}  // namespace

std::vector<Command> care_commands() {
  const Positional lake{"LAKE", "folder of the lake"};
  return {
      {"vacuum",
       "Removes files that no recent version needs, leftovers of crashes and old log entries.",
       {"hark vacuum lake --dry-run", "hark vacuum lake --compact --retain 30d"},
       {lake},
       {{"--retain",
         "TIME",
         "how long replaced files stay for LAKE@v12, such as 7d or 12h",
         "7d",
         {},
         false,
         ""},
        {"--allow-short-retention",
         "",
         "allow less than 7d: queries still running may lose their files",
         "",
         {},
         false,
         ""},
        {"--compact", "", "first merge small files of the trusted tables", "", {}, false, ""},
        {"--dry-run", "", "say what would be done and touch nothing", "", {}, false, ""}},
       vacuum},
      {"quarantine retry",
       "Reads refused records again with the lake's contract, or a mended one, and loads what "
       "passes.",
       {"hark quarantine retry lake", "hark quarantine retry lake --contract mended.yaml"},
       {lake},
       {},
       quarantine_retry},
  };
}

}  // namespace hark::cli
