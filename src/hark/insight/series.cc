#include "hark/insight/series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/columns.h"
#include "hark/series/robust.h"
#include "hark/series/stl.h"

namespace hark::insight {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
/// A day of no request in a city with more than this per day is a day the file does not have.
constexpr double kNoChance = 20;
constexpr std::size_t kLeastSegment = 28;
constexpr double kYear = 365.25;
constexpr int kPeakHours = 2;
constexpr std::uint64_t kPeakSeed = 311;
constexpr std::int64_t kNoon = 43'200;

struct Days {
  std::int32_t first = 0;
  std::int32_t last = -1;
  std::size_t size() const { return last < first ? 0 : static_cast<std::size_t>(last - first + 1); }
  bool holds(std::int32_t day) const { return day >= first && day <= last; }
};

/// Without the first and the last day, which are not whole unless the user cut there.
Days cut_to_whole(Days days, const Selection& selection) {
  if (selection.since_day != days.first) ++days.first;
  if (!selection.until_day || *selection.until_day - 1 != days.last) --days.last;
  return days;
}

/// The days that the source has from their first to their last second, as far as can be told,
/// whatever --where chooses of it.
Days whole_days(const RequestTable& table, const Selection& selection) {
  if (!table.first_created_day) return {};
  Days days{*table.first_created_day, *table.last_created_day};
  if (selection.since_day) days.first = std::max(days.first, *selection.since_day);
  if (selection.until_day) days.last = std::min(days.last, *selection.until_day - 1);
  return cut_to_whole(days, selection);
}

double median_of_counts(std::vector<double> values) {
  std::erase(values, 0.0);
  return series::upper_median(values);
}

Json date(std::int32_t day) { return calendar::format_date(day); }

Json interval(const stats::Interval& ci) { return Json::Array{ci.low, ci.high}; }

/// Trend and strengths of the seasons; of the year where two years are there.
Result<void> take_apart(const std::vector<double>& values, SeriesReport& report) {
  HARK_TRY(auto week, series::stl(values, series::StlOptions::weekly(false)));
  report.trend_strength = series::strength(week.trend, week.remainder);
  report.weekly_strength = series::strength(week.seasonal, week.remainder);
  if (static_cast<double>(values.size()) <= 2 * kYear) {
    report.trend = std::move(week.trend);
    return {};
  }
  HARK_TRY(auto both, series::mstl(values, {7, kYear}));
  report.weekly_strength = series::strength(both.seasonal[0], both.remainder);
  report.yearly_strength = series::strength(both.seasonal[1], both.remainder);
  report.trend = std::move(both.trend);
  return {};
}

/// A storm of a few days is told as strange days and is no level: it is taken out. Many strange
/// days close together are a level that the trend follows late.
series::DailySeries without_storms(series::DailySeries series,
                                   const series::ExpectedRanges& ranges) {
  constexpr std::size_t kAround = 7;
  constexpr std::ptrdiff_t kLongestStorm = 3;
  std::vector<std::uint8_t> is_strange(series.size(), 0);
  for (const series::Anomaly& strange : ranges.anomalies) is_strange[strange.index] = 1;
  for (const series::Anomaly& strange : ranges.anomalies) {
    const std::size_t first = strange.index - std::min(strange.index, kAround);
    const std::size_t end = std::min(strange.index + kAround + 1, series.size());
    if (std::ranges::count(std::span(is_strange).subspan(first, end - first), 1) <= kLongestStorm)
      series.values[strange.index] = strange.expected;
  }
  return series;
}

std::array<WeekdayMean, 7> weekday_means(const series::DailySeries& series) {
  std::array<WeekdayMean, 7> out{};
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series.is_filled[i] != 0) continue;
    WeekdayMean& weekday = out[calendar::weekday_from_days(series.day(i))];
    weekday.mean += series.values[i];
    ++weekday.days;
  }
  for (WeekdayMean& weekday : out)
    if (weekday.days > 0) weekday.mean /= static_cast<double>(weekday.days);
  return out;
}

}  // namespace

Result<SeriesName> series_named(std::string_view name) {
  if (name == "contact.offered") return SeriesName::kContactOffered;
  if (name == "requests.created") return SeriesName::kRequestsCreated;
  return Error(ErrorCode::kInvalidArgument, concat("no series '", name, "'"))
      .hint("--series contact.offered or requests.created");
}

std::string_view name_of(SeriesName name) {
  return name == SeriesName::kContactOffered ? "contact.offered" : "requests.created";
}

