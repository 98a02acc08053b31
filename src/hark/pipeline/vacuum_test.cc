#include "hark/pipeline/vacuum.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "hark/lake/history.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LakeVacuum : public LakeTest {
 protected:
  void SetUp() override {
    LakeTest::SetUp();
    lake_ = make_lake();
  }
  /// Loads 24 requests with keys from `first` on, closed if `closed`, and one record that is
  /// refused.
  void load_some(int first, std::string_view closed = "", std::string_view name = "a") {
    std::string text =
        "Unique Key,Created Date,Closed Date,Agency,Complaint Type\n1,not a date,,NYPD,Noise\n";
    for (int row = 0; row < 24; ++row)
      text +=
          concat(first + row, ",03/", 10 + row % 18, "/2024 01:00:00 AM,", closed, ",NYPD,Noise\n");
    load(*lake_, write(concat(name, first, ".csv"), text));
  }
  VacuumReport clean(VacuumOptions options, std::string_view now = "2026-11-01T00:00:00Z") {
    const FixedClock clock(*parse_instant(now));
    auto report = vacuum(*lake_, {"nyc311"}, options, clock);
    EXPECT_TRUE(report) << report.error().to_string();
    return report ? *report : VacuumReport{};
  }
  std::set<std::string> everything() const {
    std::set<std::string> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(lake_->root()))
      paths.insert(
          concat(entry.path().string(), " ", entry.is_regular_file() ? entry.file_size() : 0));
    return paths;
  }
  std::size_t num_files() { return open_table(files_, trusted())->snapshot->files().size(); }
  std::string trusted() const { return lake_->trusted_table("nyc311"); }
  std::optional<LakeFolder> lake_;
};

TEST_F(LakeVacuum, CompactingKeepsEveryRowInFewerFilesInOneCommitWithoutDataChange) {
  for (int i = 0; i < 4; ++i) load_some(i * 100);
  const LakePicture before = picture(lake_->root(), "nyc311");
  ASSERT_EQ(num_files(), 4U);
  VacuumOptions options;
  options.is_compacting = true;
  options.compact.threads = 2;
  const auto retrieved_at = open_table(files_, trusted())->retrieved_at();
  const VacuumReport report = clean(options, "2027-03-01T00:00:00Z");
  // Figures ask for this moment: merging files must not move them.
  EXPECT_EQ(open_table(files_, trusted())->retrieved_at(), retrieved_at);
  ASSERT_THAT(report.compacted, SizeIs(1));
  EXPECT_EQ(report.compacted[0].files_before, 4);
  EXPECT_EQ(report.compacted[0].files_after, 1);
  EXPECT_EQ(report.compacted[0].rows, 96);
  EXPECT_EQ(report.compacted[0].version, 4);
  EXPECT_THAT(report.items, IsEmpty()) << "the small files serve older versions";
  EXPECT_EQ(num_files(), 1U);
  EXPECT_EQ(picture(lake_->root(), "nyc311"), before);
  const auto actions = lake::read_log_entry(files_, trusted(), {4});
  ASSERT_TRUE(actions);
  for (const lake::LoggedAction& logged : *actions) {
    const auto* add = std::get_if<lake::AddFile>(&logged.action);
    const auto* gone = std::get_if<lake::RemoveFile>(&logged.action);
    EXPECT_FALSE(add && add->data_change);
    EXPECT_FALSE(gone && gone->data_change);
  }
  EXPECT_THAT(clean(options).compacted, IsEmpty()) << "nothing is left to merge";
  // Later loads know the rows in the merged file.
  load_some(0, "03/30/2024 01:00:00 AM", "again");
  EXPECT_EQ(picture(lake_->root(), "nyc311").trusted.size(), 96U);
}

TEST_F(LakeVacuum, GroupsFillAFileEachAndBigFilesStay) {
  for (int i = 0; i < 5; ++i) load_some(i * 100);
  VacuumOptions options;
  options.is_compacting = true;
  options.compact.rows_per_file = 60;  // two files of 24 rows fit, three do not
  const VacuumReport report = clean(options);
  ASSERT_THAT(report.compacted, SizeIs(1));
  EXPECT_EQ(report.compacted[0].files_before, 4) << "the fifth has no partner";
  EXPECT_EQ(num_files(), 3U);
  options.compact.rows_per_file = 40;
  EXPECT_THAT(clean(options).compacted, IsEmpty()) << "files of 24 rows are big then";
}

TEST_F(LakeVacuum, ReplacedFilesGoAfterTheRetentionAndADryRunTouchesNothing) {
  load_some(0);
  load_some(0, "03/30/2024 01:00:00 AM", "again");
  const LakePicture before = picture(lake_->root(), "nyc311");
  EXPECT_THAT(clean({}, "2026-11-07T23:00:00Z").items, IsEmpty());
  const auto listing = everything();
  VacuumOptions dry;
  dry.is_dry_run = true;
  const VacuumReport planned = clean(dry, "2026-11-08T01:00:00Z");
  EXPECT_EQ(everything(), listing);
  ASSERT_THAT(planned.items, SizeIs(1));
  EXPECT_EQ(planned.items[0].reason, lake::VacuumReason::kExpired);
  const VacuumReport done = clean({}, "2026-11-08T01:00:00Z");
  ASSERT_THAT(done.items, SizeIs(1));
  EXPECT_EQ(done.items[0].path, planned.items[0].path);
  EXPECT_EQ(done.bytes, planned.bytes);
  EXPECT_FALSE(files_.exists(done.items[0].path));
  EXPECT_EQ(picture(lake_->root(), "nyc311"), before);
  const auto table = lake::Table::open(files_, trusted(), &checkpoint_reader());
  const auto entries = lake::history(*table);
  ASSERT_TRUE(entries);
  EXPECT_TRUE((*entries)[0].is_readable);
  EXPECT_FALSE((*entries)[1].is_readable);
}

TEST_F(LakeVacuum, WhatACrashLeftGoesWhateverItsAge) {
  load_some(0);
  const LakePicture before = picture(lake_->root(), "nyc311");
  for (const std::string& left :
       {trusted() + "/part-00000-lost-c000.zstd.parquet", trusted() + "/.x.1-2-3.tmp",
        lake_->landing_folder("nyc311") + "/.landing.1-2-3.tmp",
        lake_->landing_folder("nyc311") + "/" + std::string(64, '0')}) {
    ASSERT_TRUE(files_.write_atomically(left, "left"));
  }
  const VacuumReport report = clean({});
  EXPECT_THAT(report.items, SizeIs(4));
  EXPECT_EQ(report.bytes, 16U);
  EXPECT_EQ(picture(lake_->root(), "nyc311"), before);
  EXPECT_THAT(clean({}).items, IsEmpty());
}

TEST_F(LakeVacuum, OldLogEntriesGoOnlyBehindACheckpointAndTheLakeIsTheSame) {
  for (int i = 0; i < 12; ++i) load_some(i * 100);
  const LakePicture before = picture(lake_->root(), "nyc311");
  const VacuumReport report = clean({}, "2027-01-01T00:00:00Z");
  EXPECT_THAT(report.items, SizeIs(20)) << "versions 0 to 9 of trusted and of quarantine";
  EXPECT_FALSE(files_.exists(lake::log_entry_path(trusted(), {9})));
  EXPECT_TRUE(files_.exists(lake::log_entry_path(trusted(), {10})));
  EXPECT_EQ(picture(lake_->root(), "nyc311"), before);
  load_some(5000);
  EXPECT_EQ(picture(lake_->root(), "nyc311").num_loads, 13);
}

}  // namespace
}  // namespace hark::pipeline
