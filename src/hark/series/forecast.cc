#include "hark/series/forecast.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/series/dynamic_regression.h"
#include "hark/series/ets.h"
#include "hark/series/theta.h"
#include "hark/stats/descriptive.h"

namespace hark::series {
namespace {

constexpr std::size_t kWeek = 7;
/// Forecasts made in this many days before an origin choose its model and measure its intervals.
constexpr std::size_t kMemoryDays = 400;
/// No forecast from fewer days is looked at.
constexpr std::size_t kFirstOrigin = 28;
/// Errors of neighbouring horizons are alike: those up to so many days apart are pooled.
constexpr std::size_t kPooledHorizons = 3;
constexpr std::size_t kFewestErrors = 30;
constexpr double kZ80 = 1.2815515655446004;  ///< the 0.9 quantile of the normal distribution
constexpr std::array<double, 4> kLevels = {0.025, 0.1, 0.9, 0.975};

/// A steady series and one whose level moves: which it is shows in the errors so far.
constexpr std::array<double, 2> kLevelVariances = {0.002, 0.02};

DayForecast day_forecast(std::int32_t day, double mean, const std::array<double, 4>& bounds) {
  return {day, mean, bounds[1], bounds[2], bounds[0], bounds[3]};
}

/// The forecasts of one model from many origins, and their errors by the day that tells them.
class Record {
 public:
  Record(const DailySeries& series, OriginTable table)
      : series_(series),
        table_(std::move(table)),
        errors_until_(series.size() + 1),
        num_errors_until_(series.size() + 1) {
    const std::size_t scored = std::min(table_.horizon(), kScoredHorizon);
    for (std::size_t t = 0; t < series_.size(); ++t) {
      double sum = 0;
      std::size_t num = 0;
      if (series_.is_filled[t] == 0) {
        for (; num < scored && table_.first_origin() + num <= t; ++num)
          sum += std::abs(series_.values[t] - table_.row(t - num)[num]);
      }
      errors_until_[t + 1] = errors_until_[t] + sum;
      num_errors_until_[t + 1] = num_errors_until_[t] + num;
    }
  }

  std::span<const double> row(std::size_t origin) const { return table_.row(origin); }
  std::size_t first_origin() const { return table_.first_origin(); }
  /// Sum of absolute errors that were known at `origin`, of the last kMemoryDays.
  double recent_error(std::size_t origin) const {
    return errors_until_[origin] - errors_until_[origin - std::min(origin, kMemoryDays)];
  }

  double recent_mean_error(std::size_t origin) const {
    const std::size_t from = origin - std::min(origin, kMemoryDays);
    const std::size_t num = num_errors_until_[origin] - num_errors_until_[from];
    return num == 0 ? 0 : recent_error(origin) / static_cast<double>(num);
  }

  /// Bounds by the quantiles of the errors, on the root scale, that were known at `origin`.
  void bands(std::size_t origin, std::vector<double>& errors, std::span<DayForecast> out) const {
    const auto points = row(origin);
    const std::size_t step = std::max(kPooledHorizons, out.size() / 10);
    std::array<double, 4> at_knot{};
    std::array<double, 4> before{};
    std::size_t knot_before = 0;
    for (std::size_t knot = 0;; knot = std::min(knot + step, out.size() - 1)) {
      before = at_knot;
      if (collect(origin, knot, errors) >= kFewestErrors || knot == 0) quantiles(errors, at_knot);
      if (knot == 0) before = at_knot;
      for (std::size_t h = knot == 0 ? 0 : knot_before + 1; h <= knot; ++h) {
        const double share = knot == 0 ? 1
                                       : static_cast<double>(h - knot_before) /
                                             static_cast<double>(knot - knot_before);
        std::array<double, 4> bounds{};
        for (std::size_t q = 0; q < kLevels.size(); ++q) {
          const double error = before[q] + share * (at_knot[q] - before[q]);
          bounds[q] = from_root(to_root(points[h]) + error);
        }
        out[h] = day_forecast(series_.day(origin + h), points[h], bounds);
      }
      knot_before = knot;
      if (knot == out.size() - 1) return;
    }
  }

