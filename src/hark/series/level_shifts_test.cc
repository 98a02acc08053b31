#include "hark/series/level_shifts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "hark/stats/random.h"

namespace hark::series {
namespace {

constexpr std::size_t kLeast = 28;
constexpr std::size_t kFourYears = 1461;

/// Counts whose mean is level · weekday · time of year, and whose days remember each other.
struct Centre {
  double level = 100;
  double summer = 0.4;   ///< so much more in summer than on average, and less in winter
  double weekend = 0.4;  ///< of a working day
  double busy_sd = 0.1;  ///< of the logarithm of a day's own busyness
  double memory = 0.4;
  std::size_t shift_at = 0;
  double shift = 0;  ///< relative, from then on

  DailySeries days(std::size_t n, std::uint64_t seed) const {
    stats::Pcg64 random(seed, 17);
    DailySeries series;
    double busy = stats::normal_quantile(random.uniform_open());
    for (std::size_t t = 0; t < n; ++t) {
      const double year = static_cast<double>(t) / 365.25 * 2 * std::numbers::pi;
      const double mean = level * (shift_at > 0 && t >= shift_at ? 1 + shift : 1) *
                          (t % 7 < 5 ? 1 : weekend) * (1 - summer * std::cos(year)) *
                          std::exp(busy_sd * busy - busy_sd * busy_sd / 2);
      series.values.push_back(
          static_cast<double>(stats::poisson_quantile(random.uniform_open(), mean)));
      series.is_filled.push_back(0);
      busy = memory * busy +
             std::sqrt(1 - memory * memory) * stats::normal_quantile(random.uniform_open());
    }
    return series;
  }
};

bool covers(const LevelShift& shift, double truth) {
  return shift.relative_ci95.low <= truth && shift.relative_ci95.high >= truth;
}

struct Found {
  int near_it = 0;  ///< seeds with a shift within ten days of the planted one
  int covered = 0;  ///< of them
  int strays = 0;   ///< seeds with more than one shift
};

Found look_for(const Centre& centre, std::size_t n, int seeds) {
  Found found;
  for (int seed = 0; seed < seeds; ++seed) {
    const auto shifts =
        level_shifts(centre.days(n, static_cast<std::uint64_t>(1000 + seed)), kLeast).value();
    found.strays += shifts.size() > 1 ? 1 : 0;
    for (const LevelShift& shift : shifts) {
      if (shift.index + 10 < centre.shift_at || shift.index > centre.shift_at + 10) continue;
      ++found.near_it;
      found.covered += covers(shift, centre.shift) ? 1 : 0;
    }
  }
  return found;
}

// Issue 4: a planted shift is found, and its 95 % interval covers it in 95 +- 3 % of 400 seeds.
TEST(LevelShifts, FindAPlantedShiftAndCoverItsSizeAsOftenAsTheySay) {
  constexpr int kSeeds = 400;
  for (const double memory : {0.0, 0.4}) {
    Centre centre;  // of days that differ by 5 %
    centre.level = 2000;
    centre.busy_sd = 0.045;
    centre.summer = 0;
    centre.memory = memory;
    centre.shift_at = 200;
    centre.shift = 0.2;
    const Found found = look_for(centre, 365, kSeeds);
    EXPECT_GE(found.near_it, kSeeds * 99 / 100) << memory;
    EXPECT_LE(found.strays, kSeeds / 50) << memory;
    EXPECT_NEAR(found.covered / double{kSeeds}, 0.95, 0.03) << memory;
  }
}

TEST(LevelShifts, BesideAStrongSeasonAShiftIsOneAndCovered) {
  constexpr int kSeeds = 400;
  struct Planted {
    std::size_t at;
    double shift;
  };
  for (const Planted planted : {Planted{500, 1.0}, {731, 0.25}, {1200, -0.5}}) {
    Centre centre;
    centre.summer = 0.6;
    centre.shift_at = planted.at;
    centre.shift = planted.shift;
    const Found found = look_for(centre, kFourYears, kSeeds);
    EXPECT_GE(found.near_it, kSeeds * 95 / 100) << planted.shift;
    EXPECT_LE(found.strays, kSeeds / 50) << planted.shift;
    EXPECT_NEAR(found.covered / static_cast<double>(found.near_it), 0.95, 0.035) << planted.shift;
  }
}

TEST(LevelShifts, AStormOfOneYearIsNotEchoedIntoOthers) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Centre centre;
    DailySeries series = centre.days(kFourYears, seed);
    for (std::size_t t = 600; t < 620; ++t) series.values[t] *= 4;
    const auto shifts = level_shifts(series, kLeast).value();
    for (const LevelShift& shift : shifts) {
      EXPECT_GE(shift.index, 560U) << seed;
      EXPECT_LE(shift.index, 660U) << seed;
    }
  }
}

