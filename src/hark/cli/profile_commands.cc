#include "hark/cli/commands.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/profile.h"
#include "hark/pipeline/data_file.h"
#include "hark/pipeline/lake_at.h"
#include "hark/pipeline/landing.h"
#include "hark/tabular/file_source.h"

namespace hark::cli {
namespace {

Json dialect_json(const tabular::Dialect& dialect) {
  return Json::object({{"delimiter", std::string(1, dialect.delimiter)},
                       {"quote", std::string(1, dialect.quote)},
                       {"bom", dialect.has_bom},
                       {"line_end", tabular::name_of(dialect.line_end)}});
}

// The columns of insight::to_json(SourceProfile) as a table.
std::string column_table(const Json& columns) {
  TextTable table({{"column"},
                   {"type"},
                   {"null", Align::kRight},
                   {"distinct", Align::kRight},
                   {"least"},
                   {"greatest"},
                   {"most frequent"}});
  const auto shorten = [](std::string text) {
    if (text.size() <= 24) return text;
    std::size_t end = 23;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
  };
  const auto show = [&](const Json& value) {
    return value.is_null()
               ? std::string()
               : shorten(value.is_string() ? std::string(value.as_string()) : value.dump());
  };
  for (const Json& column : columns.items()) {
    const auto& top = column["top"].items();
    table.add(
        {std::string(column["name"].as_string()), std::string(column["type"].as_string()),
         show_percent(column["null_share"].as_double(), 1),
         (column["distinct_is_exact"].as_bool() ? "" : "~") +
             show_count(column["distinct"].as_int()),
         show(column["min"]), show(column["max"]),
         top.empty() ? std::string() : shorten(std::string(top.front()["value"].as_string()))});
  }
  return table.to_string();
}

Result<Answer> profile_of_file(Session& session, const std::string& path) {
  HARK_TRY(tabular::FileProbe probe, pipeline::probe_data_file(session.files(), path));
  // An unknown file is profiled as texts: a guess is never made in silence.
  auto contract =
      pipeline::contract_for_header(session.files(), session.contract(), probe.header, path);
  if (!contract && !session.contract().empty()) return std::move(contract).error();

  const pipeline::SourceOptions options = session.source_options("profiling");
  tabular::ReadOptions read;
  read.is_cancelled = options.interrupt;
  read.on_progress = options.progress;
  HARK_TRY(const auto source,
           tabular::FileSource::open(session.files(), probe, contract ? contract->get() : nullptr,
                                     std::move(read)));
  HARK_TRY(const auto result,
           insight::profile(*source, contract ? contract->get() : nullptr, session.threads()));

  Answer answer;
  answer.source = path;
  answer.now = format_instant(session.now());
  if (contract) {
    answer.contract = (*contract)->name;
    answer.warnings = pipeline::header_warnings(source->header_match(), probe, path);
  } else {
    answer.warnings.push_back({"no_contract", contract.error().message(), path});
  }
  const tabular::ReadSummary& summary = source->summary();
  Json data = insight::to_json(result);
  data.set("rows", summary.records_read);
  data.set("rejected", summary.records_rejected);
  data.set("bytes", summary.file_bytes);
  data.set("contract", contract ? Json((*contract)->name) : Json());
  data.set("encoding", tabular::name_of(probe.encoding));
  const bool is_delimited = probe.format == tabular::FileFormat::kDelimited;
  data.set("format", tabular::name_of(probe.format));
  data.set("dialect", is_delimited ? dialect_json(probe.dialect) : Json());
  answer.text =
      concat(path, ": ", show_count(static_cast<std::int64_t>(summary.records_read)),
             plural(static_cast<std::int64_t>(summary.records_read), "record"), ", ",
             fixed(static_cast<double>(summary.file_bytes) / 1e6, 1), " MB, ",
             tabular::name_of(probe.format), ", ", tabular::name_of(probe.encoding), ", ",
             contract ? concat("contract ", (*contract)->name) : std::string("no contract fits"),
             "\n\n", column_table(data["columns"]));
  answer.data = std::move(data);
  return answer;
}

/// What was written down when the latest load went into the lake; nothing is read again.
Result<Answer> profile_of_load(Session& session, const pipeline::LakeAt& at,
                               const std::string& path) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), at.root));
  HARK_TRY(const std::string dataset, lake.choose_dataset(session.contract()));
  HARK_TRY(const auto trusted, pipeline::open_trusted_at(lake, dataset, at));
  const std::string landing = io::join_path(lake.landing_folder(dataset), trusted.latest_landing());
  auto text = session.files().read_text(pipeline::profile_path(landing));
  if (!text) {
    return std::move(text).error().hint(
        "the load was made by an older hark, or not by hark at all; `hark profile FILE` reads a "
        "data file");
  }
  HARK_TRY(Json data, Json::parse(*text));
  Answer answer;
  answer.source = path;
  answer.contract = dataset;
  answer.now = format_instant(session.now());
  answer.table_version = trusted.version();
  answer.text =
      concat(path, ": the latest load of ", dataset, ", ", show_count(data["rows"].as_int()),
             " rows\n\n", column_table(data["columns"]));
  data.set("contract", dataset);
  data.set("landing", trusted.latest_landing());
  answer.data = std::move(data);
  return answer;
}

Result<Answer> profile(const Arguments& arguments, Session& session) {
  const std::string path = arguments.text("FILE");
  HARK_TRY(const auto lake, pipeline::parse_lake_at(session.files(), path));
  return lake ? profile_of_load(session, *lake, path) : profile_of_file(session, path);
}

}  // namespace

std::vector<Command> profile_commands() {
  return {{"profile",
           "Says what a file holds: encoding, dialect, contract, and per column type, nulls, "
           "distinct values, range.",
           {"hark profile 311.csv", "hark profile mylake"},
           {{"FILE", "a data file; or a lake, for what its latest load held"}},
           {},
           profile}};
}

}  // namespace hark::cli
