#include "hark/series/stl.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "hark/series/real_series_for_tests.h"
#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"

namespace hark::series {
namespace {

std::vector<double> weekly_noise(std::size_t n, std::uint64_t seed) {
  stats::Pcg64 random(seed, 1);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = 100 + 0.05 * static_cast<double>(i) + (i % 7 < 5 ? 20 : -50) +
                5 * stats::normal_quantile(random.uniform_open());
  }
  return values;
}

// The definition, slowly: a weighted least-squares line through the nearest `window` points.
double direct_loess(const std::vector<double>& y, int window, int degree, double at,
                    const std::vector<double>& robustness) {
  const int n = static_cast<int>(y.size());
  std::vector<int> order(y.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int j) { return std::abs(j - at); });
  order.resize(static_cast<std::size_t>(std::min(window, n)));
  double h = 0;
  for (const int j : order) h = std::max(h, std::abs(j - at));
  if (window > n) h += (window - n) / 2;
  double s0 = 0, s1 = 0, s2 = 0, t0 = 0, t1 = 0;
  for (const int j : order) {
    const double u = std::abs(j - at) / h;
    if (u > 0.999) continue;
    const double w =
        (u <= 0.001 ? 1 : std::pow(1 - u * u * u, 3)) * robustness[static_cast<std::size_t>(j)];
    const double x = j - at;
    const double value = y[static_cast<std::size_t>(j)];
    s0 += w, s1 += w * x, s2 += w * x * x, t0 += w * value, t1 += w * x * value;
  }
  if (degree == 0) return t0 / s0;
  return (t0 * s2 - t1 * s1) / (s0 * s2 - s1 * s1);
}

// STL from the paper's six steps, with the slow loess above.
Decomposition direct_stl(const std::vector<double>& y, const StlOptions& options) {
  const auto n = static_cast<int>(y.size());
  const int p = options.period;
  std::vector<double> weights(y.size(), 1.0), trend(y.size(), 0.0), seasonal(y.size());
  const auto average = [](const std::vector<double>& x, int width) {
    std::vector<double> out;
    for (std::size_t i = 0; i + static_cast<std::size_t>(width) <= x.size(); ++i) {
      out.push_back(std::accumulate(x.begin() + static_cast<std::ptrdiff_t>(i),
                                    x.begin() + static_cast<std::ptrdiff_t>(i) + width, 0.0) /
                    width);
    }
    return out;
  };
  const auto size = [](int i) { return static_cast<std::size_t>(i); };
  for (int outer = 0;; ++outer) {
    for (int inner = 0; inner < options.inner_loops; ++inner) {
      std::vector<double> cycles(size(n + 2 * p));
      for (int j = 0; j < p; ++j) {
        std::vector<double> sub, w;
        for (int i = j; i < n; i += p) {
          sub.push_back(y[size(i)] - trend[size(i)]);
          w.push_back(weights[size(i)]);
        }
        for (int m = -1; m <= static_cast<int>(sub.size()); ++m) {
          cycles[size((m + 1) * p + j)] =
              direct_loess(sub, options.seasonal.window, options.seasonal.degree, m, w);
        }
      }
      const auto low = average(average(average(cycles, p), p), 3);
      const std::vector<double> ones(low.size(), 1.0);
      std::vector<double> rest(y.size());
      for (int i = 0; i < n; ++i) {
        seasonal[size(i)] = cycles[size(p + i)] - direct_loess(low, options.low_pass.window,
                                                               options.low_pass.degree, i, ones);
        rest[size(i)] = y[size(i)] - seasonal[size(i)];
      }
      for (int i = 0; i < n; ++i)
        trend[size(i)] = direct_loess(rest, options.trend.window, options.trend.degree, i, weights);
    }
    std::vector<double> remainder(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) remainder[i] = y[i] - trend[i] - seasonal[i];
    if (outer == options.outer_loops) return {trend, seasonal, remainder, weights};
    auto sizes = remainder;
    for (double& r : sizes) r = std::abs(r);
    std::ranges::sort(sizes);
    const double median = (sizes[sizes.size() / 2] + sizes[(sizes.size() - 1) / 2]) / 2;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double u = std::abs(remainder[i]) / (6 * median);
      weights[i] = u <= 0.001 ? 1 : u <= 0.999 ? std::pow(1 - u * u, 2) : 0;
    }
  }
}

