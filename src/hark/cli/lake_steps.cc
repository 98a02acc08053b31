#include "hark/cli/lake_steps.h"

#include "hark/cli/load_profile.h"
#include "hark/core/text.h"
#include "hark/lake/data_file.h"

namespace hark::cli {

Result<std::vector<pipeline::LoadReport>> load_files(Session& session,
                                                     const pipeline::LakeFolder& lake,
                                                     const std::vector<std::string>& paths,
                                                     const LoadChoices& choices) {
  std::vector<pipeline::LoadReport> loads;
  for (const std::string& path : paths) {
    const pipeline::SourceOptions source =
        session.source_options(concat("loading ", io::file_name(path)));
    pipeline::IngestOptions options;
    options.contract = source.contract;
    options.threads = source.threads;
    options.memory_limit_bytes = source.memory_limit_bytes;
    options.is_strict = choices.is_strict;
    options.is_complete = choices.is_complete;
    options.run_id = lake::random_uuid();
    options.profiler = load_profiler();
    options.interrupt = source.interrupt;
    options.progress = source.progress;
    auto load = pipeline::ingest(lake, path, options, session.clock());
    session.finish_progress();
    if (!load) {
      if (loads.empty()) return std::move(load).error();
      return std::move(load).error().while_doing(concat("loading file ", loads.size() + 1, " of ",
                                                        paths.size(), "; the ", loads.size(),
                                                        " before it are in the lake"));
    }
    loads.push_back(*std::move(load));
  }
  return loads;
}

Result<std::vector<std::string>> chosen_datasets(const pipeline::LakeFolder& lake,
                                                 const std::string& name) {
  if (!name.empty()) {
    HARK_TRY(std::string dataset, lake.choose_dataset(name));
    return std::vector<std::string>{std::move(dataset)};
  }
  HARK_TRY(auto datasets, lake.datasets());
  if (datasets.empty()) return lake.choose_dataset("").error();
  return datasets;
}

Result<pipeline::BuildReport> build_dataset(Session& session, const pipeline::LakeFolder& lake,
                                            const std::string& dataset,
                                            const BuildChoices& choices) {
  pipeline::BuildOptions options;
  options.threads = session.threads();
  options.memory_limit_bytes = session.memory_limit_bytes() / choices.memory_shares;
  options.is_forced = choices.is_forced;
  options.run_id = lake::random_uuid();
  return pipeline::build(lake, dataset, options, session.clock());
}

Result<pipeline::CheckReport> check_dataset(Session& session, const pipeline::LakeFolder& lake,
                                            const std::string& dataset, std::size_t memory_shares) {
  pipeline::CheckOptions options;
  options.threads = session.threads();
  options.memory_limit_bytes = session.memory_limit_bytes() / memory_shares;
  return pipeline::check(lake, dataset, options);
}

}  // namespace hark::cli
