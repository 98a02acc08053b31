#include "hark/tabular/clock_parser.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::tabular {
namespace {

/// "2024-07-31 17:05:09.250000 +05:30 (19800)" or "no".
std::string parsed(const std::vector<std::string>& formats, std::string_view text) {
  const auto parser = ClockParser::compile(formats);
  if (!parser) return parser.error().to_string();
  WallClock clock;
  if (!parser->parse(text, clock)) return "no";
  char out[64];
  std::snprintf(out, sizeof out, " %02d:%02d:%02d", clock.second_of_day / 3600,
                clock.second_of_day / 60 % 60, clock.second_of_day % 60);
  std::string result = calendar::format_date(clock.days) + out;
  if (clock.microseconds != 0) result += concat(" +", clock.microseconds, "us");
  if (clock.has_offset) result += concat(" offset ", clock.offset_s);
  return result;
}

TEST(ClockParser, ReadsThePortalsTwelveHourClock) {
  const std::vector<std::string> portal = {"MM/dd/yyyy hh:mm:ss a"};
  EXPECT_EQ(parsed(portal, "07/31/2024 05:05:09 PM"), "2024-07-31 17:05:09");
  EXPECT_EQ(parsed(portal, "07/31/2024 12:00:00 AM"), "2024-07-31 00:00:00");
  EXPECT_EQ(parsed(portal, "07/31/2024 12:59:59 pm"), "2024-07-31 12:59:59");
  EXPECT_EQ(parsed(portal, "07/31/2024 11:59:59 AM"), "2024-07-31 11:59:59");
  EXPECT_EQ(parsed(portal, "07/31/2024  05:05:09   PM"), "2024-07-31 17:05:09");
  EXPECT_EQ(parsed(portal, "01/01/1900 12:00:00 AM"), "1900-01-01 00:00:00");
}

TEST(ClockParser, RefusesClocksThatDoNotExist) {
  const std::vector<std::string> portal = {"MM/dd/yyyy hh:mm:ss a"};
  for (const char* text : {"",
                           "07/31/2024",
                           "13/01/2024 01:00:00 AM",
                           "00/01/2024 01:00:00 AM",
                           "02/30/2024 01:00:00 AM",
                           "02/29/2023 01:00:00 AM",
                           "04/31/2024 01:00:00 AM",
                           "07/31/2024 00:05:09 PM",
                           "07/31/2024 13:05:09 PM",
                           "07/31/2024 01:60:09 PM",
                           "07/31/2024 01:00:60 PM",
                           "7/31/2024 01:00:00 PM",
                           "07/31/2024 1:00:00 PM",
                           "07/31/2024 01:00:00",
                           "07/31/2024 01:00:00 XM",
                           "07/31/2024 01:00:00 PM x",
                           "07-31-2024 01:00:00 PM",
                           "07/31/24 01:00:00 PM",
                           "O7/31/2024 01:00:00 PM",
                           "07/31/2024 01:00:00 P"})
    EXPECT_EQ(parsed(portal, text), "no") << text;
  EXPECT_EQ(parsed({"yyyy-MM-dd HH:mm"}, "2024-07-31 24:00"), "no");
  EXPECT_EQ(parsed({"MM/dd/yyyy"}, "02/29/2024"), "2024-02-29 00:00:00");
  EXPECT_EQ(parsed({"MM/dd/yyyy"}, "02/29/1900"), "no");
  EXPECT_EQ(parsed({"MM/dd/yyyy"}, "02/29/2000"), "2000-02-29 00:00:00");
}

TEST(ClockParser, ReadsIsoWithAndWithoutItsOptionalParts) {
  const std::vector<std::string> iso = {"yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"};
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23.000"), "2026-04-13 02:56:23");
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23"), "2026-04-13 02:56:23");
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23.5"), "2026-04-13 02:56:23 +500000us");
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23.123456789"), "2026-04-13 02:56:23 +123456us");
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23.000-08:00"), "2026-04-13 02:56:23 offset -28800");
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23Z"), "2026-04-13 02:56:23 offset 0");
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23+0530"), "2026-04-13 02:56:23 offset 19800");
  EXPECT_EQ(parsed(iso, "2026-04-13T02:56:23+01"), "2026-04-13 02:56:23 offset 3600");
  for (const char* text : {"2026-04-13 02:56:23", "2026-04-13T02:56", "2026-04-13T02:56:23.",
                           "2026-04-13T02:56:23.1234567890", "2026-04-13T02:56:23+1",
                           "2026-04-13T02:56:23+01:", "2026-04-13T02:56:23+01:60",
                           "2026-04-13T02:56:23+19:00", "2026-04-13T02:56:23*01:00"})
    EXPECT_EQ(parsed(iso, text), "no") << text;
}

TEST(ClockParser, ReadsWhatExcelMakesOfClocks) {
  EXPECT_EQ(parsed({"M/d/yy H:mm"}, "10/21/18 0:00"), "2018-10-21 00:00:00");
  EXPECT_EQ(parsed({"M/d/yy H:mm"}, "1/2/29 23:59"), "2029-01-02 23:59:00");
  EXPECT_EQ(parsed({"M/d/yy H:mm"}, "1/2/30 23:59"), "1930-01-02 23:59:00");
  EXPECT_EQ(parsed({"yyyy-M-d H:mm:ss"}, "2014-1-1 10:15:00"), "2014-01-01 10:15:00");
  EXPECT_EQ(parsed({"M/d/yy H:mm"}, "110/2/18 0:00"), "no");
}

TEST(ClockParser, TheFirstPatternThatMatchesCountsWhateverCameBefore) {
  const auto parser = ClockParser::compile({"M/d/yyyy", "d/M/yyyy"});
  ASSERT_TRUE(parser);
  WallClock clock;
  ASSERT_TRUE(parser->parse("31/12/2024", clock));
  EXPECT_EQ(calendar::format_date(clock.days), "2024-12-31");
  ASSERT_TRUE(parser->parse("1/2/2024", clock));
  EXPECT_EQ(calendar::format_date(clock.days), "2024-01-02");
}

TEST(ClockParser, ReadsBackEveryDayOfTwoCenturies) {
  const auto parser = ClockParser::compile({"yyyy-MM-dd"});
  ASSERT_TRUE(parser);
  for (std::int32_t day = -36'000; day < 48'000; ++day) {
    WallClock clock;
    ASSERT_TRUE(parser->parse(calendar::format_date(day), clock)) << day;
    ASSERT_EQ(clock.days, day);
    ASSERT_EQ(clock.second_of_day, 0);
  }
}

TEST(ClockParser, ReadsTextsOfFixedLengthAsTheWalkAlongThePatternDoes) {
  const std::vector<std::string> formats = {"MM/dd/yyyy hh:mm:ss a",
                                            "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "M/d/yy H:mm",
                                            "dd.MM.yyyy", "yyyy/M/d h:mm a",
                                            // A number over the end of a word, AM or PM in front.
                                            "yyyyMM'T'dd HH:mm:ss", "a hh:mm:ss MM/dd/yyyy"};
  const std::vector<std::string> written = {"07/31/2024 05:05:09 PM",
                                            "12/01/1999 12:59:59 am",
                                            "2024-02-29T23:59:59.125",
                                            "2024-02-29T23:59:59",
                                            "2024-02-29T23:59:59Z",
                                            "10/21/18 10:05",
                                            "1/2/18 0:05",
                                            "31.12.2024",
                                            "2024/12/31 11:59 pm",
                                            "2024/2/3 1:09 AM",
                                            "202407T31 17:05:09",
                                            "PM 05:05:09 07/31/2024",
                                            "AM 12:05:09 12/31/1899",
                                            "07/31/2024  05:05:09 PM",
                                            "00/00/0000 00:00:00 AM"};
  const std::string others = "0123456789/:-. TZapmAPM\xFA\xFF";
  std::mt19937 random(311);
  int num_read = 0;
  for (const std::string& format : formats) {
    const auto parser = ClockParser::compile({format});
    ASSERT_TRUE(parser);
    for (int round = 0; round < 20'000; ++round) {
      std::string text = written[random() % written.size()];
      for (std::size_t changes = random() % 4; changes > 0; --changes)
        text[random() % text.size()] = others[random() % others.size()];
      WallClock read;
      WallClock walked;
      const bool is_read = parser->parse(text, read);
      ASSERT_EQ(is_read, parser->parse_by_walking(text, walked)) << format << " <<" << text << ">>";
      if (!is_read) continue;
      ++num_read;
      ASSERT_EQ(read, walked) << format << " <<" << text << ">>";
    }
  }
  EXPECT_GT(num_read, 5'000);
}

TEST(ClockParser, RefusesAWrongPattern) {
  const auto parser = ClockParser::compile({"yyyy-QQ-dd"});
  ASSERT_FALSE(parser);
  EXPECT_EQ(parser.error().code(), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace hark::tabular