void expect_same(const std::vector<double>& ours, const std::vector<double>& slow, double within) {
  ASSERT_EQ(ours.size(), slow.size());
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], slow[i], within) << i;
}

TEST(Stl, EqualsThePapersStepsWithADirectLoess) {
  for (const std::size_t n : {15, 16, 20, 50, 211}) {
    const auto y = weekly_noise(n, n);
    for (const bool is_robust : {false, true}) {
      // So few days that whole neighbourhoods lose their weight have no line to compare.
      if (is_robust && n < 50) continue;
      StlOptions options = StlOptions::weekly(is_robust);
      if (is_robust) options.outer_loops = 3;  // medians of rounding errors part ways later
      for (const int degree : {0, 1}) {
        options.seasonal.degree = degree;
        const auto fast = stl(y, options);
        ASSERT_TRUE(fast) << fast.error().to_string();
        const auto slow = direct_stl(y, options);
        expect_same(fast->trend, slow.trend, 1e-7);
        expect_same(fast->seasonal, slow.seasonal, 1e-7);
      }
    }
  }
}

TEST(Stl, PartsAddUpToTheSeries) {
  const auto y = weekly_noise(400, 7);
  const auto parts = stl(y, StlOptions::weekly(true));
  ASSERT_TRUE(parts);
  for (std::size_t i = 0; i < y.size(); ++i)
    EXPECT_NEAR(parts->trend[i] + parts->seasonal[i] + parts->remainder[i], y[i], 1e-9);
}

TEST(Stl, JumpsChangeASmoothSeriesLittle) {
  const auto y = weekly_noise(700, 3);
  StlOptions exact = StlOptions::weekly(false);
  exact.trend.window = 101;
  StlOptions jumping = exact;
  jumping.trend.jump = 11;
  const auto a = stl(y, exact);
  const auto b = stl(y, jumping);
  ASSERT_TRUE(a && b);
  expect_same(a->trend, b->trend, 0.3);
}

TEST(Stl, OneStrayDayPullsTheRobustTrendLess) {
  auto y = weekly_noise(210, 5);
  // A season that may bend within seven weeks takes a stray day for its own.
  StlOptions steady = StlOptions::weekly(false);
  steady.seasonal.window = 35;
  StlOptions steady_robust = steady;
  steady_robust.outer_loops = 15;
  const auto before = stl(y, steady_robust);
  y[100] += 5000;
  const auto plain = stl(y, steady);
  const auto robust = stl(y, steady_robust);
  ASSERT_TRUE(before && plain && robust);
  EXPECT_GT(std::abs(plain->trend[100] - before->trend[100]), 100);
  EXPECT_LT(std::abs(robust->trend[100] - before->trend[100]), 10);
  EXPECT_EQ(robust->weights[100], 0);
}

TEST(Stl, TooShortASeriesAndWindowsOutOfRangeAreRefused) {
  EXPECT_EQ(stl(weekly_noise(14, 1), StlOptions::weekly(false)).error().code(),
            ErrorCode::kInvalidInput);
  StlOptions even;
  even.trend.window = 8;
  EXPECT_EQ(stl(weekly_noise(50, 1), even).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(mstl(weekly_noise(10, 1), {7}).error().code(), ErrorCode::kInvalidInput);
}

TEST(Strength, IsOneForAPureSeasonNoneForAConstantAndNeverNegative) {
  const std::vector<double> zero(7, 0.0), season = {1, 2, 3, 4, 5, 6, 7},
                                          opposite = {-1, -2, -3, -4, -5, -6, -7};
  EXPECT_DOUBLE_EQ(*strength(season, zero), 1);
  EXPECT_FALSE(strength(zero, zero));
  std::vector<double> half = season;
  for (double& x : half) x *= -0.5;
  EXPECT_DOUBLE_EQ(*strength(half, season), 0);
}

TEST(Mstl, FindsAWeekAndAYearAndLeavesOutWhatDoesNotFitTwice) {
  std::vector<double> y(1095);
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = 1000 + (i % 7 < 5 ? 100 : -250) +
           200 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 365.25);
  }
  const auto parts = mstl(y, {365.25, 7});
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->periods, (std::vector<double>{7, 365.25}));
  EXPECT_GT(*strength(parts->seasonal[0], parts->remainder), 0.99);
  EXPECT_GT(*strength(parts->seasonal[1], parts->remainder), 0.95);
  const auto one_year = mstl(std::span(y).first(500), {7, 365.25});
  ASSERT_TRUE(one_year);
  EXPECT_EQ(one_year->periods, std::vector<double>{7});
}

