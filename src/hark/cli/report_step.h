// From SOURCE to report files, and all that comes after a load: what `report`, `run` and `demo`
// share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hark/cli/command.h"
#include "hark/cli/session.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/check.h"

namespace hark::cli {

struct WrittenReport {
  Json answer;  ///< `files[]`
  std::vector<Warning> warnings;
  std::string contract;
  std::string now;
  std::optional<std::int64_t> table_version;
};

/// Opens `source` (with dataset `contract` if not empty), analyses it and writes the report into
/// `folder`. `checked`: what a check of the lake found just now, if there was one. `memory_shares`:
/// how many steps share the session's memory, beside each other.
Result<WrittenReport> make_report(Session& session, const Arguments& arguments,
                                  const std::string& source, const std::string& contract,
                                  const std::string& folder,
                                  const std::vector<std::string>& formats,
                                  const pipeline::CheckReport* checked = nullptr,
                                  std::size_t memory_shares = 1);

struct FinishedDataset {
  pipeline::BuildReport built;
  pipeline::CheckReport checked;
  std::optional<WrittenReport> written;
};

/// Builds the curated tables of a dataset, checks it, and writes its report into `folder`, none if
/// that is empty. The tables are built beside the rest, which does not read them, if the session
/// has several threads.
Result<FinishedDataset> build_check_report(Session& session, const Arguments& arguments,
                                           const pipeline::LakeFolder& lake,
                                           const std::string& dataset, const std::string& folder);

Command demo_command();

}  // namespace hark::cli
