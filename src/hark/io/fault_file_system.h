// A FileSystem that fails on purpose: the seam of the crash tests.
//
// It passes every call on to another FileSystem and counts the calls that change something
// (open_output, write, sync, rename, publish, remove, create_directories, sync_directory). The n-th
// of them fails, and with `keep_failing` every later one too, as after a power cut.
#pragma once

#include <atomic>
#include <limits>
#include <memory>

#include "hark/io/file_system.h"

namespace hark::io {

struct FaultPlan {
  /// Number of the change that fails, from 0; the default never fails.
  std::uint64_t fail_at = std::numeric_limits<std::uint64_t>::max();
  /// After the first failure everything fails, reads excepted: the process is as good as dead.
  bool keep_failing = true;
  /// Half of the failing write's bytes arrive (a torn write).
  bool tear_write = true;
  ErrorCode code = ErrorCode::kIo;
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
  /// Counts one change; an error if it is its turn to fail.
  Result<void> count();

  FileSystem& base_;
  FaultPlan plan_;
  std::atomic<std::uint64_t> next_{0};
};

}  // namespace hark::io
