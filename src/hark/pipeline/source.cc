#include "hark/pipeline/source.h"

#include <algorithm>
#include <set>

#include "hark/core/text.h"
#include "hark/pipeline/data_file.h"
#include "hark/pipeline/lake_at.h"
#include "hark/pipeline/refusals.h"
#include "hark/pipeline/table_commit.h"
#include "hark/pipeline/trusted_reader.h"

namespace hark::pipeline {
namespace {

constexpr std::size_t kMaxNote = std::size_t{1} << 20;

/// A file's rows, as far as the contract lets its refused records pass.
class FileRows final : public columnar::BatchSource {
 public:
  static Result<std::unique_ptr<FileRows>> open(const io::FileSystem& files,
                                                tabular::FileProbe probe,
                                                std::shared_ptr<const contract::Contract> contract,
                                                const SourceOptions& options) {
    std::unique_ptr<FileRows> rows(new FileRows(contract, options.on_warning));
    tabular::ReadOptions read;
    read.is_cancelled = options.interrupt;
    read.on_progress = options.progress;
    read.on_rejects = [seen = &rows->refusals_](std::uint64_t, auto rejects) -> Result<void> {
      seen->add(rejects);
      return {};
    };
    HARK_TRY(rows->file_,
             tabular::FileSource::open(files, std::move(probe), contract.get(), std::move(read)));
    return rows;
  }

  const tabular::FileSource& file() const noexcept { return *file_; }
  std::span<const columnar::Field> fields() const override { return file_->fields(); }
  Result<void> stream(const std::vector<std::string>& columns, unsigned threads,
                      columnar::BatchSink& sink) override {
    refusals_.clear();
    HARK_TRY_VOID(file_->stream(columns, threads, sink));
    const tabular::ReadSummary& summary = file_->summary();
    const auto refused = static_cast<std::int64_t>(summary.records_rejected);
    const auto read = static_cast<std::int64_t>(summary.records_read);
    const std::string& path = file_->probe().path;
    HARK_TRY_VOID(check_refused_share(*contract_, path, refused, read, summary, refusals_));
    if (!on_warning_) return {};
    std::vector<Warning> warnings = unreadable_warnings(summary, path);
    if (refused > 0) {
      warnings.push_back(
          {"refused",
           concat(refused, " of ", read, plural(read, "record"), refused == 1 ? " was" : " were",
                  " refused and count in no figure: ", refusals_.most()),
           path});
    }
    // A file may be read more than once.
    for (Warning& warning : warnings) {
      if (has_warned_.insert(warning.code + warning.message).second)
        on_warning_(std::move(warning));
    }
    return {};
  }

 private:
  FileRows(std::shared_ptr<const contract::Contract> contract,
           std::function<void(Warning)> on_warning)
      : contract_(std::move(contract)), on_warning_(std::move(on_warning)) {}

