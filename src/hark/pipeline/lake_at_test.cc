#include "hark/pipeline/lake_at.h"

#include <gmock/gmock.h>

#include "hark/lake/history.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(LakeTest, AFolderThatWasBecomingALakeBecomesOneAndAnothersDoesNot) {
  const std::string root = path("half");
  ASSERT_TRUE(files_.create_directories(io::join_path(root, "landing")));
  ASSERT_TRUE(files_.write_atomically(io::join_path(root, ".lake.json.1-2-3.tmp"), "{"));
  EXPECT_TRUE(LakeFolder::init(files_, root, clock_));
  const std::string other = path("other");
  ASSERT_TRUE(files_.create_directories(io::join_path(other, "trusted/letters")));
  EXPECT_FALSE(LakeFolder::init(files_, other, clock_));
}

TEST_F(LakeTest, ALakeOfThePastIsNoPlaceForANewOne) {
  const LakeFolder lake = make_lake();
  const auto made = LakeFolder::init(files_, concat(lake.root(), "@v0"), clock_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(files_.exists(concat(lake.root(), "@v0")));
  EXPECT_TRUE(LakeFolder::init(files_, path("office@city"), clock_));
}

TEST_F(LakeTest, APathThatTheEngineCouldNotReadIsRefusedBeforeAnythingIsMade) {
  const std::string root = path("bad\xff\xfename");
  const auto made = LakeFolder::init(files_, root, clock_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(made.error().message(), HasSubstr("UTF-8"));
  EXPECT_FALSE(files_.exists(root));
  EXPECT_TRUE(LakeFolder::init(files_, path("Montréal"), clock_)->is_new());
  EXPECT_FALSE(LakeFolder::init(files_, path("Montréal"), clock_)->is_new());
}

TEST_F(LakeTest, ALakeWhoseContractIsGoneIsDamagedAndNotEmpty) {
  const LakeFolder lake = make_lake();
  const std::string header = "Unique Key,Created Date\n";
  load(lake, write("a.csv", concat(header, "1,03/02/2024 01:00:00 AM\n")));
  ASSERT_TRUE(files_.remove(lake.contract_path("nyc311")));
  EXPECT_THAT(*lake.datasets(), testing::ElementsAre("nyc311"));
  const auto contract = lake.contract("nyc311");
  ASSERT_FALSE(contract);
  EXPECT_EQ(contract.error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(lake.contract("other").error().code(), ErrorCode::kNotFound);
  const auto refused =
      ingest(lake, write("b.csv", concat(header, "2,03/02/2024 01:00:00 AM\n")), options(), clock_);
  ASSERT_FALSE(refused) << "another contract might misread what is there";
  EXPECT_EQ(refused.error().code(), ErrorCode::kCorrupt);
}

class LakeAtTest : public LakeTest {
 protected:
  /// Three loads, a day apart: 24 rows and one refused record each, built after the first two.
  void SetUp() override {
    LakeTest::SetUp();
    lake_ = make_lake();
    for (int i = 0; i < 3; ++i) {
      std::string text = "Unique Key,Created Date,Agency,Complaint Type\n1,not a date,NYPD,Noise\n";
      for (int row = 0; row < 24; ++row)
        text += concat(i * 100 + row, ",03/02/2024 01:00:00 AM,NYPD,Noise\n");
      clock_ = FixedClock(*parse_instant(concat("2026-11-0", i + 1, "T00:00:00Z")));
      load(*lake_, write(concat(i, ".csv"), text));
      if (i == 2) continue;
      const auto built = build(*lake_, "nyc311", {}, clock_);
      ASSERT_TRUE(built) << built.error().to_string();
    }
  }
  LakeAt at(std::string_view suffix) {
    auto parsed = parse_lake_at(files_, concat(lake_->root(), suffix));
    EXPECT_TRUE(parsed && *parsed) << suffix;
    return parsed && *parsed ? **parsed : LakeAt{};
  }
  /// Rows of trusted, of quarantine, and requests that the curated daily table counts.
  std::vector<std::int64_t> rows_at(std::string_view suffix) {
    const auto trusted = open_trusted_at(*lake_, "nyc311", at(suffix));
    EXPECT_TRUE(trusted) << trusted.error().to_string();
    const auto quarantine =
        open_beside(*lake_, lake_->quarantine_table("nyc311"), at(suffix), *trusted);
    EXPECT_TRUE(quarantine) << quarantine.error().to_string();
    const auto daily =
        open_beside(*lake_, lake_->curated_table("nyc311", "requests_daily"), at(suffix), *trusted);
    EXPECT_TRUE(daily) << daily.error().to_string();
    const auto count = [&](const std::vector<std::string>& paths, const char* what) {
      if (paths.empty()) return std::int64_t{0};
      const std::string view = concat("view_", next_view_++);
      EXPECT_TRUE(engine().create_parquet_view(view, paths, {}));
      const auto rows = engine().query(concat("SELECT CAST(", what, " AS BIGINT) FROM ", view));
      EXPECT_TRUE(rows) << rows.error().to_string();
      return (*(*rows)->next())->columns[0].int64s()[0];
    };
    return {count(*trusted->file_paths(), "count(*)"),
            count(*visible_files(*trusted, *quarantine, "nyc311"), "count(*)"),
            count(*daily->file_paths(), "sum(requests)")};
  }
  std::optional<LakeFolder> lake_;
  int next_view_ = 0;
};

TEST_F(LakeAtTest, AVersionShowsAllTablesAsTheyWereWhileItWasTheLatest) {
  EXPECT_THAT(rows_at("@v0"), ElementsAre(24, 1, 24));
  EXPECT_THAT(rows_at("@v1"), ElementsAre(48, 2, 48));
  EXPECT_THAT(rows_at("@v2"), ElementsAre(72, 3, 48)) << "not built since";
  EXPECT_THAT(rows_at(""), ElementsAre(72, 3, 48));
}

TEST_F(LakeAtTest, ATimeIsTheVersionThatWasTheLatestThen) {
  EXPECT_THAT(rows_at("@2026-11-01T00:00Z"), ElementsAre(24, 1, 24));
  EXPECT_THAT(rows_at("@2026-11-02T23:59:59Z"), ElementsAre(48, 2, 48));
  EXPECT_THAT(rows_at("@2027-01-01"), ElementsAre(72, 3, 48));
  EXPECT_THAT(rows_at("@2026-11-01T22:00-04:00"), ElementsAre(48, 2, 48));
  const auto before = open_trusted_at(*lake_, "nyc311", at("@2026-10-31"));
  ASSERT_FALSE(before);
  EXPECT_EQ(before.error().code(), ErrorCode::kNotFound);
}

TEST_F(LakeAtTest, WhatIsNeitherVersionNorTimeIsRefusedWithTheSpelling) {
  for (const char* suffix : {"@", "@v", "@v-1", "@12", "@yesterday", "@v1x"}) {
    const auto parsed = parse_lake_at(files_, lake_->root() + suffix);
    ASSERT_FALSE(parsed) << suffix;
    EXPECT_EQ(parsed.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(parsed.error().hint(), HasSubstr("@v12"));
  }
  EXPECT_EQ(*parse_lake_at(files_, path("nothing@v1")), std::nullopt);
  EXPECT_EQ(*parse_lake_at(files_, path("0.csv")), std::nullopt);
  const auto missing = open_trusted_at(*lake_, "nyc311", at("@v3"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
}

TEST_F(LakeAtTest, AFolderWithAnAtInItsNameIsItself) {
  const LakeFolder lake = make_lake("city@v1");
  const auto parsed = parse_lake_at(files_, lake.root());
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_FALSE((*parsed)->is_past());
  EXPECT_EQ((*parsed)->root, lake.root());
}

TEST_F(LakeAtTest, AVersionWithoutItsFilesIsRefusedAndHistorySaysSo) {
  // A later load took the file of version 0 out of the table; then somebody removed it.
  clock_ = FixedClock(*parse_instant("2026-11-04T00:00:00Z"));
  load(*lake_, write("update.csv",
                     "Unique Key,Created Date,Closed Date,Agency,Complaint Type\n5,03/02/2024 "
                     "01:00:00 AM,03/03/2024 01:00:00 AM,NYPD,Noise\n"));
  const auto first = open_trusted_at(*lake_, "nyc311", at("@v0"));
  ASSERT_TRUE(first);
  const auto now = open_table(files_, lake_->trusted_table("nyc311"));
  ASSERT_TRUE(now);
  const auto old_paths = *first->file_paths();
  const auto new_paths = *now->file_paths();
  ASSERT_EQ(std::ranges::count(new_paths, old_paths.front()), 0) << "version 3 rewrote it";
  const auto readable = [&] {
    const auto table =
        lake::Table::open(files_, lake_->trusted_table("nyc311"), &checkpoint_reader());
    const auto entries = lake::history(*table);
    std::vector<bool> list;
    for (const lake::HistoryEntry& entry : *entries) list.push_back(entry.is_readable);
    return list;
  };
  EXPECT_THAT(readable(), ElementsAre(true, true, true, true));
  ASSERT_TRUE(files_.remove(old_paths.front()));
  EXPECT_THAT(readable(), ElementsAre(true, false, false, false)) << "newest first";
  const auto gone = open_trusted_at(*lake_, "nyc311", at("@v0"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(gone.error().message(), HasSubstr("removed by vacuum"));
  EXPECT_THAT(gone.error().hint(), HasSubstr("hark history"));
}

TEST_F(LakeAtTest, ATableWhoseLogOfThenIsGoneIsNamedAndNotTakenForEmpty) {
  // A checkpoint stands for the first entry of a curated table's log.
  const std::string curated = lake_->curated_table("nyc311", "requests_daily");
  ASSERT_TRUE(write_checkpoint(files_, curated, {1}, clock_.now()));
  ASSERT_TRUE(files_.remove(lake::log_entry_path(curated, {0})));
  const auto beside = [&](std::string_view when) {
    const auto trusted = open_trusted_at(*lake_, "nyc311", at(when));
    EXPECT_TRUE(trusted);
    return open_beside(*lake_, curated, at(when), *trusted);
  };
  const auto gone = beside("@v0");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(gone.error().message(), HasSubstr("older log entries were cleaned up"));
  EXPECT_TRUE(beside("@v2")->snapshot);
}

}  // namespace
}  // namespace hark::pipeline
