// Clock and date texts read by a contract's patterns (contract/clock_pattern.h).
//
// Patterns are tried in the contract's order and the first that matches counts. The order never
// adapts to the data, or the same text would mean one thing in one block and another in the next.
// Threads: immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hark/contract/clock_pattern.h"
#include "hark/core/result.h"

namespace hark::tabular {

/// A clock as written.
struct WallClock {
  std::int32_t days = 0;           ///< since 1970-01-01
  std::int32_t second_of_day = 0;  ///< 0 to 86399; 0 where the pattern has no time of day
  std::int32_t microseconds = 0;
  bool has_offset = false;
  std::int32_t offset_s = 0;  ///< written distance from UTC
  friend bool operator==(const WallClock&, const WallClock&) = default;
};

class ClockParser {
 public:
  /// Errors: kInvalidInput if a pattern is wrong.
  static Result<ClockParser> compile(const std::vector<std::string>& formats);
  /// Reads the whole of `text` (trimmed) into `out`; false if no pattern matches or the date does
  /// not exist.
  bool parse(std::string_view text, WallClock& out) const noexcept;
  /// The same by walking along each pattern: the definition, and slower.
  bool parse_by_walking(std::string_view text, WallClock& out) const noexcept;

  ClockParser();
  ClockParser(const ClockParser&);
  ClockParser& operator=(const ClockParser&);
  ClockParser(ClockParser&&) noexcept;
  ClockParser& operator=(ClockParser&&) noexcept;
  ~ClockParser();

 private:
  struct Pattern;
  std::vector<Pattern> patterns_;
};

}  // namespace hark::tabular
