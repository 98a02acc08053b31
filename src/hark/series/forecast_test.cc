#include "hark/series/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hark/series/hierarchy.h"
#include "hark/series/real_series_for_tests.h"
#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"

namespace hark::series {
namespace {

const calendar::HolidayCalendar& british_columbia() {
  static const auto calendar = calendar::HolidayCalendar::named("CA-BC").value();
  return calendar;
}

class ForecastGolden : public testing::Test {
 protected:
  void SetUp() override {
    auto golden = stats::golden("forecasts.json");
    days_ = test::vancouver_offered();
    if (!golden || days_.empty()) GTEST_SKIP() << "no reference values or real exports here";
    golden_ = std::move(*golden);
  }
  Forecast forecast_of(const Json& span) const {
    const std::int32_t first = test::day_of(span["train_from"].as_string());
    const std::int32_t last = test::day_of(span["span_end"].as_string());
    const auto series = fill_missing(first, test::span_of(days_, first, last));
    EXPECT_TRUE(series);
    ForecastOptions options;
    for (const Json& origin : span["mase_by_origin"].items())
      options.origins.push_back(static_cast<std::size_t>(origin["origin_index"].as_int()));
    options.refit_days = options.origins[1] - options.origins[0];
    const CalendarFeatures features(first, series->size() + kScoredHorizon, &british_columbia());
    auto forecast = forecast_series(*series, features, options);
    EXPECT_TRUE(forecast) << forecast.error().to_string();
    return std::move(forecast).value();
  }
  Json golden_;
  std::map<std::int32_t, double> days_;
};

void expect_near(double ours, const Json& golden, const std::string& what) {
  EXPECT_NEAR(ours, golden.as_double(), 1e-9 * std::abs(golden.as_double())) << what;
}

TEST_F(ForecastGolden, SeasonalNaiveAndScalesEqualTheReference) {
  for (const auto& [name, span] : golden_["spans"].members()) {
    const Forecast ours = forecast_of(span);
    const Json& expected = span["methods"]["snaive7"];
    const Scores& scores = ours.of(Model::kSeasonalNaive);
    EXPECT_EQ(static_cast<std::int64_t>(scores.n), expected["n"].as_int()) << name;
    expect_near(scores.mase, expected["mase"], name);
    expect_near(scores.mae, expected["mae"], name);
    expect_near(*scores.smape, expected["smape_percent"], name);
    expect_near(scores.bias, expected["bias"], name);
    expect_near(scores.pinball, expected["pinball_mean_5_levels"], name);
    expect_near(scores.coverage80, expected["coverage80"], name);
    expect_near(scores.coverage95, expected["coverage95"], name);
    expect_near(scores.width80, expected["mean_width80"], name);
    expect_near(scores.width95, expected["mean_width95"], name);
    const auto& origins = span["mase_by_origin"].items();
    ASSERT_EQ(ours.origins.size(), origins.size());
    for (std::size_t i = 0; i < origins.size(); ++i) {
      expect_near(ours.origins[i].mase_scale, origins[i]["mase_scale"], name);
      expect_near(ours.origins[i].mase[0], origins[i]["snaive7"], name);
    }
  }
}

// Issue 4: what a forecast of this kind must reach on the four spans.
TEST_F(ForecastGolden, ChosenModelsBeatSeasonalNaiveAndTheReferenceRegressionAndCoverWhatTheySay) {
  double ours_sum = 0, reference_sum = 0, in80 = 0, in95 = 0, total = 0;
  std::printf("%-10s %-15s %7s %9s %7s %8s %8s %7s %7s\n", "span", "model", "MASE", "to naive",
              "sMAPE", "bias", "pinball", "in 80", "in 95");
  for (const auto& [name, span] : golden_["spans"].members()) {
    const Forecast forecast = forecast_of(span);
    const double naive = forecast.of(Model::kSeasonalNaive).mase;
    const auto print = [&](std::string_view model, const Scores& s) {
      std::printf("%-10s %-15s %7.4f %9.4f %7.2f %8.1f %8.2f %7.3f %7.3f\n", name.c_str(),
                  std::string(model).c_str(), s.mase, s.mase / naive, *s.smape, s.bias, s.pinball,
                  s.coverage80, s.coverage95);
    };
    for (std::size_t m = 0; m < kNumModels; ++m)
      print(name_of(static_cast<Model>(m)), forecast.scores[m]);
    const Scores& chosen = forecast.chosen_scores;
    print("chosen", chosen);
    EXPECT_LE(chosen.mase, 0.85 * naive) << name;
    ours_sum += chosen.mase;
    reference_sum += span["methods"]["dynreg"]["mase"].as_double();
    const auto n = static_cast<double>(chosen.n);
    in80 += chosen.coverage80 * n;
    in95 += chosen.coverage95 * n;
    total += n;
    // Another correct ETS or Theta is near the reference's, not equal.
    EXPECT_NEAR(forecast.of(Model::kEts).mase / span["methods"]["ets"]["mase"].as_double(), 1, 0.06)
        << name;
    EXPECT_NEAR(forecast.of(Model::kTheta).mase / span["methods"]["theta"]["mase"].as_double(), 1,
                0.03)
        << name;
  }
  std::printf("mean MASE %.4f, reference regression %.4f, ratio %.4f; coverage %.3f and %.3f\n",
              ours_sum / 4, reference_sum / 4, ours_sum / reference_sum, in80 / total,
              in95 / total);
  EXPECT_LE(ours_sum, 1.03 * reference_sum);
  EXPECT_NEAR(in80 / total, 0.80, 0.05);
  EXPECT_NEAR(in95 / total, 0.95, 0.03);
}

/// Poisson counts with a week, a year, closed holidays and a level that moves.
DailySeries made_up(std::size_t n, double level, std::uint64_t seed) {
  stats::Pcg64 random(seed, 21);
  DailySeries series;
  series.first_day = calendar::days_from_civil(2019, 1, 1);
  double drift = 0;
  for (std::size_t t = 0; t < n; ++t) {
    const std::int32_t day = series.day(t);
    drift += 0.01 * stats::normal_quantile(random.uniform_open());
    double mean = level * std::exp(drift) * (1 + 0.2 * std::sin(day / 58.1));
    if (calendar::weekday_from_days(day) >= 5 || british_columbia().on(day)) mean *= 0.3;
    series.values.push_back(
        static_cast<double>(stats::poisson_quantile(random.uniform_open(), mean)));
    series.is_filled.push_back(0);
  }
  return series;
}

CalendarFeatures features_of(const DailySeries& series, std::size_t horizon = kScoredHorizon) {
  return {series.first_day, series.size() + horizon, &british_columbia()};
}

TEST(Forecast, NothingDependsOnDaysFromTheOriginOn) {
  const DailySeries whole = made_up(400, 200, 1);
  DailySeries other = whole;
  for (std::size_t t = 300; t < 400; ++t) other.values[t] = 1000 - other.values[t];
  DailySeries cut = whole;
  cut.values.resize(300);
  cut.is_filled.resize(300);
  ForecastOptions options;
  options.origins = {272, 300};
  const auto a = forecast_series(whole, features_of(whole), options);
  const auto b = forecast_series(other, features_of(whole), options);
  options.origins = {272};
  const auto c = forecast_series(cut, features_of(whole), options);
  ASSERT_TRUE(a && b && c);
  const auto expect_same = [](const std::vector<DayForecast>& x,
                              const std::vector<DayForecast>& y) {
    ASSERT_EQ(x.size(), y.size());
    for (std::size_t h = 0; h < x.size(); ++h) {
      EXPECT_EQ(x[h].mean, y[h].mean) << h;
      EXPECT_EQ(x[h].low80, y[h].low80) << h;
      EXPECT_EQ(x[h].high80, y[h].high80) << h;
      EXPECT_EQ(x[h].low95, y[h].low95) << h;
      EXPECT_EQ(x[h].high95, y[h].high95) << h;
    }
  };
  expect_same(a->origins[0].days, b->origins[0].days);
  expect_same(a->origins[0].days, c->origins[0].days);
  expect_same(a->origins[1].days, b->origins[1].days);
  expect_same(a->origins[1].days, c->days);
  EXPECT_EQ(a->origins[0].mase, b->origins[0].mase);
  EXPECT_EQ(a->origins[0].mase, c->origins[0].mase);
  EXPECT_EQ(a->origins[1].chosen, b->origins[1].chosen);
  EXPECT_EQ(a->origins[1].chosen, c->chosen);
  // The same forecast, seen as the cut series' own and as the whole one's backtest.
  double error = 0;
  for (std::size_t h = 0; h < kScoredHorizon; ++h)
    error += std::abs(c->days[h].mean - whole.values[300 + h]) / kScoredHorizon;
  EXPECT_NEAR(a->origins[1].mase[static_cast<std::size_t>(c->chosen)],
              error / a->origins[1].mase_scale, 1e-9);
}

TEST(Forecast, CountsAndBoundsAreNeverNegativeAndBoundsAreInOrder) {
  for (const double level : {0.3, 2.0, 20.0}) {
    const DailySeries series = made_up(300, level, 4);
    ForecastOptions options;
    options.horizon = 60;
    options.origins = backtest_origins(series.size(), 4, 28);
    const auto forecast = forecast_series(series, features_of(series, 60), options);
    ASSERT_TRUE(forecast) << forecast.error().to_string();
    ASSERT_EQ(forecast->days.size(), 60U);
    for (const DayForecast& day : forecast->days) {
      EXPECT_GE(day.low95, 0);
      EXPECT_LE(day.low95, day.low80);
      EXPECT_LE(day.low80, day.high80);
      EXPECT_LE(day.high80, day.high95);
      EXPECT_GE(day.mean, 0);
    }
    EXPECT_EQ(forecast->days.front().day, series.day(series.size()));
  }
}

TEST(Forecast, IntervalsCoverWhatTheySayOnSeriesOfKnownKind) {
  double in80 = 0, in95 = 0;
  constexpr int kSeeds = 20;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const DailySeries series = made_up(500, seed % 2 == 0 ? 300 : 8, 100 + seed);
    ForecastOptions options;
    options.origins = backtest_origins(series.size(), 4, 28);
    const auto forecast = forecast_series(series, features_of(series), options);
    ASSERT_TRUE(forecast);
    in80 += forecast->chosen_scores.coverage80 / kSeeds;
    in95 += forecast->chosen_scores.coverage95 / kSeeds;
  }
  // Days of one origin err together: 20 series of 4 origins tell coverage to about 3 points.
  EXPECT_NEAR(in80, 0.80, 0.06);
  EXPECT_NEAR(in95, 0.95, 0.04);
}

// Staffing adds days up: a day that is likelier quiet than busy must still be told its mean.
TEST(Forecast, UnevenAndFewCountsAreForecastByTheirMeanNotTheirMedian) {
  for (const double level : {0.3, 3.0, 30.0}) {
    double forecast_sum = 0, true_sum = 0, weekend = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      stats::Pcg64 random(seed, 33);
      DailySeries series;
      series.first_day = calendar::days_from_civil(2021, 3, 1);
      const auto mean_on = [&](std::int32_t day) {
        return calendar::weekday_from_days(day) >= 5 ? 0.0 : level;
      };
      for (std::size_t t = 0; t < 500; ++t) {
        // Three days in four at 0.4 of the mean, the fourth at 2.8 of it.
        const double share = random.uniform_open() < 0.25 ? 2.8 : 0.4;
        const double mean = mean_on(series.day(t)) * share;
        const double u = random.uniform_open();
        series.values.push_back(mean > 0 ? static_cast<double>(stats::poisson_quantile(u, mean))
                                         : 0.0);
        series.is_filled.push_back(0);
      }
      const CalendarFeatures features(series.first_day, series.size() + kScoredHorizon, nullptr);
      const auto forecast = forecast_series(series, features, {});
      ASSERT_TRUE(forecast) << forecast.error().to_string();
      for (const DayForecast& day : forecast->days) {
        forecast_sum += day.mean;
        true_sum += mean_on(day.day);
        if (mean_on(day.day) == 0) weekend += day.mean;
      }
    }
    // The past of 30 series tells their mean to about 2 %.
    EXPECT_NEAR(forecast_sum / true_sum, 1, 0.06) << level;
    EXPECT_LT(weekend / true_sum, 0.03) << level;
  }
}

