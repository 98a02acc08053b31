#include "hark/generate/calls.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "hark/core/text.h"
#include "hark/generate/folder_for_tests.h"
#include "hark/generate/slow_csv_for_tests.h"
#include "hark/io/fault_file_system.h"

namespace hark::generate {
namespace {

struct Generated {
  std::string text;
  Json truth;
};

Generated generate(const CallsOptions& options) {
  const TestFolder folder("calls");
  const std::string path = folder.file("calls.csv");
  const auto report = generate_calls(io::local_file_system(), path, options);
  EXPECT_TRUE(report) << report.error().to_string();
  if (!report) return {};
  Generated result{io::local_file_system().read_text(path).value(), report->truth};
  EXPECT_EQ(report->size_bytes, result.text.size());
  return result;
}

TEST(Calls, SameSeedSameBytesAndTheyAreFixed) {
  const Generated one = generate({.num_rows = 5'000});
  EXPECT_TRUE(generate({.num_rows = 5'000}).text == one.text);
  EXPECT_FALSE(generate({.num_rows = 5'000, .seed = 2}).text == one.text);
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a; any machine must give these bytes
  for (const char c : one.text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  EXPECT_EQ(hash, 15342274009905815052U);
}

TEST(Calls, CountsEqualASlowReadingOfTheFile) {
  const Generated file = generate({.num_rows = 30'000, .seed = 3});
  const Json& counts = file.truth["counts"];
  const auto records = slow_csv(file.text, ',');
  ASSERT_EQ(records.size(), 30'001U);
  EXPECT_EQ(records[0], (std::vector<std::string>{"call_id", "started_at", "queue", "queue_start",
                                                  "wait_s", "outcome", "service_s", "agent"}));
  std::map<std::string, std::int64_t> found;
  std::set<std::string> keys, days;
  std::string last_start;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const auto& r = records[i];
    ASSERT_EQ(r.size(), 8U);
    EXPECT_LE(last_start, r[1]);
    last_start = r[1];
    ++found["records"];
    if (!keys.insert(r[0] + " " + r[1]).second) {
      ++found["duplicates"];
      EXPECT_EQ(r, records[i - 1]);
      continue;
    }
    if (r[5] == "PHANTOM") {
      ++found["ignored"];
      continue;
    }
    if (r[5] == "HANG" && r[3] == "0:00:00") {
      ++found["before_queue"];
      continue;
    }
    ++found["offered"];
    days.insert(r[1].substr(0, 10));
    if (r[5] == "HANG") {
      ++found["abandoned"];
      continue;
    }
    EXPECT_EQ(r[5], "AGENT");
    ++found["handled"];
    found["service_s"] += *parse_int(r[6]);
    if (r[4].empty()) continue;
    ++found["waits"];
    found["wait_s"] += *parse_int(r[4]);
    found["in_time"] += *parse_int(r[4]) <= 20 ? 1 : 0;
  }
  found["days"] = static_cast<std::int64_t>(days.size());
  for (const auto& [name, count] : found) {
    EXPECT_EQ(counts[name].as_int(), count) << name;
    EXPECT_GT(count, 0) << name;
  }
  EXPECT_EQ(counts["first"].as_string(), *days.begin());
  EXPECT_EQ(counts["last"].as_string(), *days.rbegin());
}

TEST(Calls, AsManyWhoWaitHangUpAsTheirPatienceSays) {
  const Generated file = generate({.num_rows = 60'000, .seed = 5, .has_defects = false});
  double queued = 0, abandoned = 0;
  for (const auto& r : slow_csv(file.text, ',')) {
    if (r[0] == "call_id" || r[3] == "0:00:00") continue;
    ++queued;
    abandoned += r[5] == "HANG" ? 1 : 0;
  }
  // Two exponential times: the shorter one is the patience with probability 60 / (60 + 240).
  const double expected = file.truth["planted"]["abandoned_of_queued"].as_double();
  EXPECT_DOUBLE_EQ(expected, 0.2);
  EXPECT_NEAR(abandoned / queued, expected, 4 * std::sqrt(expected * (1 - expected) / queued));
}

TEST(Calls, OptionsOutOfRangeAreRefusedAndNothingIsWritten) {
  const TestFolder folder("calls_bad");
  for (const CallsOptions& options :
       {CallsOptions{.num_rows = 0}, CallsOptions{.calls_per_day = 1}, CallsOptions{.first_day = 0},
        CallsOptions{.mean_wait_s = 0}, CallsOptions{.taken_at_once = 1.5}}) {
    const auto report = generate_calls(io::local_file_system(), folder.file("c.csv"), options);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.file("c.csv")));
}

}  // namespace
}  // namespace hark::generate
