#include "hark/cli/hours_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hark/calendar/civil.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"

namespace hark::cli {
namespace {

constexpr std::array<const char*, 7> kWeekdays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string clock_of(std::size_t hour) { return concat(hour < 10 ? "0" : "", hour, ":00"); }

std::string one_decimal(double value) { return fixed(value, 1); }

}  // namespace

std::string hours_text(const insight::HoursReport& report, const insight::HourCounts& counts) {
  std::vector<std::pair<std::string, std::string>> lines = {
      {"hours", show_count(static_cast<std::int64_t>(report.num_hours))},
      {"  strength of the trend", show_number(report.trend_strength, 2)},
      {"  strength of the day", show_number(report.daily_strength, 2)},
      {"  strength of the week", show_number(report.weekly_strength, 2)}};
  if (counts.at_midnight + counts.at_noon > 0) {
    lines.emplace_back("  left out", concat(show_count(counts.at_midnight), " stamped 00:00:00, ",
                                            show_count(counts.at_noon), " 12:00:00"));
  }
  std::string text = "\n" + name_value_lines(lines);
  if (report.week.empty()) return text;
  std::vector<std::size_t> order(report.week.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t h) { return report.week[h].lift; });
  TextTable busy({{"busiest hours of the week"},
                  {"mean", Align::kRight},
                  {"times the mean hour", Align::kRight},
                  {"95 %", Align::kRight}});
  for (std::size_t i = 0; i < 10; ++i) {
    const series::HourOfWeek& hour = report.week[order[i]];
    busy.add(
        {concat(kWeekdays[order[i] / series::kHours], " ", clock_of(order[i] % series::kHours)),
         one_decimal(hour.mean), fixed(hour.lift, 2),
         concat(fixed(hour.ci95.low, 2), " to ", fixed(hour.ci95.high, 2))});
  }
  return concat(text, "\n", busy.to_string(), "(10 of 168; --json has all)\n");
}

std::string hours_forecast_text(const series::HourlyForecast& forecast) {
  TextTable scores({{"by hour"},
                    {"MASE", Align::kRight},
                    {"to naive", Align::kRight},
                    {"bias", Align::kRight},
                    {"pinball", Align::kRight},
                    {"in 80 %", Align::kRight},
                    {"in 95 %", Align::kRight}});
  const double naive = forecast.scores.naive.mase;
  const auto add = [&](const char* model, const series::Scores& s) {
    scores.add({model, fixed(s.mase, 3), fixed(s.mase / naive, 3), fixed(s.bias, 2),
                fixed(s.pinball, 2), show_percent(s.coverage80, 1), show_percent(s.coverage95, 1)});
  };
  add("same hour a week ago", forecast.scores.naive);
  add("day shared out", forecast.scores.shares);
  TextTable ahead(
      {{"hour"}, {"forecast", Align::kRight}, {"80 %", Align::kRight}, {"95 %", Align::kRight}});
  for (std::size_t h = 0; h < series::kHours; ++h) {
    const series::DayForecast& hour = forecast.hours[h];
    ahead.add({concat(calendar::format_date(hour.day), " ",
                      kWeekdays[calendar::weekday_from_days(hour.day)], " ", clock_of(h)),
               one_decimal(hour.mean),
               concat(one_decimal(hour.low80), " to ", one_decimal(hour.high80)),
               concat(one_decimal(hour.low95), " to ", one_decimal(hour.high95))});
  }
  return concat("\n", scores.to_string(), "over ", forecast.scores.num_origins, " origins\n\n",
                ahead.to_string(), "(the first day; --json has all)\n");
}

}  // namespace hark::cli
