// A FileSystem that fails on purpose: the seam of the crash tests.
//
// It passes every call on to another FileSystem and counts the calls that change something
// (open_output, write, sync, rename, publish, remove, create_directories, sync_directory). The n-th
// of them fails, and with `keep_failing` every later one too, as after a power cut. A power cut can
// also take away what was not synced: bytes of files, and names made, moved or removed in a folder
// that was not synced since. What is taken is taken from `base` at the moment of the fault.
#pragma once

#include <atomic>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hark/io/file_system.h"

namespace hark::io {

/// Names that a power cut takes back, of those whose folder was not synced.
enum class NameLoss {
  kNone,
  kAll,      ///< none of them got to the disk
  kEarlier,  ///< the later half did and the earlier did not: disks keep no order
};

struct FaultPlan {
  /// Number of the change that fails, from 0; the default never fails.
  std::uint64_t fail_at = std::numeric_limits<std::uint64_t>::max();
  /// After the first failure everything fails, reads excepted: the process is as good as dead.
  bool keep_failing = true;
  /// Half of the failing write's bytes arrive (a torn write).
  bool tear_write = true;
  ErrorCode code = ErrorCode::kIo;  ///< kIo as EIO gives it, kExhausted as ENOSPC does
  /// With the fault, files lose what was written since their last sync.
  bool lose_unsynced_bytes = false;
  NameLoss lose_names = NameLoss::kNone;
};

/// Wraps `base`, which must outlive it.
class FaultFileSystem final : public FileSystem {
 public:
  FaultFileSystem(FileSystem& base, FaultPlan plan) : base_(base), plan_(plan) {}

  /// Changes asked for so far.
  std::uint64_t num_changes() const noexcept { return next_.load(); }

  Result<std::unique_ptr<InputFile>> open_input(const std::string& path) const override;
  Result<std::unique_ptr<OutputFile>> open_output(const std::string& path) override;
  Result<FileInfo> stat(const std::string& path) const override;
  Result<std::vector<FileInfo>> list(const std::string& directory) const override;
  Result<void> create_directories(const std::string& path, unsigned mode) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> publish_if_absent(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_file(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                         std::chrono::milliseconds patience) override;

 private:
  friend class FaultOutputFile;
  /// A name that was changed in a folder that was not synced since.
  struct Change {
    std::string path;                  ///< made, removed, or moved to
    std::string moved_from{};          ///< of a move
    std::optional<std::string> bytes;  ///< what was at `path` before
  };
  /// Counts one change; an error if it is its turn to fail.
  Result<void> count();
  /// Takes away from `base` what a power cut would.
  void cut_power();
  void undo(const Change& change);
  std::optional<std::string> bytes_at(const std::string& path) const;
  void note_synced(const std::string& path, std::uint64_t size_bytes);
  void note_folder_synced(std::string_view folder);

  FileSystem& base_;
  FaultPlan plan_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;                                   // guards what follows
  std::map<std::string, std::uint64_t> synced_bytes_;  ///< of files written through this
  std::vector<Change> changes_;
  bool is_power_cut_ = false;
};

}  // namespace hark::io
