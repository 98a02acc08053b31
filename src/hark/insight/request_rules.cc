#include "hark/insight/request_rules.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "hark/calendar/civil.h"
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
  if (is_sentinel(created, table.created_offset_s[row])) return Outcome::kCreatedSentinel;
  if (created > as_of_us) return Outcome::kCreatedAfterAsOf;
  if (table.is_marked(row, kClosedUnreadable)) return Outcome::kUnparsed;
  const std::int64_t closed = table.closed_us[row];
  if (closed == kNoTime) return Outcome::kOpen;
  if (is_sentinel(closed, table.closed_offset_s[row])) return Outcome::kSentinel;
  if (closed > now_us) return Outcome::kFuture;
  if (closed > as_of_us) return Outcome::kOpen;
  return Outcome::kClosed;
}

template <typename T>
void keep(std::vector<T>& values, const std::vector<std::uint8_t>& is_selected) {
  if (values.empty()) return;
  std::size_t to = 0;
  for (std::size_t row = 0; row < is_selected.size(); ++row) {
    if (is_selected[row] != 0) values[to++] = values[row];
  }
  values.resize(to);
  values.shrink_to_fit();
}

}  // namespace

void set_as_of(RequestTable& table, const std::optional<Instant>& given,
               const calendar::TimeZone& zone) {
  const std::int64_t now_us = to_us(table.now);
  std::int64_t latest = kNoTime;
  const auto look_at = [&](std::int64_t us, std::int32_t offset_s) {
    if (us == kNoTime || us > now_us || is_sentinel(us, offset_s)) return;
    latest = std::max(latest, us);
  };
  for (std::size_t row = 0; row < table.size(); ++row) {
    look_at(table.created_us[row], table.created_offset_s[row]);
    look_at(table.closed_us[row], table.closed_offset_s[row]);
    if (table.created_us[row] != kNoTime && table.created_us[row] > now_us &&
        !is_sentinel(table.created_us[row], table.created_offset_s[row])) {
      ++table.future_created;
    }
  }
  table.is_as_of_given = given.has_value();
  if (given) {
    table.as_of = given;
  } else if (latest != kNoTime) {
    table.as_of = Instant(std::chrono::microseconds(latest));
  } else {
    return;
  }
  const std::int64_t as_of_us = to_us(*table.as_of);
  table.as_of_offset_s = zone.offset_at(floor_div(as_of_us, kMicrosPerSecond));
  const auto is_near = [&](std::int64_t us) { return us > as_of_us - kDayUs && us <= as_of_us; };
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (is_near(table.created_us[row]) || is_near(table.closed_us[row])) ++table.rows_before_as_of;
  }
}

void set_outcomes(RequestTable& table, bool is_in_days) {
  const std::size_t n = table.size();
  table.outcome.assign(n, Outcome::kCreatedMissing);
  table.duration.assign(n, kNoDuration);
  const std::int64_t now_us = to_us(table.now);
  const std::int64_t as_of_us = table.as_of ? to_us(*table.as_of) : kNoTime;
  bool has_fractions = false;
  std::optional<std::size_t> first;
  std::optional<std::size_t> last;
  for (std::size_t row = 0; row < n; ++row) {
    Outcome outcome = scope_of(table, row, now_us, as_of_us);
    if (outcome < Outcome::kCreatedMissing) {
      if (!first || table.created_us[row] < table.created_us[*first]) first = row;
      if (!last || table.created_us[row] > table.created_us[*last]) last = row;
    }
    if (outcome == Outcome::kClosed || outcome == Outcome::kOpen) {
      const bool is_closed = outcome == Outcome::kClosed;
      std::int64_t duration;
      if (is_in_days) {
        duration = (is_closed ? table.closed_day(row) : table.as_of_day()) - table.created_day(row);
      } else {
        duration = (is_closed ? table.closed_us[row] : as_of_us) - table.created_us[row];
        has_fractions = has_fractions || duration % kMicrosPerSecond != 0;
      }
      if (duration < 0) {
        outcome = Outcome::kNegative;
      } else {
        table.duration[row] = duration;
      }
    }
    table.outcome[row] = outcome;
  }
  if (first) table.first_created_day = table.created_day(*first);
  if (last) table.last_created_day = table.created_day(*last);
  if (is_in_days) {
    table.ticks_per_hour = 0;
  } else if (has_fractions) {
    table.ticks_per_hour = 3600 * kMicrosPerSecond;
  } else {
    table.ticks_per_hour = 3600;
    for (std::int64_t& duration : table.duration) {
      if (duration != kNoDuration) duration /= kMicrosPerSecond;
    }
  }
}

