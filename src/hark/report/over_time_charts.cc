#include "hark/report/over_time_charts.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/report/chart_columns.h"
#include "hark/report/time_points.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

using chart::ChartSpec;
using chart::FieldType;
using chart::Format;
using chart::Mark;

constexpr std::size_t kShownDays = 13 * 7;     // of strange days
constexpr std::size_t kHistoryDays = 6 * 7;    // before a forecast
constexpr std::size_t kDaysForWeeks = 26 * 7;  // from here on a trend is shown by week
constexpr std::size_t kMostShiftLabels = 8;
constexpr std::size_t kMostStrangeLabels = 8;
const double kNone = std::nan("");

std::string a_day(insight::SeriesName name) { return concat(noun_of(name), " a day"); }

/// Counts by day; NaN where the day was missing and filled.
std::vector<double> counted(const series::DailySeries& days) {
  std::vector<double> values = days.values;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (days.is_filled[i] != 0) values[i] = kNone;
  return values;
}

/// 22 May
std::string short_day(std::int32_t day) {
  std::string text = say_day(day);
  text.resize(text.rfind(' '));
  return text;
}

ChartSpec days_chart(std::string id, std::string title, std::string x) {
  ChartSpec spec;
  spec.id = std::move(id);
  spec.title = std::move(title);
  spec.mark = Mark::kLine;
  spec.encoding.x.field = std::move(x);
  spec.encoding.x.type = FieldType::kTemporal;
  spec.encoding.y.field = "count";
  spec.height = 280;
  return spec;
}

}  // namespace

std::string_view noun_of(insight::SeriesName name) {
  return name == insight::SeriesName::kContactOffered ? "calls" : "requests";
}

ChartSpec volume_trend(const insight::SeriesReport& report) {
  const series::DailySeries& days = report.series;
  // Weeks rather than days, where there are enough: the weekend is not the question here.
  const TimeStep finest = days.size() > kDaysForWeeks ? TimeStep::kWeek : TimeStep::kDay;
  TimePoints points = time_points(days.first_day, counted(days), finest);
  const TimePoints trend = time_points(days.first_day, report.trend, finest);
  ChartSpec spec = days_chart("volume-trend", "Is the volume rising or falling?",
                              std::string(name_of(points.step)));
  std::vector<std::string> kinds(points.days.size(), "counted");
  kinds.resize(points.days.size() + trend.days.size(), "trend");
  points.days.insert(points.days.end(), trend.days.begin(), trend.days.end());
  points.values.insert(points.values.end(), trend.values.begin(), trend.values.end());
  spec.data = {numbers(spec.encoding.x.field, "", std::move(points.days)),
               numbers("count", a_day(report.name), std::move(points.values)),
               texts("kind", "line", std::move(kinds))};
  spec.encoding.color.field = "kind";
  spec.encoding.color.type = FieldType::kNominal;

  std::vector<const series::LevelShift*> shifts;
  for (const series::LevelShift& shift : report.changes) {
    if (insight::is_told(shift)) shifts.push_back(&shift);
  }
  std::ranges::stable_sort(shifts, std::ranges::greater(), [](const series::LevelShift* shift) {
    return std::abs(*shift->relative);
  });
  if (shifts.size() > kMostShiftLabels) shifts.resize(kMostShiftLabels);
  for (const series::LevelShift* shift : shifts) {
    spec.rules.push_back({chart::Axis::kX, static_cast<double>(days.day(shift->index)),
                          say_change(*shift->relative)});
  }
  spec.footnote = concat(
      said(points.step), points.step == TimeStep::kDay ? "" : " ",
      "Trend: what is left without week", report.yearly_strength ? " and year" : "",
      " and without single days (STL).",
      shifts.empty() ? "" : " Upright lines: from here on the level is so much higher or lower.");
  return spec;
}

ChartSpec strange_days(const insight::SeriesReport& report) {
  const series::DailySeries& days = report.series;
  ChartSpec spec = days_chart("strange-days", "Which days were out of the ordinary?", "day");
  const std::size_t begin = days.size() > kShownDays ? days.size() - kShownDays : 0;
  const std::vector<double> values = counted(days);
  std::vector<double> day;
  for (std::size_t i = begin; i < days.size(); ++i) day.push_back(days.day(i));
  const auto last = [&](const std::vector<double>& all) {
    return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end());
  };
  spec.data = {numbers("day", "day", std::move(day)),
               numbers("count", a_day(report.name), last(values)),
               numbers("low", "expected from", last(report.ranges.low)),
               numbers("high", "to", last(report.ranges.high))};
  spec.encoding.low = "low";
  spec.encoding.high = "high";
  std::size_t shown = 0;
  for (const series::Anomaly& anomaly : report.ranges.anomalies) {
    if (anomaly.index < begin) continue;
    const std::int32_t at = days.day(anomaly.index);
    const auto holiday = report.holidays.find(at);
    std::string label;
    if (shown++ < kMostStrangeLabels) {
      label = holiday == report.holidays.end() ? short_day(at) : std::string(holiday->second);
    }
    spec.notes.push_back({static_cast<double>(at), anomaly.actual, std::move(label)});
  }
  spec.description = concat(shown == 0 ? std::string("None") : std::to_string(shown), " of the ",
                            days.size() - begin, " days shown ", shown <= 1 ? "lies" : "lie",
                            " outside the expected range.");
  spec.footnote =
      concat(begin > 0 ? "The last 13 weeks. " : "",
             "Tinted: the range that trend and weekday let expect. Ringed: days outside it.");
  return spec;
}

ChartSpec forecast_days(const insight::ForecastReport& report) {
  const series::DailySeries& days = report.series;
  const std::string_view noun = noun_of(report.name);
  ChartSpec spec = days_chart("forecast", concat("How many ", noun, " will come?"), "day");
  const std::size_t begin = days.size() > kHistoryDays ? days.size() - kHistoryDays : 0;
  const std::vector<double> values = counted(days);
  std::vector<double> day, count, low80, high80, low95, high95;
  std::vector<std::string> kinds;
  for (std::size_t i = begin; i < days.size(); ++i) {
    day.push_back(days.day(i));
    count.push_back(values[i]);
    kinds.emplace_back("counted");
    for (auto* bound : {&low80, &high80, &low95, &high95}) bound->push_back(kNone);
  }
  for (const series::DayForecast& ahead : report.forecast.days) {
    day.push_back(ahead.day);
    count.push_back(ahead.mean);
    kinds.emplace_back("forecast");
    low80.push_back(ahead.low80);
    high80.push_back(ahead.high80);
    low95.push_back(ahead.low95);
    high95.push_back(ahead.high95);
  }
  spec.data = {numbers("day", "day", std::move(day)),
               texts("kind", "line", std::move(kinds)),
               numbers("count", a_day(report.name), std::move(count)),
               numbers("low80", "80 % from", std::move(low80)),
               numbers("high80", "to", std::move(high80)),
               numbers("low95", "95 % from", std::move(low95)),
               numbers("high95", "to", std::move(high95))};
  spec.encoding.color.field = "kind";
  spec.encoding.color.type = FieldType::kNominal;
  spec.encoding.low = "low95";
  spec.encoding.high = "high95";
  spec.encoding.inner_low = "low80";
  spec.encoding.inner_high = "high80";
  spec.footnote =
      "Dark tint: four days in five should lie within (80 %); light tint: 19 days in 20 (95 %).";
  return spec;
}

}  // namespace hark::report
