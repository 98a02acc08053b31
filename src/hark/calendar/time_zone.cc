#include "hark/calendar/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>

#include "hark/calendar/civil.h"
#include "hark/calendar/zone_file.h"
#include "hark/core/text.h"

namespace hark::calendar {
namespace {

constexpr std::int64_t kDay = 86'400;
std::int64_t first_of(std::int32_t year) { return days_from_civil(year, 1, 1) * kDay; }

/// The library reads the table of the compiled zone file, which ends here; the rule in the file's
/// footer it does not read.
constexpr std::int32_t kLastTableYear = 2037;

const std::string kZoneFolder = "/usr/share/zoneinfo/";

/// A file made by `zic -b slim` has the changes up to the last new rule, in New York's 2007, and
/// leaves the rest to its footer.
bool has_whole_table(const std::string& name) {
  std::ifstream file(kZoneFolder + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return !tells_of_changes(footer_of(bytes));
}

/// The latest year up to `kLastTableYear` whose dates have the weekdays of `year`.
std::int32_t year_like(std::int32_t year) {
  const auto first_weekday = [](std::int32_t y) {
    return weekday_from_days(days_from_civil(y, 1, 1));
  };
  std::int32_t like = kLastTableYear;
  while (is_leap_year(like) != is_leap_year(year) || first_weekday(like) != first_weekday(year)) {
    --like;
  }
  return like;
}

}  // namespace

void TimeZone::add_transition(std::int64_t utc_s, std::int32_t before_s, std::int32_t after_s) {
  // A change of name or of the daylight flag alone does not move the clock.
  if (before_s == after_s) return;
  transitions_.push_back({utc_s, utc_s + std::min(before_s, after_s),
                          utc_s + std::max(before_s, after_s), before_s, after_s});
}

std::int64_t TimeZone::last_change_s() const noexcept {
  return transitions_.empty() ? kBegin : transitions_.back().utc_s;
}

void TimeZone::extend_past_table() {
  const std::vector<Transition> table = transitions_;
  // Only a zone that changed its clock in the table's last year still does.
  if (last_change_s() < first_of(kLastTableYear) || last_change_s() >= first_of(kLastTableYear + 1))
    return;
  for (std::int32_t year = kLastTableYear + 1; first_of(year) < kEnd; ++year) {
    const std::int32_t like = year_like(year);
    for (const Transition& past : table) {
      if (past.utc_s < first_of(like) || past.utc_s >= first_of(like + 1)) continue;
      add_transition(past.utc_s - first_of(like) + first_of(year), past.offset_before_s,
                     past.offset_after_s);
    }
  }
}

void TimeZone::build_index() {
  constexpr std::int64_t kLength = std::int64_t{1} << kSliceBits;
  std::uint32_t at = 0;
  for (std::int64_t begin = kBegin; begin <= kEnd; begin += kLength) {
    while (at < transitions_.size() &&
           std::max(transitions_[at].utc_s, transitions_[at].local_end_s) <= begin) {
      ++at;
    }
    Slice& slice = slices_.emplace_back();
    slice.transition = at;
    slice.offset_s = offset_before(at);
    slice.plain_until_s = begin + kLength;
    if (at < transitions_.size())
      slice.plain_until_s = std::min(slice.plain_until_s, transitions_[at].local_begin_s);
  }
}

std::int32_t TimeZone::offset_before(std::uint32_t transition) const noexcept {
  if (transition < transitions_.size()) return transitions_[transition].offset_before_s;
  return transition == 0 ? first_offset_s_ : transitions_.back().offset_after_s;
}

Result<std::shared_ptr<const TimeZone>> TimeZone::load(const std::string& name) {
  using std::chrono::seconds;
  try {
    const date::tzdb& database = date::get_tzdb();
    const bool is_known =
        std::ranges::any_of(database.zones, [&](const auto& zone) { return zone.name() == name; });
    if (!is_known) {
      std::vector<std::string> names;
      for (const auto& zone : database.zones) names.push_back(zone.name());
      Error error(ErrorCode::kNotFound, concat("no time zone '", name, "'"));
      if (const auto near = nearest(name, names)) {
        return std::move(error).hint(concat("did you mean '", *near, "'?"));
      }
      return std::move(error).hint("use an IANA name such as 'America/New_York'");
    }
    const date::time_zone* zone = date::locate_zone(name);
    std::shared_ptr<TimeZone> result(new TimeZone(name));
    date::sys_info info = zone->get_info(date::sys_seconds(seconds(kBegin)));
    result->first_offset_s_ = static_cast<std::int32_t>(info.offset.count());
    while (info.end.time_since_epoch().count() < kEnd) {
      const auto before = static_cast<std::int32_t>(info.offset.count());
      const auto at = info.end.time_since_epoch().count();
      info = zone->get_info(info.end);
      result->add_transition(at, before, static_cast<std::int32_t>(info.offset.count()));
    }
    if (result->last_change_s() < first_of(kLastTableYear) && !has_whole_table(name)) {
      return Error(ErrorCode::kCorrupt,
                   concat("the system's file of time zone '", name, "' has not all of its changes"))
          .hint("hark needs whole zone files, as Debian's package tzdata has them (zic -b fat)");
    }
    result->extend_past_table();
    result->build_index();
    return std::shared_ptr<const TimeZone>(std::move(result));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return Error(ErrorCode::kCorrupt, concat("cannot read time zone '", name, "': ", e.what()))
        .hint("check that the package tzdata is installed");
  }
}

std::uint32_t TimeZone::first_candidate(std::int64_t seconds) const noexcept {
  return slices_[static_cast<std::size_t>(std::clamp(seconds, kBegin, kEnd) - kBegin) >> kSliceBits]
      .transition;
}

ZonedTime TimeZone::from_local_near_transition(std::int64_t local_s) const noexcept {
  std::uint32_t at = first_candidate(local_s);
  while (at < transitions_.size() && transitions_[at].local_end_s <= local_s) ++at;
  ZonedTime result;
  // Both in the fold and in the gap the reading is the one with the offset before the change.
  result.offset_s = offset_before(at);
  if (at < transitions_.size()) {
    const Transition& next = transitions_[at];
    if (local_s >= next.local_begin_s) {
      result.is_gap = next.offset_after_s > next.offset_before_s;
      result.is_fold = !result.is_gap;
      if (result.is_fold) result.fold_width_s = next.offset_before_s - next.offset_after_s;
    }
  }
  result.utc_s = local_s - result.offset_s;
  return result;
}

std::int32_t TimeZone::offset_at(std::int64_t utc_s) const noexcept {
  std::uint32_t at = first_candidate(utc_s);
  while (at < transitions_.size() && transitions_[at].utc_s <= utc_s) ++at;
  return offset_before(at);
}

std::string tzdata_version() {
  // The library knows no version when it uses the system's compiled files; the first line of
  // tzdata's own text form has it: "# version 2024a".
  std::ifstream file(kZoneFolder + "tzdata.zi");
  std::string line;
  constexpr std::string_view kPrefix = "# version ";
  if (std::getline(file, line) && line.starts_with(kPrefix)) return line.substr(kPrefix.size());
  return "unknown";
}

}  // namespace hark::calendar
