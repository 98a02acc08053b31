// Log-rank, Kitagawa's parts and the backlog of real files against independently computed values
// (../shared/golden).
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "hark/insight/backlog.h"
#include "hark/insight/decompose.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/log_rank_report.h"

namespace hark::insight {
namespace {

struct Loaded {
  test::OpenedData data;
  RequestTable table;

  Grouping by(const char* name) const {
    return group_requests(table, request_by_named(*data.contract, name).value()).value();
  }
};

std::optional<Loaded> load(const std::string& name) {
  auto opened = test::open_data(name);
  if (!opened) return std::nullopt;
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  load.threads = 2;
  auto table = load_requests(*opened->source, *opened->contract, load);
  EXPECT_TRUE(table) << name << ": " << table.error().to_string();
  if (!table) return std::nullopt;
  return Loaded{std::move(*opened), std::move(*table)};
}

void expect_parts(const Json& golden, const Loaded& loaded, DecomposeValue value,
                  const std::string& what) {
  const auto report =
      decompose(loaded.table,
                {value, std::string(golden["a"].as_string()), std::string(golden["b"].as_string())},
                loaded.by("borough"), loaded.by("complaint_type"));
  ASSERT_TRUE(report) << what << report.error().to_string();
  const Json ours = to_json(*report);
  EXPECT_EQ(ours["n_a"].as_int(), golden["n_a"].as_int()) << what;
  EXPECT_EQ(ours["n_b"].as_int(), golden["n_b"].as_int()) << what;
  EXPECT_EQ(ours["terms"].items().size(), static_cast<std::size_t>(golden["types"].as_int()))
      << what;
  // Against the larger of the two averages: a difference may be zero.
  const double scale = std::max(
      {std::abs(golden["mean_a"].as_double()), std::abs(golden["mean_b"].as_double()), 1.0});
  const std::pair<const char*, const char*> names[] = {{"mean_a", "mean_a"},
                                                       {"mean_b", "mean_b"},
                                                       {"difference", "crude_difference"},
                                                       {"rate_effect", "rate_part"},
                                                       {"mix_effect", "mix_part"}};
  for (const auto& [name, golden_name] : names) {
    EXPECT_NEAR(ours[name].as_double(), golden[golden_name].as_double(), 1e-12 * scale)
        << what << " " << name;
  }
  EXPECT_NEAR(ours["rate_effect"].as_double() + ours["mix_effect"].as_double(),
              ours["difference"].as_double(), 1e-12 * scale)
      << what << ": the parts add up";
}

TEST(DifferencesGolden, LogRankAndKitagawaOfEveryFile) {
  const auto golden = test::golden_file("tests.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  int num_log_rank = 0;
  int num_parts = 0;
  for (const auto& [name, file] : (*golden)["files"].members()) {
    const auto loaded = load(name);
    ASSERT_TRUE(loaded) << name;
    if (const Json& expected = file["log_rank_by_area"]; !expected.is_null()) {
      ++num_log_rank;
      const auto report = log_rank(loaded->table, loaded->by("borough"));
      ASSERT_TRUE(report) << name << report.error().to_string();
      test::expect_near(report->test.chi2, expected["chi2"], 1e-9, name + " chi2");
      EXPECT_EQ(report->test.df, expected["df"].as_int()) << name;
      EXPECT_NEAR(report->test.log10_p, expected["log10_p"].as_double(), 1e-6) << name;
      for (std::size_t i = 0; i < report->names.size(); ++i) {
        const Json& group = expected["groups"][report->names[i]];
        EXPECT_EQ(report->test.groups[i].n, group["n"].as_int(-1)) << name << report->names[i];
        EXPECT_EQ(static_cast<double>(report->test.groups[i].events), group["observed"].as_double())
            << name << " " << report->names[i];
        test::expect_near(report->test.groups[i].expected, group["expected"], 1e-9, name);
      }
    }
    if (const Json& parts = file["kitagawa_mean_time_to_close_over_types"]; !parts.is_null()) {
      ++num_parts;
      expect_parts(parts, *loaded, DecomposeValue::kTimeToClose, name + " hours");
      expect_parts(file["kitagawa_24h_closed_share"], *loaded, DecomposeValue::kClosedIn24Hours,
                   name + " 24 h");
    }
  }
  EXPECT_EQ(num_log_rank, 9);
  EXPECT_EQ(num_parts, 9);
}

TEST(DifferencesGolden, TheBacklogAtEveryMidnight) {
  const auto golden = test::golden_file("request_kpis.json");
  if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
  int num_checked = 0;
  for (const auto& [name, file] : (*golden)["files"].members()) {
    const Json& midnights = file["backlog_at_local_midnight"];
    if (midnights.is_null()) continue;
    const auto loaded = load(name);
    if (!loaded) continue;
    const auto zone = calendar::TimeZone::load(loaded->data.contract->time_zone).value();
    for (const auto& [date, count] : midnights.members()) {
      const auto day = std::chrono::floor<std::chrono::days>(*parse_instant(date));
      const Instant at =
          local_midnight(*zone, static_cast<std::int32_t>(day.time_since_epoch().count()));
      const auto backlog = backlog_at(loaded->table, at);
      ASSERT_TRUE(backlog) << name << " " << date << ": " << backlog.error().to_string();
      EXPECT_EQ(backlog->open, count.as_int()) << name << " at " << date;
      std::int64_t in_bands = 0;
      for (const std::int64_t n : backlog->ages) in_bands += n;
      EXPECT_EQ(in_bands, backlog->open);
      ++num_checked;
    }
  }
  EXPECT_GT(num_checked, 50);
}

}  // namespace
}  // namespace hark::insight