TEST(Forecast, AFilledDayIsNotScored) {
  DailySeries series = made_up(200, 100, 6);
  ForecastOptions options;
  options.origins = {150};
  const auto all = forecast_series(series, features_of(series), options);
  series.is_filled[155] = 1;
  const auto without = forecast_series(series, features_of(series), options);
  ASSERT_TRUE(all && without);
  EXPECT_EQ(all->chosen_scores.n, 28U);
  EXPECT_EQ(without->chosen_scores.n, 27U);
}

TEST(ReconcileDay, SharesTheGapByHowWrongEachWasAndNothingIsNegative) {
  const auto day = [](double mean) {
    return DayForecast{0, mean, mean - 2, mean + 2, mean - 4, mean + 4};
  };
  // Gap 12; variances 4, 1, 1: the whole gives 8, each part takes 2.
  DayForecast whole = day(30);
  std::vector<DayForecast> parts = {day(10), day(8)};
  const std::vector<double> errors = {1, 1};
  reconcile_day(whole, 2, parts, errors);
  EXPECT_DOUBLE_EQ(parts[0].mean, 12);
  EXPECT_DOUBLE_EQ(parts[1].mean, 10);
  EXPECT_DOUBLE_EQ(parts[0].low80, 8) << "bounds stay";
  EXPECT_DOUBLE_EQ(parts[0].high80, 12);
  EXPECT_DOUBLE_EQ(whole.mean, 22);
  EXPECT_DOUBLE_EQ(whole.high95, 34);
  EXPECT_DOUBLE_EQ(whole.low80, 22) << "widened to hold the forecast";
  // A part that would go below nothing stays at 0, and the sum still holds.
  DayForecast small = day(0);
  std::vector<DayForecast> two = {day(1), day(20)};
  reconcile_day(small, 0, two, errors);
  EXPECT_EQ(two[0].mean, 0);
  EXPECT_DOUBLE_EQ(small.mean, two[1].mean);
}