 private:
  std::size_t collect(std::size_t origin, std::size_t horizon, std::vector<double>& errors) const {
    errors.clear();
    const std::size_t first =
        std::max(table_.first_origin(), origin - std::min(origin, kMemoryDays));
    const std::size_t low = horizon - std::min(horizon, kPooledHorizons);
    const std::size_t high = std::min(table_.horizon() - 1, horizon + kPooledHorizons);
    for (std::size_t from = first; from < origin; ++from) {
      const auto points = table_.row(from);
      for (std::size_t h = low; h <= high && from + h < origin; ++h) {
        if (series_.is_filled[from + h] == 0)
          errors.push_back(to_root(series_.values[from + h]) - to_root(points[h]));
      }
    }
    return errors.size();
  }

  /// Type 7, without sorting all.
  static void quantiles(std::vector<double>& errors, std::array<double, 4>& out) {
    out.fill(0);
    if (errors.empty()) return;
    auto begin = errors.begin();
    for (std::size_t q = 0; q < kLevels.size(); ++q) {
      const double place = kLevels[q] * static_cast<double>(errors.size() - 1);
      const auto whole = static_cast<std::ptrdiff_t>(place);
      const auto at = errors.begin() + whole;
      if (at >= begin) std::nth_element(begin, at, errors.end());
      begin = std::max(begin, at);
      const double next = at + 1 == errors.end() ? *at : *std::min_element(at + 1, errors.end());
      out[q] = *at + (place - static_cast<double>(whole)) * (next - *at);
    }
  }

  const DailySeries& series_;
  OriginTable table_;
  std::vector<double> errors_until_;  ///< sums of the errors told by the days before
  std::vector<std::size_t> num_errors_until_;
};

/// Counts from forecasts of their roots. The square of a mean root is below the mean count by the
/// root's variance (for few or uneven requests by a third of it), so the squared errors of
/// forecasts for the next day, as known at the origin, are added by weekday: a closed day has none.
/// (Errors of later days are as much the level's as the days' own.)
/// Source: Duan, Smearing Estimate, JASA 78 (1983).
class CountOfRoot {
  struct Squares {
    double sum = 0;
    double num = 0;
  };
  static constexpr double kPoisson = 0.25;  ///< variance of a Poisson count's root

 public:
  CountOfRoot(const DailySeries& series, const OriginTable& roots)
      : series_(series), until_(series.size() + 1) {
    for (std::size_t t = 0; t < series.size(); ++t) {
      until_[t + 1] = until_[t];
      if (series.is_filled[t] != 0 || t < roots.first_origin()) continue;
      const double error = to_root(series.values[t]) - roots.row(t)[0];
      Squares& told = until_[t + 1][weekday(t)];
      told.sum += error * error;
      told.num += 1;
    }
  }

  void raise(std::size_t origin, std::span<double> roots) const {
    const auto& now = until_[origin];
    const auto& before = until_[origin - std::min(origin, kMemoryDays)];
    std::array<Squares, kWeek> by_weekday;
    Squares all;
    for (std::size_t w = 0; w < kWeek; ++w) {
      by_weekday[w] = {now[w].sum - before[w].sum, now[w].num - before[w].num};
      all.sum += by_weekday[w].sum;
      all.num += by_weekday[w].num;
    }
    // A weekday that few days have told leans on the others; without any, on Poisson's 1/4.
    const double pooled = (all.sum + kPoisson) / (all.num + 1);
    for (std::size_t h = 0; h < roots.size(); ++h) {
      const Squares& told = by_weekday[weekday(origin + h)];
      const double variance = (told.sum + pooled) / (told.num + 1);
      roots[h] = from_root(std::sqrt(std::pow(std::max(0.0, roots[h]), 2) + variance));
    }
  }

 private:
  std::size_t weekday(std::size_t t) const {
    return static_cast<std::size_t>(calendar::weekday_from_days(series_.day(t)));
  }

  const DailySeries& series_;
  std::vector<std::array<Squares, kWeek>> until_;  ///< sums over the days before
};

/// Same weekday of the last week; bounds from the seasonal differences, wider every week ahead.
class SeasonalNaive {
 public:
  explicit SeasonalNaive(const DailySeries& series)
      : series_(series), squares_until_(series.size() + 1) {
    for (std::size_t t = kWeek; t < series_.size(); ++t) {
      const double difference = series_.values[t] - series_.values[t - kWeek];
      squares_until_[t + 1] = squares_until_[t] + difference * difference;
    }
  }
  void points(std::size_t origin, std::span<double> out) const {
    for (std::size_t h = 0; h < out.size(); ++h)
      out[h] = series_.values[origin - kWeek + h % kWeek];
  }
  void bands(std::size_t origin, std::span<DayForecast> out) const {
    const double sd = std::sqrt(squares_until_[origin] / static_cast<double>(origin - kWeek));
    constexpr std::array<double, 4> kZ = {-stats::kZ95, -kZ80, kZ80, stats::kZ95};
    for (std::size_t h = 0; h < out.size(); ++h) {
      const double mean = series_.values[origin - kWeek + h % kWeek];
      const double spread = sd * std::sqrt(static_cast<double>(h / kWeek + 1));
      std::array<double, 4> bounds{};
      for (std::size_t q = 0; q < kZ.size(); ++q) bounds[q] = std::max(0.0, mean + kZ[q] * spread);
      out[h] = day_forecast(series_.day(origin + h), mean, bounds);
    }
  }