DailyCounts daily_offered(const ContactTable& table) {
  DailyCounts out;
  if (table.rows.empty()) return out;
  out.first_day = table.rows.front().day;
  out.values.assign(static_cast<std::size_t>(table.rows.back().day - out.first_day + 1), kMissing);
  std::int32_t before = out.first_day - 1;
  for (const ContactRow& row : table.rows) {
    double& value = out.values[static_cast<std::size_t>(row.day - out.first_day)];
    const double offered = row.offered ? static_cast<double>(*row.offered) : kMissing;
    value = row.day == before ? value + offered : offered;
    before = row.day;
  }
  return out;
}

DailyCounts daily_created(const RequestTable& table, const Selection& selection) {
  const Days days = whole_days(table, selection);
  DailyCounts out;
  out.first_day = days.first;
  out.values.assign(days.size(), 0.0);
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.is_in_scope(row)) continue;
    const std::int32_t day = table.created_day(row);
    if (days.holds(day)) ++out.values[static_cast<std::size_t>(day - days.first)];
  }
  // A day that the whole source lacks is missing; one without what was chosen is not.
  std::vector<double> of_source = out.values;
  if (!table.source_days.empty()) {
    const auto first = static_cast<std::size_t>(days.first - *table.first_created_day);
    for (std::size_t i = 0; i < of_source.size(); ++i)
      of_source[i] = static_cast<double>(table.source_days[first + i]);
  }
  if (median_of_counts(of_source) > kNoChance) {
    for (std::size_t i = 0; i < of_source.size(); ++i)
      if (of_source[i] == 0) out.values[i] = kMissing;
  }
  return out;
}

std::vector<DailyCounts> daily_created_by(const RequestTable& table, const Grouping& grouping,
                                          const DailyCounts& whole) {
  std::vector<DailyCounts> out(grouping.keys.size() + 1);
  for (DailyCounts& counts : out) {
    counts.first_day = whole.first_day;
    counts.values.reserve(whole.values.size());
    for (const double value : whole.values)
      counts.values.push_back(std::isnan(value) ? kMissing : 0.0);
  }
  const std::int32_t end = whole.first_day + static_cast<std::int32_t>(whole.values.size());
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.is_in_scope(row)) continue;
    const std::int32_t day = table.created_day(row);
    if (day < whole.first_day || day >= end) continue;
    const std::size_t group = std::min<std::size_t>(grouping.codes[row], grouping.keys.size());
    ++out[group].values[static_cast<std::size_t>(day - whole.first_day)];
  }
  return out;
}

Result<series::DailySeries> training_series(const DailyCounts& counts,
                                            std::optional<std::int32_t> train_from) {
  std::span<const double> values = counts.values;
  std::int32_t first = counts.first_day;
  if (train_from && *train_from > first) {
    const auto skipped = static_cast<std::size_t>(*train_from - first);
    values = values.subspan(std::min(skipped, values.size()));
    first = *train_from;
  }
  if (values.empty())
    return Error(ErrorCode::kInvalidInput, "no whole day is left to make a series of")
        .hint(
            "the first and the last day of an export are not whole; a series has 56 days or more");
  return series::fill_missing(first, values);
}

Result<std::optional<calendar::HolidayCalendar>> holidays_of(const contract::Contract& contract) {
  if (contract.holidays.empty()) return std::optional<calendar::HolidayCalendar>();
  HARK_TRY(auto calendar, calendar::HolidayCalendar::named(contract.holidays));
  return std::optional<calendar::HolidayCalendar>(calendar);
}

std::optional<CreationHours> creation_hours(const RequestTable& table, const Selection& selection) {
  if (table.is_created_date_only) return std::nullopt;
  const Days days = whole_days(table, selection);
  CreationHours out;
  out.first_day = days.first;
  out.days.resize(days.size());
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.is_in_scope(row)) continue;
    const std::int32_t day = table.created_day(row);
    if (!days.holds(day)) continue;
    const std::int64_t second = table.created_local_s(row) - day * kSecondsPerDay;
    // A stamp of whole hours that a form filled in heaps at midnight and noon.
    if (second == 0 || second == kNoon) {
      const bool is_exact = table.created_us[row] % 1'000'000 == 0;
      if (is_exact) {
        ++(second == 0 ? out.at_midnight : out.at_noon);
        continue;
      }
    }
    const auto hour = static_cast<std::size_t>(second / 3600);
    ++out.days[static_cast<std::size_t>(day - days.first)][hour];
    ++out.by_weekday[calendar::weekday_from_days(day)][hour];
  }
  return out;
}

bool is_told(const series::LevelShift& shift) {
  return shift.relative && std::abs(*shift.relative) >= kLevelShiftThreshold &&
         (shift.relative_ci95.low > 0 || shift.relative_ci95.high < 0);
}

