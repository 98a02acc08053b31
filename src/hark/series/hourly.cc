#include "hark/series/hourly.h"

#include <algorithm>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/series/origin_table.h"
#include "hark/stats/descriptive.h"
#include "hark/stats/distributions.h"

namespace hark::series {
namespace {

constexpr std::size_t kWeekHours = 7 * kHours;
constexpr std::size_t kMostWeeks = 52;
/// Of so many counts is the leaning of a weekday on all days: a quiet weekday has hours by chance.
constexpr double kLeaning = 24;
/// Errors of one hour of the day that make bounds: those of one origin.
constexpr std::size_t kFewestErrors = 28;
constexpr std::size_t kFewestWeeks = 4;

using Points = std::vector<double>;

Points naive_points(const HourlySeries& series, std::size_t origin, std::size_t num_days) {
  Points points(num_days * kHours);
  for (std::size_t h = 0; h < points.size(); ++h)
    points[h] = series.values[origin * kHours - kWeekHours + h % kWeekHours];
  return points;
}

Points share_points(const HourlySeries& series, std::size_t origin,
                    std::span<const DayForecast> days) {
  const HourShares shares = hour_shares(series, origin);
  Points points;
  points.reserve(days.size() * kHours);
  for (const DayForecast& day : days) {
    for (const double share : shares[calendar::weekday_from_days(day.day)])
      points.push_back(day.mean * share);
  }
  return points;
}

/// One model's forecasts from every origin, and the bounds that their errors make.
class Record {
 public:
  explicit Record(const HourlySeries& series) : series_(series) {}

  void add(std::size_t origin, Points points) { made_.push_back({origin, std::move(points)}); }

  /// Forecasts from `origin` with bounds by errors known then; empty where there are too few.
  std::vector<DayForecast> bounded(std::size_t origin, const Points& points) {
    std::array<std::array<double, 4>, kHours> bounds{};
    for (std::size_t hour = 0; hour < kHours; ++hour) {
      errors_.clear();
      for (const auto& [from, before] : made_) {
        for (std::size_t h = hour; h < before.size(); h += kHours) {
          const std::size_t day = from + h / kHours;
          if (day >= origin) break;
          if (series_.days.is_filled[day] == 0)
            errors_.push_back(to_root(series_.values[day * kHours + hour]) - to_root(before[h]));
        }
      }
      if (errors_.size() < kFewestErrors) return {};
      std::ranges::sort(errors_);
      constexpr std::array<double, 4> kLevels = {0.025, 0.1, 0.9, 0.975};
      for (std::size_t q = 0; q < kLevels.size(); ++q) {
        bounds[hour][q] = *stats::quantile(std::span<const double>(errors_), kLevels[q]);
      }
    }
    std::vector<DayForecast> out;
    out.reserve(points.size());
    for (std::size_t h = 0; h < points.size(); ++h) {
      const double root = to_root(points[h]);
      const auto& [low95, low80, high80, high95] = bounds[h % kHours];
      out.push_back({series_.days.day(origin + h / kHours), points[h], from_root(root + low80),
                     from_root(root + high80), from_root(root + low95), from_root(root + high95)});
    }
    return out;
  }

 private:
  struct Made {
    std::size_t origin = 0;
    Points points;
  };
  const HourlySeries& series_;
  std::vector<Made> made_;
  std::vector<double> errors_;
};

}  // namespace

HourlySeries hourly_series(DailySeries days, std::int32_t first_day,
                           std::span<const HoursOfDay> hours) {
  HourlySeries out;
  out.values.resize(days.size() * kHours);
  // A filled day before the first of its weekday takes that one, as fill_missing() does.
  for (std::size_t i = days.size(); i-- > 0;) {
    if (days.is_filled[i] == 0) {
      const HoursOfDay& of_day = hours[static_cast<std::size_t>(days.day(i) - first_day)];
      std::ranges::copy(of_day, out.values.begin() + static_cast<std::ptrdiff_t>(i * kHours));
    } else if (i + 7 < days.size()) {
      std::copy_n(out.values.begin() + static_cast<std::ptrdiff_t>((i + 7) * kHours), kHours,
                  out.values.begin() + static_cast<std::ptrdiff_t>(i * kHours));
    }
  }
  for (std::size_t i = 7; i < days.size(); ++i) {
    if (days.is_filled[i] == 0) continue;
    std::copy_n(out.values.begin() + static_cast<std::ptrdiff_t>((i - 7) * kHours), kHours,
                out.values.begin() + static_cast<std::ptrdiff_t>(i * kHours));
  }
  out.days = std::move(days);
  return out;
}

HourShares hour_shares(const HourlySeries& series, std::size_t origin) {
  HourShares shares{};
  std::array<double, kHours> all{};
  double sum = 0;
  for (std::size_t back = 1; back <= std::min(origin, kMostWeeks * 7); ++back) {
    const std::size_t day = origin - back;
    if (series.days.is_filled[day] != 0) continue;
    const double weight = std::exp2(-static_cast<double>((back - 1) / 7) / kHalfLifeWeeks);
    auto& weekday = shares[calendar::weekday_from_days(series.days.day(day))];
    for (std::size_t hour = 0; hour < kHours; ++hour) {
      const double count = weight * series.values[day * kHours + hour];
      weekday[hour] += count;
      all[hour] += count;
      sum += count;
    }
  }
  for (auto& weekday : shares) {
    double of_weekday = kLeaning;
    for (const double count : weekday) of_weekday += count;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
      const double usual = sum > 0 ? all[hour] / sum : 1.0 / kHours;
      weekday[hour] = (weekday[hour] + kLeaning * usual) / of_weekday;
    }
  }
  return shares;
}

