// The contact figures of real files against independently computed ones (../shared/golden).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/contact_kpis.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

const std::filesystem::path kShared = HARK_SHARED_DIR;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The Vancouver files have no quotes, so lines and separators are enough.
ContactTable read_metrics(const std::filesystem::path& path) {
  const std::string text = text_of(path);
  const char separator = text.find(';') < text.find('\n') ? ';' : ',';
  ContactTable table;
  bool is_header = true;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (line.empty() || std::exchange(is_header, false)) continue;
    const auto fields = split(line, separator);
    ContactRow row;
    row.day =
        calendar::days_from_civil(static_cast<std::int32_t>(*parse_int(fields[0].substr(0, 4))),
                                  static_cast<unsigned>(*parse_int(fields[0].substr(5, 2))),
                                  static_cast<unsigned>(*parse_int(fields[0].substr(8, 2))));
    row.offered = parse_int(fields[1]);
    row.handled = parse_int(fields[2]);
    row.abandoned = parse_int(fields[3]);
    row.asa_s = parse_double(fields[4]);
    row.service_level = parse_double(fields[5]);
    table.rows.push_back(row);
  }
  std::sort(table.rows.begin(), table.rows.end(),
            [](const ContactRow& a, const ContactRow& b) { return a.day < b.day; });
  return table;
}

// Ratios of sums agree to 1e-12; golden/README.md says why.
void expect_near(const Json& ours, const Json& golden, const std::string& what) {
  ASSERT_EQ(ours.is_null(), golden.is_null()) << what;
  if (golden.is_null()) return;
  if (golden.is_int() && ours.is_int()) {
    EXPECT_EQ(ours.as_int(), golden.as_int()) << what;
  } else {
    EXPECT_NEAR(ours.as_double(), golden.as_double(), 1e-12 * std::abs(golden.as_double())) << what;
  }
}

void expect_kpis(const ContactKpis& kpis, const Json& golden, const std::string& what) {
  const Json ours = to_json(kpis);
  for (const char* name :
       {"rows", "offered", "handled", "abandoned", "unaccounted", "unaccounted_share", "chp",
        "abandonment_rate", "asa_s", "service_level", "offered_mean", "offered_median"}) {
    expect_near(ours[name], golden[name], what + " " + name);
  }
  EXPECT_EQ(ours["first"], golden["first"]) << what;
  EXPECT_EQ(ours["last"], golden["last"]) << what;
  expect_near(ours["negative_unaccounted_rows"], golden["unaccounted_negative_rows"], what);
  expect_near(ours["negative_unaccounted_sum"], golden["unaccounted_negative_sum"], what);
  const Json& found = ours["denominator"];
  const Json& expected = golden["denominator"];
  const std::pair<const char*, const char*> names[] = {
      {"informative", "rows_informative"},
      {"matched", "rows_with_a_match"},
      {"unique", "rows_with_exactly_one_match"},
      {"share_of_informative", "share_of_informative_with_a_match"},
      {"share_of_all", "share_of_all_with_exactly_one_match"},
      {"abandons_inside", "share_of_abandons_inside_denominator"}};
  for (const auto& [name, golden_name] : names) {
    expect_near(found[name], expected[golden_name], what + " denominator " + name);
  }
}

class ContactGolden : public testing::Test {
 protected:
  void SetUp() override {
    const auto path = kShared / "golden" / "contact_kpis.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no reference values in ../shared/golden";
    auto json = Json::parse(text_of(path));
    ASSERT_TRUE(json) << json.error().to_string();
    golden_ = std::move(*json);
  }
  static ContactTable table_of(const Json& file) {
    return read_metrics(kShared / "data" / std::string(file["file"].as_string()));
  }
  static std::vector<ContactGroup> groups(const ContactTable& table, ContactBy by) {
    return contact_kpis_by(table, by, test::contact_contract()).value();
  }
  Json golden_;
};

TEST_F(ContactGolden, EveryFigureOfEveryFileOverallAndByYear) {
  for (const auto& [name, file] : golden_["files"].members()) {
    const ContactTable table = table_of(file);
    expect_kpis(contact_kpis(table.rows), file["overall"], name);
    const auto by_year = groups(table, ContactBy::kYear);
    ASSERT_EQ(by_year.size(), file["by_year"].members().size()) << name;
    for (const ContactGroup& year : by_year) {
      expect_kpis(year.kpis, file["by_year"][year.key], name + " " + year.key);
    }
  }
}

TEST_F(ContactGolden, DecimalsWrittenAreThoseOfTheFile) {
  // A ratio of exactly 1 stands as "1" or "1.0"; with either count of decimals it tells nothing.
  for (const auto& [name, file] : golden_["files"].members()) {
    std::map<std::int64_t, std::int64_t> ours;
    for (const ContactRow& row : table_of(file).rows) {
      ++ours[std::max(written_decimals(*row.service_level), 1)];
    }
    std::map<std::int64_t, std::int64_t> expected;
    for (const auto& [decimals, count] : file["overall"]["sl_decimals"].members()) {
      expected[std::max<std::int64_t>(*parse_int(decimals), 1)] += count.as_int();
    }
    EXPECT_EQ(ours, expected) << name;
  }
}

TEST_F(ContactGolden, OfferedByWeekdayMonthAndHoliday) {
  for (const auto& [name, file] : golden_["files"].members()) {
    const ContactTable table = table_of(file);
    const std::pair<ContactBy, const char*> groupings[] = {
        {ContactBy::kDow, "by_weekday"},
        {ContactBy::kMonth, "by_month"},
        {ContactBy::kHoliday, "by_holiday_name"}};
    for (const auto& [by, golden_name] : groupings) {
      std::size_t num_named = 0;
      for (const ContactGroup& group : groups(table, by)) {
        const std::string what = concat(name, " ", golden_name, " ", group.key);
        const Json& expected = group.key == kNoHoliday ? file["by_bc_statutory_holiday"]["False"]
                                                       : file[golden_name][group.key];
        num_named += group.key == kNoHoliday ? 0 : 1;
        EXPECT_EQ(group.kpis.rows, expected["n"].as_int()) << what;
        expect_near(group.kpis.offered_mean, expected["mean"], what + " mean");
        if (expected.contains("median")) {
          expect_near(group.kpis.offered_median, expected["median"], what + " median");
        }
      }
      EXPECT_EQ(num_named, file[golden_name].members().size()) << name << " " << golden_name;
    }
  }
}

TEST_F(ContactGolden, MissingDaysAreThoseInsideYearsThatAreThere) {
  for (const auto& [name, file] : golden_["files"].members()) {
    Json ours = Json::array();
    for (const auto day : missing_days(table_of(file))) {
      ours.push_back(calendar::format_date(day));
    }
    EXPECT_EQ(ours, file["missing_days_inside_present_years"]) << name;
  }
}

TEST_F(ContactGolden, CallHandlingPercentageIsThePublishedOne) {
  const auto path = kShared / "golden" / "published.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no ../shared/golden/published.json";
  const auto published = Json::parse(text_of(path)).value();
  const Json* entry = nullptr;
  for (const Json& item : published.is_array() ? published.items() : published["entries"].items()) {
    if (item["name"].as_string() == "contact_published_chp") entry = &item;
  }
  ASSERT_NE(entry, nullptr);
  const ContactTable table = table_of(golden_["files"]["norhuerta_metrics_2024_commas.csv"]);
  EXPECT_NEAR(*contact_kpis(table.rows).chp, (*entry)["expected"]["2024-01..2024-07"].as_double(),
              (*entry)["tolerance"]["value"].as_double());
}

}  // namespace
}  // namespace hark::insight
