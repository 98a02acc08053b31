// A lake on a FileSystem: which folder is which zone, and who may write.
//
//   lake.json                     what this folder is
//   contracts/<dataset>.yaml      the contract each dataset was loaded with
//   landing/<dataset>/<sha256>    the bytes as they came, mode 0700; <sha256>.json: where from,
//   when trusted/<dataset>/            Delta table: typed, checked, deduplicated
//   quarantine/<dataset>/         Delta table: refused records, with place and reason
//   curated/<dataset>/<model>/    Delta tables made by models/*.sql
//   sync/<dataset>/               pages of a portal that are not loaded yet (sync.h)
//
// Raw is no folder: it is a landing file seen through its contract. Format: docs/formats/lake.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hark/contract/contract.h"
#include "hark/core/clock.h"
#include "hark/io/file_system.h"

namespace hark::pipeline {

class LakeFolder {
 public:
  /// Makes the zones in `root`, which may be an empty folder or not be there. A lake that is there
  /// already stays as it is. Errors: kConflict if `root` holds something else; kInvalidArgument if
  /// `root` is no UTF-8 (the tables' engine takes no other paths) or means a lake as it was.
  static Result<LakeFolder> init(io::FileSystem& files, std::string root, const Clock& clock);
  /// Errors: kNotFound if `root` is no lake (hint: `hark init`); kCorrupt if lake.json cannot be
  /// read.
  static Result<LakeFolder> open(io::FileSystem& files, std::string root);
  /// True if `path` is a folder with a lake.json.
  static bool is_lake(const io::FileSystem& files, const std::string& path);

  io::FileSystem& files() const noexcept { return *files_; }
  const std::string& root() const noexcept { return root_; }
  const std::string& id() const noexcept { return id_; }
  bool is_new() const noexcept { return is_new_; }  ///< this init() made it

  std::string landing_folder(std::string_view dataset) const;
  std::string trusted_table(std::string_view dataset) const;
  std::string quarantine_table(std::string_view dataset) const;
  std::string curated_table(std::string_view dataset, std::string_view model) const;
  std::string contract_path(std::string_view dataset) const;

  /// Names of the datasets that have been loaded, sorted.
  Result<std::vector<std::string>> datasets() const;
  /// Datasets whose trusted table has no log although loads were committed to it once: curated
  /// tables were built from it, or landing holds several files. (A first load that was killed
  /// leaves one file and no curated table.) Ascending.
  Result<std::vector<std::string>> datasets_without_log() const;
  /// The contract a dataset was loaded with. Errors: kNotFound, naming the datasets there are.
  Result<contract::Contract> contract(std::string_view dataset) const;
  /// The dataset named, or the only one there is. Errors: kInvalidArgument where a name is needed;
  /// kNotFound.
  Result<std::string> choose_dataset(std::string_view name_or_empty) const;

  /// Makes the calling process the only writer until the lock is destroyed. kConflict after
  /// `patience`.
  Result<std::unique_ptr<io::FileLock>> lock_for_writing() const;

 private:
  LakeFolder(io::FileSystem& files, std::string root, std::string id)
      : files_(&files), root_(std::move(root)), id_(std::move(id)) {}

  io::FileSystem* files_;
  std::string root_;
  std::string id_;
  bool is_new_ = false;
};

}  // namespace hark::pipeline