double hourly_mase_scale(const HourlySeries& series, std::size_t origin) {
  double sum = 0;
  for (std::size_t t = kWeekHours; t < origin * kHours; ++t)
    sum += std::abs(series.values[t] - series.values[t - kWeekHours]);
  return sum / static_cast<double>(origin * kHours - kWeekHours);
}

Result<HourlyForecast> forecast_hours(const HourlySeries& series,
                                      std::span<const OriginScore> backtest, std::size_t num_scored,
                                      std::span<const DayForecast> ahead) {
  HourlyForecast out;
  Record naive(series);
  Record shares(series);
  Tally naive_tally;
  Tally shares_tally;
  for (std::size_t i = 0; i < backtest.size(); ++i) {
    const OriginScore& origin = backtest[i];
    Points of_naive = naive_points(series, origin.origin, origin.days.size());
    Points of_shares = share_points(series, origin.origin, origin.days);
    if (i + num_scored >= backtest.size()) {
      const auto bounded_naive = naive.bounded(origin.origin, of_naive);
      const auto bounded_shares = shares.bounded(origin.origin, of_shares);
      const double scale = hourly_mase_scale(series, origin.origin);
      if (!bounded_naive.empty() && !(scale > 0)) {
        return Error(ErrorCode::kInvalidInput,
                     "the hours do not change from week to week: there is nothing to measure a "
                     "forecast by");
      }
      if (!bounded_naive.empty()) ++out.scores.num_origins;
      for (std::size_t h = 0; h < bounded_naive.size(); ++h) {
        const std::size_t day = origin.origin + h / kHours;
        if (series.days.is_filled[day] != 0) continue;
        const double actual = series.values[day * kHours + h % kHours];
        naive_tally.add(actual, bounded_naive[h], scale);
        shares_tally.add(actual, bounded_shares[h], scale);
      }
    }
    naive.add(origin.origin, std::move(of_naive));
    shares.add(origin.origin, std::move(of_shares));
  }
  const std::size_t end = series.days.size();
  out.hours = shares.bounded(end, share_points(series, end, ahead));
  if (out.scores.num_origins == 0 || out.hours.empty()) {
    return Error(ErrorCode::kInvalidInput,
                 concat(end, " days are too few to forecast hours and check: at least ",
                        kLeastTraining + 2 * kScoredHorizon, " are needed"));
  }
  out.scores.naive = naive_tally.scores();
  out.scores.shares = shares_tally.scores();
  return out;
}

std::vector<HourOfWeek> hours_of_week(const HourlySeries& series) {
  std::vector<std::span<const double>> weeks;
  std::vector<double> totals;
  const DailySeries& days = series.days;
  for (std::size_t i = 0; i + 7 <= days.size(); ++i) {
    if (calendar::weekday_from_days(days.day(i)) != 0) continue;
    const auto filled = std::span(days.is_filled).subspan(i, 7);
    if (std::ranges::find(filled, 1) != filled.end()) continue;
    weeks.push_back(std::span(series.values).subspan(i * kHours, kWeekHours));
    double total = 0;
    for (const double count : weeks.back()) total += count;
    totals.push_back(total / kWeekHours);
  }
  double sum = 0;
  for (const double total : totals) sum += total;
  if (weeks.size() < kFewestWeeks || sum <= 0) return {};
  const auto n = static_cast<double>(weeks.size());
  const double critical = stats::student_t_quantile(0.975, n - 1);
  std::vector<HourOfWeek> out(kWeekHours);
  for (std::size_t h = 0; h < kWeekHours; ++h) {
    double count = 0;
    for (const auto& week : weeks) count += week[h];
    HourOfWeek& hour = out[h];
    hour.mean = count / n;
    hour.lift = count / sum;
    double squares = 0;
    for (std::size_t w = 0; w < weeks.size(); ++w)
      squares += std::pow(weeks[w][h] - hour.lift * totals[w], 2);
    const double reach = critical * std::sqrt(squares * n / (n - 1)) / sum;
    hour.ci95 = {std::max(0.0, hour.lift - reach), hour.lift + reach};
  }
  return out;
}

}  // namespace hark::series