 private:
  const DailySeries& series_;
  std::vector<double> squares_until_;
};

/// All candidates' forecasts of one series.
class Study {
 public:
  Study(const DailySeries& series, const CalendarFeatures& features, const ForecastOptions& options)
      : series_(series),
        width_(std::max(options.horizon, kScoredHorizon)),
        naive_(series),
        bands_(width_) {
    const std::size_t first = options.origins.empty() ? series.size() : options.origins.front();
    first_origin_ = std::max(kFirstOrigin, first - std::min(first, kMemoryDays));
    std::vector<std::size_t> refits;
    for (std::size_t at = first_origin_; at < first; at += options.refit_days) refits.push_back(at);
    refits.insert(refits.end(), options.origins.begin(), options.origins.end());
    refits.push_back(series.size());

    auto naive = table();
    for (std::size_t origin = first_origin_; origin <= series.size(); ++origin)
      naive_.points(origin, naive.row(origin));
    auto ets = table();
    forecast_by_ets(series.values, refits, options.has_warm_starts, ets);
    auto theta = table();
    forecast_by_theta(series.values, refits, theta);
    auto regression = regressions(features);
    auto mean = table();
    for (std::size_t origin = first_origin_; origin <= series.size(); ++origin) {
      const auto a = ets.row(origin), b = theta.row(origin), c = regression.row(origin);
      const auto out = mean.row(origin);
      for (std::size_t h = 0; h < width_; ++h) out[h] = (a[h] + b[h] + c[h]) / 3;
    }
    records_.reserve(kNumModels);
    for (OriginTable* model : {&naive, &ets, &theta, &regression, &mean})
      records_.emplace_back(series, std::move(*model));
  }

  /// The model with the least error so far; seasonal naive where there is none yet.
  Model choose(std::size_t origin) const {
    std::size_t best = 0;
    for (std::size_t m = 1; m < kNumModels; ++m) {
      if (records_[m].recent_error(origin) < records_[best].recent_error(origin)) best = m;
    }
    return static_cast<Model>(best);
  }

  double recent_mean_error(Model model, std::size_t origin) const {
    return records_[static_cast<std::size_t>(model)].recent_mean_error(origin);
  }

  std::span<const DayForecast> bands(Model model, std::size_t origin, std::size_t horizon) {
    const std::span<DayForecast> out(bands_.data(), horizon);
    if (model == Model::kSeasonalNaive) {
      naive_.bands(origin, out);
    } else {
      records_[static_cast<std::size_t>(model)].bands(origin, errors_, out);
    }
    return out;
  }

 private:
  OriginTable table() const { return {first_origin_, series_.size(), width_}; }

  /// From every origin the forecast of the variant that had the least error until then.
  OriginTable regressions(const CalendarFeatures& features) const {
    std::vector<OriginTable> roots;
    std::vector<CountOfRoot> counts;
    std::vector<Record> variants;
    for (const double variance : kLevelVariances) {
      RegressionOptions options;
      options.level_variance = variance;
      forecast_by_regression(series_, features, options, roots.emplace_back(table()));
      counts.emplace_back(series_, roots.back());
      auto typical = roots.back();
      for (std::size_t origin = first_origin_; origin <= series_.size(); ++origin)
        for (double& point : typical.row(origin)) point = from_root(point);
      variants.emplace_back(series_, std::move(typical));
    }
    auto out = table();
    for (std::size_t origin = first_origin_; origin <= series_.size(); ++origin) {
      std::size_t best = 0;
      for (std::size_t v = 1; v < variants.size(); ++v)
        if (variants[v].recent_error(origin) < variants[best].recent_error(origin)) best = v;
      std::ranges::copy(roots[best].row(origin), out.row(origin).begin());
      counts[best].raise(origin, out.row(origin));
    }
    return out;
  }

