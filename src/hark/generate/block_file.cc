#include "hark/generate/block_file.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "hark/core/parallel.h"

namespace hark::generate {
namespace {

/// Lets workers write one after the other, by block number.
class Turnstile {
 public:
  explicit Turnstile(io::OutputFile& file) : file_(file) {}

  /// Waits for the block's turn and writes it. False: another worker failed, stop.
  Result<bool> write(std::uint64_t block, std::string_view bytes) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return has_stopped_ || next_ == block; });
    if (has_stopped_) return false;
    HARK_TRY_VOID(file_.write(bytes));
    num_bytes_ += bytes.size();
    ++next_;
    turn_.notify_all();
    return true;
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    has_stopped_ = true;
    turn_.notify_all();
  }
  std::uint64_t num_bytes() const { return num_bytes_; }

 private:
  io::OutputFile& file_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t next_ = 0;
  std::uint64_t num_bytes_ = 0;
  bool has_stopped_ = false;
};

/// Stops the others when a worker leaves early, by error or by exception: they would wait for its
/// block forever.
class StopUnlessDone {
 public:
  explicit StopUnlessDone(Turnstile& turnstile) : turnstile_(turnstile) {}
  StopUnlessDone(const StopUnlessDone&) = delete;
  StopUnlessDone& operator=(const StopUnlessDone&) = delete;
  ~StopUnlessDone() {
    if (!is_done_) turnstile_.stop();
  }
  void done() { is_done_ = true; }

 private:
  Turnstile& turnstile_;
  bool is_done_ = false;
};

}  // namespace

Result<std::uint64_t> write_blocks(
    io::FileSystem& files, const std::string& path, std::string_view head, std::uint64_t num_blocks,
    unsigned threads,
    const std::function<void(std::uint64_t block, unsigned worker, std::string& out)>& make) {
  const std::string temporary =
      io::join_path(io::parent_path(path), io::temporary_name(io::file_name(path)));
  const auto write = [&]() -> Result<std::uint64_t> {
    HARK_TRY(const std::unique_ptr<io::OutputFile> file, files.open_output(temporary));
    HARK_TRY_VOID(file->write(head));
    Turnstile turnstile(*file);
    std::atomic<std::uint64_t> next{0};
    HARK_TRY_VOID(run_workers(threads, [&](unsigned worker) -> Result<void> {
      StopUnlessDone guard(turnstile);
      std::string bytes;
      for (std::uint64_t block = next++; block < num_blocks; block = next++) {
        bytes.clear();
        make(block, worker, bytes);
        HARK_TRY(const bool may_go_on, turnstile.write(block, bytes));
        if (!may_go_on) break;
      }
      guard.done();
      return {};
    }));
    HARK_TRY_VOID(file->sync());
    HARK_TRY_VOID(file->close());
    HARK_TRY_VOID(files.rename(temporary, path));
    HARK_TRY_VOID(files.sync_directory(std::string(io::parent_path(path))));
    return head.size() + turnstile.num_bytes();
  };
  Result<std::uint64_t> result = write();
  if (!result && files.exists(temporary)) (void)files.remove(temporary);
  return result;
}

}  // namespace hark::generate
