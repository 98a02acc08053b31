// Daily series out of calls and requests, and what a series shows: METRICS sections 3 and 4.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/calendar/holidays.h"
#include "hark/core/json.h"
#include "hark/insight/contact.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/requests.h"
#include "hark/insight/warning.h"
#include "hark/series/anomalies.h"
#include "hark/series/daily_series.h"
#include "hark/series/level_shifts.h"
#include "hark/series/peaks.h"

namespace hark::insight {

enum class SeriesName { kContactOffered, kRequestsCreated };
/// "contact.offered", "requests.created". Errors: kInvalidArgument naming them.
Result<SeriesName> series_named(std::string_view name);
std::string_view name_of(SeriesName name);

/// Counts by local day; a day nothing is known of is NaN.
struct DailyCounts {
  std::int32_t first_day = 0;
  std::vector<double> values;
};

/// Offered calls by day, all queues together; missing where a row of the day has no count.
DailyCounts daily_offered(const ContactTable& table);

/// Requests in scope by day of creation.
///
/// Only whole days of the source, also before the first and after the last request that --where
/// chooses: the source's first and last day are left out, unless --since or --until cut there. A
/// day on which the whole source has no request counts as missing where more than 20 a day are
/// usual there (it cannot be chance), else as 0. Empty if there is no whole day.
DailyCounts daily_created(const RequestTable& table, const Selection& selection);
/// The same by group, over the days of `whole` and missing where that is. Rows without a group are
/// the last series. One series per key of the grouping, and one more.
std::vector<DailyCounts> daily_created_by(const RequestTable& table, const Grouping& grouping,
                                          const DailyCounts& whole);

/// Days from `train_from` on. Errors: kInvalidInput if there is none.
Result<series::DailySeries> training_series(const DailyCounts& counts,
                                            std::optional<std::int32_t> train_from);

/// The contract's calendar of holidays; absent where it names none. Errors: kNotFound.
Result<std::optional<calendar::HolidayCalendar>> holidays_of(const contract::Contract& contract);

/// Creation hours of whole days, stamps at exactly 00:00:00 and 12:00:00 left out.
struct CreationHours {
  std::int32_t first_day = 0;
  std::vector<series::HoursOfDay> days;
  std::array<std::array<std::int64_t, 24>, 7> by_weekday{};  ///< hours of the week, Monday first
  std::int64_t at_midnight = 0;                              ///< left out
  std::int64_t at_noon = 0;
};
/// nullopt where creation is told by date only.
std::optional<CreationHours> creation_hours(const RequestTable& table, const Selection& selection);

/// A shift smaller than this is no finding (METRICS section 7).
inline constexpr double kLevelShiftThreshold = 0.10;
/// Whether a shift is large enough to be told, and more than chance.
bool is_told(const series::LevelShift& shift);

/// The mean of the days of one weekday that have a count.
struct WeekdayMean {
  double mean = 0;
  std::int64_t days = 0;
};

struct SeriesReport {
  SeriesName name = SeriesName::kContactOffered;
  series::DailySeries series;
  std::int64_t missing_days = 0;
  std::optional<double> trend_strength;   ///< STL with a week
  std::optional<double> weekly_strength;  ///< MSTL where two years are there, else STL
  std::optional<double> yearly_strength;  ///< absent in less than two years
  std::vector<double> trend;              ///< by day: MSTL's where two years are there, else STL's
  std::array<WeekdayMean, 7> weekdays{};  ///< Monday first
  std::vector<series::LevelShift> changes;
  series::ExpectedRanges ranges;
  std::map<std::int32_t, std::string_view> holidays;  ///< of the series' days
  std::optional<CreationHours> hours;                 ///< requests
  std::optional<series::PeakLift> peak;
};

/// Errors: kInvalidInput if the series is shorter than 56 days.
Result<SeriesReport> series_report(SeriesName name, series::DailySeries series,
                                   const calendar::HolidayCalendar* holidays,
                                   std::optional<CreationHours> hours,
                                   std::optional<series::PeakWindow> window);

/// "season_unknown": shifts of the level that may be the time of year.
std::vector<Warning> series_warnings(const SeriesReport& report);

/// CLI.md, `series`.
Json to_json(const SeriesReport& report);

}  // namespace hark::insight
