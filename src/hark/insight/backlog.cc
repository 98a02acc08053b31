#include "hark/insight/backlog.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "hark/core/text.h"
#include "hark/insight/columns.h"
#include "hark/stats/descriptive.h"

namespace hark::insight {

const std::vector<AgeBand>& age_bands() {
  static const std::vector<AgeBand> bands = {{"under_1_day", "under 1 day", 1},
                                             {"days_1_to_7", "1 to 7 days", 7},
                                             {"days_7_to_30", "7 to 30 days", 30},
                                             {"days_30_to_90", "30 to 90 days", 90},
                                             {"days_90_to_365", "90 days to 1 year", 365},
                                             {"over_365_days", "over 1 year", HUGE_VAL}};
  return bands;
}

Instant local_midnight(const calendar::TimeZone& zone, std::int32_t day) {
  return Instant(std::chrono::seconds(zone.from_local(day * kSecondsPerDay).utc_s));
}

Result<Backlog> backlog_at(const RequestTable& table, Instant at) {
  if (!table.has_closing) {
    return Error(ErrorCode::kInvalidArgument,
                 "this source tells no closing times, so what was open cannot be known");
  }
  if (table.as_of && at > *table.as_of) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("the data end at ", format_instant(*table.as_of),
                        ": what was open later cannot be told"))
        .hint("choose an earlier --at");
  }
  const std::int64_t at_us = at.time_since_epoch().count();
  Backlog backlog;
  backlog.at = at;
  std::vector<std::int64_t> ages_us;
  // What has a date and no time happened by the end of that day.
  HARK_TRY(const auto zone, calendar::TimeZone::load(table.time_zone));
  const std::int64_t at_s = floor_div(at_us, kMicrosPerSecond);
  const auto at_day =
      static_cast<std::int32_t>(floor_div(at_s + zone->offset_at(at_s), kSecondsPerDay));
  const auto is_created = [&](std::size_t row) {
    return table.is_created_date_only ? table.created_day(row) < at_day
                                      : table.created_us[row] <= at_us;
  };
  const auto is_closed = [&](std::size_t row) {
    if (table.outcome[row] != Outcome::kClosed) return false;
    return table.is_in_days() ? table.closed_day(row) < at_day : table.closed_us[row] <= at_us;
  };
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.has_duration(row) || !is_created(row) || is_closed(row)) continue;
    ages_us.push_back(at_us - table.created_us[row]);
  }
  backlog.open = static_cast<std::int64_t>(ages_us.size());
  backlog.ages.assign(age_bands().size(), 0);
  const auto days = [](double us) {
    return us / static_cast<double>(kSecondsPerDay * kMicrosPerSecond);
  };
  for (const std::int64_t age_us : ages_us) {
    const auto band = std::ranges::upper_bound(age_bands(), days(static_cast<double>(age_us)), {},
                                               &AgeBand::below_days);
    ++backlog.ages[static_cast<std::size_t>(band - age_bands().begin())];
  }
  if (ages_us.empty()) return backlog;
  std::ranges::sort(ages_us);
  backlog.median_age_days = days(*stats::quantile(std::span<const std::int64_t>(ages_us), 0.5));
  backlog.oldest_age_days = days(static_cast<double>(ages_us.back()));
  return backlog;
}

Json to_json(const Backlog& backlog) {
  Json ages = Json::object({});
  for (std::size_t i = 0; i < backlog.ages.size(); ++i)
    ages.set(age_bands()[i].name, backlog.ages[i]);
  return Json::object({{"at", format_instant(backlog.at)},
                       {"open", backlog.open},
                       {"ages", std::move(ages)},
                       {"median_age_days", backlog.median_age_days},
                       {"oldest_age_days", backlog.oldest_age_days}});
}

}  // namespace hark::insight
