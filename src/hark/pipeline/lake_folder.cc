#include "hark/pipeline/lake_folder.h"

#include <algorithm>

#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/lake/data_file.h"
#include "hark/lake/log_io.h"

namespace hark::pipeline {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::chrono::seconds kWriterPatience{30};

std::string marker_path(std::string_view root) { return io::join_path(root, "lake.json"); }

constexpr std::string_view kZones[] = {"landing", "trusted", "quarantine", "curated", "contracts"};

/// What another process that makes the lake just now has made, or one that was killed at it.
bool is_of_unfinished_lake(const io::FileSystem& files, const io::FileInfo& entry) {
  const std::string_view name = io::file_name(entry.path);
  if (name == "lake.json" || name.starts_with(".lake.json.")) return true;
  if (std::ranges::find(kZones, name) == std::end(kZones)) return false;
  const auto inside = files.list(entry.path);
  return inside && inside->empty();
}

}  // namespace

Result<LakeFolder> LakeFolder::init(io::FileSystem& files, std::string root, const Clock& clock) {
  if (is_lake(files, root)) return open(files, std::move(root));
  if (const std::size_t at = root.rfind('@');
      at != std::string::npos && !files.exists(root) && is_lake(files, root.substr(0, at))) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("'", root, "' means a lake as it was, and nothing is written to the past"))
        .hint(concat("write to '", root.substr(0, at), "'"));
  }
  if (const auto entries = files.list(root);
      entries && !std::ranges::all_of(*entries, [&](const io::FileInfo& entry) {
        return is_of_unfinished_lake(files, entry);
      })) {
    return Error(ErrorCode::kConflict, concat("'", root, "' is not empty and is no lake"))
        .hint("choose a new folder for the lake");
  }
  if (find_invalid_utf8(root) != root.npos) {
    return Error(ErrorCode::kInvalidArgument, "the path of a lake must be UTF-8, this one is not")
        .hint("choose another folder");
  }
  for (const std::string_view zone : kZones) {
    // Landing holds the bytes as they came: nobody but the owner reads them.
    const unsigned mode = zone == "landing" ? 0700 : 0755;
    HARK_TRY_VOID(files.create_directories(io::join_path(root, zone), mode));
  }
  Json marker = Json::object();
  marker.set("hark_lake", kFormatVersion);
  marker.set("id", lake::random_uuid());
  marker.set("created", format_instant(clock.now()));
  // The marker comes last: a folder without it is no lake yet.
  if (auto put = files.put_if_absent(marker_path(root), marker.dump(2) + "\n");
      !put && put.error().code() != ErrorCode::kConflict) {
    return std::move(put).error();
  }
  HARK_TRY(LakeFolder lake, open(files, std::move(root)));
  lake.is_new_ = true;
  return lake;
}

Result<LakeFolder> LakeFolder::open(io::FileSystem& files, std::string root) {
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  auto text = files.read_text(marker_path(root), 1 << 20);
  if (!text) {
    if (text.error().code() != ErrorCode::kNotFound) return std::move(text).error();
    return Error(ErrorCode::kNotFound, concat("'", root, "' is no lake"))
        .hint(concat("make one with `hark init ", root, "`"));
  }
  auto marker = Json::parse(*text);
  if (!marker || !(*marker)["id"].is_string()) {
    return Error(ErrorCode::kCorrupt, concat("'", marker_path(root), "' cannot be read"));
  }
  if ((*marker)["hark_lake"].as_int() != kFormatVersion) {
    return Error(ErrorCode::kUnsupported, concat("lake format ", (*marker)["hark_lake"].as_int(),
                                                 " is not known to this hark"))
        .hint("use a newer hark");
  }
  return LakeFolder(files, std::move(root), std::string((*marker)["id"].as_string()));
}

bool LakeFolder::is_lake(const io::FileSystem& files, const std::string& path) {
  return files.exists(marker_path(path));
}

std::string LakeFolder::landing_folder(std::string_view dataset) const {
  return concat(root_, "/landing/", dataset);
}
std::string LakeFolder::trusted_table(std::string_view dataset) const {
  return concat(root_, "/trusted/", dataset);
}
std::string LakeFolder::quarantine_table(std::string_view dataset) const {
  return concat(root_, "/quarantine/", dataset);
}
std::string LakeFolder::curated_table(std::string_view dataset, std::string_view model) const {
  return concat(root_, "/curated/", dataset, "/", model);
}
std::string LakeFolder::contract_path(std::string_view dataset) const {
  return concat(root_, "/contracts/", dataset, ".yaml");
}

