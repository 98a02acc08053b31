#include "hark/report/over_time.h"

#include <algorithm>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/report/citer.h"
#include "hark/report/over_time_charts.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

using insight::SeriesReport;

constexpr std::size_t kMostShifts = 5;
constexpr std::size_t kMostStrangeDays = 10;
/// From here on a season is strong: the limit at which R's forecast package takes out a season.
constexpr double kStrong = 0.64;
constexpr double kModerate = 0.3;

std::string_view strength_word(double strength) {
  return strength >= kStrong ? "strong" : strength >= kModerate ? "moderate" : "weak";
}

/// Sentences on one series.
class Volume {
 public:
  Volume(const ReportContext& context, const OverTime& over_time, Document& document)
      : first_known_day_(over_time.first_known_day),
        report_(*over_time.series),
        days_(report_.series),
        noun_(noun_of(report_.name)),
        n_(static_cast<std::int64_t>(days_.size())),
        cite_(document, context, "series", concat("--series ", name_of(report_.name))) {}

  Section write() {
    Section section{"volume",
                    "Dashboard: volume over time",
                    "Is the volume rising, and which days were out of the ordinary?",
                    {}};
    section.say(level());
    section.show(volume_trend(report_));
    if (auto shifts = earlier_shifts(); !shifts.empty()) {
      section.say("Before that:");
      section.list(std::move(shifts));
    }
    section.say(shape());
    section.say(strange());
    section.show(strange_days(report_));
    if (!report_.ranges.anomalies.empty()) section.show(strange_table());
    return section;
  }

 private:
  std::string mean(std::string id, std::string what, double value) {
    return cite_.per_day(std::move(id), std::move(what), value, n_, concat(noun_, " a day"));
  }

  /// The shifts that are large enough to be told, the latest first.
  std::vector<const series::LevelShift*> told_shifts() const {
    std::vector<const series::LevelShift*> told;
    for (const series::LevelShift& shift : report_.changes) {
      if (insight::is_told(shift)) told.push_back(&shift);
    }
    std::ranges::reverse(told);
    return told;
  }

  std::string shift_text(const series::LevelShift& shift) {
    const std::string date = calendar::format_date(days_.day(shift.index));
    return concat(
        mean("level_from_" + date, concat(noun_, " a day from ", date, " on, without seasons"),
             shift.after),
        " ", noun_, " a day, after ",
        mean("level_before_" + date, concat(noun_, " a day before ", date, ", without seasons"),
             shift.before),
        ": ", cite_.change("shift_" + date, "shift of the level on " + date, *shift.relative, n_),
        " (95 % interval ", say_change(shift.relative_ci95.low), " to ",
        say_change(shift.relative_ci95.high), ")");
  }

  std::string level() {
    std::string text = concat(say_count(n_), " whole days, ",
                              say_days(days_.first_day, days_.day(days_.size())), ". ");
    if (first_known_day_ < days_.first_day)
      text += "Days before a gap of more than four weeks are left out of this section. ";
    if (report_.missing_days > 0) {
      text += concat(
          cite_.count("missing_days", "days without a count", report_.missing_days, n_, "days"),
          report_.missing_days == 1 ? " day has" : " days have",
          " no count and stand for the same weekday of the week before. ");
    }
    const auto told = told_shifts();
    if (told.empty()) {
      return text + concat("The level did not shift for good by ",
                           say_percent(insight::kLevelShiftThreshold, 0), " or more.");
    }
    return text + concat("Since ", say_day(days_.day(told.front()->index)), " the level is ",
                         shift_text(*told.front()), ". The pattern of the ",
                         report_.yearly_strength
                             ? "week and the year is taken out."
                             : "week is taken out; in less than two years of days a shift cannot "
                               "be told from the time of year.");
  }

  std::vector<std::string> earlier_shifts() {
    std::vector<std::string> items;
    const auto told = told_shifts();
    for (std::size_t i = 1; i < std::min(told.size(), kMostShifts); ++i)
      items.push_back(
          concat("from ", say_day(days_.day(told[i]->index)), ": ", shift_text(*told[i])));
    if (told.size() > kMostShifts)
      items.push_back(concat(told.size() - kMostShifts, " more before ",
                             say_day(days_.day(told[kMostShifts - 1]->index))));
    return items;
  }

