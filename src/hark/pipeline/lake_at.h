// A lake as it is, or as it was: what LAKE, LAKE@v12 and LAKE@2026-01-01T00:00Z mean.
//
// The version is the trusted table's. Everything else follows from it: quarantine and curated
// tables are shown as they were while that version was the latest, so that a lake's tables always
// belong together. Why so spelled: docs/adr/0011-time-travel.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/clock.h"
#include "hark/io/file_system.h"
#include "hark/pipeline/lake_folder.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {

struct LakeAt {
  std::string root;
  std::optional<lake::Version> version;  ///< of the trusted table
  std::optional<Instant> instant;        ///< the version that was the latest then
  bool is_past() const noexcept { return version || instant; }
};

/// Reads SOURCE as a lake. nullopt where it is none: a data file, or nothing that is there. A lake
/// whose own name has an '@' is that lake. Errors: kInvalidArgument if what follows the '@' of a
/// lake is neither a version nor a time.
Result<std::optional<LakeAt>> parse_lake_at(const io::FileSystem& files, const std::string& source);

/// The trusted table of a dataset as of then. Errors: kNotFound if there is no such version or
/// vacuum removed files of it; a table that is not there at all is no error.
Result<TableState> open_trusted_at(const LakeFolder& lake, const std::string& dataset,
                                   const LakeAt& at);

/// Another table of that dataset (quarantine, curated) as it was while `trusted` was the latest.
/// A table that was not there then has no snapshot. Errors: as open_trusted_at().
Result<TableState> open_beside(const LakeFolder& lake, const std::string& path, const LakeAt& at,
                               const TableState& trusted);

}  // namespace hark::pipeline
