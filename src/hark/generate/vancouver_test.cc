#include "hark/generate/vancouver.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "hark/calendar/holidays.h"
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

Generated generate(const VancouverOptions& options) {
  const TestFolder folder("vancouver");
  const std::string path = folder.file("metrics.csv");
  const auto report = generate_vancouver(io::local_file_system(), path, options);
  EXPECT_TRUE(report) << report.error().to_string();
  if (!report) return {};
  Generated result{io::local_file_system().read_text(path).value(), report->truth};
  EXPECT_EQ(report->size_bytes, result.text.size());
  return result;
}

struct Row {
  std::int32_t day;
  std::int64_t offered, handled, abandoned;
  double asa, service_level;
  int decimals;  ///< of the service level
};

std::vector<Row> rows_of(const Generated& file) {
  std::vector<Row> rows;
  const auto records = slow_csv(file.text, ';');
  for (std::size_t i = 1; i < records.size(); ++i) {
    const auto& r = records[i];
    EXPECT_EQ(r.size(), 7U);
    EXPECT_EQ(r[6], std::to_string(i));  // BI_ID numbers the rows of the export
    int year = 0;
    unsigned month = 0, day = 0;
    EXPECT_EQ(std::sscanf(r[0].c_str(), "%4d-%2u-%2u", &year, &month, &day), 3);
    const std::size_t point = r[5].find('.');
    rows.push_back({calendar::days_from_civil(year, month, day), *parse_int(r[1]), *parse_int(r[2]),
                    *parse_int(r[3]), *parse_double(r[4]), *parse_double(r[5]),
                    point == std::string::npos ? 0 : static_cast<int>(r[5].size() - point - 1)});
  }
  return rows;
}

TEST(Vancouver, IsWrittenLikeTheCitysFile) {
  const Generated file = generate({.num_rows = 800});
  EXPECT_TRUE(file.text.starts_with(
      "\xEF\xBB\xBF"
      "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\r\n"));
  EXPECT_TRUE(file.text.ends_with("\r\n"));
  const auto rows = rows_of(file);
  ASSERT_EQ(rows.size(), 800U);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_LT(rows[i].day, rows[i - 1].day);
}