  /// Week, year and hours in two or three sentences.
  std::string shape() {
    std::string text;
    const auto& weekdays = report_.weekdays;
    unsigned busiest = 0;
    unsigned quietest = 0;
    for (unsigned day = 0; day < 7; ++day) {
      if (weekdays[day].mean > weekdays[busiest].mean) busiest = day;
      if (weekdays[day].mean < weekdays[quietest].mean) quietest = day;
    }
    if (weekdays[busiest].mean > weekdays[quietest].mean) {
      const auto weekday = [&](unsigned day) {
        return mean(concat("mean_", weekday_name(day)),
                    concat("mean ", noun_, " on a ", weekday_name(day)), weekdays[day].mean);
      };
      text +=
          concat("In these days a ", weekday_name(busiest), " brings ", weekday(busiest), " ",
                 noun_, " on average, a ", weekday_name(quietest), " ", weekday(quietest), ". ");
    }
    const auto strength = [&](std::string id, std::string_view what, std::optional<double> value) {
      if (!value) return;
      text += concat(
          "The pattern of the ", what, " is ", strength_word(*value), " (",
          cite_.number(std::move(id), concat("strength of the ", what, ", 0 to 1"), *value, n_),
          " of 1). ");
    };
    strength("weekly_strength", "week", report_.weekly_strength);
    strength("yearly_strength", "year", report_.yearly_strength);
    if (const auto& peak = report_.peak) {
      text += concat("Busiest are the hours from ", peak->window.first_hour, " to ",
                     peak->window.end_hour, " o'clock, with ",
                     cite_.number("peak_lift", concat(noun_, " an hour then, over the mean hour"),
                                  peak->lift, peak->all),
                     " times the ", noun_, " of the mean hour (95 % interval ",
                     fixed(peak->ci95.low, 2), " to ", fixed(peak->ci95.high, 2), ").");
    }
    return text;
  }

  std::string strange() {
    const auto& anomalies = report_.ranges.anomalies;
    if (anomalies.empty())
      return "No day lies outside the range that trend and weekday let expect.";
    std::int64_t holidays = 0;
    for (const series::Anomaly& anomaly : anomalies)
      holidays += report_.holidays.contains(days_.day(anomaly.index)) ? 1 : 0;
    const auto num = static_cast<std::int64_t>(anomalies.size());
    std::string text =
        concat(cite_.count("strange_days", "days outside their expected range", num, n_, "days"),
               num == 1 ? " day lies" : " days lie",
               " outside the range that trend and weekday let expect");
    if (holidays > 0) {
      text +=
          concat("; ", cite_.count("strange_holidays", "of these, holidays", holidays, num, "days"),
                 " of them ", holidays == 1 ? "is a holiday" : "are holidays");
    }
    return text + ".";
  }

  Table strange_table() {
    Table table;
    const auto& anomalies = report_.ranges.anomalies;
    table.caption =
        anomalies.size() > kMostStrangeDays
            ? concat("The ", kMostStrangeDays, " strangest days, the most unlikely first")
            : "The strange days, the most unlikely first";
    table.columns = {{"day", false},     {"weekday", false},       {std::string(noun_), true},
                     {"expected", true}, {"expected range", true}, {"holiday", false}};
    for (std::size_t i = 0; i < std::min(anomalies.size(), kMostStrangeDays); ++i) {
      const series::Anomaly& anomaly = anomalies[i];
      const std::int32_t day = days_.day(anomaly.index);
      const std::string date = calendar::format_date(day);
      const auto holiday = report_.holidays.find(day);
      table.rows.push_back({say_day(day), weekday_name(calendar::weekday_from_days(day)),
                            cite_.count("strange_" + date, concat(noun_, " on ", date),
                                        std::llround(anomaly.actual), n_, std::string(noun_)),
                            say_mean(anomaly.expected),
                            concat(say_mean(anomaly.low), " to ", say_mean(anomaly.high)),
                            holiday == report_.holidays.end() ? "" : std::string(holiday->second)});
    }
    return table;
  }

  std::int32_t first_known_day_;
  const SeriesReport& report_;
  const series::DailySeries& days_;
  std::string_view noun_;
  std::int64_t n_;
  Citer cite_;
};

/// How a model finds its numbers, for those who do not know its name.
std::string_view model_words(series::Model model) {
  switch (model) {
    case series::Model::kSeasonalNaive:
      return "the same weekday of the week before";
    case series::Model::kEts:
      return "exponential smoothing of level, trend and week (ETS)";
    case series::Model::kTheta:
      return "the Theta method (half trend, half smoothed level)";
    case series::Model::kRegression:
      return "a regression on weekday, season, holidays and the recent level";
    case series::Model::kMean:
      break;
  }
  return "the mean of three models";
}

}  // namespace

