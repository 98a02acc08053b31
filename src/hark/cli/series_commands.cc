#include <algorithm>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/cli/commands.h"
#include "hark/cli/contact_source.h"
#include "hark/cli/hours_text.h"
#include "hark/cli/selection.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/forecasts.h"
#include "hark/insight/hours.h"

namespace hark::cli {
namespace {

using insight::SeriesName;

struct LoadedSeries {
  pipeline::OpenSource source;
  SeriesName name = SeriesName::kContactOffered;
  insight::Selection selection;
  Instant now;
  std::optional<insight::RequestBy> by;
  std::optional<insight::RequestTable> requests;
  insight::DailyCounts counts;
  std::optional<insight::HourCounts> hours;  ///< with --every hour; `counts` are then their days
};

/// A column to group by, as forecast's --by names it.
Result<insight::RequestBy> column_named(const contract::Contract& contract, const std::string& by) {
  HARK_TRY(auto group, insight::request_by_named(contract, by));
  if (group.kind == insight::RequestBy::Kind::kColumn) return group;
  return Error(ErrorCode::kInvalidArgument, concat("--by ", by, " is a time: days are forecast"))
      .hint("group by a column: agency, complaint_type, borough");
}

Result<LoadedSeries> load_series(const Arguments& arguments, Session& session,
                                 const std::string& by) {
  HARK_TRY(const SeriesName name, insight::series_named(arguments.text("--series")));
  if (!by.empty() && name == SeriesName::kContactOffered) {
    return Error(ErrorCode::kInvalidArgument,
                 "contact.offered cannot be grouped: --by is of requests")
        .hint("leave --by out, or --series requests.created");
  }
  if (!by.empty() && arguments.text("--every") == "hour") {
    return Error(ErrorCode::kInvalidArgument, "--by groups days: hours are of the whole")
        .hint("leave --by or --every hour out; --where chooses one group");
  }
  HARK_TRY(auto source, session.open_source(arguments.text("SOURCE")));
  const bool has_hours = arguments.text("--every") == "hour";
  LoadedSeries loaded{std::move(source), name, {}, {}, {}, {}, {}, {}};
  const contract::Contract& contract = *loaded.source.contract;
  loaded.now = now_for(session, loaded.source);
  HARK_TRY(loaded.selection, selection_of(arguments, contract));
  if (name == SeriesName::kContactOffered) {
    HARK_TRY(const auto table,
             load_periods(session, loaded.source, loaded.selection, loaded.source.warnings));
    loaded.counts = insight::daily_offered(table);
    if (has_hours) {
      HARK_TRY(loaded.hours, insight::hourly_offered(table));
      loaded.counts = loaded.hours->days;
    }
    return loaded;
  }
  HARK_TRY(auto load, request_load(arguments, session, loaded.source));
  if (!by.empty()) {
    HARK_TRY(loaded.by, column_named(contract, by));
    load.categories.push_back(loaded.by->column);
  }
  HARK_TRY(loaded.requests, insight::load_requests(*loaded.source.rows, contract, load));
  if (has_hours) {
    HARK_TRY(loaded.hours, insight::hourly_created(*loaded.requests, loaded.selection));
    loaded.counts = loaded.hours->days;
  } else {
    loaded.counts = insight::daily_created(*loaded.requests, loaded.selection);
  }
  return loaded;
}

/// "9-11", hours of the day, the second exclusive.
Result<std::optional<series::PeakWindow>> window_of(const Arguments& arguments) {
  if (!arguments.has("--window")) return std::optional<series::PeakWindow>();
  const std::string text = arguments.text("--window");
  const auto parts = split(text, '-');
  if (parts.size() == 2) {
    const auto first = parse_int(parts[0]);
    const auto end = parse_int(parts[1]);
    if (first && end && *first >= 0 && *end <= 24 && *first < *end) {
      return std::optional<series::PeakWindow>(
          series::PeakWindow{static_cast<int>(*first), static_cast<int>(*end)});
    }
  }
  return Error(ErrorCode::kInvalidArgument, concat("--window: no hours of the day: '", text, "'"))
      .hint("write 9-11 for 09:00 to 11:00");
}

std::string days_line(const series::DailySeries& days, std::int64_t missing) {
  return concat(
      show_count(static_cast<std::int64_t>(days.size())), ", ",
      calendar::format_date(days.first_day), " to ",
      calendar::format_date(days.day(days.size() - 1)),
      missing > 0 ? concat("; ", missing, " missing, filled with the weekday before") : "");
}

std::string show_change(double relative) {
  return concat(relative >= 0 ? "+" : "", fixed(100 * relative, 1), " %");
}

std::string show_whole(double value) { return show_count(std::llround(value)); }

/// A mean number a day: few of them would all be told as 0 or 1 without a decimal.
std::string show_level(double value) {
  return value < 9.95 ? show_number(value, 1) : show_whole(value);
}

std::string series_text(const insight::SeriesReport& report) {
  const series::DailySeries& days = report.series;
  std::vector<std::pair<std::string, std::string>> lines = {
      {"series", std::string(name_of(report.name))},
      {"days", days_line(days, report.missing_days)},
      {"strength of trend", show_number(report.trend_strength, 2)},
      {"strength of the week", show_number(report.weekly_strength, 2)},
      {"strength of the year",
       report.yearly_strength ? show_number(report.yearly_strength, 2) : "n/a (needs two years)"}};
  if (report.peak) {
    lines.emplace_back(
        "busiest hours",
        concat(report.peak->window.first_hour, " to ", report.peak->window.end_hour,
               " h: ", fixed(report.peak->lift, 2), " times the mean hour (",
               fixed(report.peak->ci95.low, 2), " to ", fixed(report.peak->ci95.high, 2), ")"));
  }
  if (report.hours && report.hours->at_midnight + report.hours->at_noon > 0) {
    lines.emplace_back("  left out",
                       concat(show_count(report.hours->at_midnight), " stamped 00:00:00, ",
                              show_count(report.hours->at_noon), " 12:00:00"));
  }
  std::string text = name_value_lines(lines);
  if (report.changes.empty()) {
    text += "\nno shift of the level found\n";
  } else {
    TextTable shifts({{"level shifts from"},
                      {"before", Align::kRight},
                      {"after", Align::kRight},
                      {"change", Align::kRight},
                      {"95 %", Align::kRight}});
    for (const series::LevelShift& shift : report.changes) {
      shifts.add({calendar::format_date(days.day(shift.index)), show_level(shift.before),
                  show_level(shift.after), shift.relative ? show_change(*shift.relative) : "n/a",
                  shift.relative ? concat(show_change(shift.relative_ci95.low), " to ",
                                          show_change(shift.relative_ci95.high))
                                 : "n/a"});
    }
    text += "\n" + shifts.to_string();
  }
  const auto& anomalies = report.ranges.anomalies;
  if (anomalies.empty()) return text + "\nno day outside its expected range\n";
  TextTable strange({{"strange day"},
                     {"count", Align::kRight},
                     {"expected", Align::kRight},
                     {"range", Align::kRight},
                     {"holiday"}});
  const std::size_t shown = std::min<std::size_t>(anomalies.size(), 10);
  for (std::size_t i = 0; i < shown; ++i) {
    const series::Anomaly& anomaly = anomalies[i];
    const std::int32_t day = days.day(anomaly.index);
    const auto holiday = report.holidays.find(day);
    strange.add({calendar::format_date(day), show_whole(anomaly.actual),
                 show_level(anomaly.expected),
                 concat(show_level(anomaly.low), " to ", show_level(anomaly.high)),
                 holiday == report.holidays.end() ? "" : std::string(holiday->second)});
  }
  text += "\n" + strange.to_string();
  if (anomalies.size() > shown)
    text += concat("(", shown, " of ", anomalies.size(), " days; --json has all)\n");
  return text;
}

Result<Answer> series_command(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto window, window_of(arguments));
  HARK_TRY(const auto loaded, load_series(arguments, session, ""));
  HARK_TRY(auto days, insight::training_series(loaded.counts, std::nullopt));
  HARK_TRY(const auto holidays, insight::holidays_of(*loaded.source.contract));
  std::optional<insight::CreationHours> hours;
  if (loaded.requests) hours = insight::creation_hours(*loaded.requests, loaded.selection);
  HARK_TRY(const auto report,
           insight::series_report(loaded.name, std::move(days), holidays ? &*holidays : nullptr,
                                  std::move(hours), window));
  Answer answer = answer_for(loaded.source, loaded.now);
  answer.data = insight::to_json(report);
  answer.text = series_text(report);
  for (const insight::Warning& warning : insight::series_warnings(report))
    answer.warnings.push_back({warning.code, warning.message, loaded.source.path});
  if (loaded.hours) {
    HARK_TRY(const auto by_hour,
             insight::hours_report(insight::hours_of(*loaded.hours, report.series)));
    answer.data.set("hourly", insight::to_json(by_hour, *loaded.hours));
    answer.text += hours_text(by_hour, *loaded.hours);
  }
  return answer;
}

std::string forecast_text(const insight::ForecastReport& report) {
  const series::Forecast& forecast = report.forecast;
  std::string text = name_value_lines(
      {{"series", std::string(name_of(report.name))},
       {"days", days_line(report.series, report.missing_days)},
       {"holidays",
        report.holidays.empty() ? "none (the contract names no calendar)" : report.holidays},
       {"model", concat(name_of(forecast.chosen), ", chosen by its errors before each origin")},
       {"backtest", concat(forecast.origins.size(), " origins, 1 to ", series::kScoredHorizon,
                           " days ahead")}});
  TextTable scores({{"model"},
                    {"MASE", Align::kRight},
                    {"to naive", Align::kRight},
                    {"sMAPE %", Align::kRight},
                    {"bias", Align::kRight},
                    {"pinball", Align::kRight},
                    {"in 80 %", Align::kRight},
                    {"in 95 %", Align::kRight}});
  const double naive = forecast.of(series::Model::kSeasonalNaive).mase;
  const auto add = [&](std::string_view model, const series::Scores& s) {
    scores.add({std::string(model), fixed(s.mase, 3), fixed(s.mase / naive, 3),
                show_number(s.smape, 1), fixed(s.bias, 1), fixed(s.pinball, 1),
                show_percent(s.coverage80, 1), show_percent(s.coverage95, 1)});
  };
  for (std::size_t m = 0; m < series::kNumModels; ++m)
    add(name_of(static_cast<series::Model>(m)), forecast.scores[m]);
  add("chosen", forecast.chosen_scores);
  text += "\n" + scores.to_string();
  TextTable ahead(
      {{"day"}, {"forecast", Align::kRight}, {"80 %", Align::kRight}, {"95 %", Align::kRight}});
  constexpr const char* kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  for (const series::DayForecast& day : forecast.days) {
    ahead.add({concat(calendar::format_date(day.day), " ",
                      kWeekdays[calendar::weekday_from_days(day.day)]),
               show_level(day.mean), concat(show_level(day.low80), " to ", show_level(day.high80)),
               concat(show_level(day.low95), " to ", show_level(day.high95))});
  }
  return text + "\n" + ahead.to_string();
}

std::string groups_text(const insight::ForecastReport& report) {
  TextTable groups({{report.by},
                    {"requests", Align::kRight},
                    {"model"},
                    {"MASE", Align::kRight},
                    {"to naive", Align::kRight},
                    {"in 80 %", Align::kRight},
                    {"in 95 %", Align::kRight},
                    {concat("next ", report.forecast.days.size(), " days"), Align::kRight}});
  const auto sum = [](const series::Forecast& forecast) {
    double total = 0;
    for (const series::DayForecast& day : forecast.days) total += day.mean;
    return show_whole(total);
  };
  const auto add = [&](const std::string& label, std::int64_t n, const series::Forecast& forecast,
                       const series::Scores& s) {
    const double naive = forecast.of(series::Model::kSeasonalNaive).mase;
    groups.add({label, show_count(n), std::string(name_of(forecast.chosen)), fixed(s.mase, 3),
                fixed(s.mase / naive, 3), show_percent(s.coverage80, 1),
                show_percent(s.coverage95, 1), sum(forecast)});
  };
  std::int64_t all = 0;
  for (const insight::GroupForecast& group : report.groups) {
    add(group.label, group.n, group.forecast, group.scores);
    all += group.n;
  }
  add("all", all, report.forecast, report.reconciled_scores);
  return concat("\nby ", report.by, ", made to add up\n", groups.to_string());
}

Result<insight::ForecastReport> make_report(const LoadedSeries& loaded,
                                            std::optional<std::int32_t> train_from,
                                            const insight::ForecastRequest& request) {
  if (loaded.by) {
    HARK_TRY(const auto grouping, insight::group_requests(*loaded.requests, *loaded.by));
    return insight::forecast_report_by(*loaded.requests, grouping, loaded.counts, train_from,
                                       *loaded.source.contract, request);
  }
  HARK_TRY(auto days, insight::training_series(loaded.counts, train_from));
  return insight::forecast_report(loaded.name, std::move(days), *loaded.source.contract, request);
}

Result<Answer> forecast_command(const Arguments& arguments, Session& session) {
  insight::ForecastRequest request;
  HARK_TRY(const auto horizon, arguments.whole_number("--horizon", 1));
  HARK_TRY(const auto origins, arguments.whole_number("--origins", 1));
  HARK_TRY(const auto step, arguments.whole_number("--origin-step", 1));
  if (horizon > 366) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("--horizon ", horizon, ": at most 366 days can be forecast"));
  }
  request.horizon = static_cast<std::size_t>(horizon);
  request.num_origins = static_cast<std::size_t>(origins);
  request.origin_step = static_cast<std::size_t>(step);
  request.threads = session.threads();
  HARK_TRY(const auto train_from, day_option(arguments, "--train-from"));
  HARK_TRY(const auto loaded, load_series(arguments, session, arguments.text("--by")));
  HARK_TRY(const auto report, make_report(loaded, train_from, request));
  Answer answer = answer_for(loaded.source, loaded.now);
  for (const insight::Warning& warning : insight::forecast_warnings(report))
    answer.warnings.push_back({warning.code, warning.message, loaded.source.path});
  answer.data = insight::to_json(report);
  answer.text = forecast_text(report);
  if (!report.groups.empty()) answer.text += groups_text(report);
  if (loaded.hours) {
    HARK_TRY(const auto hours,
             insight::forecast_report_hours(report, insight::hours_of(*loaded.hours, report.series),
                                            *loaded.source.contract, request));
    for (const insight::Warning& warning : insight::hours_warnings(hours))
      answer.warnings.push_back({warning.code, warning.message, loaded.source.path});
    answer.data.set("hourly", insight::to_json(hours));
    answer.text += hours_forecast_text(hours);
  }
  return answer;
}

}  // namespace

