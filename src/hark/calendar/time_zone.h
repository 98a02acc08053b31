// City time: wall clock to instant and back, with the fold in autumn and the gap in spring.
//
// The rules come from the system's tzdata through Howard Hinnant's date library; a flat table of
// transitions serves the hot path (one binary search, or none when the next value is near the
// last). Threads: a TimeZone is immutable and may be shared; a Cursor belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/result.h"

namespace hark::calendar {

/// A wall-clock time read in a zone. Seconds since 1970-01-01T00:00:00.
struct ZonedTime {
  std::int64_t utc_s = 0;
  std::int32_t offset_s = 0;  ///< local = utc + offset
  bool is_fold = false;       ///< the wall time happens twice; this is its first (daylight) reading
  bool is_gap = false;  ///< the wall time does not happen; read with the offset before the change
  /// In a fold: the second reading's instant minus the first's (3600 in most zones); else 0.
  std::int32_t fold_width_s = 0;
};

class TimeZone {
 public:
  /// Loads an IANA zone, for example "America/New_York". Errors: kNotFound with the nearest name.
  static Result<std::shared_ptr<const TimeZone>> load(const std::string& name);

  const std::string& name() const noexcept { return name_; }
  /// Reads a wall-clock time. METRICS section 2: in the fold its first reading, in the gap the
  /// offset before.
  ZonedTime from_local(std::int64_t local_s) const noexcept;
  /// The offset in force at an instant.
  std::int32_t offset_at(std::int64_t utc_s) const noexcept;

 private:
  struct Transition {
    std::int64_t utc_s;          ///< first instant of the new offset
    std::int32_t offset_before;  ///< seconds
    std::int32_t offset_after;
  };
  explicit TimeZone(std::string name) : name_(std::move(name)) {}
  std::string name_;
  std::vector<Transition> transitions_;  ///< ascending; 1900 to 2100
  std::int32_t first_offset_ = 0;
};

/// The version of tzdata in use, for example "2024a"; "unknown" where the system does not say.
std::string tzdata_version();

}  // namespace hark::calendar
