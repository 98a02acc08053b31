#include <cerrno>
#include <cstdio>
#include <functional>

#include "hark/cli/commands.h"
#include "hark/cli/lake_steps.h"
#include "hark/cli/query_output.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/columnar/parquet_writer.h"
#include "hark/core/text.h"
#include "hark/engine/user_sql.h"
#include "hark/pipeline/lake_at.h"
#include "hark/pipeline/lost_commits.h"
#include "hark/pipeline/quarantine.h"
#include "hark/pipeline/trusted_reader.h"
#include "hark/pipeline/trusted_rows.h"

namespace hark::cli {
namespace {

constexpr std::size_t kTableRows = 40;

std::string sql_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c == '-') c = '_';
  }
  return out;
}

/// Views over a lake: per dataset its trusted table, its curated ones and its quarantine. With one
/// dataset the names are short ("requests", "requests_daily"); with several they carry the
/// dataset's ("nyc311_requests_daily"). What of a past lake cannot be read any more is left out and
/// told by a warning, as is a curated table in `sql` that was built before the latest load;
/// `answer` takes these, and the trusted table's version; `data_files` what the views read.
Result<std::vector<std::string>> add_lake_tables(engine::Engine& engine, Session& session,
                                                 const pipeline::LakeAt& at, std::string_view sql,
                                                 Answer& answer,
                                                 std::vector<std::string>& data_files) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), at.root));
  HARK_TRY(const auto datasets, chosen_datasets(lake, session.contract()));
  if (at.version && datasets.size() > 1) {
    return Error(ErrorCode::kInvalidArgument, concat("a version is that of one dataset, and lake '",
                                                     at.root, "' holds ", datasets.size()))
        .hint(concat("name one with --contract (", join(datasets, ", "),
                     "), or give a time: ", at.root, "@2026-01-01T00:00Z"));
  }
  std::vector<std::string> tables;
  const auto add = [&](const std::string& name, const std::vector<std::string>& paths,
                       const std::vector<columnar::Field>& fields) -> Result<void> {
    data_files.insert(data_files.end(), paths.begin(), paths.end());
    HARK_TRY_VOID(engine.create_parquet_view(name, paths, fields));
    tables.push_back(name);
    return {};
  };
  const auto leave_out = [&](const std::string& name, const Error& error) -> Result<void> {
    if (!at.is_past() || error.code() != ErrorCode::kNotFound) return error;
    answer.warnings.push_back(
        {"table_left_out", concat("table ", name, " is left out: ", error.message()), name});
    return {};
  };
  for (const std::string& dataset : datasets) {
    HARK_TRY(const auto contract, lake.contract(dataset));
    const std::string prefix = datasets.size() == 1 ? std::string() : sql_name(dataset) + "_";
    auto trusted = pipeline::open_trusted_at(lake, dataset, at);
    if (!trusted) {
      // Of several datasets one may have come later.
      if (datasets.size() == 1) return std::move(trusted).error();
      HARK_TRY_VOID(leave_out(prefix + sql_name(contract.table), trusted.error()));
      continue;
    }
    if (!trusted->snapshot) continue;
    if (datasets.size() == 1) answer.table_version = trusted->version();
    HARK_TRY(const auto paths, trusted->file_paths());
    HARK_TRY_VOID(
        add(prefix + sql_name(contract.table), paths, pipeline::trusted_fields(contract)));
    auto quarantine = pipeline::open_beside(lake, lake.quarantine_table(dataset), at, *trusted);
    if (quarantine && !at.is_past()) {
      // A log that is gone reads like a quarantine that never was.
      auto whole = pipeline::check_no_commit_is_lost(lake, dataset, *trusted, *quarantine);
      if (!whole) quarantine = std::move(whole).error();
    }
    if (!quarantine && quarantine.error().code() == ErrorCode::kCorrupt) {
      // The rows that were taken are none the worse for it.
      answer.warnings.push_back(
          {"table_left_out",
           concat("table ", prefix, "quarantine is left out: ", quarantine.error().message(),
                  "; see `hark doctor --lake ", at.root, "`"),
           prefix + "quarantine"});
    } else if (!quarantine) {
      HARK_TRY_VOID(leave_out(prefix + "quarantine", quarantine.error()));
    } else {
      std::vector<std::string> refused;  // none before the first refusal
      if (quarantine->snapshot) {
        HARK_TRY(refused, pipeline::visible_files(*trusted, *quarantine, dataset));
      }
      HARK_TRY_VOID(add(prefix + "quarantine", refused, pipeline::quarantine_fields()));
    }
    for (const pipeline::Model& model : pipeline::models()) {
      const auto curated =
          pipeline::open_beside(lake, lake.curated_table(dataset, model.name), at, *trusted);
      if (!curated && curated.error().code() == ErrorCode::kCorrupt) {
        answer.warnings.push_back(
            {"table_left_out",
             concat("table ", prefix, model.name, " is left out: ", curated.error().message(),
                    "; `hark build ", at.root, " --force` makes it anew"),
             prefix + model.name});
        continue;
      }
      if (!curated) HARK_TRY_VOID(leave_out(prefix + model.name, curated.error()));
      if (!curated || !curated->snapshot) continue;
      HARK_TRY(const auto built, curated->file_paths());
      HARK_TRY_VOID(add(prefix + model.name, built, {}));
      const auto from = pipeline::trusted_version_of(*curated);
      if (from && *from < trusted->version() && sql.find(model.name) != sql.npos) {
        answer.warnings.push_back(
            {"stale_table",
             concat("table ", prefix, model.name, " was built from version ", *from, " of '",
                    dataset, "', which is at version ", trusted->version(), ": `hark build ",
                    at.root, "` brings it up to date"),
             prefix + model.name});
      }
    }
  }
  return tables;
}

