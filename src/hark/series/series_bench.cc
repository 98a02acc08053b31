// How long forecasts with full backtests take.
//
//   ninja hark_series_bench && hark_series_bench [SERIES] [THREADS]
//
// The input looks like request types of a city: SERIES daily Poisson series of five years with a
// week, a year, holidays and a level that moves, from 2 to 500 a day. Every series gets 12 origins,
// 28 days apart, all five candidates estimated anew at each, and a forecast of 28 days; once with
// each estimation of ETS begun anew, once begun at the one before. Printed: wall and processor
// seconds, and the mean MASE and ratio to seasonal naive of both.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "hark/calendar/civil.h"
#include "hark/core/parallel.h"
#include "hark/series/forecast.h"
#include "hark/stats/random.h"

namespace hark::series {
namespace {

constexpr std::size_t kDays = 1826;

DailySeries made_up(std::size_t index, const calendar::HolidayCalendar& holidays) {
  auto random = stats::Pcg64::for_block(311, index);
  const double level = 2 * std::pow(250.0, random.uniform());
  const double weekend = 0.3 + 0.6 * random.uniform();
  const double yearly = 0.4 * random.uniform();
  const double phase = 6.28 * random.uniform();
  DailySeries series;
  series.first_day = calendar::days_from_civil(2019, 1, 1);
  double drift = 0;
  for (std::size_t t = 0; t < kDays; ++t) {
    const std::int32_t day = series.day(t);
    drift += 0.01 * stats::normal_quantile(random.uniform_open());
    double mean = level * std::exp(drift) * (1 + yearly * std::sin(day / 58.13 + phase));
    if (calendar::weekday_from_days(day) >= 5 || holidays.on(day)) mean *= weekend;
    series.values.push_back(
        static_cast<double>(stats::poisson_quantile(random.uniform_open(), mean)));
    series.is_filled.push_back(0);
  }
  return series;
}

int run(std::size_t count, unsigned threads) {
  const auto holidays = calendar::HolidayCalendar::named("US-NYC").value();
  std::vector<DailySeries> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(made_up(i, holidays));
  const CalendarFeatures features(all.front().first_day, kDays + kScoredHorizon, &holidays);
  for (const bool has_warm_starts : {false, true}) {
    ForecastOptions options;
    options.origins = backtest_origins(kDays, 12, 28);
    options.has_warm_starts = has_warm_starts;
    std::vector<Scores> scores(count);
    std::vector<double> ratios(count);
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    const auto done = parallel_for(count, threads, [&](std::size_t i) -> Result<void> {
      HARK_TRY(const auto forecast, forecast_series(all[i], features, options));
      scores[i] = forecast.chosen_scores;
      ratios[i] = scores[i].mase / forecast.of(Model::kSeasonalNaive).mase;
      return {};
    });
    if (!done) {
      std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
      return 1;
    }
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    double mase = 0, ratio = 0, in80 = 0, in95 = 0;
    for (std::size_t i = 0; i < count; ++i) {
      mase += scores[i].mase / static_cast<double>(count);
      ratio += ratios[i] / static_cast<double>(count);
      in80 += scores[i].coverage80 / static_cast<double>(count);
      in95 += scores[i].coverage95 / static_cast<double>(count);
    }
    std::printf(
        "%zu series, %u threads, %s starts: %.1f s wall, %.1f s processor; MASE %.5f, to naive "
        "%.5f, in 80 %% %.3f, in 95 %% %.3f\n",
        count, threads, has_warm_starts ? "warm" : "cold", wall,
        static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC, mase, ratio, in80, in95);
  }
  return 0;
}

}  // namespace
}  // namespace hark::series

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200;
  const unsigned threads = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 2;
  return hark::series::run(count, threads);
}
