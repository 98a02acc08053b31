// Steps that several commands share: loading files, building, checking, writing a report.
#pragma once

#include <string>
#include <vector>

#include "hark/cli/session.h"
#include "hark/core/warning.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/check.h"
#include "hark/pipeline/ingest.h"

namespace hark::cli {

struct LoadChoices {
  bool is_strict = false;
  bool is_complete = false;
};

/// Loads the files one after the other, each all or nothing. An error names the file and says how
/// many before it are in the lake.
Result<std::vector<pipeline::LoadReport>> load_files(Session& session,
                                                     const pipeline::LakeFolder& lake,
                                                     const std::vector<std::string>& paths,
                                                     const LoadChoices& choices);

/// The dataset named, or all there are. Errors: kNotFound.
Result<std::vector<std::string>> chosen_datasets(const pipeline::LakeFolder& lake,
                                                 const std::string& name);

struct BuildChoices {
  std::size_t memory_shares = 1;  ///< steps that share the session's memory, beside each other
  bool is_forced = false;         ///< tables that are up to date too
};
Result<pipeline::BuildReport> build_dataset(Session& session, const pipeline::LakeFolder& lake,
                                            const std::string& dataset,
                                            const BuildChoices& choices = {});
/// `memory_shares`: as in BuildChoices.
Result<pipeline::CheckReport> check_dataset(Session& session, const pipeline::LakeFolder& lake,
                                            const std::string& dataset,
                                            std::size_t memory_shares = 1);

}  // namespace hark::cli