Result<void> write_rows(engine::QueryResult& rows, RowWriter& writer) {
  while (true) {
    HARK_TRY(const auto batch, rows.next());
    if (!batch) return writer.finish();
    HARK_TRY_VOID(writer.write(*batch));
  }
}

/// Makes the file `named` whole or not at all: `write` fills a temporary file beside it.
Result<void> write_whole_file(
    io::FileSystem& files, const std::string& named,
    const std::function<Result<void>(std::unique_ptr<io::OutputFile> output)>& write) {
  HARK_TRY(const std::string path, files.output_target(named));
  const std::string temporary =
      io::join_path(io::parent_path(path), io::temporary_name(io::file_name(path)));
  const auto write_and_rename = [&]() -> Result<void> {
    HARK_TRY(auto output, files.open_output(temporary));
    HARK_TRY_VOID(write(std::move(output)));
    return files.rename(temporary, path);
  };
  auto result = write_and_rename();
  if (!result && files.exists(temporary)) (void)files.remove(temporary);
  return result;
}

Result<std::int64_t> write_parquet(engine::QueryResult& rows,
                                   std::unique_ptr<io::OutputFile> output) {
  HARK_TRY(auto writer, columnar::ParquetWriter::create(
                            std::move(output), {rows.fields().begin(), rows.fields().end()}));
  while (true) {
    HARK_TRY(const auto batch, rows.next());
    if (!batch) break;
    HARK_TRY_VOID(writer.write(*batch));
  }
  HARK_TRY(const columnar::FileStats stats, std::move(writer).finish());
  return stats.num_rows;
}

Result<void> write_text(engine::QueryResult& rows, std::string_view format,
                        std::unique_ptr<io::OutputFile> output) {
  const std::vector<columnar::Field> fields(rows.fields().begin(), rows.fields().end());
  HARK_TRY(const auto writer, make_row_writer(format, fields, SIZE_MAX, [&](std::string_view text) {
             return output->write(text);
           }));
  HARK_TRY_VOID(write_rows(rows, *writer));
  HARK_TRY_VOID(output->sync());
  return output->close();
}

