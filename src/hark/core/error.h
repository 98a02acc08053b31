// Errors as values: what happened, what to try, where it was.
//
// What can fail returns Result<T> (result.h). Exceptions are for out-of-memory and are caught at
// the edges; a library's own are turned into Errors by the module that calls it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark {

/// What the caller can do about it. cli/ maps each to an exit code.
enum class ErrorCode {
  kInvalidArgument,  ///< wrong usage: mend the call
  kInvalidInput,     ///< the input is unreadable: mend the input
  kNotFound,         ///< it is not there
  kConflict,         ///< somebody was faster: reload, check again, retry
  kCheckFailed,      ///< a quality rule, a privacy gate or an audit said no
  kIo,               ///< the disk or the network failed
  kCorrupt,          ///< stored bytes do not fit together
  kUnsupported,      ///< a feature this build does not have; the message names it
  kExhausted,        ///< out of memory, disk or time
  kRemote,           ///< another service failed
  kInterrupted,      ///< the user stopped it
  kInternal,         ///< our bug
};

/// Returns the code's name as written in `--json`, for example "kInvalidInput".
std::string_view name_of(ErrorCode code) noexcept;

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message);

  /// Sets what the user should try.
  Error&& hint(std::string what_to_try) &&;
  /// Adds a step that was under way, innermost first.
  Error&& while_doing(std::string step) &&;

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  const std::vector<std::string>& where() const noexcept { return where_; }
  /// Returns "message (while doing a, while doing b)" for a log line or a test's output.
  std::string to_string() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::string hint_;
  std::vector<std::string> where_;
};

}  // namespace hark