Result<std::vector<std::string>> LakeFolder::datasets() const {
  HARK_TRY(const auto entries, files_->list(concat(root_, "/contracts")));
  std::vector<std::string> names;
  // A table without its contract is damage to be told of, and no empty lake.
  const auto tables = files_->list(concat(root_, "/trusted"));
  for (const io::FileInfo& folder : tables ? *tables : std::vector<io::FileInfo>()) {
    std::string dataset(io::file_name(folder.path));
    if (!files_->exists(contract_path(dataset)) && files_->exists(lake::log_folder(folder.path)))
      names.push_back(std::move(dataset));
  }
  for (const io::FileInfo& entry : entries) {
    const std::string_view name = io::file_name(entry.path);
    if (!name.ends_with(".yaml") || name.starts_with(".")) continue;
    std::string dataset(name.substr(0, name.size() - 5));
    // The first commit makes the dataset; a load killed before it leaves only the contract. A log
    // that is there and damaged is for whoever opens the table to report.
    const auto log = lake::list_log(*files_, trusted_table(dataset));
    if (log || log.error().code() != ErrorCode::kNotFound) names.push_back(std::move(dataset));
  }
  std::ranges::sort(names);
  return names;
}

Result<std::vector<std::string>> LakeFolder::datasets_without_log() const {
  HARK_TRY(const auto entries, files_->list(concat(root_, "/contracts")));
  std::vector<std::string> names;
  for (const io::FileInfo& entry : entries) {
    const std::string_view name = io::file_name(entry.path);
    if (!name.ends_with(".yaml") || name.starts_with(".")) continue;
    std::string dataset(name.substr(0, name.size() - 5));
    const auto log = lake::list_log(*files_, trusted_table(dataset));
    if (log || log.error().code() != ErrorCode::kNotFound) continue;
    const auto landed = files_->list(landing_folder(dataset));
    const bool has_several_files =
        landed && std::ranges::count_if(*landed, [](const io::FileInfo& file) {
                    // Each has a note; a profile beside it is of the same file.
                    return file.path.ends_with(".json") && !file.path.ends_with(".profile.json");
                  }) > 1;
    const auto curated = files_->list(concat(root_, "/curated/", dataset));
    const bool has_curated_tables =
        curated && std::ranges::any_of(*curated, [&](const io::FileInfo& folder) {
          return files_->exists(lake::log_folder(folder.path));
        });
    if (has_several_files || has_curated_tables) names.push_back(std::move(dataset));
  }
  return names;
}

Result<contract::Contract> LakeFolder::contract(std::string_view dataset) const {
  auto text = files_->read_text(contract_path(dataset), 1 << 22);
  if (!text) {
    if (text.error().code() != ErrorCode::kNotFound) return std::move(text).error();
    HARK_TRY(const auto names, datasets());
    if (std::ranges::find(names, dataset) != names.end()) {
      return Error(ErrorCode::kCorrupt, concat("the contract of dataset '", dataset,
                                               "' is gone: ", contract_path(dataset)))
          .hint("restore it from a backup; a built-in one is had by `hark contract show NAME`");
    }
    return Error(ErrorCode::kNotFound, concat("no dataset '", dataset, "' in lake '", root_, "'"))
        .hint(names.empty() ? std::string("nothing is loaded yet; `hark ingest LAKE FILE` loads")
                            : concat("there are: ", join(names, ", ")));
  }
  auto parsed = contract::parse_contract(*text);
  if (!parsed)
    return std::move(parsed).error().while_doing(
        concat("reading contract '", dataset, "' of the lake"));
  return parsed;
}

Result<std::string> LakeFolder::choose_dataset(std::string_view name_or_empty) const {
  HARK_TRY(const auto names, datasets());
  if (!name_or_empty.empty()) {
    if (std::ranges::find(names, name_or_empty) != names.end()) return std::string(name_or_empty);
    return contract(name_or_empty).error();
  }
  if (names.size() == 1) return names.front();
  if (names.empty()) {
    return Error(ErrorCode::kNotFound, concat("lake '", root_, "' holds no dataset yet"))
        .hint(concat("load a file with `hark ingest ", root_, " FILE`"));
  }
  return Error(ErrorCode::kInvalidArgument,
               concat("lake '", root_, "' holds ", names.size(), " datasets"))
      .hint(concat("name one with --contract: ", join(names, ", ")));
}

Result<std::unique_ptr<io::FileLock>> LakeFolder::lock_for_writing() const {
  return files_->lock(io::join_path(root_, ".lock"), kWriterPatience);
}

}  // namespace hark::pipeline