TEST(Vancouver, SameSeedSameBytesAndTheyAreFixed) {
  const Generated one = generate({.num_rows = 3'000});
  EXPECT_TRUE(generate({.num_rows = 3'000}).text == one.text);
  EXPECT_FALSE(generate({.num_rows = 3'000, .seed = 2}).text == one.text);
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a; any machine must give these bytes
  for (const char c : one.text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  EXPECT_EQ(hash, 11435950560547387959U);
}

TEST(Vancouver, CountsEqualASlowReadingOfTheFile) {
  const Generated file = generate({.num_rows = 4'000, .seed = 3});
  const Json& counts = file.truth["counts"];
  const auto rows = rows_of(file);
  std::int64_t offered = 0, handled = 0, abandoned = 0, negative = 0;
  double wait = 0;
  for (const Row& row : rows) {
    offered += row.offered;
    handled += row.handled;
    abandoned += row.abandoned;
    wait += row.asa * static_cast<double>(row.handled);
    negative += row.offered < row.handled + row.abandoned ? 1 : 0;
  }
  EXPECT_EQ(counts["rows"].as_int(), 4'000);
  EXPECT_EQ(counts["offered"].as_int(), offered);
  EXPECT_EQ(counts["handled"].as_int(), handled);
  EXPECT_EQ(counts["abandoned"].as_int(), abandoned);
  EXPECT_EQ(counts["unaccounted"].as_int(), offered - handled - abandoned);
  EXPECT_EQ(counts["negative_unaccounted_rows"].as_int(), negative);
  EXPECT_NEAR(static_cast<double>(negative) / 4'000, 0.02, 5 * std::sqrt(0.02 / 4'000));
  // Whole seconds in the middle years: the sum of rounding errors stays small.
  EXPECT_NEAR(wait / counts["wait_s"].as_double(), 1, 1e-3);
  const std::int64_t span = rows.front().day - rows.back().day + 1;
  EXPECT_EQ(span, 4'000 + static_cast<std::int64_t>(counts["missing_days"].items().size()));
  EXPECT_GT(counts["missing_days"].items().size(), 0U);
}

// METRICS section 1, "recovered denominator", in its obvious form.
TEST(Vancouver, TheDenominatorIsRecoveredWithItsShareOfAbandons) {
  for (const double inside : {0.0, 0.73, 1.0}) {
    const Generated file =
        generate({.num_rows = 2'000, .seed = 4, .has_defects = false, .abandons_inside = inside});
    double num_unique = 0, excess = 0, abandoned = 0, num_informative = 0;
    std::int64_t num_matched = 0;
    for (const Row& row : rows_of(file)) {
      const double half = 0.5 * std::pow(10, -row.decimals);
      double by_chance = 0;
      std::vector<std::int64_t> matches;
      for (std::int64_t d = row.handled; d <= row.handled + row.abandoned; ++d) {
        const double answered = row.service_level * static_cast<double>(d);
        const double tolerance = std::max(half * static_cast<double>(d), 1e-9);
        by_chance += std::min(1.0, 2 * tolerance);
        if (std::abs(answered - std::round(answered)) <= tolerance) matches.push_back(d);
      }
      if (by_chance >= 0.05) continue;
      num_informative += 1;
      num_matched += matches.empty() ? 0 : 1;
      if (matches.size() != 1) continue;
      num_unique += 1;
      excess += static_cast<double>(matches[0] - row.handled);
      abandoned += static_cast<double>(row.abandoned);
    }
    EXPECT_GT(num_informative, 200);
    EXPECT_EQ(static_cast<double>(num_matched), num_informative);
    EXPECT_GT(num_unique, 0.8 * num_informative);
    EXPECT_NEAR(excess / abandoned, inside, 0.01);
  }
}

TEST(Vancouver, ThePrecisionOfRatiosChangesWithTheYears) {
  const Generated file = generate({.num_rows = 3'653, .seed = 5});
  std::map<std::int32_t, int> longest;
  for (const Row& row : rows_of(file)) {
    int& decimals = longest[calendar::civil_from_days(row.day).year];
    decimals = std::max(decimals, row.decimals);
  }
  EXPECT_EQ(longest.begin()->second, 3);
  EXPECT_EQ(std::next(longest.begin(), 4)->second, 4);
  EXPECT_GE(longest.rbegin()->second, 14);
}

TEST(Vancouver, WeekdaysMonthsAndHolidaysRecoverTheirFactors) {
  const Generated file = generate({.num_rows = 5'000, .seed = 6, .has_defects = false});
  const Json& planted = file.truth["planted"];
  const auto weekday_factor = [&](unsigned i) {
    return planted["weekday_factors"].items()[i].as_double();
  };
  const auto month_factor = [&](unsigned i) {
    return planted["month_factors"].items()[i].as_double();
  };
  const auto holidays = calendar::HolidayCalendar::named("CA-BC").value();
  std::map<unsigned, std::vector<double>> by_weekday, by_month;
  std::vector<double> on_holidays;
  for (const Row& row : rows_of(file)) {
    const unsigned weekday = calendar::weekday_from_days(row.day);
    const unsigned month = calendar::civil_from_days(row.day).month - 1U;
    const double ordinary = 1'500 * weekday_factor(weekday) * month_factor(month);
    const double ratio = static_cast<double>(row.offered) / ordinary;
    if (holidays.on(row.day)) {
      on_holidays.push_back(ratio);
    } else {
      by_weekday[weekday].push_back(ratio);
      by_month[month].push_back(ratio);
    }
  }
  // A day's calls vary by 8 % (planted) and Poisson's root; e^(0.08^2 / 2) is their mean.
  const double mean = std::exp(0.08 * 0.08 / 2);
  const auto expect_mean = [](const std::vector<double>& ratios, double expected) {
    double total = 0;
    for (const double ratio : ratios) total += ratio;
    const auto n = static_cast<double>(ratios.size());
    EXPECT_NEAR(total / n, expected, 5 * 0.1 * expected / std::sqrt(n));
  };
  for (const auto& [weekday, ratios] : by_weekday) expect_mean(ratios, mean);
  for (const auto& [month, ratios] : by_month) expect_mean(ratios, mean);
  EXPECT_GT(on_holidays.size(), 100U);
  expect_mean(on_holidays, planted["holiday_factor"].as_double() * mean);
}

TEST(Vancouver, ALevelShiftIsThere) {
  const std::int32_t change = calendar::days_from_civil(2021, 1, 1);
  const Generated file =
      generate({.num_rows = 1'461, .seed = 7, .change_day = change, .level_factor = 1.25});
  double before = 0, after = 0, days_before = 0, days_after = 0;
  for (const Row& row : rows_of(file)) {
    (row.day < change ? before : after) += static_cast<double>(row.offered);
    (row.day < change ? days_before : days_after) += 1;
  }
  EXPECT_NEAR(after / days_after / (before / days_before), 1.25, 0.06);
}

TEST(Vancouver, AFailedWriteLeavesTheOldFile) {
  const TestFolder folder("vancouver_fault");
  const std::string path = folder.file("metrics.csv");
  io::FileSystem& files = io::local_file_system();
  io::FaultFileSystem counting(files, {});
  ASSERT_TRUE(generate_vancouver(counting, path, {.num_rows = 10}));
  const std::string whole = files.read_text(path).value();
  for (std::uint64_t fail_at = 0; fail_at < counting.num_changes(); ++fail_at) {
    ASSERT_TRUE(files.write_atomically(path, "old"));
    io::FaultFileSystem failing(files, {.fail_at = fail_at, .keep_failing = false});
    EXPECT_FALSE(generate_vancouver(failing, path, {.num_rows = 10}));
    EXPECT_EQ(files.read_text(path).value(), fail_at + 1 < counting.num_changes() ? "old" : whole);
  }
}

TEST(Vancouver, RefusesOptionsOutOfRange) {
  const TestFolder folder("vancouver_refused");
  const auto refuses = [&](const VancouverOptions& options) {
    const auto result =
        generate_vancouver(io::local_file_system(), folder.file("metrics.csv"), options);
    return !result && result.error().code() == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refuses({.num_rows = 0}));
  EXPECT_TRUE(refuses({.num_rows = 40'000}));
  EXPECT_TRUE(refuses({.num_rows = 36'000}));  // from 2019, that is beyond 2099
  EXPECT_TRUE(refuses({.first_day = 0}));
  EXPECT_TRUE(refuses({.calls_per_day = 1}));
  EXPECT_TRUE(refuses({.abandons_inside = 1.5}));
  EXPECT_TRUE(refuses({.level_factor = 0}));
}

TEST(VancouverCalls, AreTheDaysOfTheMetricsInTwoSpreadsheets) {
  const VancouverOptions options{.num_rows = 900, .seed = 8};
  const TestFolder folder("vancouver_calls");
  const auto report = generate_vancouver_calls(io::local_file_system(), folder.path(), options);
  ASSERT_TRUE(report) << report.error().to_string();
  const auto sheet = [&](const char* name) {
    std::map<std::string, std::vector<std::string>> by_day;
    for (auto& r : slow_csv(*io::local_file_system().read_text(folder.file(name)), ','))
      by_day[r[0]] = r;
    EXPECT_EQ(by_day.erase("Date"), 1U);
    return by_day;
  };
  const auto general = sheet("callsGeneral.csv");
  const auto handled = sheet("callsHandled.csv");
  std::int64_t both = 0, only_general = 0;
  std::set<std::string> days;
  for (const auto& [day, cells] : general) {
    (handled.contains(day) ? both : only_general) += 1;
    days.insert(day);
  }
  for (const auto& [day, cells] : handled) days.insert(day);
  const auto only_handled = static_cast<std::int64_t>(handled.size()) - both;
  EXPECT_EQ(days.size(), 900U);
  EXPECT_EQ(report->truth["days_only_general"].as_int(), only_general);
  EXPECT_EQ(report->truth["days_only_handled"].as_int(), only_handled);
  EXPECT_GT(only_general, 0);
  EXPECT_GT(only_handled, 0);
  // The same days as in the one file.
  for (const Row& row : rows_of(generate(options))) {
    const std::string day = calendar::format_date(row.day);
    if (const auto found = general.find(day); found != general.end()) {
      EXPECT_EQ(found->second[1], std::to_string(row.offered));
      EXPECT_EQ(found->second[2], std::to_string(row.abandoned));
    }
    if (const auto found = handled.find(day); found != handled.end()) {
      EXPECT_EQ(found->second[1], std::to_string(row.handled));
    }
  }
}

}  // namespace
}  // namespace hark::generate
