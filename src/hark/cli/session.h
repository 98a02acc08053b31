// What one run of the program has at hand: clock, files, limits, progress, the user's Ctrl-C.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hark/cli/command.h"
#include "hark/core/clock.h"
#include "hark/io/file_system.h"
#include "hark/pipeline/source.h"

namespace hark::cli {

/// Says on stderr how far a long step is: on a terminal, after half a second; or as JSON lines.
/// Threads: report() may be called by many.
class Progress {
 public:
  enum class Mode { kNone, kTerminal, kJson };
  explicit Progress(Mode mode) : mode_(mode) {}

  void report(std::string_view step, std::uint64_t bytes_done, std::uint64_t bytes_total);
  /// Takes the line off the terminal.
  void finish();

 private:
  Mode mode_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_shown_{};
  bool is_shown_ = false;
};

class Session {
 public:
  /// Reads the global options. Errors: kInvalidArgument.
  static Result<std::unique_ptr<Session>> start(const Arguments& arguments);

  io::FileSystem& files() const noexcept { return io::local_file_system(); }
  const Clock& clock() const noexcept { return *clock_; }
  /// --now, else the moment the program started.
  Instant now() const noexcept { return now_; }
  bool is_now_given() const noexcept { return is_now_given_; }
  unsigned threads() const noexcept { return threads_; }
  std::size_t memory_limit_bytes() const noexcept { return memory_limit_bytes_; }
  const std::string& contract() const noexcept { return contract_; }
  bool is_quiet() const noexcept { return is_quiet_; }
  /// True once the user pressed Ctrl-C.
  const std::atomic<bool>& interrupted() const noexcept;

  Progress& progress() noexcept { return progress_; }
  void finish_progress() { progress_.finish(); }

  /// Opens SOURCE with the session's contract, limits and progress.
  Result<pipeline::OpenSource> open_source(const std::string& path);
  pipeline::SourceOptions source_options(std::string_view step);
  /// What came up while sources were read, for the answer.
  std::vector<Warning> take_warnings();

 private:
  Session(Progress::Mode mode) : progress_(mode) {}

  std::unique_ptr<Clock> clock_;
  Instant now_;
  bool is_now_given_ = false;
  unsigned threads_ = 1;
  std::size_t memory_limit_bytes_ = 0;
  std::string contract_;
  bool is_quiet_ = false;
  Progress progress_;
  std::mutex mutex_;  // of what follows
  std::vector<Warning> warnings_;
};

/// "4GiB", "512MiB", "1000000" in bytes. Errors: kInvalidArgument.
Result<std::size_t> parse_size(std::string_view text);

}  // namespace hark::cli
