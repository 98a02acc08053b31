// Service requests in memory: what every request figure is computed from.
//
// Loaded in one pass over a source, then deduplicated, judged against the as-of time and classed
// once (METRICS section 2); figures, tests and the report's analyses only count. Results do not
// depend on the number of threads. Threads: a table is immutable once loaded.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/core/clock.h"
#include "hark/core/raw_vector.h"
#include "hark/insight/category.h"
#include "hark/insight/selection.h"
#include "hark/insight/warning.h"

namespace hark::insight {

/// What became of a request by the as-of time. Rows of the first two kinds have a duration; the
/// others leave durations, Kaplan-Meier, SLA, backlog and tests, and are counted.
enum class Outcome : std::uint8_t {
  kClosed,
  kOpen,      ///< no closing time, or closed after as-of: censored at as-of
  kNegative,  ///< closed before it was created
  kSentinel,  ///< closing year before 1990 or from 2100
  kFuture,    ///< closing time later than the extract
  kUnparsed,  ///< a closing time stood there that is none
  // out of scope:
  kCreatedMissing,
  kCreatedSentinel,
  kCreatedAfterAsOf,
};
inline constexpr std::size_t kNumOutcomes = 9;

enum class StatusClass : std::uint8_t { kNone, kClosed, kNotClosed };

/// Marks of a row; closing classes are set for Outcome::kClosed only.
enum RowMark : std::uint8_t {
  kZero = 1,                ///< closed in the second it was created
  kInstant = 2,             ///< closed within 10 minutes, zero included
  kBatch = 4,               ///< closed at midnight by an agency that closes in batches
  kInFold = 8,              ///< either clock stands in the autumn fold
  kAmbiguousSign = 16,      ///< negative on the first reading, and so read as the second
  kInGap = 32,              ///< either clock stands in the spring gap
  kClosedAtMidnight = 64,   ///< local 00:00:00; a batch only if the agency heaps its closings there
  kClosedUnreadable = 128,  ///< a closing time stood there that is none
};

inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kNoDuration = -1;

/// A row whose duration depends on the reading of the autumn fold.
struct FoldRange {
  std::uint32_t row = 0;
  double shortest_hours = 0;
  double longest_hours = 0;
};

/// A row with a duration, as the figures over times see it: 4 bytes, so that rows are put in groups
/// without being looked up again.
class TimedRow {
 public:
  static constexpr std::uint32_t kMaxTimes = std::uint32_t{1} << 30;

  TimedRow() = default;
  TimedRow(std::uint32_t time, bool is_closed, bool is_left_out) noexcept
      : bits_(time << 2 | (is_closed ? 2U : 0U) | (is_left_out ? 1U : 0U)) {}
  /// Index into RequestTable::times.
  std::uint32_t time() const noexcept { return bits_ >> 2; }
  bool is_closed() const noexcept { return (bits_ & 2) != 0; }
  /// An instant or batch closing.
  bool is_left_out() const noexcept { return (bits_ & 1) != 0; }

 private:
  std::uint32_t bits_;  // unset in a RawVector
};

struct RequestTable {
  // One entry per request of the selection, in the order of the source.
  RawVector<std::int64_t> created_us;      ///< instant, or kNoTime
  RawVector<std::int64_t> closed_us;       ///< instant (date-only: local midnight), or kNoTime
  std::vector<std::int32_t> offsets_s;     ///< the distances from UTC that occur, maybe more; a few
  RawVector<std::uint8_t> created_offset;  ///< place in offsets_s
  RawVector<std::uint8_t> closed_offset;
  RawVector<std::int64_t> duration;  ///< in ticks, to closing or to as-of; else kNoDuration
  RawVector<Outcome> outcome;
  RawVector<StatusClass> status;
  RawVector<std::uint8_t> marks;  ///< RowMark bits
  /// What the resolution text says, whether closed or not; empty unless asked for.
  RawVector<contract::ResolvedAs> resolved_as;
  RawVector<float> latitude;  ///< NaN where there is none; empty unless asked for
  RawVector<float> longitude;
  std::vector<Category> categories;  ///< type, agency, area where known, then what was asked for
  struct NumberColumn {
    std::string column;
    RawVector<double> values;  ///< NaN where there is none
  };
  std::vector<NumberColumn> numbers;
  /// Rows with a duration, ascending by duration, closings before censorings, then by row.
  RawVector<std::uint32_t> by_duration;
  RawVector<TimedRow> timed;      ///< the same rows in the same order
  RawVector<std::int64_t> times;  ///< every duration that occurs, ascending, in ticks
  std::vector<FoldRange> fold_ranges;

