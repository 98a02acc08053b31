// The landing zone: the bytes as they came, named by their hash, immutable.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/json.h"
#include "hark/pipeline/lake_folder.h"

namespace hark::pipeline {

struct Landed {
  std::string hash;  ///< SHA-256 of the bytes, 64 hex digits; also the file's name
  std::string path;
  std::uint64_t size_bytes = 0;
};

/// The landing file's hash, for those who write what names it while the file may still be landing.
/// Errors: why there will be none; nothing must be written then.
using LandingHash = std::function<Result<std::string>()>;

/// Copies `source` into the landing folder of `dataset` and writes beside it where it came from,
/// its `header`, and the members of `provenance`.
///
/// The copy is durable and complete under its final name, or not there. A file that is there
/// already is left alone. Errors: kNotFound, kIo, kExhausted.
Result<Landed> land(const LakeFolder& lake, std::string_view dataset, const std::string& source,
                    const std::vector<std::string>& header, const Json& provenance,
                    const Clock& clock);

/// Where the profile of a landing file stands: beside it.
std::string profile_path(const std::string& landing_path);

/// Landing files of `dataset` whose hash `is_wanted` does not name, and unfinished copies. Only the
/// one who holds the lake's lock knows that they are garbage.
Result<std::vector<io::FileInfo>> find_unwanted_landings(
    const LakeFolder& lake, std::string_view dataset,
    const std::function<bool(std::string_view hash)>& is_wanted);

}  // namespace hark::pipeline
