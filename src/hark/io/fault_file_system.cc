#include "hark/io/fault_file_system.h"

#include "hark/core/text.h"

namespace hark::io {

class FaultOutputFile final : public OutputFile {
 public:
  FaultOutputFile(std::unique_ptr<OutputFile> base, FaultFileSystem& owner)
      : base_(std::move(base)), owner_(owner) {}

  Result<void> write(std::string_view bytes) override {
    if (auto turn = owner_.count(); !turn) {
      if (owner_.plan_.tear_write) (void)base_->write(bytes.substr(0, bytes.size() / 2));
      return turn;
    }
    return base_->write(bytes);
  }
  Result<void> sync() override {
    HARK_TRY_VOID(owner_.count());
    return base_->sync();
  }
  Result<void> close() override { return base_->close(); }

 private:
  std::unique_ptr<OutputFile> base_;
  FaultFileSystem& owner_;
};

Result<void> FaultFileSystem::count() {
  const std::uint64_t number = next_.fetch_add(1);
  const bool fails = number == plan_.fail_at || (plan_.keep_failing && number > plan_.fail_at);
  if (!fails) return {};
  return Error(plan_.code, concat("injected fault at change ", number));
}

Result<std::unique_ptr<InputFile>> FaultFileSystem::open_input(const std::string& path) const {
  return base_.open_input(path);
}

Result<std::unique_ptr<OutputFile>> FaultFileSystem::open_output(const std::string& path) {
  HARK_TRY_VOID(count());
  HARK_TRY(auto file, base_.open_output(path));
  return std::unique_ptr<OutputFile>(new FaultOutputFile(std::move(file), *this));
}

Result<FileInfo> FaultFileSystem::stat(const std::string& path) const { return base_.stat(path); }

Result<std::vector<FileInfo>> FaultFileSystem::list(const std::string& directory) const {
  return base_.list(directory);
}

Result<void> FaultFileSystem::create_directories(const std::string& path, unsigned mode) {
  HARK_TRY_VOID(count());
  return base_.create_directories(path, mode);
}

Result<void> FaultFileSystem::rename(const std::string& from, const std::string& to) {
  HARK_TRY_VOID(count());
  return base_.rename(from, to);
}

Result<void> FaultFileSystem::publish_if_absent(const std::string& from, const std::string& to) {
  HARK_TRY_VOID(count());
  return base_.publish_if_absent(from, to);
}

Result<void> FaultFileSystem::remove(const std::string& path) {
  HARK_TRY_VOID(count());
  return base_.remove(path);
}

Result<void> FaultFileSystem::sync_file(const std::string& path) {
  HARK_TRY_VOID(count());
  return base_.sync_file(path);
}

Result<void> FaultFileSystem::sync_directory(const std::string& path) {
  HARK_TRY_VOID(count());
  return base_.sync_directory(path);
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::lock(const std::string& path,
                                                        std::chrono::milliseconds patience) {
  return base_.lock(path, patience);
}

}  // namespace hark::io
