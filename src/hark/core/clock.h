// Time as a dependency: the program uses SystemClock, tests a FixedClock.
#pragma once

#include <chrono>
#include <string>

#include "hark/core/result.h"

namespace hark {

/// An instant, microseconds since 1970-01-01T00:00:00Z.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant now) : now_(now) {}
  Instant now() const override { return now_; }

 private:
  Instant now_;
};

/// "2026-11-01T00:00:00Z"; with a fraction of 3 or 6 digits where there is one.
std::string format_instant(Instant instant);
/// Reads what format_instant() writes, "2026-11-01" (midnight UTC), and offsets such as "+02:00".
/// Errors: kInvalidArgument.
Result<Instant> parse_instant(std::string_view text);

}  // namespace hark
