#include "hark/pipeline/source.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/pipeline/data_file.h"
#include "hark/pipeline/lake_at.h"
#include "hark/pipeline/table_commit.h"
#include "hark/pipeline/trusted_reader.h"

namespace hark::pipeline {
namespace {

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
  tabular::ReadOptions read;
  read.is_cancelled = options.interrupt;
  read.on_progress = options.progress;
  HARK_TRY(auto file, tabular::FileSource::open(files, std::move(probe), source.contract.get(),
                                                std::move(read)));
  source.warnings = header_warnings(file->header_match(), path);
  source.file = file.get();
  source.rows = std::move(file);
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
    return Error(ErrorCode::kInvalidInput, concat("'", path, "' is a folder and no lake"))
        .hint(concat("give a data file, or make a lake with `hark init ", path, "`"));
  }
  return open_file(files, path, options);
}

std::vector<Warning> header_warnings(const contract::HeaderMatch& match, const std::string& path) {
  std::vector<Warning> warnings;
  if (!match.unknown.empty()) {
    warnings.push_back(
        {"unknown_columns",
         concat(match.unknown.size(),
                " columns are not in the contract and are left out: ", join(match.unknown, ", ")),
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
