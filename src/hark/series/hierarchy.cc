#include "hark/series/hierarchy.h"

#include <algorithm>

#include "hark/core/parallel.h"

namespace hark::series {
namespace {

/// Bounds stay where the series' own errors put them (moved by a tenth of a request they would
/// leave out a day without any), but hold the forecast.
void set_mean(DayForecast& day, double mean) {
  day.mean = std::max(0.0, mean);
  day.low80 = std::min(day.low80, day.mean);
  day.low95 = std::min(day.low95, day.mean);
  day.high80 = std::max(day.high80, day.mean);
  day.high95 = std::max(day.high95, day.mean);
}

class Reconciler {
 public:
  explicit Reconciler(HierarchyForecast& forecasts)
      : forecasts_(forecasts), days_(forecasts.parts.size()), errors_(forecasts.parts.size()) {}

  /// `days_of` and `error_of` give the days and the error before them of one Forecast.
  template <typename DaysOf, typename ErrorOf>
  void reconcile(const DaysOf& days_of, const ErrorOf& error_of) {
    auto& parts = forecasts_.parts;
    auto& whole = days_of(forecasts_.whole);
    for (std::size_t p = 0; p < parts.size(); ++p) errors_[p] = error_of(parts[p]);
    for (std::size_t h = 0; h < whole.size(); ++h) {
      for (std::size_t p = 0; p < parts.size(); ++p) days_[p] = days_of(parts[p])[h];
      reconcile_day(whole[h], error_of(forecasts_.whole), days_, errors_);
      for (std::size_t p = 0; p < parts.size(); ++p) days_of(parts[p])[h] = days_[p];
    }
  }

 private:
  HierarchyForecast& forecasts_;
  std::vector<DayForecast> days_;
  std::vector<double> errors_;
};

Scores score(const DailySeries& series, const Forecast& forecast) {
  Tally tally;
  for (const OriginScore& origin : forecast.origins) {
    for (std::size_t h = 0; h < origin.days.size(); ++h) {
      const std::size_t at = origin.origin + h;
      if (series.is_filled[at] == 0)
        tally.add(series.values[at], origin.days[h], origin.mase_scale);
    }
  }
  return tally.scores();
}

}  // namespace

void reconcile_day(DayForecast& whole, double whole_error, std::span<DayForecast> parts,
                   std::span<const double> part_error) {
  double gap = whole.mean;
  double variance = whole_error * whole_error;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    gap -= parts[p].mean;
    variance += part_error[p] * part_error[p];
  }
  // Where nobody was ever wrong the parts are believed.
  if (variance > 0) {
    for (std::size_t p = 0; p < parts.size(); ++p)
      set_mean(parts[p], parts[p].mean + gap * part_error[p] * part_error[p] / variance);
  }
  double sum = 0;
  for (const DayForecast& part : parts) sum += part.mean;
  set_mean(whole, sum);
}

Result<HierarchyForecast> forecast_hierarchy(const DailySeries& whole,
                                             std::span<const DailySeries> parts,
                                             const CalendarFeatures& features,
                                             const ForecastOptions& options, unsigned threads) {
  HierarchyForecast out;
  out.parts.resize(parts.size());
  HARK_TRY_VOID(parallel_for(parts.size() + 1, threads, [&](std::size_t i) -> Result<void> {
    HARK_TRY(auto forecast, forecast_series(i == 0 ? whole : parts[i - 1], features, options));
    (i == 0 ? out.whole : out.parts[i - 1]) = std::move(forecast);
    return {};
  }));
  Reconciler reconciler(out);
  for (std::size_t o = 0; o < options.origins.size(); ++o) {
    reconciler.reconcile([o](Forecast& f) -> auto& { return f.origins[o].days; },
                         [o](const Forecast& f) { return f.origins[o].recent_error; });
  }
  reconciler.reconcile([](Forecast& f) -> auto& { return f.days; },
                       [](const Forecast& f) { return f.recent_error; });
  out.whole_scores = score(whole, out.whole);
  for (std::size_t p = 0; p < parts.size(); ++p)
    out.part_scores.push_back(score(parts[p], out.parts[p]));
  return out;
}

}  // namespace hark::series