std::optional<Section> volume_section(const ReportContext& context, const OverTime& over_time,
                                      Document& document) {
  if (!over_time.series) return std::nullopt;
  return Volume(context, over_time, document).write();
}

std::optional<Section> forecast_section(const ReportContext& context, const OverTime& over_time,
                                        Document& document) {
  if (!over_time.forecast) return std::nullopt;
  const insight::ForecastReport& report = *over_time.forecast;
  const series::Forecast& forecast = report.forecast;
  const std::string_view noun = noun_of(report.name);
  const auto n = static_cast<std::int64_t>(report.series.size());
  const auto num_days = static_cast<std::int64_t>(forecast.days.size());
  const std::string unit = concat(noun, " a day");
  Citer cite(document, context, "forecast", concat("--series ", name_of(report.name)));
  Section section{
      "forecast",
      "Dashboard: what to expect",
      concat("How many ", noun, " will come in the next four weeks, and how sure is that?"),
      {}};
  double sum = 0;
  const series::DayForecast* most = nullptr;
  for (const series::DayForecast& day : forecast.days) {
    sum += day.mean;
    if (most == nullptr || day.mean > most->mean) most = &day;
  }
  section.say(concat(
      "In the ", num_days, " days from ", say_day(forecast.days.front().day), " on about ",
      cite.per_day("forecast_sum", concat(noun, " expected in the days that are forecast"), sum, n,
                   std::string(noun)),
      " ", noun, " are expected. The fullest day should be ",
      weekday_name(calendar::weekday_from_days(most->day)), " ", say_day(most->day), " with ",
      cite.per_day("forecast_most", concat(noun, " expected on the fullest day"), most->mean, n,
                   unit),
      " (80 % range ", say_mean(most->low80), " to ", say_mean(most->high80), ")."));
  section.show(forecast_days(report));
  section.heading("How good is this forecast?");
  const series::Scores& chosen = forecast.chosen_scores;
  const series::Scores& naive = forecast.of(series::Model::kSeasonalNaive);
  const auto scored = static_cast<std::int64_t>(chosen.n);
  std::vector<std::string> items;
  items.push_back(concat(
      "It was tried from ", forecast.origins.size(),
      forecast.origins.size() == 1 ? " day" : " days", " of the past, ", series::kScoredHorizon,
      " days ahead, and missed by ",
      cite.per_day("forecast_mae", "mean absolute error of the forecast", chosen.mae, scored, unit),
      " ", noun, " a day on average. Simply taking the same weekday of the week before missed by ",
      cite.per_day("naive_mae", "mean absolute error of the same weekday of the week before",
                   naive.mae, scored, unit),
      "."));
  if (!report.beats_naive()) {
    items.push_back(
        "No model did better than the same weekday of the week before: plan with the ranges, not "
        "with the line.");
  }
  items.push_back(concat(
      "Of the days it was tried on, ",
      cite.share("coverage80", "share of days within the 80 % range", chosen.coverage80, scored),
      " lay within the 80 % range and ",
      cite.share("coverage95", "share of days within the 95 % range", chosen.coverage95, scored),
      " within the 95 % range."));
  items.push_back(concat(
      "It is made by ", model_words(forecast.chosen),
      ", chosen by its errors before each day it was tried from: MASE ",
      cite.number("forecast_mase", "mean absolute scaled error of the forecast", chosen.mase,
                  scored),
      " against ",
      cite.number("naive_mase", "mean absolute scaled error of the same weekday of the week before",
                  naive.mase, scored),
      "."));
  for (const insight::Warning& warning : insight::forecast_warnings(report)) {
    if (warning.code == "few_origins")
      items.push_back("That is few days to try it from: error and ranges are rough.");
  }
  section.list(std::move(items));
  return section;
}

std::vector<std::string> not_told_over_time(const OverTime& over_time) {
  std::vector<std::string> items;
  if (!over_time.no_series.empty())
    items.push_back(
        concat("whether the volume is rising, and which days were strange: ", over_time.no_series));
  if (!over_time.no_forecast.empty())
    items.push_back(concat("how many will come: ", over_time.no_forecast));
  return items;
}

}  // namespace hark::report
