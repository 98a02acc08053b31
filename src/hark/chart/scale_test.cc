#include "hark/chart/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hark/chart/classes.h"
#include "hark/chart/test_support.h"

namespace hark::chart::testing {
namespace {

using ::testing::ElementsAre;

const Locale& kEnglish = locale_of(Language::kEnglish);

std::vector<std::string> labels(double low, double high, TickStyle style,
                                ScaleType type = ScaleType::kLinear) {
  Scale scale{.type = type, .low = low, .high = high};
  make_nice(scale, style);
  std::vector<std::string> out;
  for (const Tick& tick : ticks(scale, style, kEnglish)) out.push_back(tick.label);
  return out;
}

ColorClasses classes(const std::vector<double>& values, Channel channel = {},
                     Format format = Format::kNumber) {
  return color_classes(values, channel, numbers("n", "N", values, "", format), kEnglish);
}

}  // namespace

TEST(Scale, MapsEndsToEnds) {
  for (const ScaleType type : {ScaleType::kLinear, ScaleType::kLog, ScaleType::kSqrt}) {
    const Scale scale{.type = type, .low = 1, .high = 100, .first_pixel = 10, .last_pixel = 210};
    EXPECT_DOUBLE_EQ(scale.at(1), 10);
    EXPECT_DOUBLE_EQ(scale.at(100), 210);
  }
  const Scale log{
      .type = ScaleType::kLog, .low = 1, .high = 100, .first_pixel = 0, .last_pixel = 200};
  EXPECT_DOUBLE_EQ(log.at(10), 100);
  const Scale root{
      .type = ScaleType::kSqrt, .low = 0, .high = 100, .first_pixel = 0, .last_pixel = 200};
  EXPECT_DOUBLE_EQ(root.at(25), 100);
}

TEST(Ticks, StepsAreOneTwoFive) {
  EXPECT_THAT(labels(0, 97, {.max_count = 5}), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(labels(0, 0.3, {.max_count = 4}), ElementsAre("0.0", "0.1", "0.2", "0.3"));
  EXPECT_THAT(labels(-30, 55, {.max_count = 3}), ElementsAre("-50", "0", "50", "100"));
  EXPECT_THAT(labels(0, 4.1e6, {.max_count = 3}),
              ElementsAre("0", "2\u00A0M", "4\u00A0M", "6\u00A0M"));
  EXPECT_THAT(labels(0.8, 0.97, {.format = Format::kPercent, .max_count = 4}),
              ElementsAre("80\u00A0%", "85\u00A0%", "90\u00A0%", "95\u00A0%", "100\u00A0%"));
}

TEST(Ticks, AllEqualValuesGetADomain) {
  for (const double value : {0.0, 42.0, -42.0, 1e14, 1e-12}) {
    Scale scale{.low = value, .high = value};
    make_nice(scale, {});
    EXPECT_LT(scale.low, scale.high) << value;
    EXPECT_GE(ticks(scale, {}, kEnglish).size(), 2u) << value;
  }
}

TEST(Ticks, DurationsStepInTheirOwnUnits) {
  EXPECT_THAT(labels(0, 100, {.format = Format::kHours, .max_count = 5}),
              ElementsAre("0", "1\u00A0d", "2\u00A0d", "3\u00A0d", "4\u00A0d", "5\u00A0d"));
  EXPECT_THAT(labels(0, 240, {.format = Format::kSeconds, .max_count = 4}),
              ElementsAre("0", "1\u00A0min", "2\u00A0min", "3\u00A0min", "4\u00A0min"));
}

TEST(Ticks, LogarithmicDurationsAreHumanMarks) {
  const TickStyle style{.format = Format::kHours};
  EXPECT_THAT(labels(1.0 / 60, 8760, style, ScaleType::kLog),
              ElementsAre("1\u00A0min", "10\u00A0min", "1\u00A0h", "1\u00A0d", "7\u00A0d",
                          "30\u00A0d", "1\u00A0y"));
  EXPECT_GE(labels(5, 20, style, ScaleType::kLog).size(), 2u);
  EXPECT_GE(labels(5, 5, style, ScaleType::kLog).size(), 2u);
}

TEST(Ticks, LogarithmicNumbersAreOnesAndThreesThenDecades) {
  EXPECT_THAT(labels(1, 90, {}, ScaleType::kLog), ElementsAre("1", "3", "10", "30", "100"));
  EXPECT_THAT(labels(1, 1e6, {.max_count = 8}, ScaleType::kLog),
              ElementsAre("1", "10", "100", "1,000", "10,000", "100,000", "1\u00A0M"));
}

TEST(Ticks, DatesNameWhatChanges) {
  const TickStyle style{.type = FieldType::kTemporal, .max_count = 6};
  const double day = 19723;  // Monday, 2024-01-01
  EXPECT_THAT(labels(day, day + 5, style),
              ElementsAre("1 Jan 2024", "2 Jan", "3 Jan", "4 Jan", "5 Jan", "6 Jan"));
  EXPECT_THAT(labels(day + 2, day + 30, style),
              ElementsAre("8 Jan 2024", "15 Jan", "22 Jan", "29 Jan"));
  EXPECT_THAT(labels(day, day + 150, style),
              ElementsAre("Jan 2024", "Feb 2024", "Mar 2024", "Apr 2024", "May 2024"));
  EXPECT_THAT(labels(day, day + 5 * 365.25, style),
              ElementsAre("2024", "2025", "2026", "2027", "2028"));
  EXPECT_THAT(labels(day, day + 1, style),
              ElementsAre("1 Jan 2024", "06:00", "12:00", "18:00", "2 Jan 2024"));
}

TEST(Ticks, AreInsideTheDomainAndRise) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    TickStyle style{.type = static_cast<FieldType>(random.below(2)),
                    .format = static_cast<Format>(random.below(4)),
                    .max_count = 2 + random.below(9)};
    Scale scale{.type = static_cast<ScaleType>(random.below(3))};
    if (style.type == FieldType::kTemporal) scale.type = ScaleType::kLinear;
    scale.low = std::exp(30 * random.unit() - 15);
    scale.high = scale.low * (1 + 100 * random.unit());
    make_nice(scale, style);
    const auto out = ticks(scale, style, kEnglish);
    for (std::size_t t = 0; t < out.size(); ++t) {
      const double slack = 1e-6 * (scale.high - scale.low);
      EXPECT_GE(out[t].value, scale.low - slack);
      EXPECT_LE(out[t].value, scale.high + slack);
      if (t > 0) {
        EXPECT_GT(out[t].value, out[t - 1].value);
      }
    }
    EXPECT_LE(out.size(), 2 * style.max_count + 4);
  }
}