class StlGolden : public testing::Test {
 protected:
  void SetUp() override {
    auto golden = stats::golden("stl.json");
    days_ = test::vancouver_offered();
    if (!golden || days_.empty()) GTEST_SKIP() << "no reference values or real exports here";
    golden_ = std::move(*golden);
  }
  std::vector<double> series(const Json& span) const {
    auto values = test::span_of(days_, test::day_of(span["start"].as_string()),
                                test::day_of(span["end"].as_string()));
    test::fill(values);
    return values;
  }
  Json golden_;
  std::map<std::int32_t, double> days_;
};

TEST_F(StlGolden, EveryComponentOfEverySpanEqualsTheReference) {
  int compared = 0;
  for (const auto& [name, span] : golden_["spans"].members()) {
    const auto y = series(span);
    ASSERT_EQ(static_cast<std::int64_t>(y.size()), span["n"].as_int());
    for (const bool is_robust : {false, true}) {
      const Json& expected = span[is_robust ? "robust" : "plain"];
      const auto parts = stl(y, StlOptions::weekly(is_robust));
      ASSERT_TRUE(parts);
      const auto near = [&](double ours, const Json& golden, const std::string& what) {
        const double reference = golden.as_double();
        // golden/README.md: robust iterates on medians.
        const double within = is_robust ? 1e-3 : 1e-8 * std::max(1e-3, std::abs(reference));
        EXPECT_NEAR(ours, reference, within) << name << (is_robust ? " robust " : " ") << what;
        ++compared;
      };
      near(*strength(parts->trend, parts->remainder), expected["trend_strength"], "trend");
      near(*strength(parts->seasonal, parts->remainder), expected["seasonal_strength"], "season");
      near(parts->trend.front(), expected["trend_first"], "first");
      near(parts->trend.back(), expected["trend_last"], "last");
      for (std::size_t i = 0; i < 7; ++i) {
        near(parts->seasonal[i], expected["seasonal_first_week"].items()[i], "first week");
        near(parts->seasonal[y.size() - 7 + i], expected["seasonal_last_week"].items()[i],
             "last week");
      }
      double square = 0, sum = 0;
      for (const double r : parts->remainder) square += r * r, sum += r;
      const auto n = static_cast<double>(y.size());
      near(std::sqrt(square / n - sum * sum / n / n), expected["resid_sd"], "sd");
      const std::int32_t start = test::day_of(span["start"].as_string());
      for (const Json& largest : expected["resid_largest_abs"].items()) {
        const auto at = static_cast<std::size_t>(test::day_of(largest["date"].as_string()) - start);
        near(parts->remainder[at], largest["resid"], "residual");
      }
    }
  }
  EXPECT_EQ(compared, 4 * 2 * 24);
}

TEST_F(StlGolden, WeeklyAndYearlyStrengthsEqualTheReference) {
  for (const auto& [name, expected] : golden_["multi_seasonal"].members()) {
    const auto parts = mstl(series(golden_["spans"][name]), {7, 365.25});
    ASSERT_TRUE(parts);
    const auto near = [&](std::span<const double> component, const char* what) {
      EXPECT_NEAR(*strength(component, parts->remainder), expected[what].as_double(), 0.02) << what;
    };
    near(parts->trend, "trend_strength");
    near(parts->seasonal[0], "weekly_strength");
    near(parts->seasonal[1], "yearly_strength");
  }
}

}  // namespace
}  // namespace hark::series