Result<Answer> answer_sql(const Arguments& arguments, Session& session,
                          std::vector<std::string>& data_files) {
  const std::string path = arguments.text("SOURCE");
  const std::string format = arguments.text("--format");
  if (format == "parquet" && !arguments.has("--output")) {
    return Error(ErrorCode::kInvalidArgument, "--format parquet writes a file")
        .hint("name it: -o result.parquet");
  }
  Answer answer;
  answer.source = path;
  engine::EngineOptions options;
  options.threads = session.threads();
  options.memory_limit_bytes = session.memory_limit_bytes();
  std::vector<std::string> tables;
  HARK_TRY(const auto engine, engine::Engine::open(options));
  HARK_TRY(const auto at, pipeline::parse_lake_at(session.files(), path));
  if (at) {
    HARK_TRY(tables,
             add_lake_tables(*engine, session, *at, arguments.text("SELECT"), answer, data_files));
  } else {
    HARK_TRY(auto source, session.open_source(path));
    tables = {sql_name(source.contract->table)};
    answer.contract = source.contract->name;
    answer.warnings = source.warnings;
    // The view may outlive this scope, so it shares the contract and owns the rows.
    struct Owned {
      pipeline::OpenSource source;
    };
    auto owned = std::make_shared<Owned>(Owned{std::move(source)});
    HARK_TRY_VOID(engine->register_source(
        tables.front(), std::shared_ptr<columnar::BatchSource>(owned, owned->source.rows.get())));
  }

  engine::UserSqlOptions user;
  user.tables = tables;
  user.limits.interrupt = &session.interrupted();
  auto rows = engine::run_user_sql(*engine, arguments.text("SELECT"), user);
  if (!rows)
    return std::move(rows).error().while_doing(
        concat("running SQL over tables ", join(tables, ", ")));

  if (format == "parquet") {
    std::int64_t num_rows = 0;
    HARK_TRY_VOID(write_whole_file(session.files(), arguments.text("--output"),
                                   [&](std::unique_ptr<io::OutputFile> output) -> Result<void> {
                                     HARK_TRY(num_rows, write_parquet(**rows, std::move(output)));
                                     return {};
                                   }));
    answer.data = Json::object({{"file", arguments.text("--output")}, {"rows", num_rows}});
    answer.text =
        concat("wrote ", arguments.text("--output"), ": ", show_count(num_rows), " rows\n");
    return answer;
  }
  const std::vector<columnar::Field> fields((*rows)->fields().begin(), (*rows)->fields().end());
  if (arguments.has("--json") && !arguments.has("--output")) {
    Json list = Json::array();
    while (true) {
      HARK_TRY(const auto batch, (*rows)->next());
      if (!batch) break;
      for (std::size_t row = 0; row < batch->num_rows; ++row) {
        Json object = Json::object();
        for (const columnar::Column& column : batch->columns)
          object.set(column.name(), value_json(column, row));
        list.push_back(std::move(object));
      }
    }
    answer.data = Json::object({{"rows", std::move(list)}});
    return answer;
  }
  if (arguments.has("--output")) {
    HARK_TRY_VOID(write_whole_file(session.files(), arguments.text("--output"),
                                   [&](std::unique_ptr<io::OutputFile> output) {
                                     return write_text(**rows, format, std::move(output));
                                   }));
    answer.data = Json::object({{"file", arguments.text("--output")}});
    answer.text = concat("wrote ", arguments.text("--output"), "\n");
    return answer;
  }
  bool is_pipe_closed = false;
  HARK_TRY(const auto writer,
           make_row_writer(format, fields, kTableRows, [&](std::string_view text) -> Result<void> {
             if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                 std::fflush(stdout) == 0)
               return {};
             is_pipe_closed = errno == EPIPE;
             return Error(ErrorCode::kIo, "cannot write to stdout");
           }));
  // A reader that has seen enough (`| head`) ends the rows, not the program's good standing.
  if (auto written = write_rows(**rows, *writer); !written && !is_pipe_closed)
    return std::move(written).error();
  answer.is_printed = true;
  return answer;
}

Result<Answer> sql(const Arguments& arguments, Session& session) {
  std::vector<std::string> data_files;
  auto answer = answer_sql(arguments, session, data_files);
  if (answer) return answer;
  return pipeline::with_gone_file(session.files(), data_files, std::move(answer).error());
}

}  // namespace

std::vector<Command> sql_commands() {
  return {
      {"sql",
       "Runs one read-only SELECT over a lake's tables or a file's rows.",
       {"hark sql 311.csv \"SELECT agency, count(*) AS n FROM requests GROUP BY agency ORDER "
        "BY n DESC\"",
        "hark sql lake \"SELECT * FROM requests_daily\" --format csv > daily.csv",
        "hark sql lake@v12 \"SELECT count(*) AS n FROM requests\""},
       {{"SOURCE", "a lake, a lake as it was (LAKE@v12, LAKE@2026-01-01T00:00Z), or a data file"},
        {"SELECT",
         "the statement; tables: requests or contact_metrics, the curated tables, quarantine"}},
       {{"--format",
         "FMT",
         "how rows are written",
         "table",
         {"table", "csv", "json", "ndjson", "md", "parquet"},
         false,
         ""},
        {"--output", "FILE", "write to a file instead of stdout", "", {}, false, "-o"}},
       sql}};
}

}  // namespace hark::cli
