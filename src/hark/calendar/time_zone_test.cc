#include "hark/calendar/time_zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "hark/calendar/civil.h"
#include "hark/calendar/zone_file.h"
#include "hark/core/json.h"
#include "hark/core/text.h"

namespace hark::calendar {
namespace {

std::int64_t wall(std::int32_t year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                  int second = 0) {
  return days_from_civil(year, month, day) * std::int64_t{86'400} + hour * 3600 + minute * 60 +
         second;
}

std::shared_ptr<const TimeZone> zone(const std::string& name) {
  auto loaded = TimeZone::load(name);
  EXPECT_TRUE(loaded) << loaded.error().to_string();
  return loaded ? *loaded : nullptr;
}

// published.json, dst_elapsed_spring.
TEST(TimeZone, TheSpringHourIsNotThere) {
  const auto new_york = zone("America/New_York");
  const auto start = new_york->from_local(wall(2023, 3, 12, 1, 30));
  const auto end = new_york->from_local(wall(2023, 3, 12, 3, 30));
  EXPECT_EQ(end.utc_s - start.utc_s, 3600);
  EXPECT_FALSE(start.is_gap);
  EXPECT_FALSE(end.is_gap);
}

// published.json, dst_day_length_autumn.
TEST(TimeZone, TheAutumnDayHas25Hours) {
  const auto new_york = zone("America/New_York");
  const auto length =
      new_york->from_local(wall(2023, 11, 6)).utc_s - new_york->from_local(wall(2023, 11, 5)).utc_s;
  EXPECT_EQ(length, 25 * 3600);
}

TEST(TimeZone, PublishedDstEntriesHold) {
  std::ifstream file(HARK_SHARED_DIR "/golden/published.json");
  if (!file) GTEST_SKIP() << "the folder of reference values is not here";
  std::stringstream text;
  text << file.rdbuf();
  const auto golden = Json::parse(text.str());
  ASSERT_TRUE(golden) << golden.error().to_string();
  const auto read = [](std::string_view iso) {
    int year, hour = 0, minute = 0, second = 0;
    unsigned month, day;
    EXPECT_GE(std::sscanf(std::string(iso).c_str(), "%d-%u-%uT%d:%d:%d", &year, &month, &day, &hour,
                          &minute, &second),
              3);
    return wall(year, month, day, hour, minute, second);
  };
  int num_checked = 0;
  for (const Json& entry : (*golden)["entries"].items()) {
    if (!entry["name"].as_string().starts_with("dst_")) continue;
    const Json& input = entry["input"];
    const auto city = zone(std::string(input["zone"].as_string()));
    const bool is_day = input["method"].as_string() == "hours in local day";
    const std::int64_t start = read(input[is_day ? "date" : "start"].as_string());
    const std::int64_t end = is_day ? start + 86'400 : read(input["end"].as_string());
    EXPECT_EQ(static_cast<double>(city->from_local(end).utc_s - city->from_local(start).utc_s),
              entry["expected"]["hours"].as_double() * 3600)
        << entry["name"].as_string();
    ++num_checked;
  }
  EXPECT_GE(num_checked, 2);
}

TEST(TimeZone, TheFoldIsReadAsDaylightTime) {
  const auto new_york = zone("America/New_York");
  const auto fold = new_york->from_local(wall(2023, 11, 5, 1, 30));
  EXPECT_TRUE(fold.is_fold);
  EXPECT_FALSE(fold.is_gap);
  EXPECT_EQ(fold.offset_s, -4 * 3600);
  EXPECT_EQ(fold.fold_width_s, 3600);
  EXPECT_EQ(fold.utc_s, wall(2023, 11, 5, 5, 30));

  const auto before = new_york->from_local(wall(2023, 11, 5, 0, 59, 59));
  EXPECT_FALSE(before.is_fold);
  EXPECT_TRUE(new_york->from_local(wall(2023, 11, 5, 1)).is_fold);
  EXPECT_TRUE(new_york->from_local(wall(2023, 11, 5, 1, 59, 59)).is_fold);
  const auto after = new_york->from_local(wall(2023, 11, 5, 2));
  EXPECT_FALSE(after.is_fold);
  EXPECT_EQ(after.fold_width_s, 0);
  EXPECT_EQ(after.offset_s, -5 * 3600);
}

TEST(TimeZone, TheGapIsReadWithTheOffsetBefore) {
  const auto new_york = zone("America/New_York");
  const auto gap = new_york->from_local(wall(2024, 3, 10, 2, 30));
  EXPECT_TRUE(gap.is_gap);
  EXPECT_FALSE(gap.is_fold);
  EXPECT_EQ(gap.offset_s, -5 * 3600);
  EXPECT_EQ(gap.utc_s, wall(2024, 3, 10, 7, 30));
  EXPECT_FALSE(new_york->from_local(wall(2024, 3, 10, 1, 59, 59)).is_gap);
  EXPECT_TRUE(new_york->from_local(wall(2024, 3, 10, 2)).is_gap);
  EXPECT_TRUE(new_york->from_local(wall(2024, 3, 10, 2, 59, 59)).is_gap);
  EXPECT_FALSE(new_york->from_local(wall(2024, 3, 10, 3)).is_gap);
}

TEST(TimeZone, YearsFarAwayAreReadWithTheNearestOffset) {
  const auto new_york = zone("America/New_York");
  EXPECT_EQ(new_york->offset_at(wall(9999, 12, 31)), -5 * 3600);
  EXPECT_EQ(new_york->from_local(wall(9999, 7, 1)).utc_s, wall(9999, 7, 1, 5));
  EXPECT_EQ(new_york->from_local(wall(0, 1, 1)).offset_s,
            new_york->from_local(wall(1900, 1, 1)).offset_s);
}

TEST(TimeZone, UtcHasNoChanges) {
  const auto utc = zone("UTC");
  EXPECT_EQ(utc->from_local(1'700'000'000).utc_s, 1'700'000'000);
  EXPECT_EQ(utc->offset_at(0), 0);
}

TEST(TimeZone, AnUnknownZoneIsNotFoundWithTheNearestName) {
  const auto loaded = TimeZone::load("America/New_Yrok");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(loaded.error().hint().find("America/New_York"), std::string::npos)
      << loaded.error().hint();
  EXPECT_FALSE(TimeZone::load(""));
  EXPECT_FALSE(TimeZone::load("../../etc/passwd"));
}

TEST(TimeZone, TheVersionOfTheRulesIsKnown) {
  const std::string version = tzdata_version();
  EXPECT_TRUE(version == "unknown" || (version.size() >= 5 && version.starts_with("20")))
      << version;
}

TEST(ZoneFile, ItsFooterSaysWhetherTheClockStillChanges) {
  const auto file = [](std::string_view name) {
    std::ifstream in(concat("/usr/share/zoneinfo/", name), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  EXPECT_EQ(footer_of(file("America/New_York")), "EST5EDT,M3.2.0,M11.1.0");
  EXPECT_TRUE(tells_of_changes(footer_of(file("America/New_York"))));
  EXPECT_EQ(footer_of(file("Asia/Kolkata")), "IST-5:30");
  EXPECT_FALSE(tells_of_changes(footer_of(file("Asia/Kolkata"))));
  EXPECT_EQ(footer_of("TZif2 rest\n<-02>2<-01>,M3.5.0/-1,M10.5.0/0\n"),
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  for (const char* none : {"", "TZif", "TZif2", "TZif2\n", "TZif\nEST5\n", "text\nEST5EDT,a\n"})
    EXPECT_EQ(footer_of(none), "") << none;
}

// Files with a table that goes on beyond 2037 (Asia/Gaza), without any change, with old ones only.
TEST(TimeZone, EveryZoneOfTheSystemIsRead) {
  const std::string folder = "/usr/share/zoneinfo";
  int num_zones = 0;
  for (const char* region : {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia",
                             "Etc", "Europe", "Indian", "Pacific"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(concat(folder, "/", region))) {
      if (!entry.is_regular_file()) continue;
      const std::string name = entry.path().string().substr(folder.size() + 1);
      const auto loaded = TimeZone::load(name);
      EXPECT_TRUE(loaded) << loaded.error().to_string();
      ++num_zones;
    }
  }
  EXPECT_GT(num_zones, 300);
}

/// The C library's own reader of the same zone files, footer rules included.
class CLibraryZone {
 public:
  explicit CLibraryZone(const std::string& name) {
    setenv("TZ", name.c_str(), 1);
    tzset();
  }
  ~CLibraryZone() {
    unsetenv("TZ");
    tzset();
  }
  std::int32_t offset_at(std::int64_t utc_s) const {
    const std::time_t t = utc_s;
    std::tm out{};
    localtime_r(&t, &out);
    return static_cast<std::int32_t>(out.tm_gmtoff);
  }
};

// Every change of these zones, to the second, on both clocks. The oracle for a wall time tries the
// offsets in force a day before and after: two that fit are a fold, none is a gap.
TEST(TimeZone, EqualsTheCLibraryAroundEveryChange) {
  for (const char* name : {"America/New_York", "America/Vancouver", "America/Los_Angeles",
                           "America/Chicago", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo",
                           "Africa/Monrovia", "America/St_Johns"}) {
    const auto ours = zone(name);
    const CLibraryZone oracle(name);
    int num_changes = 0;
    for (std::int64_t t = wall(1901, 1, 1); t < wall(2099, 12, 30); t += 86'400) {
      if (oracle.offset_at(t) == oracle.offset_at(t + 86'400)) {
        ASSERT_EQ(ours->offset_at(t), oracle.offset_at(t)) << name << " " << t;
        continue;
      }
      ++num_changes;
      std::int64_t low = t, high = t + 86'400;
      while (high - low > 1) {
        const std::int64_t middle = (low + high) / 2;
        (oracle.offset_at(middle) == oracle.offset_at(t) ? low : high) = middle;
      }
      for (const std::int64_t near : {-1, 0, 1}) {
        ASSERT_EQ(ours->offset_at(high + near), oracle.offset_at(high + near)) << name;
      }
      const std::int32_t before = oracle.offset_at(high - 1), after = oracle.offset_at(high);
      std::set<std::int64_t> walls;
      for (const std::int64_t edge : {high + before, high + after}) {
        for (const std::int64_t near : {-3600, -60, -1, 0, 1, 60, 1800, 3599}) {
          walls.insert(edge + near);
        }
      }
      for (const std::int64_t local : walls) {
        const bool fits_before = oracle.offset_at(local - before) == before;
        const bool fits_after = oracle.offset_at(local - after) == after;
        const auto read = ours->from_local(local);
        ASSERT_EQ(read.is_fold, fits_before && fits_after) << name << " " << local;
        ASSERT_EQ(read.is_gap, !fits_before && !fits_after) << name << " " << local;
        const std::int32_t expected = fits_before || !fits_after ? before : after;
        ASSERT_EQ(read.offset_s, expected) << name << " " << local;
        ASSERT_EQ(read.utc_s, local - expected);
        ASSERT_EQ(read.fold_width_s, read.is_fold ? before - after : 0);
      }
    }
    EXPECT_GT(num_changes, 1) << name;
  }
}

}  // namespace
}  // namespace hark::calendar
