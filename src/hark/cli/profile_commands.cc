#include "hark/cli/commands.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/profile.h"
#include "hark/pipeline/data_file.h"
#include "hark/tabular/file_source.h"

namespace hark::cli {
namespace {

Json dialect_json(const tabular::Dialect& dialect) {
  return Json::object({{"delimiter", std::string(1, dialect.delimiter)},
                       {"quote", std::string(1, dialect.quote)},
                       {"bom", dialect.has_bom},
                       {"line_end", tabular::name_of(dialect.line_end)}});
}

Result<Answer> profile(const Arguments& arguments, Session& session) {
  const std::string path = arguments.text("FILE");
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
    answer.warnings = pipeline::header_warnings(source->header_match(), path);
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
  answer.data = std::move(data);

  answer.text = concat(
      path, ": ", show_count(static_cast<std::int64_t>(summary.records_read)), " records, ",
      fixed(static_cast<double>(summary.file_bytes) / 1e6, 1), " MB, ",
      tabular::name_of(probe.format), ", ", tabular::name_of(probe.encoding), ", ",
      contract ? concat("contract ", (*contract)->name) : std::string("no contract fits"), "\n\n");
  TextTable table({{"column"},
                   {"type"},
                   {"null", Align::kRight},
                   {"distinct", Align::kRight},
                   {"least"},
                   {"greatest"},
                   {"most frequent"}});
  for (const insight::ColumnProfile& column : result.columns) {
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
    table.add({column.name, column.type, show_percent(column.null_share, 1),
               (column.is_distinct_exact ? "" : "~") + show_count(column.distinct),
               show(column.min), show(column.max),
               column.top.empty() ? std::string() : shorten(column.top.front().value)});
  }
  answer.text += table.to_string();
  return answer;
}

}  // namespace

std::vector<Command> profile_commands() {
  return {{"profile",
           "Says what a file holds: encoding, dialect, contract, and per column type, nulls, "
           "distinct values, range.",
           {"hark profile 311.csv"},
           {{"FILE", "a data file"}},
           {},
           profile}};
}

}  // namespace hark::cli