  std::int64_t ticks_per_hour = 3600;  ///< of `duration`; 0 where it counts whole local days
  bool is_in_days() const noexcept { return ticks_per_hour == 0; }
  bool is_created_date_only = false;
  /// The source tells closing times at all: a column without any is that of requests all open.
  bool has_closing = false;
  bool has_status = false;
  bool has_key = false;
  /// 1 or 60; absent without closing times, or where they are dates.
  std::optional<std::int32_t> closing_resolution_s;

  std::int64_t rows_read = 0;   ///< of the selection, before deduplication
  std::int64_t duplicates = 0;  ///< left out because another row has their key
  std::int64_t superseded = 0;  ///< those of them that say something else than the row that stays
  /// Of these: nothing in the records tells which is newer; a hash chooses.
  std::int64_t undecided = 0;
  std::optional<Instant> as_of;  ///< absent where no row has a usable time
  std::int32_t as_of_offset_s = 0;
  bool is_as_of_given = false;
  std::int64_t rows_before_as_of = 0;  ///< requests with a stamp in the 24 h up to as-of
  /// Local days of the first and the last request in scope of the whole source, selected or not.
  std::optional<std::int32_t> first_created_day;
  std::optional<std::int32_t> last_created_day;
  /// Requests in scope of the whole source by local day from first_created_day on; empty where
  /// everything is selected, and the rows tell.
  std::vector<std::int64_t> source_days;
  std::int64_t future_created = 0;  ///< created later than the extract (not in the as-of time)
  Instant now;
  std::string time_zone;

  std::size_t size() const noexcept { return created_us.size(); }
  /// local = instant + offset
  std::int32_t created_offset_s(std::size_t row) const { return offsets_s[created_offset[row]]; }
  std::int32_t closed_offset_s(std::size_t row) const { return offsets_s[closed_offset[row]]; }
  /// Created at a usable time, as-of or before; what became of it may be excluded.
  bool is_in_scope(std::size_t row) const { return outcome[row] < Outcome::kCreatedMissing; }
  bool has_duration(std::size_t row) const { return outcome[row] <= Outcome::kOpen; }
  bool is_marked(std::size_t row, RowMark mark) const { return (marks[row] & mark) != 0; }
  /// Seconds since 1970-01-01T00:00:00 on the city's clock. Requires a created time.
  std::int64_t created_local_s(std::size_t row) const;
  std::int64_t closed_local_s(std::size_t row) const;
  std::int32_t created_day(std::size_t row) const;
  std::int32_t closed_day(std::size_t row) const;
  std::int32_t as_of_day() const;  ///< local; requires as_of
  /// A duration in the table's unit: hours, or days.
  double in_unit(std::int64_t ticks) const;
  /// The category or number column of that standard name, or nullptr.
  const Category* category(std::string_view column) const noexcept;
  const Category* category(const contract::Contract& contract, contract::Role role) const noexcept;
  const NumberColumn* number_column(std::string_view column) const noexcept;
};

/// What a reader of the figures should know: an as-of time that hangs on one stray stamp.
std::vector<Warning> request_warnings(const RequestTable& table);

struct RequestLoad {
  Selection selection;
  Instant now;                   ///< when the extract was retrieved; later stamps are future
  std::optional<Instant> as_of;  ///< overrides the latest stamp
  unsigned threads = 1;
  std::vector<std::string> categories;  ///< more columns to group by, standard names
  std::vector<std::string> numbers;     ///< numeric columns for tests, standard names
  bool with_places = false;
  bool with_outcomes = false;  ///< how requests ended, where the contract has rules for it
  /// Whether the source has a column at all, be it empty; asked only where no row tells. Empty: a
  /// column without any value is not there.
  std::function<bool(std::string_view column)> has_column{};
};

/// Loads a source of service requests.
///
/// Deduplication: losing_rows() (versions.h), which reads a source with repeated keys once more.
/// The selection is applied after it; the
/// as-of time is that of the whole source. Errors: kInvalidArgument if the contract is of another
/// kind, a column asked for is not offered, or its time zone is unknown; kUnsupported beyond
/// 4,294,967,295 rows or 1,073,741,824 different durations; else the source's.
Result<RequestTable> load_requests(columnar::BatchSource& source,
                                   const contract::Contract& contract, const RequestLoad& load);

}  // namespace hark::insight