TEST(Hierarchy, PartsAddUpEverywhereAndReconcilingDoesNotHurt) {
  std::vector<DailySeries> parts;
  for (int p = 0; p < 4; ++p) parts.push_back(made_up(400, 5.0 * (1 << (2 * p)), 40 + p));
  DailySeries whole = parts[0];
  for (std::size_t t = 0; t < whole.size(); ++t)
    for (std::size_t p = 1; p < parts.size(); ++p) whole.values[t] += parts[p].values[t];
  ForecastOptions options;
  options.origins = backtest_origins(whole.size(), 6, 28);
  const auto both = forecast_hierarchy(whole, parts, features_of(whole), options, 2);
  ASSERT_TRUE(both) << both.error().to_string();
  const auto expect_sum = [](const DayForecast& total, const std::vector<double>& means) {
    double sum = 0;
    for (const double mean : means) sum += mean;
    EXPECT_NEAR(total.mean, sum, 1e-9 * sum);
  };
  for (std::size_t h = 0; h < both->whole.days.size(); ++h) {
    std::vector<double> means;
    for (const Forecast& part : both->parts) means.push_back(part.days[h].mean);
    expect_sum(both->whole.days[h], means);
  }
  for (std::size_t o = 0; o < options.origins.size(); ++o) {
    for (std::size_t h = 0; h < kScoredHorizon; ++h) {
      std::vector<double> means;
      for (const Forecast& part : both->parts) means.push_back(part.origins[o].days[h].mean);
      expect_sum(both->whole.origins[o].days[h], means);
    }
  }
  EXPECT_LT(both->whole_scores.mase, 1.05 * both->whole.chosen_scores.mase);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    EXPECT_LT(both->part_scores[p].mase, 1.05 * both->parts[p].chosen_scores.mase) << p;
    EXPECT_EQ(both->part_scores[p].n, both->parts[p].chosen_scores.n);
  }
}

TEST(Forecast, OriginsAreTheLatestThatLeaveRoom) {
  EXPECT_EQ(backtest_origins(200, 3, 28), (std::vector<std::size_t>{116, 144, 172}));
  EXPECT_EQ(backtest_origins(100, 12, 14), (std::vector<std::size_t>{58, 72}));
  EXPECT_TRUE(backtest_origins(83, 12, 14).empty());
}

TEST(Forecast, ShortOrUnchangingSeriesAndOriginsOutOfRangeAreRefused) {
  ForecastOptions options;
  const DailySeries brief = made_up(83, 100, 1);
  EXPECT_EQ(forecast_series(brief, features_of(brief), options).error().code(),
            ErrorCode::kInvalidInput);
  DailySeries constant = made_up(200, 100, 1);
  std::ranges::fill(constant.values, 4.0);
  options.origins = {150};
  EXPECT_EQ(forecast_series(constant, features_of(constant), options).error().code(),
            ErrorCode::kInvalidInput);
  const DailySeries series = made_up(200, 100, 1);
  options.origins = {30};
  EXPECT_EQ(forecast_series(series, features_of(series), options).error().code(),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace hark::series
