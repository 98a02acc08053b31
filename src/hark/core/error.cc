#include "hark/core/error.h"

#include <utility>

namespace hark {

std::string_view name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "kInvalidArgument";
    case ErrorCode::kInvalidInput:
      return "kInvalidInput";
    case ErrorCode::kNotFound:
      return "kNotFound";
    case ErrorCode::kConflict:
      return "kConflict";
    case ErrorCode::kCheckFailed:
      return "kCheckFailed";
    case ErrorCode::kIo:
      return "kIo";
    case ErrorCode::kCorrupt:
      return "kCorrupt";
    case ErrorCode::kUnsupported:
      return "kUnsupported";
    case ErrorCode::kExhausted:
      return "kExhausted";
    case ErrorCode::kRemote:
      return "kRemote";
    case ErrorCode::kInterrupted:
      return "kInterrupted";
    case ErrorCode::kInternal:
      return "kInternal";
  }
  return "kInternal";
}

Error::Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

Error&& Error::hint(std::string what_to_try) && {
  hint_ = std::move(what_to_try);
  return std::move(*this);
}

Error&& Error::while_doing(std::string step) && {
  where_.push_back(std::move(step));
  return std::move(*this);
}

std::string Error::to_string() const {
  std::string text = message_;
  for (const std::string& step : where_) text += " (while " + step + ")";
  return text;
}

}  // namespace hark
