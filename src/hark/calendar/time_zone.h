// City time: wall clock to instant and back, with the fold in autumn and the gap in spring.
//
// The rules come from the system's tzdata through Howard Hinnant's date library; a flat table of
// transitions with a coarse index serves the hot path: no search, a few nanoseconds per call.
// Threads: a TimeZone is immutable and may be shared.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hark/calendar/civil.h"
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
  /// Loads an IANA zone, for example "America/New_York". Its changes from 1900 to 2100 are known;
  /// the system's table ends in 2037, a later year repeats the latest year of the table with the
  /// same weekdays, where the zone still changes its clock at all. Outside, the nearest offset
  /// holds. Errors: kNotFound with the nearest name; kCorrupt if the system's file is unreadable.
  static Result<std::shared_ptr<const TimeZone>> load(const std::string& name);

  const std::string& name() const noexcept { return name_; }
  /// Reads a wall-clock time (seconds since 1970-01-01T00:00:00 on the wall; any year 0 to 9999).
  /// METRICS section 2: in the fold its first reading, in the gap the offset before.
  ZonedTime from_local(std::int64_t local_s) const noexcept {
    const auto place = static_cast<std::uint64_t>(local_s - kBegin);
    if (place < kEnd - kBegin) {
      const Slice& slice = slices_[place >> kSliceBits];
      if (local_s < slice.plain_until_s) return {local_s - slice.offset_s, slice.offset_s};
    }
    return from_local_near_transition(local_s);
  }
  /// The offset in force at an instant, seconds east of Greenwich.
  std::int32_t offset_at(std::int64_t utc_s) const noexcept;

 private:
  struct Transition {
    std::int64_t utc_s;          ///< first instant of the new offset
    std::int64_t local_begin_s;  ///< wall time from which reading it is not plain any more ...
    std::int64_t local_end_s;    ///< ... and from which the new offset is the only one
    std::int32_t offset_before_s;
    std::int32_t offset_after_s;
  };
  /// A stretch of time.
  struct Slice {
    /// The first transition that is not over before the slice begins, on either clock.
    std::uint32_t transition = 0;
    /// From the slice's begin to here, no longer than the slice, the wall clock is plain ...
    std::int64_t plain_until_s = 0;
    std::int32_t offset_s = 0;  ///< ... and this far from UTC
  };
  // What is known, in seconds since 1970.
  static constexpr std::int64_t kBegin = days_from_civil(1900, 1, 1) * std::int64_t{86'400};
  static constexpr std::int64_t kEnd = days_from_civil(2100, 1, 1) * std::int64_t{86'400};
  static constexpr int kSliceBits = 22;  // 48.5 days

  explicit TimeZone(std::string name) : name_(std::move(name)) {}
  ZonedTime from_local_near_transition(std::int64_t local_s) const noexcept;
  void add_transition(std::int64_t utc_s, std::int32_t before_s, std::int32_t after_s);
  std::int64_t last_change_s() const noexcept;
  void extend_past_table();
  void build_index();
  /// The offset in force up to a transition; behind the last one for their number.
  std::int32_t offset_before(std::uint32_t transition) const noexcept;
  std::uint32_t first_candidate(std::int64_t seconds) const noexcept;

  std::string name_;
  std::vector<Transition> transitions_;  ///< ascending
  /// From kBegin on. A slice is shorter than the way between two transitions, mostly.
  std::vector<Slice> slices_;
  std::int32_t first_offset_s_ = 0;
};

/// The version of tzdata in use, for example "2024a"; "unknown" where the system does not say.
std::string tzdata_version();

}  // namespace hark::calendar
