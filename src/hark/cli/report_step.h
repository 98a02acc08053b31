// From SOURCE to report files: what `report`, `run` and `demo` share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hark/cli/command.h"
#include "hark/cli/session.h"
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
/// `folder`. `checked`: what a check of the lake found just now, if there was one.
Result<WrittenReport> make_report(Session& session, const Arguments& arguments,
                                  const std::string& source, const std::string& contract,
                                  const std::string& folder,
                                  const std::vector<std::string>& formats,
                                  const pipeline::CheckReport* checked = nullptr);

Command demo_command();

}  // namespace hark::cli
