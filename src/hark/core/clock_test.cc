#include "hark/core/clock.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

TEST(ParseInstant, TakesTheOffsetsThatThereAreAndNoOthers) {
  const Instant noon = *parse_instant("2024-03-01T12:00:00Z");
  EXPECT_EQ(*parse_instant("2024-03-01T07:00:00-05:00"), noon);
  EXPECT_EQ(*parse_instant("2024-03-01T17:30+0530"), noon);
  EXPECT_EQ(*parse_instant("2024-03-02T06:00:00+18:00"), noon);
  for (const char* none :
       {"2024-03-01T12:00:00+19:00", "2024-03-01T12:00:00-99:99", "2024-03-01T12:00:00+01:60",
        "2024-03-01T12:00:00+1", "2024-03-01T12:00:00 05:00"})
    EXPECT_FALSE(parse_instant(none)) << none;
}

}  // namespace
}  // namespace hark