  std::shared_ptr<const contract::Contract> contract_;
  std::function<void(Warning)> on_warning_;
  Refusals refusals_;
  std::unique_ptr<tabular::FileSource> file_;
  std::set<std::string> has_warned_;
};

/// Whether a file with such a header has the column.
bool names_column(const contract::HeaderMatch& match, const contract::Contract& contract,
                  std::string_view column) {
  const auto found = std::ranges::find(contract.columns, column, &contract::ColumnSpec::name);
  if (found == contract.columns.end()) return false;
  const auto index = found - contract.columns.begin();
  return std::ranges::find(match.column_of, static_cast<int>(index)) != match.column_of.end() ||
         !match.parts_of[static_cast<std::size_t>(index)].empty();
}

/// Whether a file that was loaded into the table has the column; true where no note tells.
bool was_loaded(const LakeFolder& lake, const TableState& trusted, const std::string& dataset,
                const contract::Contract& contract, std::string_view column) {
  for (const auto& [app_id, txn] : trusted.snapshot->txns()) {
    if (!app_id.starts_with(kLandingAppId)) continue;
    const std::string landing =
        io::join_path(lake.landing_folder(dataset), app_id.substr(kLandingAppId.size()));
    const auto text = lake.files().read_text(landing + ".json", kMaxNote);
    const auto note = text ? Json::parse(*text) : Result<Json>(text.error());
    if (!note) return true;
    std::vector<std::string> header;
    for (const Json& name : (*note)["columns"].items()) header.emplace_back(name.as_string());
    if (names_column(contract::match_header(contract, header), contract, column)) return true;
  }
  return false;
}

Result<OpenSource> open_lake(io::FileSystem& files, const std::string& path, const LakeAt& at,
                             const SourceOptions& options) {
  HARK_TRY(const LakeFolder lake, LakeFolder::open(files, at.root));
  HARK_TRY(const std::string dataset, lake.choose_dataset(options.contract));
  HARK_TRY(contract::Contract contract, lake.contract(dataset));
  HARK_TRY(const TableState trusted, open_trusted_at(lake, dataset, at));

  OpenSource source;
  source.path = path;
  source.contract = std::make_shared<const contract::Contract>(std::move(contract));
  source.table_version = trusted.version();
  source.retrieved_at = trusted.retrieved_at();
  engine::EngineOptions engine_options;
  engine_options.threads = options.threads;
  engine_options.memory_limit_bytes = options.memory_limit_bytes;
  HARK_TRY(const auto paths, trusted.file_paths());
  source.has_column = [lake, trusted, dataset,
                       contract = source.contract](std::string_view column) {
    return was_loaded(lake, trusted, dataset, *contract, column);
  };
  TrustedReader reader(files, engine_options);
  HARK_TRY(source.rows, reader.open(paths, *source.contract));
  return source;
}

Result<OpenSource> open_file(io::FileSystem& files, const std::string& path,
                             const SourceOptions& options) {
  HARK_TRY(tabular::FileProbe probe, probe_data_file(files, path));
  OpenSource source;
  source.path = path;
  HARK_TRY(source.contract, contract_for_header(files, options.contract, probe.header, path));
  HARK_TRY(auto rows, FileRows::open(files, std::move(probe), source.contract, options));
  source.warnings = header_warnings(rows->file().header_match(), rows->file().probe(), path);
  source.has_column = [match = rows->file().header_match(),
                       contract = source.contract](std::string_view column) {
    return names_column(match, *contract, column);
  };
  source.rows = std::move(rows);
  return source;
}

}  // namespace

Result<std::shared_ptr<const contract::Contract>> find_contract(const io::FileSystem& files,
                                                                const std::string& name) {
  if (name.ends_with(".yaml") || name.ends_with(".yml") || name.find('/') != std::string::npos) {
    HARK_TRY(const std::string text, files.read_text(name, std::size_t{1} << 22));
    auto parsed = contract::parse_contract(text);
    if (!parsed)
      return std::move(parsed).error().while_doing(concat("reading contract '", name, "'"));
    return std::make_shared<const contract::Contract>(*std::move(parsed));
  }
  HARK_TRY(const contract::Contract* const known, contract::built_in_contract(name));
  // The built-in ones live as long as the program.
  return std::shared_ptr<const contract::Contract>(std::shared_ptr<void>(), known);
}

Result<std::shared_ptr<const contract::Contract>> contract_for_header(
    const io::FileSystem& files, const std::string& name, const std::vector<std::string>& header,
    const std::string& path) {
  if (!name.empty()) return find_contract(files, name);
  auto chosen = contract::choose_built_in(header);
  if (!chosen)
    return std::move(chosen).error().while_doing(concat("looking for a contract for '", path, "'"));
  return std::shared_ptr<const contract::Contract>(std::shared_ptr<void>(), *chosen);
}

Result<OpenSource> open_source(io::FileSystem& files, const std::string& path,
                               const SourceOptions& options) {
  HARK_TRY(const auto at, parse_lake_at(files, path));
  if (at) return open_lake(files, path, *at, options);
  if (const auto info = files.stat(path); info && info->kind == io::FileKind::kDirectory) {
    HARK_TRY_VOID(files.list(path));  // it may be one that this user must not read
    return Error(ErrorCode::kInvalidInput, concat("'", path, "' is a folder and no lake"))
        .hint(concat("give a data file, or make a lake with `hark init ", path, "`"));
  }
  return open_file(files, path, options);
}

std::vector<Warning> header_warnings(const contract::HeaderMatch& match,
                                     const tabular::FileProbe& probe, const std::string& path) {
  std::vector<Warning> warnings;
  if (!probe.other_sheets.empty()) {
    warnings.push_back({"other_sheets",
                        concat("only the sheet '", probe.sheet,
                               "' is read; there are tables on others too, to be saved as files of "
                               "their own: ",
                               join(probe.other_sheets, ", ")),
                        path});
  }
  if (!match.unknown.empty()) {
    warnings.push_back(
        {"unknown_columns",
         concat(match.unknown.size(),
                match.unknown.size() == 1 ? " column is not in the contract and is left out: "
                                          : " columns are not in the contract and are left out: ",
                join(match.unknown, ", ")),
         path});
  }
  if (!match.duplicated.empty()) {
    warnings.push_back(
        {"duplicated_columns",
         concat("columns that mean one already there are left out: ", join(match.duplicated, ", ")),
         path});
  }
  return warnings;
}

}  // namespace hark::pipeline
