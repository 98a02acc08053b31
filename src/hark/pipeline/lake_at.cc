#include "hark/pipeline/lake_at.h"

#include "hark/core/text.h"
#include "hark/pipeline/checkpoint_file.h"

namespace hark::pipeline {
namespace {

/// An older version may have lost its files to vacuum; the latest one has them or is damaged.
Result<void> check_files(io::FileSystem& files, const TableState& state) {
  std::size_t num_missing = 0;
  HARK_TRY(const auto paths, state.file_paths());
  for (const std::string& path : paths) num_missing += files.exists(path) ? 0 : 1;
  if (num_missing == 0) return {};
  return Error(ErrorCode::kNotFound,
               concat("version ", state.version(), " of the table at '", state.path,
                      "' can no longer be read: ", num_missing, " of its ", paths.size(),
                      " files were removed by vacuum"))
      .hint("`hark history LAKE` shows the versions that can be read");
}

/// Opens the log of a table that may not be there; version and snapshot are the caller's to choose.
Result<TableState> open_log(io::FileSystem& files, const std::string& path) {
  TableState state;
  state.path = path;
  auto table = lake::Table::open(files, path, &checkpoint_reader());
  if (table) {
    state.table = *std::move(table);
  } else if (table.error().code() != ErrorCode::kNotFound) {
    return std::move(table).error();
  }
  return state;
}

/// The last version of a table before its first commit that belongs to a later trusted version;
/// nullopt where there is none. Commits say which one they belong to; those that do not, such as
/// records going to quarantine ahead of their load, are told apart by their files.
Result<std::optional<lake::Version>> version_beside(const lake::Table& table,
                                                    std::int64_t trusted_version) {
  std::optional<lake::Version> found;
  for (const lake::LogListing::Entry& entry : table.log().entries) {
    HARK_TRY(const auto actions, lake::read_log_entry(table.files(), table.path(), entry.version));
    for (const lake::LoggedAction& logged : actions) {
      const auto* info = std::get_if<lake::CommitInfo>(&logged.action);
      if (info && info->extra["trusted_version"].as_int() > trusted_version) return found;
    }
    found = entry.version;
  }
  return found;
}

}  // namespace

Result<std::optional<LakeAt>> parse_lake_at(const io::FileSystem& files,
                                            const std::string& source) {
  if (LakeFolder::is_lake(files, source)) return std::optional<LakeAt>({source, {}, {}});
  const std::size_t at = source.rfind('@');
  if (at == std::string::npos || files.exists(source)) return std::optional<LakeAt>();
  LakeAt lake{source.substr(0, at), {}, {}};
  if (!LakeFolder::is_lake(files, lake.root)) return std::optional<LakeAt>();
  const std::string_view when = std::string_view(source).substr(at + 1);
  if (when.starts_with('v')) {
    if (const auto version = parse_int(when.substr(1)); version && *version >= 0) {
      lake.version = lake::Version{*version};
    }
  } else if (const auto instant = parse_instant(when)) {
    lake.instant = *instant;
  }
  if (!lake.is_past()) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("'", when, "' is neither a version nor a time of lake '", lake.root, "'"))
        .hint(concat("write ", lake.root, "@v12 or ", lake.root,
                     "@2026-01-01T00:00Z; `hark history ", lake.root, "` shows what there is"));
  }
  return std::optional<LakeAt>(std::move(lake));
}

Result<TableState> open_trusted_at(const LakeFolder& lake, const std::string& dataset,
                                   const LakeAt& at) {
  const std::string path = lake.trusted_table(dataset);
  if (!at.is_past()) return open_table(lake.files(), path);
  HARK_TRY(TableState state, open_log(lake.files(), path));
  if (!state.table) return state;
  lake::Version version = at.version.value_or(lake::Version{});
  if (at.instant) {
    HARK_TRY(version, state.table->version_at(*at.instant));
  }
  HARK_TRY(state.snapshot, state.table->snapshot_at(version));
  HARK_TRY_VOID(check_files(lake.files(), state));
  return state;
}

Result<TableState> open_beside(const LakeFolder& lake, const std::string& path, const LakeAt& at,
                               const TableState& trusted) {
  if (!at.is_past()) return open_table(lake.files(), path);
  HARK_TRY(TableState state, open_log(lake.files(), path));
  if (!state.table) return state;
  HARK_TRY(const auto version, version_beside(*state.table, trusted.version()));
  if (!version) {
    const auto& entries = state.table->log().entries;
    if (!entries.empty() && entries.front().version == lake::Version{0}) return state;
    return Error(ErrorCode::kNotFound,
                 concat("the table at '", path, "' can no longer be read as it was beside version ",
                        trusted.version(), ": its older log entries were cleaned up"))
        .hint("`hark history LAKE` shows the versions that can be read");
  }
  HARK_TRY(state.snapshot, state.table->snapshot_at(*version));
  HARK_TRY_VOID(check_files(lake.files(), state));
  return state;
}

}  // namespace hark::pipeline
