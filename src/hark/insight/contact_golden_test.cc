// The contact figures of real files against independently computed ones (../shared/golden).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/contact_kpis.h"
#include "hark/insight/golden_test.h"

namespace hark::insight {
namespace {

// Ratios of sums agree to 1e-12; golden/README.md says why.
void expect_near(const Json& ours, const Json& golden, const std::string& what) {
  test::expect_near(ours, golden, 1e-12, what);
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
    auto golden = test::golden_file("contact_kpis.json");
    if (!golden) GTEST_SKIP() << "no reference values in ../shared/golden";
    golden_ = std::move(*golden);
  }
  ContactTable table_of(const Json& file) {
    auto opened = test::open_data(std::string(file["file"].as_string()));
    EXPECT_TRUE(opened.has_value());
    if (!opened) return {};
    contract_ = opened->contract;
    return load_contact(*opened->source, *contract_, {}, 2).value();
  }
  std::vector<ContactGroup> groups(const ContactTable& table, ContactBy by) const {
    return contact_kpis_by(table, by, *contract_).value();
  }
  Json golden_;
  const contract::Contract* contract_ = nullptr;
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
  const auto published = test::golden_file("published.json");
  if (!published) GTEST_SKIP() << "no ../shared/golden/published.json";
  const Json* entry = nullptr;
  for (const Json& item :
       published->is_array() ? published->items() : (*published)["entries"].items()) {
    if (item["name"].as_string() == "contact_published_chp") entry = &item;
  }
  ASSERT_NE(entry, nullptr);
  const ContactTable table = table_of(golden_["files"]["norhuerta_metrics_2024_commas.csv"]);
  EXPECT_NEAR(*contact_kpis(table.rows).chp, (*entry)["expected"]["2024-01..2024-07"].as_double(),
              (*entry)["tolerance"]["value"].as_double());
}

}  // namespace
}  // namespace hark::insight
