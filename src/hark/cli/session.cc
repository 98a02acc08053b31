#include "hark/cli/session.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "hark/core/parallel.h"
#include "hark/core/text.h"

namespace hark::cli {
namespace {

// Set by the signal handler, which can reach nothing but a global.
std::atomic<bool> g_interrupted{false};

void on_interrupt(int) {
  // A second Ctrl-C ends the program at once.
  if (g_interrupted.exchange(true)) ::_exit(130);
}

std::string amount(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes >= 1'000'000'000) return fixed(value / 1e9, 2) + " GB";
  if (bytes >= 1'000'000) return fixed(value / 1e6, 1) + " MB";
  return fixed(value / 1e3, 0) + " kB";
}

}  // namespace

void Progress::report(std::string_view step, std::uint64_t bytes_done, std::uint64_t bytes_total) {
  if (mode_ == Mode::kNone) return;
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  // A short job shows nothing, and a long one at most ten lines a second.
  if (now - started_ < std::chrono::milliseconds(500)) return;
  if (now - last_shown_ < std::chrono::milliseconds(100)) return;
  last_shown_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  std::string line;
  if (mode_ == Mode::kJson) {
    line = Json::object({{"step", step},
                         {"bytes_done", bytes_done},
                         {"bytes_total", bytes_total},
                         {"seconds", seconds}})
               .dump() +
           "\n";
  } else {
    const double share =
        bytes_total == 0 ? 0 : static_cast<double>(bytes_done) / static_cast<double>(bytes_total);
    const auto filled = static_cast<std::size_t>(share * 20);
    line = concat("\r", step, "  [", std::string(std::min<std::size_t>(filled, 20), '#'),
                  std::string(20 - std::min<std::size_t>(filled, 20), '-'), "]  ",
                  fixed(share * 100, 0), " %  ", amount(bytes_done), " of ", amount(bytes_total),
                  "  ", fixed(seconds, 1), " s\x1b[K");
    is_shown_ = true;
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (is_shown_) std::fputs("\r\x1b[K", stderr);
  is_shown_ = false;
}

Result<std::size_t> parse_size(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() &&
         ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.'))
    ++digits;
  const auto number = parse_double(text.substr(0, digits));
  const std::string unit = lower(trim(text.substr(digits)));
  double factor = 0;
  if (unit.empty() || unit == "b") factor = 1;
  if (unit == "k" || unit == "kib" || unit == "kb") factor = 1024;
  if (unit == "m" || unit == "mib" || unit == "mb") factor = 1024.0 * 1024;
  if (unit == "g" || unit == "gib" || unit == "gb") factor = 1024.0 * 1024 * 1024;
  if (!number || factor == 0 || *number * factor < 16.0 * 1024 * 1024 || *number * factor > 1e15) {
    return Error(ErrorCode::kInvalidArgument, concat("--memory-limit: not a size: '", text, "'"))
        .hint("write 512MiB or 4GiB; at least 16MiB");
  }
  return static_cast<std::size_t>(*number * factor);
}

Result<std::unique_ptr<Session>> Session::start(const Arguments& arguments) {
  Progress::Mode mode = Progress::Mode::kNone;
  const std::string wanted = arguments.text("--progress");
  if (wanted == "json") mode = Progress::Mode::kJson;
  if (wanted == "auto" && ::isatty(STDERR_FILENO) != 0 && !arguments.has("--quiet"))
    mode = Progress::Mode::kTerminal;

  std::unique_ptr<Session> session(new Session(mode));
  session->clock_ = std::make_unique<SystemClock>();
  if (arguments.has("--now")) {
    HARK_TRY(session->now_, parse_instant(arguments.text("--now")));
    session->is_now_given_ = true;
    session->clock_ = std::make_unique<FixedClock>(session->now_);
  } else {
    session->now_ = session->clock_->now();
  }
  session->threads_ = default_threads();
  if (arguments.has("--threads")) {
    HARK_TRY(const std::int64_t threads, arguments.whole_number("--threads", 1));
    session->threads_ = static_cast<unsigned>(std::min<std::int64_t>(threads, 256));
  }
  HARK_TRY(session->memory_limit_bytes_, parse_size(arguments.text("--memory-limit")));
  session->contract_ = arguments.text("--contract");
  session->is_quiet_ = arguments.has("--quiet");
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  return session;
}

const std::atomic<bool>& Session::interrupted() const noexcept { return g_interrupted; }

pipeline::SourceOptions Session::source_options(std::string_view step) {
  pipeline::SourceOptions options;
  options.contract = contract_;
  options.threads = threads_;
  options.memory_limit_bytes = memory_limit_bytes_;
  options.interrupt = &g_interrupted;
  options.progress = [this, step = std::string(step)](std::uint64_t done, std::uint64_t total) {
    progress_.report(step, done, total);
  };
  options.on_warning = [this](Warning warning) {
    const std::lock_guard lock(mutex_);
    warnings_.push_back(std::move(warning));
  };
  return options;
}

std::vector<Warning> Session::take_warnings() {
  const std::lock_guard lock(mutex_);
  return std::exchange(warnings_, {});
}

Result<pipeline::OpenSource> Session::open_source(const std::string& path) {
  return pipeline::open_source(files(), path, source_options("reading"));
}

}  // namespace hark::cli