TEST(ColorClasses, EqualStepsAreRound) {
  const ColorClasses out = classes({0, 5123, 2500});
  EXPECT_THAT(out.breaks, ElementsAre(1000, 2000, 3000, 4000));
  EXPECT_THAT(out.labels,
              ElementsAre("0–999", "1,000–1,999", "2,000–2,999", "3,000–3,999", "4,000 and more"));
  EXPECT_EQ(out.class_of(999), 0u);
  EXPECT_EQ(out.class_of(1000), 1u);
  EXPECT_EQ(out.class_of(1e9), 4u);
}

TEST(ColorClasses, RatioStepsSuitSkewedCounts) {
  EXPECT_THAT(classes({1, 10, 100000}, {.scale = ScaleType::kLog}).breaks,
              ElementsAre(10, 100, 1000, 10000));
}

TEST(ColorClasses, QuantilesHoldEqualShares) {
  std::vector<double> values;
  for (int i = 1; i <= 1000; ++i) values.push_back(i);
  EXPECT_THAT(classes(values, {.classes = Classes::kQuantile}).breaks,
              ElementsAre(200, 400, 600, 800));
}

TEST(ColorClasses, DivergingIsSymmetricAroundZero) {
  const ColorClasses out =
      classes({-0.1, 0.5, 0.02}, {.classes = Classes::kDiverging}, Format::kPercent);
  ASSERT_EQ(out.breaks.size(), 4u);
  EXPECT_DOUBLE_EQ(out.breaks[0], -out.breaks[3]);
  EXPECT_EQ(out.class_of(0), 2u);
  EXPECT_EQ(out.labels[2], "-10\u00A0% … 10\u00A0%");
}

TEST(ColorClasses, EqualValuesAreOneClass) {
  EXPECT_THAT(classes({7, 7, 7}).labels, ElementsAre("7"));
  EXPECT_TRUE(classes({}).labels.empty());
}

}  // namespace hark::chart::testing