  const DailySeries& series_;
  std::size_t width_;
  std::size_t first_origin_ = 0;
  SeasonalNaive naive_;
  std::vector<Record> records_;
  std::vector<DayForecast> bands_;
  std::vector<double> errors_;
};

Result<void> check(const DailySeries& series, const CalendarFeatures& features,
                   const ForecastOptions& options) {
  const std::size_t n = series.size();
  if (n < kLeastTraining + kScoredHorizon) {
    return Error(ErrorCode::kInvalidInput,
                 concat(n, " days are too few to forecast and check: at least ",
                        kLeastTraining + kScoredHorizon, " are needed"));
  }
  if (options.horizon == 0 || options.refit_days == 0 || !std::ranges::is_sorted(options.origins) ||
      (!options.origins.empty() &&
       (options.origins.front() < kLeastTraining || options.origins.back() >= n))) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("origins must ascend from ", kLeastTraining, " to ", n - 1,
                        ", and horizon and days between estimations be at least 1"));
  }
  if (features.first_day() > series.first_day ||
      features.first_day() + static_cast<std::int32_t>(features.num_days()) <
          series.day(n) + static_cast<std::int32_t>(std::max(options.horizon, kScoredHorizon))) {
    return Error(ErrorCode::kInternal, "the calendar does not cover the series and its horizon");
  }
  for (const std::size_t origin : options.origins) {
    if (mase_scale(series, origin) > 0) continue;
    return Error(ErrorCode::kInvalidInput,
                 "the series does not change from week to week: there is nothing to measure a "
                 "forecast by");
  }
  return {};
}

}  // namespace

double mase_scale(const DailySeries& series, std::size_t origin) {
  double sum = 0;
  for (std::size_t t = kWeek; t < origin; ++t)
    sum += std::abs(series.values[t] - series.values[t - kWeek]);
  return sum / static_cast<double>(origin - kWeek);
}

std::string_view name_of(Model model) {
  constexpr std::array<std::string_view, kNumModels> kNames = {"seasonal_naive", "ets", "theta",
                                                               "regression", "mean"};
  return kNames[static_cast<std::size_t>(model)];
}

std::vector<std::size_t> backtest_origins(std::size_t num_days, std::size_t count,
                                          std::size_t step) {
  std::vector<std::size_t> origins;
  for (std::size_t k = 0; k < count; ++k) {
    if (num_days < kLeastTraining + kScoredHorizon + k * step) break;
    origins.push_back(num_days - kScoredHorizon - k * step);
  }
  std::ranges::reverse(origins);
  return origins;
}

Result<Forecast> forecast_series(const DailySeries& series, const CalendarFeatures& features,
                                 const ForecastOptions& options) {
  HARK_TRY_VOID(check(series, features, options));
  Study study(series, features, options);
  Forecast out;
  std::array<Tally, kNumModels> tallies;
  Tally chosen;
  for (const std::size_t origin : options.origins) {
    OriginScore score;
    score.origin = origin;
    score.mase_scale = mase_scale(series, origin);
    score.chosen = study.choose(origin);
    const std::size_t horizon = std::min(kScoredHorizon, series.size() - origin);
    for (std::size_t m = 0; m < kNumModels; ++m) {
      const auto model = static_cast<Model>(m);
      const auto bands = study.bands(model, origin, kScoredHorizon);
      Tally here;
      for (std::size_t h = 0; h < horizon; ++h) {
        if (series.is_filled[origin + h] != 0) continue;
        const double actual = series.values[origin + h];
        here.add(actual, bands[h], score.mase_scale);
        tallies[m].add(actual, bands[h], score.mase_scale);
        if (model == score.chosen) chosen.add(actual, bands[h], score.mase_scale);
      }
      score.mase[m] = here.scores().mase;
      if (model == score.chosen)
        score.days.assign(bands.begin(), bands.begin() + static_cast<std::ptrdiff_t>(horizon));
    }
    score.recent_error = study.recent_mean_error(score.chosen, origin);
    out.origins.push_back(std::move(score));
  }
  for (std::size_t m = 0; m < kNumModels; ++m) out.scores[m] = tallies[m].scores();
  out.chosen_scores = chosen.scores();

  const std::size_t n = series.size();
  out.chosen = study.choose(n);
  const auto bands = study.bands(out.chosen, n, options.horizon);
  out.days.assign(bands.begin(), bands.end());
  out.recent_error = study.recent_mean_error(out.chosen, n);
  return out;
}

}  // namespace hark::series
