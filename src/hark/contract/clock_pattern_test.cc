#include "hark/contract/clock_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::contract {
namespace {

using Part = ClockItem::Part;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Part> parts_of(const ClockPattern& pattern) {
  std::vector<Part> parts;
  for (const ClockItem& item : pattern) parts.push_back(item.part);
  return parts;
}

TEST(ClockPattern, PortalFormatBecomesItemsInOrder) {
  const auto patterns = parse_clock_pattern("MM/dd/yyyy hh:mm:ss a");
  ASSERT_TRUE(patterns) << patterns.error().to_string();
  ASSERT_EQ(patterns->size(), 1U);
  EXPECT_THAT(parts_of(patterns->front()),
              ElementsAre(Part::kMonth, Part::kLiteral, Part::kDay, Part::kLiteral, Part::kYear4,
                          Part::kSpace, Part::kHour12, Part::kLiteral, Part::kMinute,
                          Part::kLiteral, Part::kSecond, Part::kSpace, Part::kAmPm));
  EXPECT_TRUE(patterns->front()[0].is_padded);
  EXPECT_EQ(patterns->front()[1].literal, '/');
}

TEST(ClockPattern, OneLetterTakesOneOrTwoDigits) {
  const auto patterns = parse_clock_pattern("M/d/yy H:mm");
  ASSERT_TRUE(patterns);
  EXPECT_FALSE(patterns->front()[0].is_padded);
  EXPECT_EQ(patterns->front()[4].part, Part::kYear2);
  EXPECT_TRUE(patterns->front().back().is_padded);
}

TEST(ClockPattern, OptionalPartsAreSpeltOutWithTheLongestFirst) {
  const auto patterns = parse_clock_pattern("yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]");
  ASSERT_TRUE(patterns);
  ASSERT_EQ(patterns->size(), 4U);
  EXPECT_EQ((*patterns)[0].size(), 14U);
  EXPECT_EQ((*patterns)[3].size(), 11U);
  EXPECT_TRUE(has_offset((*patterns)[0]));
  EXPECT_FALSE(has_offset((*patterns)[1]));
  EXPECT_TRUE(has_offset((*patterns)[2]));
  EXPECT_EQ((*patterns)[3][5].literal, 'T');
}

TEST(ClockPattern, TextInQuotesIsTakenAsItStands) {
  const auto patterns = parse_clock_pattern("dd' of 'M yyyy '[at]'");
  ASSERT_TRUE(patterns) << patterns.error().to_string();
  EXPECT_EQ(patterns->size(), 1U);
}

TEST(ClockPattern, NonsenseIsRefusedWithTheReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"yyyy-mm-dd", "needs a year, a month and a day"},  // minutes for months
      {"YYYY-MM-dd", "'YYYY' is no part of a clock"},
      {"yyyy-MM-dd hh:mm", "go together"},
      {"yyyy-MM-dd HH:mm a", "go together"},
      {"yyyy-MM-dd mm", "without the coarser"},
      {"yyyy-MM-dd HH:ss", "without the coarser"},
      {"yyyy-MM-dd 'T", "not closed"},
      {"yyyy-MM-dd[ HH:mm", "not closed"},
      {"yyyy-MM-dd]", "without '['"},
      {"yyyy-MM-dd[[ HH]:mm]", "another one stands inside"},
      {"yyyy-MM-dd HH:mm HH", "stands twice"},
      {"", "needs a year"},
  };
  for (const auto& [pattern, reason] : cases) {
    const auto parsed = parse_clock_pattern(pattern);
    ASSERT_FALSE(parsed) << pattern;
    EXPECT_EQ(parsed.error().code(), ErrorCode::kInvalidInput);
    EXPECT_THAT(parsed.error().message(), HasSubstr(reason)) << pattern;
  }
}

}  // namespace
}  // namespace hark::contract
