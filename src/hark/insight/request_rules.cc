#include "hark/insight/request_rules.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "hark/calendar/civil.h"
#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/stats/distributions.h"
#include "hark/stats/sorting.h"

namespace hark::insight {
namespace {

constexpr std::int64_t kDayUs = kSecondsPerDay * kMicrosPerSecond;
constexpr std::int64_t kFirstPlausibleUs =
    calendar::days_from_civil(1990, 1, 1) * kSecondsPerDay * kMicrosPerSecond;
constexpr std::int64_t kFirstImplausibleUs =
    calendar::days_from_civil(2100, 1, 1) * kSecondsPerDay * kMicrosPerSecond;

bool is_sentinel(std::int64_t us, std::int32_t offset_s) noexcept {
  const std::int64_t local = us + offset_s * kMicrosPerSecond;
  return local < kFirstPlausibleUs || local >= kFirstImplausibleUs;
}

std::int64_t to_us(Instant instant) noexcept { return instant.time_since_epoch().count(); }

// Out of scope, or how the closing ended; kClosed stands for "closed in scope" until the sign of
// the duration is known.
Outcome scope_of(const RequestTable& table, std::size_t row, std::int64_t now_us,
                 std::int64_t as_of_us) {
  const std::int64_t created = table.created_us[row];
  if (created == kNoTime) return Outcome::kCreatedMissing;
  if (is_sentinel(created, table.created_offset_s(row))) return Outcome::kCreatedSentinel;
  if (created > as_of_us) return Outcome::kCreatedAfterAsOf;
  if (table.is_marked(row, kClosedUnreadable)) return Outcome::kUnparsed;
  const std::int64_t closed = table.closed_us[row];
  if (closed == kNoTime) return Outcome::kOpen;
  if (is_sentinel(closed, table.closed_offset_s(row))) return Outcome::kSentinel;
  if (closed > now_us) return Outcome::kFuture;
  if (closed > as_of_us) return Outcome::kOpen;
  return Outcome::kClosed;
}

template <typename T>
void keep(RawVector<T>& values, std::span<const std::uint8_t> is_selected) {
  if (values.empty()) return;
  std::size_t to = 0;
  for (std::size_t row = 0; row < is_selected.size(); ++row) {
    if (is_selected[row] != 0) values[to++] = values[row];
  }
  values.resize(to);
  values.shrink_to_fit();
}

}  // namespace

Result<void> set_as_of(RequestTable& table, const std::optional<Instant>& given,
                       const calendar::TimeZone& zone, unsigned threads) {
  const std::int64_t now_us = to_us(table.now);
  const Stretches stretches(table.size(), threads);
  struct Seen {
    std::int64_t latest = kNoTime;
    std::int64_t future_created = 0;
  };
  std::vector<Seen> seen(stretches.count());
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    Seen mine;
    const auto look_at = [&](std::int64_t us, std::int32_t offset_s) {
      if (us == kNoTime || us > now_us || is_sentinel(us, offset_s)) return;
      mine.latest = std::max(mine.latest, us);
    };
    for (std::size_t row = begin; row < end; ++row) {
      look_at(table.created_us[row], table.created_offset_s(row));
      look_at(table.closed_us[row], table.closed_offset_s(row));
      if (table.created_us[row] != kNoTime && table.created_us[row] > now_us &&
          !is_sentinel(table.created_us[row], table.created_offset_s(row))) {
        ++mine.future_created;
      }
    }
    seen[stretch] = mine;
  }));
  std::int64_t latest = kNoTime;
  for (const Seen& of_stretch : seen) {
    latest = std::max(latest, of_stretch.latest);
    table.future_created += of_stretch.future_created;
  }
  table.is_as_of_given = given.has_value();
  if (given) {
    table.as_of = given;
  } else if (latest != kNoTime) {
    table.as_of = Instant(std::chrono::microseconds(latest));
  } else {
    return {};
  }
  const std::int64_t as_of_us = to_us(*table.as_of);
  table.as_of_offset_s = zone.offset_at(floor_div(as_of_us, kMicrosPerSecond));
  const auto is_near = [&](std::int64_t us) { return us > as_of_us - kDayUs && us <= as_of_us; };
  std::vector<std::int64_t> num_near(stretches.count());
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    std::int64_t mine = 0;
    for (std::size_t row = begin; row < end; ++row) {
      if (is_near(table.created_us[row]) || is_near(table.closed_us[row])) ++mine;
    }
    num_near[stretch] = mine;
  }));
  table.rows_before_as_of = std::accumulate(num_near.begin(), num_near.end(), std::int64_t{0});
  return {};
}