TEST(LevelShifts, ASeriesWithoutOneHasNone) {
  int found = 0;
  int tried = 0;
  for (const double level : {0.1, 2.0, 50.0, 3000.0}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed, ++tried) {
      Centre centre;
      centre.level = level;
      found += level_shifts(centre.days(kFourYears, seed), kLeast)->empty() ? 0 : 1;
    }
  }
  EXPECT_LE(found, tried * 3 / 100);
}

TEST(LevelShifts, AShiftFromNothingHasNoRelativeSizeAndOneToNothingIsAllOfIt) {
  Centre centre;
  centre.level = 8;
  centre.summer = 0;
  DailySeries up = centre.days(400, 1);
  for (std::size_t t = 0; t < 200; ++t) up.values[t] = 0;
  auto shifts = level_shifts(up, kLeast).value();
  ASSERT_EQ(shifts.size(), 1U);
  EXPECT_FALSE(shifts[0].relative);
  EXPECT_EQ(shifts[0].before, 0);
  DailySeries down = centre.days(400, 2);
  for (std::size_t t = 200; t < 400; ++t) down.values[t] = 0;
  shifts = level_shifts(down, kLeast).value();
  ASSERT_EQ(shifts.size(), 1U);
  EXPECT_EQ(shifts[0].after, 0);
  EXPECT_EQ(shifts[0].relative.value(), -1);
  EXPECT_EQ(shifts[0].relative_ci95.low, -1);
  EXPECT_GT(shifts[0].relative_ci95.high, -1);
  EXPECT_LT(shifts[0].relative_ci95.high, -0.9);
}

TEST(LevelShifts, ALevelThatLastsTheLesserPartOfAYearIsNotTakenForStrays) {
  // So much more on working days and weekends alike: of weekends it is a larger part.
  DailySeries series;
  for (std::size_t t = 0; t < 500; ++t) {
    series.values.push_back((t % 7 < 5 ? 1000.0 : 400.0) + static_cast<double>(t * 37 % 91) +
                            (t >= 300 ? 300 : 0));
    series.is_filled.push_back(0);
  }
  const auto shifts = level_shifts(series, kLeast).value();
  ASSERT_EQ(shifts.size(), 1U);
  EXPECT_EQ(shifts[0].index, 300U);
  EXPECT_NEAR(shifts[0].before, 829 + 45, 5);
  EXPECT_NEAR(shifts[0].after, 1129 + 45, 10);
}

TEST(LevelShifts, LevelsAreCountsADayAndDaysOfRestAreNone) {
  // 10 a day on working days, 20 from a Monday on; none at weekends.
  DailySeries series;
  for (std::size_t t = 0; t < 280; ++t) {
    series.values.push_back(t % 7 >= 5 ? 0 : (t < 140 ? 9.0 : 19.0) + static_cast<double>(t % 3));
    series.is_filled.push_back(0);
  }
  series.values[30] = 5000;
  series.is_filled[30] = 1;
  const auto shifts = level_shifts(series, kLeast).value();
  ASSERT_EQ(shifts.size(), 1U);
  EXPECT_EQ(shifts[0].index, 140U);
  EXPECT_NEAR(shifts[0].before, 10 * 5 / 7.0, 0.05);
  EXPECT_NEAR(shifts[0].after, 20 * 5 / 7.0, 0.05);
}

TEST(LevelShifts, TooFewDaysAreRefused) {
  EXPECT_EQ(level_shifts(Centre{}.days(55, 1), kLeast).error().code(), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace hark::series
