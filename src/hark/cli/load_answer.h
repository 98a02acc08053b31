// How loads are told, by every command that makes some: as JSON and as a line.
#pragma once

#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/pipeline/ingest.h"

namespace hark::cli {

/// A line that says that this command made the lake, so that a mistyped name is seen; empty if it
/// was there.
std::string made_line(const pipeline::LakeFolder& lake);
std::string load_line(const pipeline::LoadReport& load);

/// Sums over the files of one command; the single load's own fields where there was one file.
Json loads_json(const std::vector<pipeline::LoadReport>& loads);

}  // namespace hark::cli