std::vector<Command> series_commands() {
  const Option name = {
      "--series", "NAME", "what is counted by day", "", {"contact.offered", "requests.created"},
      true,       ""};
  const Option every = {
      "--every", "UNIT",          "day, or hour: rows with a time of day, by hour too",
      "day",     {"day", "hour"}, false,
      ""};
  const Positional source = {"SOURCE", "a lake (LAKE@v12 as it was) or a data file"};
  return {
      {"series",
       "Trend, week and year in daily counts: strengths, level shifts, strange days, peak hours.",
       {"hark series metrics.csv --series contact.offered",
        "hark series 311.csv --series requests.created --window 9-11",
        "hark series 311.csv --series requests.created --every hour"},
       {source},
       {name,
        every,
        {"--window",
         "HOURS",
         "hours whose lift is wanted; else the busiest two",
         "",
         {},
         false,
         ""}},
       series_command,
       true},
      {"forecast",
       "How many will come each day, between which bounds, and how wrong such forecasts were.",
       {"hark forecast metrics.csv --series contact.offered --horizon 28",
        "hark forecast 311.csv --series requests.created --horizon 14 --train-from 2023-01-01",
        "hark forecast calls.csv --series contact.offered --horizon 7 --every hour"},
       {source},
       {name,
        every,
        {"--horizon", "DAYS", "days to forecast", "28", {}, false, ""},
        {"--origins", "K", "days to forecast from in the backtest", "12", {}, false, ""},
        {"--origin-step", "DAYS", "days between them", "28", {}, false, ""},
        {"--by", "COL", "also by group (requests), so that the groups add up", "", {}, false, ""},
        {"--train-from", "DATE", "first day to learn from", "", {}, false, ""}},
       forecast_command,
       true},
  };
}

}  // namespace hark::cli