void set_closing_classes(RequestTable& table, const Category* agency) {
  if (table.is_in_days()) return;
  // Requests without an agency are judged as one agency of their own, the last.
  const std::size_t num_agencies = agency == nullptr ? 0 : agency->num_keys();
  std::vector<std::int64_t> closings(num_agencies + 1, 0);
  std::vector<std::int64_t> at_midnight(num_agencies + 1, 0);
  const auto agency_of = [&](std::size_t row) -> std::size_t {
    if (agency == nullptr || agency->codes[row] == kNoCode) return num_agencies;
    return agency->codes[row];
  };
  bool has_seconds = false;
  std::int64_t num_closings = 0;
  for (std::size_t row = 0; row < table.size(); ++row) {
    // A closing before its request still shows the hand of the system that stamped it.
    if (table.outcome[row] != Outcome::kClosed && table.outcome[row] != Outcome::kNegative) {
      continue;
    }
    ++num_closings;
    ++closings[agency_of(row)];
    if (table.is_marked(row, kClosedAtMidnight)) ++at_midnight[agency_of(row)];
    has_seconds = has_seconds || table.closed_us[row] % (60 * kMicrosPerSecond) != 0;
  }
  if (num_closings == 0) return;
  table.closing_resolution_s = has_seconds ? 1 : 60;
  const double share = *table.closing_resolution_s / static_cast<double>(kSecondsPerDay);
  std::vector<std::uint8_t> closes_in_batches(closings.size(), 0);
  for (std::size_t a = 0; a < closings.size(); ++a) {
    const double expected = static_cast<double>(closings[a]) * share;
    closes_in_batches[a] = static_cast<double>(at_midnight[a]) > 5 * expected &&
                           stats::poisson_upper_tail(at_midnight[a], expected) < 1e-6;
  }
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.outcome[row] != Outcome::kClosed) continue;
    std::uint8_t& marks = table.marks[row];
    if (table.duration[row] == 0) marks |= kZero;
    if (table.duration[row] < table.ticks_per_hour / 6) marks |= kInstant;
    if ((marks & kClosedAtMidnight) != 0 && closes_in_batches[agency_of(row)] != 0) {
      marks |= kBatch;
    }
  }
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

Result<void> sort_by_duration(RequestTable& table, unsigned threads) {
  std::uint64_t longest = 0;
  std::size_t count = 0;
  for (const std::int64_t duration : table.duration) {
    if (duration == kNoDuration) continue;
    longest = std::max(longest, static_cast<std::uint64_t>(duration));
    ++count;
  }
  // A censoring comes after the closings of its duration: one more bit below the duration.
  const auto key_of = [&](std::size_t row) {
    return static_cast<std::uint64_t>(table.duration[row]) * 2 +
           (table.outcome[row] == Outcome::kOpen ? 1 : 0);
  };
  table.by_duration.clear();
  table.by_duration.reserve(count);
  const auto row_bits = static_cast<unsigned>(std::bit_width(table.size()));
  const auto key_bits = static_cast<unsigned>(std::bit_width(longest)) + 1;
  if (row_bits + key_bits > 64) {
    // Microseconds over months do not fit beside the row.
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (table.has_duration(row)) table.by_duration.push_back(static_cast<std::uint32_t>(row));
    }
    HARK_TRY_VOID(stats::radix_sort_by(table.by_duration, key_of, threads));
  } else {
    std::vector<std::uint64_t> keys;
    keys.reserve(count);
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (table.has_duration(row)) keys.push_back(key_of(row) << row_bits | row);
    }
    HARK_TRY_VOID(stats::radix_sort(keys, row_bits, row_bits + key_bits, threads));
    const std::uint64_t row_mask = (std::uint64_t{1} << row_bits) - 1;
    for (const std::uint64_t key : keys) {
      table.by_duration.push_back(static_cast<std::uint32_t>(key & row_mask));
    }
  }
  table.timed.clear();
  table.timed.reserve(count);
  table.times.clear();
  for (const std::uint32_t row : table.by_duration) {
    if (table.times.empty() || table.times.back() != table.duration[row]) {
      if (table.times.size() == TimedRow::kMaxTimes) {
        return Error(ErrorCode::kUnsupported,
                     concat("more than ", TimedRow::kMaxTimes, " different durations in one job"));
      }
      table.times.push_back(table.duration[row]);
    }
    table.timed.emplace_back(static_cast<std::uint32_t>(table.times.size() - 1),
                             table.outcome[row] == Outcome::kClosed,
                             (table.marks[row] & (kInstant | kBatch)) != 0);
  }
  return {};
}

void keep_selected(RequestTable& table, const std::vector<std::uint8_t>& is_selected) {
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
  keep(table.created_offset_s, is_selected);
  keep(table.closed_offset_s, is_selected);
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