Result<void> set_outcomes(RequestTable& table, bool is_in_days, unsigned threads) {
  const std::size_t n = table.size();
  table.duration.resize(n);
  table.outcome.resize(n);
  const std::int64_t now_us = to_us(table.now);
  const std::int64_t as_of_us = table.as_of ? to_us(*table.as_of) : kNoTime;
  // The first and the last request in scope, and whether a duration is no whole second.
  struct Seen {
    std::optional<std::size_t> first;
    std::optional<std::size_t> last;
    bool has_fractions = false;
    void look_at(const RequestTable& table, std::size_t row) {
      if (!first || table.created_us[row] < table.created_us[*first]) first = row;
      if (!last || table.created_us[row] > table.created_us[*last]) last = row;
    }
  };
  const Stretches stretches(n, threads);
  std::vector<Seen> of_stretch(stretches.count());
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    Seen seen;
    for (std::size_t row = begin; row < end; ++row) {
      Outcome outcome = scope_of(table, row, now_us, as_of_us);
      table.duration[row] = kNoDuration;
      if (outcome < Outcome::kCreatedMissing) seen.look_at(table, row);
      if (outcome == Outcome::kClosed || outcome == Outcome::kOpen) {
        const bool is_closed = outcome == Outcome::kClosed;
        std::int64_t duration;
        if (is_in_days) {
          duration =
              (is_closed ? table.closed_day(row) : table.as_of_day()) - table.created_day(row);
        } else {
          duration = (is_closed ? table.closed_us[row] : as_of_us) - table.created_us[row];
          seen.has_fractions = seen.has_fractions || duration % kMicrosPerSecond != 0;
        }
        if (duration < 0) {
          outcome = Outcome::kNegative;
        } else {
          table.duration[row] = duration;
        }
      }
      table.outcome[row] = outcome;
    }
    of_stretch[stretch] = seen;
  }));
  Seen all;
  for (const Seen& seen : of_stretch) {
    if (seen.first) all.look_at(table, *seen.first);
    if (seen.last) all.look_at(table, *seen.last);
    all.has_fractions = all.has_fractions || seen.has_fractions;
  }
  if (all.first) table.first_created_day = table.created_day(*all.first);
  if (all.last) table.last_created_day = table.created_day(*all.last);
  if (is_in_days) {
    table.ticks_per_hour = 0;
  } else if (all.has_fractions) {
    table.ticks_per_hour = 3600 * kMicrosPerSecond;
  } else {
    table.ticks_per_hour = 3600;
    return stretches.each([&](std::size_t, std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        if (table.duration[row] != kNoDuration) table.duration[row] /= kMicrosPerSecond;
      }
    });
  }
  return {};
}

Result<void> set_closing_classes(RequestTable& table, const Category* agency, unsigned threads) {
  if (table.is_in_days()) return {};
  // Requests without an agency are judged as one agency of their own, the last.
  const std::size_t num_agencies = agency == nullptr ? 0 : agency->num_keys();
  struct Closings {
    std::vector<std::int64_t> all;
    std::vector<std::int64_t> at_midnight;
    bool has_seconds = false;
  };
  const auto agency_of = [&](std::size_t row) -> std::size_t {
    if (agency == nullptr || agency->codes[row] == kNoCode) return num_agencies;
    return agency->codes[row];
  };
  const Stretches stretches(table.size(), threads);
  std::vector<Closings> of_stretch(stretches.count());
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    Closings& mine = of_stretch[stretch];
    mine.all.assign(num_agencies + 1, 0);
    mine.at_midnight.assign(num_agencies + 1, 0);
    bool has_seconds = false;
    for (std::size_t row = begin; row < end; ++row) {
      // A closing before its request still shows the hand of the system that stamped it.
      if (table.outcome[row] != Outcome::kClosed && table.outcome[row] != Outcome::kNegative) {
        continue;
      }
      ++mine.all[agency_of(row)];
      if (table.is_marked(row, kClosedAtMidnight)) ++mine.at_midnight[agency_of(row)];
      has_seconds = has_seconds || table.closed_us[row] % (60 * kMicrosPerSecond) != 0;
    }
    mine.has_seconds = has_seconds;
  }));
  Closings closings = std::move(of_stretch.front());
  for (std::size_t stretch = 1; stretch < of_stretch.size(); ++stretch) {
    for (std::size_t a = 0; a <= num_agencies; ++a) {
      closings.all[a] += of_stretch[stretch].all[a];
      closings.at_midnight[a] += of_stretch[stretch].at_midnight[a];
    }
    closings.has_seconds = closings.has_seconds || of_stretch[stretch].has_seconds;
  }
  if (std::accumulate(closings.all.begin(), closings.all.end(), std::int64_t{0}) == 0) return {};
  table.closing_resolution_s = closings.has_seconds ? 1 : 60;
  const double share = *table.closing_resolution_s / static_cast<double>(kSecondsPerDay);
  std::vector<std::uint8_t> closes_in_batches(num_agencies + 1, 0);
  for (std::size_t a = 0; a <= num_agencies; ++a) {
    const double expected = static_cast<double>(closings.all[a]) * share;
    closes_in_batches[a] = static_cast<double>(closings.at_midnight[a]) > 5 * expected &&
                           stats::poisson_upper_tail(closings.at_midnight[a], expected) < 1e-6;
  }
  return stretches.each([&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      if (table.outcome[row] != Outcome::kClosed) continue;
      std::uint8_t& marks = table.marks[row];
      if (table.duration[row] == 0) marks |= kZero;
      if (table.duration[row] < table.ticks_per_hour / 6) marks |= kInstant;
      if ((marks & kClosedAtMidnight) != 0 && closes_in_batches[agency_of(row)] != 0) {
        marks |= kBatch;
      }
    }
  });
}

