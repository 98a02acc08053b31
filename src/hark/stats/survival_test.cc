#include "hark/stats/survival.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "hark/stats/golden_for_tests.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

// Remission of the 6-MP group: Freireich et al., Blood 21 (1963), as in published.json.
const std::vector<std::int64_t> kRemission{6,  6,  6,  7,  10, 13, 16, 22, 23, 6, 9,
                                           10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
const std::vector<std::uint8_t> kRelapse{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0,
                                         0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

KaplanMeier curve_of(const std::vector<std::int64_t>& durations,
                     const std::vector<std::uint8_t>& is_event) {
  auto curve = KaplanMeier::from_durations(durations, is_event);
  EXPECT_TRUE(curve) << curve.error().to_string();
  return *curve;
}

TEST(KaplanMeier, HoldsThePublishedAmlCurve) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const Json entry = published("km_aml_maintained");
  const auto curve = curve_of(numbers<std::int64_t>(entry["input"]["time"]),
                              numbers<std::uint8_t>(entry["input"]["event"]));
  const Json& expected = entry["expected"];
  const auto times = numbers<std::int64_t>(expected["times"]);
  const auto survival = numbers<double>(expected["survival"]);
  const auto errors = numbers<double>(expected["std_err"]);
  ASSERT_EQ(curve.steps().size(), times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(curve.steps()[i].time, times[i]);
    EXPECT_NEAR(curve.steps()[i].survival, survival[i], 5e-4);
    EXPECT_NEAR(KaplanMeier::standard_error(curve.steps()[i]), errors[i], 5e-5);
  }
  EXPECT_EQ(curve.quantile(0.5), expected["median"].as_int());
  EXPECT_EQ(curve.n(), 11);
  EXPECT_EQ(curve.num_events(), 7);
  EXPECT_EQ(curve.last_time(), 161);
}

// SAS PROC LIFETEST (conftype=loglog) of these data: survival and standard errors in the step
// table, median 23.
TEST(KaplanMeier, HoldsThePublishedRemissionCurve) {
  const auto curve = curve_of(kRemission, kRelapse);
  const double survival[] = {0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482};
  const double errors[] = {0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346};
  ASSERT_EQ(curve.steps().size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_NEAR(curve.steps()[i].survival, survival[i], 5e-5) << i;
    EXPECT_NEAR(KaplanMeier::standard_error(curve.steps()[i]), errors[i], 5e-5) << i;
  }
  EXPECT_EQ(curve.quantile(0.5), 23);
  EXPECT_EQ(curve.quantile(0.25), 13);
  EXPECT_FALSE(curve.quantile(0.75));
}

// Collett, Modelling Survival Data in Medical Research: limits on the log(-log S) scale are
// S^exp(+-z se(ln(-ln S))). At t = 13: S = 0.690, se = 0.1068.
TEST(KaplanMeier, LogLogLimitsFollowTheirDefinition) {
  const auto curve = curve_of(kRemission, kRelapse);
  for (const KaplanMeier::Step& step : curve.steps()) {
    const double se = KaplanMeier::standard_error(step) / step.survival / -std::log(step.survival);
    const auto limits = KaplanMeier::interval(step);
    ASSERT_TRUE(limits);
    EXPECT_NEAR(limits->low, std::pow(step.survival, std::exp(kZ95 * se)), 1e-12);
    EXPECT_NEAR(limits->high, std::pow(step.survival, std::exp(-kZ95 * se)), 1e-12);
    EXPECT_LT(limits->low, step.survival);
    EXPECT_GT(limits->high, step.survival);
  }
  // The lower limit falls below 1/2 at 13 weeks (0.4316); the upper one never does.
  const auto median = curve.median_interval();
  EXPECT_EQ(median.low, 13);
  EXPECT_FALSE(median.high);
  EXPECT_NEAR(KaplanMeier::interval(curve.steps()[3])->low, 0.4316, 5e-5);
}

TEST(KaplanMeier, AMedianIntervalHasBothEndsWhenTheCurveFallsFarEnough) {
  // The placebo group of the same trial: nothing is censored.
  const std::vector<std::int64_t> weeks{1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
                                        8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  const auto curve = curve_of(weeks, std::vector<std::uint8_t>(weeks.size(), 1));
  EXPECT_EQ(curve.quantile(0.5), 8);
  const auto median = curve.median_interval();
  EXPECT_EQ(median.low, 4);  // SAS: 4.0000 and 11.0000
  EXPECT_EQ(median.high, 11);
  EXPECT_EQ(curve.steps().back().survival, 0);
  EXPECT_EQ(KaplanMeier::standard_error(curve.steps().back()), 0);
  EXPECT_FALSE(KaplanMeier::interval(curve.steps().back()));
}

TEST(KaplanMeier, AMedianIntervalIsThatOfEveryStepLookedAt) {
  Pcg64 random(9, 10);
  for (const std::size_t size : {10, 255, 256, 300, 3000, 20'000}) {
    for (const double share_open : {0.0, 0.3, 0.6}) {
      std::vector<std::int64_t> durations(size);
      std::vector<std::uint8_t> is_event(size);
      for (std::size_t i = 0; i < size; ++i) {
        durations[i] = static_cast<std::int64_t>(random.below(4 * size));
        is_event[i] = random.uniform() < share_open ? 0 : 1;
      }
      const auto curve = curve_of(durations, is_event);
      std::optional<std::int64_t> low, high;
      for (const KaplanMeier::Step& step : curve.steps()) {
        const auto limits = KaplanMeier::interval(step);
        if (!limits) continue;
        if (!low && limits->low <= 0.5) low = step.time;
        if (!high && limits->high <= 0.5) high = step.time;
      }
      EXPECT_EQ(curve.median_interval().low, low) << size << " " << share_open;
      EXPECT_EQ(curve.median_interval().high, high) << size << " " << share_open;
    }
  }
}

/// Straight from the definition, in O(n^2).
double survival_by_definition(const std::vector<std::int64_t>& durations,
                              const std::vector<std::uint8_t>& is_event, std::int64_t t) {
  std::set<std::int64_t> event_times;
  for (std::size_t i = 0; i < durations.size(); ++i) {
    if (is_event[i] != 0 && durations[i] <= t) event_times.insert(durations[i]);
  }
  double survival = 1;
  for (const std::int64_t time : event_times) {
    double at_risk = 0, deaths = 0;
    for (std::size_t i = 0; i < durations.size(); ++i) {
      at_risk += durations[i] >= time ? 1 : 0;
      deaths += durations[i] == time && is_event[i] != 0 ? 1 : 0;
    }
    survival *= 1 - deaths / at_risk;
  }
  return survival;
}

TEST(KaplanMeier, EqualsTheDefinitionForTiesZerosAndAnySize) {
  Pcg64 random(21, 22);
  for (const std::size_t size : {1, 3, 100, 511, 512, 1200}) {
    for (const std::uint64_t range : {3ULL, 200ULL, 1ULL << 33}) {
      std::vector<std::int64_t> durations(size);
      std::vector<std::uint8_t> is_event(size);
      for (std::size_t i = 0; i < size; ++i) {
        durations[i] = static_cast<std::int64_t>(random.below(range));
        is_event[i] = random.below(3) > 0 ? 1 : 0;
      }
      const auto curve = curve_of(durations, is_event);
      std::vector<std::int64_t> at{-1, 0, 1, durations[0], durations[size / 2]};
      at.push_back(std::ranges::max(durations));
      for (const std::int64_t t : at) {
        EXPECT_NEAR(curve.survival_at(t), survival_by_definition(durations, is_event, t), 1e-12);
      }
      for (const double p : {0.1, 0.5, 0.9}) {
        std::optional<std::int64_t> expected;
        std::set<std::int64_t> times(durations.begin(), durations.end());
        for (const std::int64_t t : times) {
          if (survival_by_definition(durations, is_event, t) <= 1 - p + 1e-12) {
            expected = t;
            break;
          }
          if (times.size() > 300) break;  // the rest of a long search is left to the others
        }
        if (times.size() <= 300) {
          EXPECT_EQ(curve.quantile(p), expected) << size << " " << range;
        }
      }
    }
  }
}

TEST(KaplanMeier, CountsGiveTheSameCurveAsDurations) {
  const auto from_durations = curve_of(kRemission, kRelapse);
  const std::vector<std::int64_t> times{6,  7,  8,  9,  10, 11, 13, 16, 17,
                                        19, 20, 22, 23, 25, 32, 34, 35};
  const std::vector<std::int64_t> deaths{3, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0};
  const std::vector<std::int64_t> censored{1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 1};
  const auto from_counts = KaplanMeier::from_counts(times, deaths, censored);
  ASSERT_TRUE(from_counts);
  EXPECT_EQ(from_counts->n(), 21);
  EXPECT_EQ(from_counts->last_time(), 35);
  ASSERT_EQ(from_counts->steps().size(), from_durations.steps().size());
  for (std::size_t i = 0; i < from_durations.steps().size(); ++i) {
    EXPECT_EQ(from_counts->steps()[i].time, from_durations.steps()[i].time);
    EXPECT_EQ(from_counts->steps()[i].at_risk, from_durations.steps()[i].at_risk);
    EXPECT_EQ(from_counts->steps()[i].survival, from_durations.steps()[i].survival);
  }
}

TEST(KaplanMeier, AQuantileThatIsMetExactlyIsReached) {
  // 1 - 0.9 is not 0.1 in binary, and nine factors round: the 1e-12 takes both.
  std::vector<std::int64_t> days(10);
  for (std::size_t i = 0; i < 10; ++i) days[i] = static_cast<std::int64_t>(i + 1);
  const auto curve = curve_of(days, std::vector<std::uint8_t>(10, 1));
  EXPECT_EQ(curve.quantile(0.9), 9);
  EXPECT_EQ(curve.quantile(0.7), 7);
  EXPECT_EQ(curve.quantile(1.0), 10);
  EXPECT_EQ(curve.quantile(0.0), 1);
}

TEST(KaplanMeier, WithoutEventsNothingIsReached) {
  const auto open = curve_of({5, 6, 7}, {0, 0, 0});
  EXPECT_FALSE(open.quantile(0.5));
  EXPECT_EQ(open.survival_at(100), 1.0);
  EXPECT_EQ(open.last_time(), 7);
  const auto empty = curve_of({}, {});
  EXPECT_EQ(empty.n(), 0);
  EXPECT_FALSE(empty.quantile(0.5));
  EXPECT_FALSE(empty.median_interval().low);
}

TEST(KaplanMeier, RefusesWhatIsNoDuration) {
  const std::vector<std::uint8_t> flags{1, 1};
  EXPECT_FALSE(KaplanMeier::from_durations(std::vector<std::int64_t>{1, -1}, flags));
  EXPECT_FALSE(KaplanMeier::from_durations(std::vector<std::int64_t>{1}, flags));
  using Counts = std::vector<std::int64_t>;
  EXPECT_FALSE(KaplanMeier::from_counts(Counts{1, 1}, Counts{1, 1}, Counts{0, 0}));
  EXPECT_FALSE(KaplanMeier::from_counts(Counts{1, 2}, Counts{1, -1}, Counts{0, 0}));
  EXPECT_FALSE(KaplanMeier::from_counts(Counts{1, 2}, Counts{1}, Counts{0, 0}));
}

}  // namespace
}  // namespace hark::stats
