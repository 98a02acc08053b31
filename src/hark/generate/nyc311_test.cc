#include "hark/generate/nyc311.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "hark/calendar/time_zone.h"
#include "hark/core/text.h"
#include "hark/generate/folder_for_tests.h"
#include "hark/generate/nyc311_block.h"
#include "hark/generate/nyc311_city.h"
#include "hark/generate/slow_csv_for_tests.h"
#include "hark/stats/distributions.h"
#include "hark/stats/survival.h"

namespace hark::generate {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
using Record = std::vector<std::string>;
enum : std::size_t {
  kKey = 0,
  kCreated = 1,
  kClosed = 2,
  kAgency = 3,
  kType = 5,
  kZip = 8,
  kStatus = 19,
  kText = 21,
  kUpdated = 22,
  kBorough = 25,
  kX = 26,
  kY = 27,
  kLatitude = 38,
  kLongitude = 39,
  kLocation = 40
};

struct Generated {
  std::string text;
  Json truth;
};

Generated generate(const Nyc311Options& options) {
  const TestFolder folder("nyc311");
  const std::string path = folder.file("requests.csv");
  const auto report = generate_nyc311(io::local_file_system(), path, options);
  EXPECT_TRUE(report) << report.error().to_string();
  if (!report) return {};
  Generated result{io::local_file_system().read_text(path).value(), report->truth};
  EXPECT_EQ(report->size_bytes, result.text.size());
  EXPECT_EQ(report->num_rows, options.num_rows);
  return result;
}

Nyc311Options small(std::uint64_t num_rows, std::uint64_t seed = 1) {
  Nyc311Options options;
  options.num_rows = num_rows;
  options.seed = seed;
  return options;
}

/// A defect every few hundred records, so that a small file has many of each.
Nyc311Defects frequent() {
  Nyc311Defects defects;
  for (const NamedShare& named : defect_shares()) {
    double& share = defects.*named.share;
    share = std::max(share, 0.01);
  }
  return defects;
}

/// Rows by METRICS section 2, read slowly: whole records, last version of each key.
struct Reading {
  std::int64_t field_count = 0, bad_utf8 = 0, created_unreadable = 0, duplicates = 0,
               superseded = 0;
  std::vector<Record> rows;
};

Reading read(const std::string& text) {
  Reading reading;
  auto records = slow_csv(text, ',');
  std::map<std::string, std::vector<Record>> by_key;
  for (std::size_t i = 1; i < records.size(); ++i) {
    Record& record = records[i];
    if (record.size() != 41) {
      ++reading.field_count;
      continue;
    }
    bool is_utf8 = true;
    for (const std::string& field : record) {
      is_utf8 = is_utf8 && find_invalid_utf8(field) == std::string::npos;
    }
    if (!is_utf8) {
      ++reading.bad_utf8;
    } else if (!slow_portal_clock(record[kCreated])) {
      ++reading.created_unreadable;
    } else {
      by_key[record[kKey]].push_back(std::move(record));
    }
  }
  for (auto& [key, versions] : by_key) {
    const Record* last = &versions[0];
    std::set<Record> distinct(versions.begin(), versions.end());
    reading.duplicates += static_cast<std::int64_t>(versions.size() - distinct.size());
    reading.superseded += static_cast<std::int64_t>(distinct.size() - 1);
    for (const Record& version : versions) {
      const auto stamp = [](const Record& r) {
        return slow_portal_clock(r[kUpdated]).value_or(std::numeric_limits<std::int64_t>::min());
      };
      if (stamp(version) > stamp(*last)) last = &version;
    }
    reading.rows.push_back(*last);
  }
  return reading;
}

TEST(Nyc311, SameOptionsGiveTheSameBytesForAnyNumberOfThreads) {
  Nyc311Options options = small(20'000);
  const Generated one = generate(options);
  for (const unsigned threads : {2U, 5U}) {
    options.threads = threads;
    const Generated more = generate(options);
    EXPECT_TRUE(more.text == one.text) << threads << " threads";
    EXPECT_EQ(more.truth.dump(), one.truth.dump());
  }
  options.seed = 2;
  EXPECT_FALSE(generate(options).text == one.text);
}

// Not a check of correctness but of sameness: any machine, compiler and flag must give these bytes.
TEST(Nyc311, TheBytesOfASeedAreFixed) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : generate(small(10'000)).text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  EXPECT_EQ(hash, 3646512380634361860U);
}

TEST(Nyc311, HasThePortalsColumnsAndWholeRecordsWithoutDefects) {
  Nyc311Options options = small(5'000);
  options.defects = Nyc311Defects::none();
  const Generated file = generate(options);
  const auto records = slow_csv(file.text, ',');
  ASSERT_EQ(records.size(), 5'001U);
  EXPECT_EQ(records[0].size(), 41U);
  EXPECT_EQ(records[0][kKey], "Unique Key");
  EXPECT_EQ(records[0][kX], "X Coordinate (State Plane)");
  EXPECT_EQ(records[0][kLocation], "Location");
  for (const Record& record : records) ASSERT_EQ(record.size(), 41U) << record[0];
  const Reading reading = read(file.text);
  EXPECT_EQ(reading.rows.size(), 5'000U);
  const Json& counts = file.truth["counts"];
  for (const char* name : {"duplicates", "superseded", "open_with_time", "closed_without_time",
                           "gap_rows", "newlines", "mojibake", "text_on_open"}) {
    EXPECT_EQ(counts[name].as_int(-1), 0) << name;
  }
  EXPECT_EQ(counts["rows"].as_int(), counts["closed"].as_int() + counts["open"].as_int());
}

// The truth's counts against the file itself, read by the definitions of METRICS.
TEST(Nyc311, CountsEqualASlowReadingOfTheFile) {
  Nyc311Options options = small(15'000, 3);
  options.defects = frequent();
  // Many requests in the hours of the clock changes of 2023 and 2024.
  options.first_day = calendar::days_from_civil(2023, 3, 11);
  options.num_days = 3;
  for (const bool is_autumn : {false, true}) {
    if (is_autumn) options.first_day = calendar::days_from_civil(2024, 11, 2);
    const Generated file = generate(options);
    const Reading reading = read(file.text);
    const auto zone = calendar::TimeZone::load("America/New_York").value();
    const std::int64_t extract =
        zone->from_local((options.first_day + options.num_days) * kDaySeconds).utc_s;

    std::map<std::string, std::int64_t> n, by_agency, by_borough, by_type, midnights, closings;
    std::map<std::string, std::int64_t> instant_midnights;
    std::vector<std::int64_t> by_hour(24), by_weekday(7);
    std::int64_t as_of = 0;
    for (const Record& row : reading.rows) {
      ++n["rows"];
      ++by_agency[row[kAgency]];
      ++by_borough[row[kBorough]];
      ++by_type[fold_category(row[kType])];
      const std::int64_t created_local = *slow_portal_clock(row[kCreated]);
      const auto created = zone->from_local(created_local);
      ++by_hour[static_cast<std::size_t>(created_local % kDaySeconds / 3600)];
      ++by_weekday[calendar::weekday_from_days(
          static_cast<std::int32_t>(created_local / kDaySeconds))];
      n["created_at_midnight"] += created_local % kDaySeconds == 0 ? 1 : 0;
      n["created_at_noon"] += created_local % kDaySeconds == 43'200 ? 1 : 0;
      n["gap_rows"] += created.is_gap ? 1 : 0;
      as_of = std::max(as_of, created.utc_s);
      bool is_in_fold = false;  // of a row whose closing is set aside it stays so
      const bool is_closed = row[kStatus] == "Closed";
      const auto closed_local = slow_portal_clock(row[kClosed]);
      if (row[kClosed].empty()) {
        ++n["open"];
        is_in_fold = created.is_fold;
        n["closed_without_time"] += is_closed ? 1 : 0;
        n["text_on_open"] += !is_closed && !row[kText].empty() ? 1 : 0;
      } else if (n["open_with_time"] += is_closed ? 0 : 1; !closed_local) {
        ++n["unparsed"];
      } else if (*closed_local < calendar::days_from_civil(1990, 1, 1) * kDaySeconds ||
                 *closed_local >= calendar::days_from_civil(2100, 1, 1) * kDaySeconds) {
        ++n["sentinel"];
      } else {
        const auto closed = zone->from_local(*closed_local);
        std::int64_t t = closed.utc_s - created.utc_s;
        if (t < 0 && closed.is_fold && t + 3600 >= 0) t += 3600;
        if (closed.utc_s > extract) {
          ++n["future"];
        } else if (t < 0) {
          ++n["negative"];
        } else {
          ++n["closed"];
          n["zero"] += t == 0 ? 1 : 0;
          n["instant"] += t < 600 ? 1 : 0;
          ++closings[row[kAgency]];
          if (*closed_local % kDaySeconds == 0) {
            ++midnights[row[kAgency]];
            instant_midnights[row[kAgency]] += t < 600 ? 1 : 0;
          }
          is_in_fold = created.is_fold || closed.is_fold;
          as_of = std::max(as_of, created.utc_s + t);
        }
      }
      n["fold_rows"] += is_in_fold ? 1 : 0;
      n["newlines"] += row[kText].find('\n') != std::string::npos ? 1 : 0;
      n["mojibake"] += row[kText].find("\xC3\xA2\xE2\x82\xAC") != std::string::npos ? 1 : 0;
      const bool is_zip = row[kZip].size() == 5 && parse_int(row[kZip]) && row[kZip] != "00000";
      n["impossible_zips"] += is_zip || row[kZip].empty() ? 0 : 1;
      bool is_in_catalogue = false;
      for (const ComplaintType& type : complaint_types()) {
        is_in_catalogue = is_in_catalogue || type.name == row[kType];
      }
      n["other_spellings"] += is_in_catalogue ? 0 : 1;
    }

    const Json& counts = file.truth["counts"];
    EXPECT_EQ(counts["records"].as_int(), 15'000);
    const Json& rejected = counts["rejected"];
    EXPECT_EQ(rejected["too_few_fields"].as_int() + rejected["too_many_fields"].as_int(),
              reading.field_count);
    EXPECT_EQ(rejected["bad_utf8"].as_int(), reading.bad_utf8);
    EXPECT_EQ(rejected["created_unreadable"].as_int(), reading.created_unreadable);
    EXPECT_EQ(counts["duplicates"].as_int(), reading.duplicates);
    EXPECT_EQ(counts["superseded"].as_int(), reading.superseded);
    for (const char* name :
         {"rows", "closed", "open", "closed_without_time", "open_with_time", "fold_rows",
          "gap_rows", "created_at_midnight", "created_at_noon", "text_on_open", "newlines",
          "mojibake", "impossible_zips", "other_spellings"}) {
      EXPECT_EQ(counts[name].as_int(), n[name]) << name;
      if (std::string_view(name) == "fold_rows") {
        EXPECT_EQ(n[name] > 50, is_autumn) << n[name];
      } else if (std::string_view(name) == "gap_rows") {
        EXPECT_EQ(n[name] > 5, !is_autumn) << n[name];
      } else {
        EXPECT_GT(n[name], 20) << name;
      }
    }
    for (const char* name : {"negative", "sentinel", "future", "unparsed"}) {
      EXPECT_EQ(counts["excluded"][name].as_int(), n[name]) << name;
      EXPECT_GT(n[name], 20) << name;
    }
    const Json& classes = counts["classes"];
    EXPECT_EQ(classes["zero"].as_int(), n["zero"]);
    EXPECT_EQ(classes["instant"].as_int(), n["instant"]);
    std::int64_t batch = 0, both = 0;
    for (const auto& [agency, at_midnight] : midnights) {
      const double by_chance = static_cast<double>(closings[agency]) / kDaySeconds;
      if (static_cast<double>(at_midnight) > 5 * by_chance &&
          stats::poisson_upper_tail(at_midnight, by_chance) < 1e-6) {
        batch += at_midnight;
        both += instant_midnights[agency];
      }
      EXPECT_EQ(counts["midnight_closings_by_agency"][agency].as_int(), at_midnight) << agency;
    }
    EXPECT_GT(batch, 100);
    EXPECT_EQ(classes["batch"].as_int(), batch);
    EXPECT_EQ(classes["instant_and_batch"].as_int(), both);
    EXPECT_EQ(classes["normal"].as_int(), n["closed"] - n["instant"] - batch + both);
    const auto expect_same = [](const Json& truth,
                                const std::map<std::string, std::int64_t>& ours) {
      std::map<std::string, std::int64_t> theirs;
      for (const auto& [key, count] : truth.members()) {
        if (count.as_int() > 0) theirs[key] = count.as_int();
      }
      EXPECT_EQ(theirs, ours);
    };
    expect_same(counts["by_agency"], by_agency);
    expect_same(counts["by_borough"], by_borough);
    expect_same(counts["by_complaint_type"], by_type);
    for (std::size_t hour = 0; hour < 24; ++hour) {
      EXPECT_EQ(counts["by_hour"].items()[hour].as_int(), by_hour[hour]) << hour;
    }
    for (std::size_t day = 0; day < 7; ++day) {
      EXPECT_EQ(counts["by_weekday"].items()[day].as_int(), by_weekday[day]) << day;
    }
    const std::int64_t as_of_local = as_of + zone->offset_at(as_of);
    EXPECT_EQ(counts["as_of_local"].as_string().substr(0, 10),
              calendar::format_date(static_cast<std::int32_t>(as_of_local / kDaySeconds)));
  }
}

void expect_share(double count, double n, double share, const std::string& what) {
  EXPECT_NEAR(count / n, share, 5 * std::sqrt(share * (1 - share) / n) + 1 / n) << what;
}

// What was planted against simple counts, within five standard errors.
TEST(Nyc311, RatesRecoverWhatWasPlanted) {
  const Generated file = generate(small(40'000, 4));
  const Json& planted = file.truth["planted"];
  const Reading reading = read(file.text);
  const auto n = static_cast<double>(reading.rows.size());
  std::map<std::string, double> agencies_seen, boroughs, months, types;
  std::vector<double> hours(24), weekdays(7);
  double num_plain = 0, num_placed = 0;
  for (const Record& row : reading.rows) {
    const std::int64_t local = *slow_portal_clock(row[kCreated]);
    const auto day = static_cast<std::int32_t>(local / kDaySeconds);
    agencies_seen[row[kAgency]] += 1;
    types[fold_category(row[kType])] += 1;
    months[calendar::format_date(day).substr(0, 7)] += 1;
    weekdays[calendar::weekday_from_days(day)] += 1;
    if (row[kBorough] != "Unspecified") {
      boroughs[row[kBorough]] += 1;
      num_placed += 1;
    }
    if (local % (kDaySeconds / 2) != 0) {
      hours[static_cast<std::size_t>(local % kDaySeconds / 3600)] += 1;
      num_plain += 1;
    }
  }
  for (const auto& [agency, share] : planted["share_by_agency"].members()) {
    expect_share(agencies_seen[agency], n, share.as_double(), agency);
  }
  for (const auto& [borough, share] : planted["share_by_borough"].members()) {
    expect_share(boroughs[borough], num_placed, share.as_double(), borough);
  }
  for (const auto& [month, share] : planted["share_by_month"].members()) {
    expect_share(months[month], n, share.as_double(), month);
  }
  for (const Json& type : planted["complaint_types"].items()) {
    const std::string name(type["complaint_type"].as_string());
    expect_share(types[name], n, type["share"].as_double(), name);
  }
  for (std::size_t hour = 0; hour < 24; ++hour) {
    expect_share(hours[hour], num_plain, planted["share_by_hour"].items()[hour].as_double(),
                 concat("hour ", hour));
  }
  for (std::size_t day = 0; day < 7; ++day) {
    expect_share(weekdays[day], n, planted["share_by_weekday"].items()[day].as_double(),
                 concat("weekday ", day));
  }
  EXPECT_GT(hours[9] / num_plain, 2 * hours[4] / num_plain);
}

TEST(Nyc311, DefectsHaveTheirShares) {
  const Generated file = generate(small(200'000, 5));
  const Json& counts = file.truth["counts"];
  const Nyc311Defects planted;
  const double records = counts["records"].as_double();
  const double rows = counts["rows"].as_double();
  const double closings = rows - counts["open"].as_double();
  const double open = counts["open"].as_double() - counts["closed_without_time"].as_double();
  const Json& rejected = counts["rejected"];
  expect_share(rejected["too_few_fields"].as_double(), records, planted.too_few_fields, "few");
  expect_share(rejected["too_many_fields"].as_double(), records, planted.too_many_fields, "many");
  expect_share(rejected["bad_utf8"].as_double(), records, planted.bad_utf8, "utf8");
  expect_share(rejected["created_unreadable"].as_double(), records, planted.created_unreadable,
               "created");
  expect_share(counts["duplicates"].as_double(), records, planted.duplicate, "duplicates");
  expect_share(counts["superseded"].as_double(), records, planted.superseded, "superseded");
  expect_share(counts["by_borough"]["Unspecified"].as_double(), rows, planted.unspecified_borough,
               "borough");
  const Json& excluded = counts["excluded"];
  expect_share(excluded["sentinel"].as_double(), closings,
               planted.closed_1900 + planted.closed_2100, "sentinel");
  expect_share(excluded["future"].as_double(), closings, planted.closed_future, "future");
  expect_share(excluded["unparsed"].as_double(), closings, planted.closed_unreadable, "unparsed");
  expect_share(counts["open_with_time"].as_double(), closings, planted.open_with_time, "open");
  expect_share(counts["closed_without_time"].as_double(), closings, planted.closed_without_time,
               "closed");
  expect_share(counts["text_on_open"].as_double(), open, planted.text_on_open, "text");
  // Of requests instead of closings, and a tenth of the closings less at the other agencies.
  EXPECT_NEAR(excluded["negative"].as_double() / closings / planted.closed_before_created, 1, 0.15);
  // Three in a hundred are open.
  EXPECT_NEAR(counts["open"].as_double() / rows, 0.03, 0.005);
}

TEST(Nyc311, MostClosingsBeforeTheCreationBelongToOneAgency) {
  Nyc311Options options = small(20'000, 9);
  options.defects.closed_before_created = 0.03;
  std::map<std::string, double> before_created;
  double num_before = 0;
  for (const Record& row : read(generate(options).text).rows) {
    const auto closed = slow_portal_clock(row[kClosed]);
    if (!closed || *closed < 0 || *closed >= *slow_portal_clock(row[kCreated]) - 3600) continue;
    before_created[row[kAgency]] += 1;
    num_before += 1;
  }
  EXPECT_NEAR(num_before / 20'000, 0.03, 0.006);
  EXPECT_NEAR(before_created["DOT"] / num_before, 0.95, 0.04);
}

/// Kaplan-Meier of the file per complaint type, in hours; open requests cut off at the extract.
std::map<std::string, stats::KaplanMeier> curves_of(const std::vector<Record>& rows) {
  const auto zone = calendar::TimeZone::load("America/New_York").value();
  const std::int32_t end_day = calendar::days_from_civil(2025, 1, 1);
  const std::int64_t extract = zone->from_local(end_day * kDaySeconds).utc_s;
  std::map<std::string, std::pair<std::vector<std::int64_t>, std::vector<std::uint8_t>>> samples;
  for (const Record& row : rows) {
    const std::int64_t created = zone->from_local(*slow_portal_clock(row[kCreated])).utc_s;
    const auto closed = slow_portal_clock(row[kClosed]);
    const std::int64_t end = closed ? zone->from_local(*closed).utc_s : extract;
    auto& [durations, is_event] = samples[fold_category(row[kType])];
    durations.push_back(std::max<std::int64_t>(0, end - created));
    is_event.push_back(closed ? 1 : 0);
  }
  std::map<std::string, stats::KaplanMeier> curves;
  for (const auto& [type, sample] : samples) {
    curves.emplace(type, stats::KaplanMeier::from_durations(sample.first, sample.second).value());
  }
  return curves;
}

TEST(Nyc311, TimesToCloseRecoverThePlantedMedians) {
  Nyc311Options options = small(40'000, 6);
  options.defects = Nyc311Defects::none();
  const Generated file = generate(options);
  const auto curves = curves_of(read(file.text).rows);
  int num_checked = 0;
  for (const Json& type : file.truth["planted"]["complaint_types"].items()) {
    if (!type["median_hours"].is_number() || type["median_hours"].as_double() == 0) continue;
    const std::string name(type["complaint_type"].as_string());
    const auto interval = curves.at(name).median_interval(4.5);
    ASSERT_TRUE(interval.low) << name;
    const double median_s = type["median_hours"].as_double() * 3600;
    EXPECT_LE(static_cast<double>(*interval.low), median_s + 1) << name;
    if (interval.high) {
      EXPECT_GE(static_cast<double>(*interval.high), median_s - 1) << name;
    }
    ++num_checked;
  }
  EXPECT_GT(num_checked, 25);
}

TEST(Nyc311, PlantedEffectsAreFoundAgain) {
  Nyc311Options options = small(30'000, 7);
  const std::vector<Record> plain = read(generate(options).text).rows;
  options.effects = {.peak_lift = 1.4,
                     .slow_agency = "DPR",
                     .slow_factor = 3,
                     .hot_zip = "11226",
                     .hot_factor = 2.5,
                     .change_day = calendar::days_from_civil(2024, 1, 1),
                     .level_factor = 1.5,
                     .noise_factor = 0.5};
  const std::vector<Record> planted = read(generate(options).text).rows;
  const auto share = [](const std::vector<Record>& rows, const auto& is_in) {
    return static_cast<double>(std::ranges::count_if(rows, is_in)) /
           static_cast<double>(rows.size());
  };
  const auto ratio = [&](const auto& is_in) {
    const double before = share(plain, is_in), after = share(planted, is_in);
    return after / (1 - after) / (before / (1 - before));
  };
  // Odds ratios: the factors themselves, but for sampling (a few per cent here).
  const auto local_of = [](const Record& row) { return *slow_portal_clock(row[kCreated]); };
  EXPECT_NEAR(ratio([&](const Record& row) {
                const auto hour = local_of(row) % kDaySeconds / 3600;
                return hour == 9 || hour == 10;
              }),
              1.4, 0.12);
  EXPECT_NEAR(ratio([](const Record& row) { return row[kZip] == "11226"; }), 2.5, 0.5);
  const auto is_late = [&](const Record& row) {
    return local_of(row) >= calendar::days_from_civil(2024, 1, 1) * kDaySeconds;
  };
  // Noise is a fifth of the city and halves: 1.5 (0.8 + 0.2 / 2) = 1.35.
  EXPECT_NEAR(ratio(is_late), 1.35, 0.07);
  const auto is_late_noise = [&](const Record& row) {
    return is_late(row) && row[kType].starts_with("Noise");
  };
  EXPECT_LT(ratio(is_late_noise), 0.8);
  const auto before = curves_of(plain), after = curves_of(planted);
  EXPECT_NEAR(static_cast<double>(*after.at("damaged tree").quantile(0.5)) /
                  static_cast<double>(*before.at("damaged tree").quantile(0.5)),
              3, 0.8);
}

TEST(Nyc311, AChangeOfTheMixMovesItsPointsToOneAgencyAndThePaceSlowsDown) {
  Nyc311Options options = small(30'000, 9);
  const std::int32_t change_day = calendar::days_from_civil(2024, 1, 1);
  options.effects.change_day = change_day;
  options.effects.mix_agency = "DSNY";
  options.effects.mix_points = 0.08;
  options.effects.pace_factor = 2;
  const Generated file = generate(options);
  const Json& before = file.truth["planted"]["share_by_agency_before_change"];
  const Json& after = file.truth["planted"]["share_by_agency_from_change"];
  // Whole years on both sides; the leap day and one more Monday are all that differs.
  EXPECT_NEAR(after["DSNY"].as_double() - before["DSNY"].as_double(), 0.08, 0.001);
  EXPECT_EQ(file.truth["planted"]["effects"]["mix_points"].as_double(), 0.08);
  std::map<std::string, std::int64_t> counts[2];
  std::int64_t all[2] = {};
  std::vector<Record> rows[2];
  for (const Record& row : read(file.text).rows) {
    const bool is_late = *slow_portal_clock(row[kCreated]) >= change_day * kDaySeconds;
    ++counts[is_late][row[kAgency]];
    ++all[is_late];
    rows[is_late].push_back(row);
  }
  // The level stays, and every agency has the share that the truth says, within four errors.
  EXPECT_NEAR(static_cast<double>(all[1]) / 30'000, 366.0 / 731, 0.012);
  for (const bool is_late : {false, true}) {
    for (const auto& [agency, n] : counts[is_late]) {
      const double share = (is_late ? after : before)[agency].as_double();
      const auto of = static_cast<double>(all[is_late]);
      EXPECT_NEAR(static_cast<double>(n) / of, share, 4 * std::sqrt(share * (1 - share) / of))
          << agency;
    }
  }
  const auto early = curves_of(rows[0]), late = curves_of(rows[1]);
  for (const char* type : {"heat/hot water", "damaged tree"}) {
    EXPECT_NEAR(static_cast<double>(*late.at(type).quantile(0.5)) /
                    static_cast<double>(*early.at(type).quantile(0.5)),
                2, 0.5)
        << type;
  }
}

TEST(Nyc311, PlacesLieInTheirBoroughAndOnTheStatePlane) {
  const Generated file = generate(small(5'000, 8));
  for (const Record& row : read(file.text).rows) {
    if (row[kBorough] == "Unspecified") {
      EXPECT_EQ(row[kLatitude] + row[kLongitude] + row[kLocation] + row[kX] + row[kZip], "");
      continue;
    }
    const double latitude = *parse_double(row[kLatitude]);
    const double longitude = *parse_double(row[kLongitude]);
    EXPECT_GT(latitude, 40.49);
    EXPECT_LT(latitude, 40.92);
    EXPECT_GT(longitude, -74.27);
    EXPECT_LT(longitude, -73.68);
    EXPECT_EQ(row[kLocation], concat("(", row[kLatitude], ", ", row[kLongitude], ")"));
    // One foot is 2.74e-6 degrees of latitude and 3.6e-6 of longitude here.
    EXPECT_NEAR((*parse_double(row[kY]) - 194'309) * 2.744e-6, latitude - 40.7, 1e-4);
    EXPECT_NEAR((*parse_double(row[kX]) - 984'253) * 3.607e-6, longitude + 74, 2e-3);
  }
}

TEST(Nyc311, RealPlacesHaveTheStatePlaneOfThePortal) {
  // Two published requests of the portal: 91-33 97 Street and 103 West 73 Street.
  EXPECT_NEAR(state_plane(40.690092, -73.846428).x_ft, 1'026'839, 150);
  EXPECT_NEAR(state_plane(40.778299, -73.978755).x_ft, 990'134, 150);
}

TEST(Nyc311, AFileOfNothingIsAHeader) {
  const Generated file = generate(small(0));
  EXPECT_EQ(slow_csv(file.text, ',').size(), 1U);
  EXPECT_TRUE(file.truth["counts"]["as_of_local"].is_null());
}

}  // namespace
}  // namespace hark::generate