void set_fold_ranges(RequestTable& table, const std::vector<FoldWidth>& folds) {
  if (table.is_in_days()) return;
  for (const FoldWidth& fold : folds) {
    if (table.outcome[fold.row] != Outcome::kClosed) continue;
    // The chosen reading of the closing may be the second one already.
    const bool is_second = table.is_marked(fold.row, kAmbiguousSign);
    const double first_s =
        static_cast<double>(table.closed_us[fold.row] - table.created_us[fold.row]) / 1e6 -
        (is_second ? fold.closed_s : 0);
    double shortest = std::numeric_limits<double>::infinity();
    double longest = 0;
    for (const std::int32_t created_later : {0, fold.created_s}) {
      for (const std::int32_t closed_later : {0, fold.closed_s}) {
        const double seconds = first_s + closed_later - created_later;
        if (seconds < 0) continue;
        shortest = std::min(shortest, seconds);
        longest = std::max(longest, seconds);
      }
    }
    table.fold_ranges.push_back({fold.row, shortest / 3600, longest / 3600});
  }
}

namespace {

struct SortedRow {
  std::uint32_t row = 0;
  std::int64_t duration = 0;
  bool is_closed = false;
  bool is_left_out = false;
};

// Fills by_duration, timed and times from `size` rows in order of duration; `at(i)` is the i-th, a
// SortedRow.
template <typename At>
Result<void> list_by_duration(RequestTable& table, std::size_t size, unsigned threads,
                              const At& at) {
  // A stretch counts the times that begin in it, and writes them behind those before.
  const auto begins_time = [&](std::size_t i) {
    return i == 0 || at(i - 1).duration != at(i).duration;
  };
  const Stretches stretches(size, threads);
  std::vector<std::size_t> first_time(stretches.count() + 1, 0);
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    std::size_t num_times = 0;
    for (std::size_t i = begin; i < end; ++i) num_times += begins_time(i) ? 1 : 0;
    first_time[stretch + 1] = num_times;
  }));
  std::partial_sum(first_time.begin(), first_time.end(), first_time.begin());
  if (first_time.back() > TimedRow::kMaxTimes) {
    return Error(ErrorCode::kUnsupported,
                 concat("more than ", TimedRow::kMaxTimes, " different durations in one job"));
  }
  table.by_duration.resize(size);
  table.timed.resize(size);
  table.times.resize(first_time.back());
  return stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    std::size_t num_times = first_time[stretch];
    for (std::size_t i = begin; i < end; ++i) {
      const SortedRow row = at(i);
      if (begins_time(i)) table.times[num_times++] = row.duration;
      table.by_duration[i] = row.row;
      table.timed[i] =
          TimedRow(static_cast<std::uint32_t>(num_times - 1), row.is_closed, row.is_left_out);
    }
  });
}

}  // namespace

