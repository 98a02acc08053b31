#include "hark/io/fault_file_system.h"

#include <utility>

#include "hark/core/text.h"

namespace hark::io {

class FaultOutputFile final : public OutputFile {
 public:
  FaultOutputFile(std::unique_ptr<OutputFile> base, std::string path, FaultFileSystem& owner)
      : base_(std::move(base)), path_(std::move(path)), owner_(owner) {}

  Result<void> write(std::string_view bytes) override {
    if (auto turn = owner_.count(); !turn) {
      if (owner_.plan_.tear_write) (void)base_->write(bytes.substr(0, bytes.size() / 2));
      return turn;
    }
    num_bytes_ += bytes.size();
    return base_->write(bytes);
  }
  Result<void> sync() override {
    HARK_TRY_VOID(owner_.count());
    HARK_TRY_VOID(base_->sync());
    owner_.note_synced(path_, num_bytes_);
    return {};
  }
  Result<void> close() override { return base_->close(); }

 private:
  std::unique_ptr<OutputFile> base_;
  std::string path_;
  FaultFileSystem& owner_;
  std::uint64_t num_bytes_ = 0;
};

Result<void> FaultFileSystem::count() {
  const std::uint64_t number = next_.fetch_add(1);
  const bool fails = number == plan_.fail_at || (plan_.keep_failing && number > plan_.fail_at);
  if (!fails) return {};
  cut_power();
  return Error(plan_.code, concat("injected fault at change ", number));
}

std::optional<std::string> FaultFileSystem::bytes_at(const std::string& path) const {
  if (plan_.lose_names == NameLoss::kNone) return std::nullopt;  // nobody will ask
  auto bytes = base_.read_text(path);
  return bytes ? std::optional<std::string>(*std::move(bytes)) : std::nullopt;
}

void FaultFileSystem::note_synced(const std::string& path, std::uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  synced_bytes_[path] = size_bytes;
}

void FaultFileSystem::note_folder_synced(std::string_view folder) {
  const std::lock_guard lock(mutex_);
  std::erase_if(changes_, [&](const Change& change) { return parent_path(change.path) == folder; });
}

void FaultFileSystem::undo(const Change& change) {
  if (!change.moved_from.empty()) {
    if (!base_.exists(change.path)) return;
    (void)base_.rename(change.path, change.moved_from);
  } else if (!change.bytes && base_.exists(change.path)) {
    (void)base_.remove(change.path);
  }
  if (change.bytes) (void)base_.write_atomically(change.path, *change.bytes);
}

void FaultFileSystem::cut_power() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_power_cut_, true)) return;
  if (plan_.lose_unsynced_bytes) {
    for (const auto& [path, size] : synced_bytes_) {
      const auto bytes = base_.read_text(path);
      if (!bytes || bytes->size() <= size) continue;
      if (const auto file = base_.open_output(path)) (void)(*file)->write(bytes->substr(0, size));
    }
  }
  if (plan_.lose_names == NameLoss::kNone) return;
  const std::size_t num_lost =
      plan_.lose_names == NameLoss::kAll ? changes_.size() : (changes_.size() + 1) / 2;
  for (std::size_t i = num_lost; i > 0; --i) undo(changes_[i - 1]);
}

Result<std::unique_ptr<InputFile>> FaultFileSystem::open_input(const std::string& path) const {
  return base_.open_input(path);
}

Result<std::unique_ptr<OutputFile>> FaultFileSystem::open_output(const std::string& path) {
  HARK_TRY_VOID(count());
  auto before = bytes_at(path);
  HARK_TRY(auto file, base_.open_output(path));
  const std::lock_guard lock(mutex_);
  synced_bytes_[path] = 0;
  changes_.push_back({path, {}, std::move(before)});
  return std::unique_ptr<OutputFile>(new FaultOutputFile(std::move(file), path, *this));
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
  auto before = bytes_at(to);
  HARK_TRY_VOID(base_.rename(from, to));
  const std::lock_guard lock(mutex_);
  if (const auto written = synced_bytes_.extract(from)) synced_bytes_[to] = written.mapped();
  changes_.push_back({to, from, std::move(before)});
  return {};
}

Result<void> FaultFileSystem::publish_if_absent(const std::string& from, const std::string& to) {
  HARK_TRY_VOID(count());
  auto published = bytes_at(from);
  HARK_TRY_VOID(base_.publish_if_absent(from, to));
  // The folder is synced with the new name in it; that the old one is gone is not.
  note_folder_synced(parent_path(to));
  const std::lock_guard lock(mutex_);
  if (const auto written = synced_bytes_.extract(from)) synced_bytes_[to] = written.mapped();
  changes_.push_back({from, {}, std::move(published)});
  return {};
}

Result<void> FaultFileSystem::remove(const std::string& path) {
  HARK_TRY_VOID(count());
  auto before = bytes_at(path);
  HARK_TRY_VOID(base_.remove(path));
  const std::lock_guard lock(mutex_);
  synced_bytes_.erase(path);
  changes_.push_back({path, {}, std::move(before)});
  return {};
}

Result<void> FaultFileSystem::sync_file(const std::string& path) {
  HARK_TRY_VOID(count());
  HARK_TRY_VOID(base_.sync_file(path));
  HARK_TRY(const FileInfo info, base_.stat(path));
  note_synced(path, info.size_bytes);
  return {};
}

Result<void> FaultFileSystem::sync_directory(const std::string& path) {
  HARK_TRY_VOID(count());
  HARK_TRY_VOID(base_.sync_directory(path));
  note_folder_synced(path);
  return {};
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::lock(const std::string& path,
                                                        std::chrono::milliseconds patience) {
  return base_.lock(path, patience);
}

}  // namespace hark::io