Result<SeriesReport> series_report(SeriesName name, series::DailySeries series,
                                   const calendar::HolidayCalendar* holidays,
                                   std::optional<CreationHours> hours,
                                   std::optional<series::PeakWindow> window) {
  SeriesReport report;
  report.name = name;
  report.missing_days = std::ranges::count(series.is_filled, 1);
  if (series.size() < 2 * kLeastSegment) {
    return Error(ErrorCode::kInvalidInput,
                 concat(series.size(), " days are too few to take apart: at least ",
                        2 * kLeastSegment, " are needed"));
  }
  HARK_TRY_VOID(take_apart(series.values, report));
  report.weekdays = weekday_means(series);
  HARK_TRY(report.ranges, series::expected_ranges(series));
  HARK_TRY(report.changes,
           series::level_shifts(without_storms(series, report.ranges), kLeastSegment));
  if (holidays != nullptr) {
    const std::int32_t last_year = calendar::civil_from_days(series.day(series.size() - 1)).year;
    for (std::int32_t year = calendar::civil_from_days(series.first_day).year; year <= last_year;
         ++year) {
      for (const calendar::Holiday& holiday : holidays->in_year(year))
        report.holidays.emplace(holiday.day, holiday.name);
    }
  }
  if (hours) {
    report.peak = series::peak_lift(
        hours->days, window ? *window : series::busiest_window(hours->days, kPeakHours), kPeakSeed);
    report.hours = std::move(hours);
  }
  report.series = std::move(series);
  return report;
}

std::vector<Warning> series_warnings(const SeriesReport& report) {
  std::vector<Warning> warnings;
  if (!report.yearly_strength && !report.changes.empty()) {
    warnings.push_back({"season_unknown",
                        "in less than two years of days a shift of the level cannot be told from "
                        "the time of year"});
  }
  return warnings;
}

Json to_json(const SeriesReport& report) {
  const series::DailySeries& days = report.series;
  Json out = Json::object({{"series", name_of(report.name)},
                           {"first", date(days.first_day)},
                           {"last", date(days.day(days.size() - 1))},
                           {"n", days.size()},
                           {"missing_days", report.missing_days},
                           {"strength", Json::object({{"trend", report.trend_strength},
                                                      {"weekly", report.weekly_strength},
                                                      {"yearly", report.yearly_strength}})}});
  Json weekdays = Json::array();
  for (const WeekdayMean& weekday : report.weekdays) {
    weekdays.push_back(Json::object(
        {{"mean", weekday.days > 0 ? Json(weekday.mean) : Json()}, {"days", weekday.days}}));
  }
  out.set("by_weekday", std::move(weekdays));
  Json changes = Json::array();
  for (const series::LevelShift& shift : report.changes) {
    changes.push_back(
        Json::object({{"date", date(days.day(shift.index))},
                      {"before", shift.before},
                      {"after", shift.after},
                      {"relative", shift.relative},
                      {"ci95", shift.relative ? interval(shift.relative_ci95) : Json()},
                      {"passes_threshold", is_told(shift)}}));
  }
  out.set("changes", std::move(changes));
  Json anomalies = Json::array();
  for (const series::Anomaly& anomaly : report.ranges.anomalies) {
    const std::int32_t day = days.day(anomaly.index);
    const auto holiday = report.holidays.find(day);
    anomalies.push_back(Json::object(
        {{"date", date(day)},
         {"actual", anomaly.actual},
         {"expected", anomaly.expected},
         {"low", anomaly.low},
         {"high", anomaly.high},
         {"score", anomaly.score},
         {"holiday", holiday == report.holidays.end() ? Json() : Json(holiday->second)}}));
  }
  out.set("anomalies", std::move(anomalies));
  Json peak;
  if (report.peak) {
    const auto hour = [](int h) { return concat(h < 10 ? "0" : "", h, ":00"); };
    peak = Json::object({{"window", Json::Array{hour(report.peak->window.first_hour),
                                                hour(report.peak->window.end_hour)}},
                         {"lift", report.peak->lift},
                         {"ci95", interval(report.peak->ci95)},
                         {"n", report.peak->all},
                         {"days", report.peak->days}});
  }
  out.set("peak", std::move(peak));
  if (report.hours) {
    out.set("left_out", Json::object({{"at_midnight", report.hours->at_midnight},
                                      {"at_noon", report.hours->at_noon}}));
    Json week = Json::array();
    for (const auto& weekday : report.hours->by_weekday) {
      Json hours = Json::array();
      for (const std::int64_t count : weekday) hours.push_back(count);
      week.push_back(std::move(hours));
    }
    out.set("by_hour_of_week", std::move(week));
  }
  return out;
}

}  // namespace hark::insight