Result<void> sort_by_duration(RequestTable& table, unsigned threads) {
  const Stretches stretches(table.size(), threads);
  struct Seen {
    std::uint64_t longest = 0;
    std::size_t count = 0;
  };
  std::vector<Seen> of_stretch(stretches.count());
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    Seen seen;
    for (std::size_t row = begin; row < end; ++row) {
      if (table.duration[row] == kNoDuration) continue;
      seen.longest = std::max(seen.longest, static_cast<std::uint64_t>(table.duration[row]));
      ++seen.count;
    }
    of_stretch[stretch] = seen;
  }));
  std::uint64_t longest = 0;
  std::vector<std::size_t> first{0};
  for (const Seen& seen : of_stretch) {
    longest = std::max(longest, seen.longest);
    first.push_back(first.back() + seen.count);
  }
  const auto is_left_out = [&](std::size_t row) {
    return (table.marks[row] & (kInstant | kBatch)) != 0;
  };
  // A censoring comes after the closings of its duration: one more bit below the duration.
  const auto key_of = [&](std::size_t row) {
    return static_cast<std::uint64_t>(table.duration[row]) << 1 |
           (table.outcome[row] == Outcome::kOpen ? 1U : 0U);
  };
  // Below the key stand the row and whether it is left out, so that no row is looked up again.
  const auto row_bits = static_cast<unsigned>(std::bit_width(table.size()));
  const unsigned low_bits = row_bits + 1;
  const unsigned key_bits = static_cast<unsigned>(std::bit_width(longest)) + 1;
  if (low_bits + key_bits > 64) {
    // Microseconds over months do not fit beside the row.
    std::vector<std::uint32_t> rows;
    rows.reserve(first.back());
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (table.has_duration(row)) rows.push_back(static_cast<std::uint32_t>(row));
    }
    HARK_TRY_VOID(stats::radix_sort_by(rows, key_of, threads));
    return list_by_duration(table, rows.size(), threads, [&](std::size_t i) {
      return SortedRow{rows[i], table.duration[rows[i]], table.outcome[rows[i]] == Outcome::kClosed,
                       is_left_out(rows[i])};
    });
  }
  RawVector<std::uint64_t> keys(first.back());
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    std::size_t to = first[stretch];
    for (std::size_t row = begin; row < end; ++row) {
      if (table.duration[row] == kNoDuration) continue;
      keys[to++] = key_of(row) << low_bits | row << 1 | (is_left_out(row) ? 1U : 0U);
    }
  }));
  HARK_TRY_VOID(stats::radix_sort(keys, low_bits, low_bits + key_bits, threads));
  const std::uint64_t row_mask = (std::uint64_t{1} << row_bits) - 1;
  return list_by_duration(table, keys.size(), threads, [&](std::size_t i) {
    const std::uint64_t key = keys[i];
    return SortedRow{static_cast<std::uint32_t>(key >> 1 & row_mask),
                     static_cast<std::int64_t>(key >> (low_bits + 1)), (key >> low_bits & 1) == 0,
                     (key & 1) != 0};
  });
}

void keep_selected(RequestTable& table, std::span<const std::uint8_t> is_selected) {
  if (table.first_created_day) {
    table.source_days.assign(
        static_cast<std::size_t>(*table.last_created_day - *table.first_created_day + 1), 0);
  }
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.is_in_scope(row)) continue;
    ++table
          .source_days[static_cast<std::size_t>(table.created_day(row) - *table.first_created_day)];
  }
  std::vector<std::uint32_t> new_row(is_selected.size());
  std::uint32_t next = 0;
  for (std::size_t row = 0; row < is_selected.size(); ++row) {
    new_row[row] = next;
    next += is_selected[row];
  }
  std::erase_if(table.fold_ranges, [&](FoldRange& range) {
    const bool is_left_out = is_selected[range.row] == 0;
    range.row = new_row[range.row];
    return is_left_out;
  });
  keep(table.created_us, is_selected);
  keep(table.closed_us, is_selected);
  keep(table.created_offset, is_selected);
  keep(table.closed_offset, is_selected);
  keep(table.duration, is_selected);
  keep(table.outcome, is_selected);
  keep(table.status, is_selected);
  keep(table.marks, is_selected);
  keep(table.resolved_as, is_selected);
  keep(table.latitude, is_selected);
  keep(table.longitude, is_selected);
  for (Category& category : table.categories) keep(category.codes, is_selected);
  for (auto& numbers : table.numbers) keep(numbers.values, is_selected);
}

}  // namespace hark::insight
