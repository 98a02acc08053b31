#include "hark/lake/vacuum.h"

#include <gmock/gmock.h>

#include "hark/lake/checkpoint.h"
#include "hark/lake/test_lake.h"

namespace hark::lake {
namespace {

using std::chrono::days;
using testing::ElementsAre;
using testing::IsEmpty;

/// Gives the state that the log of another folder gives: a checkpoint without Parquet.
class CopiedCheckpointReader final : public CheckpointReader {
 public:
  Result<std::vector<Action>> read(const io::FileSystem& files,
                                   std::span<const std::string> parts) const override {
    HARK_TRY(const std::string text, files.read_text(parts[0]));
    HARK_TRY(auto logged, parse_log_entry(text, parts[0]));
    std::vector<Action> actions;
    for (LoggedAction& action : logged) actions.push_back(std::move(action.action));
    return actions;
  }
};

class VacuumTest : public LakeTest {
 protected:
  void write_data(std::string_view name) { write(io::join_path(table_path(), name), "parquet"); }
  /// Adds `name` and removes `gone`, if that is not empty, at `day` of November 2026.
  void commit_at(int day, std::string_view name, std::string_view gone = "") {
    write_data(name);
    const FixedClock clock(instant(concat("2026-11-", day < 10 ? "0" : "", day)));
    const Table table = must(Table::open(files_, table_path(), &reader_));
    const Snapshot snapshot = must(table.snapshot());
    auto transaction = must(Transaction::begin(table, snapshot));
    transaction.add(data_file(name));
    for (const AddFile& file : snapshot.files()) {
      if (file.path.name() == gone) transaction.remove(file);
    }
    ASSERT_TRUE(std::move(transaction).commit(operation("WRITE"), clock));
  }
  void checkpoint(std::int64_t version, Instant now) {
    const Snapshot snapshot =
        must(must(Table::open(files_, table_path(), &reader_)).snapshot_at({version}));
    write(checkpoint_path(table_path(), {version}),
          format_log_entry(checkpoint_actions(snapshot, now)));
  }
  std::vector<std::string> plan(std::string_view now, std::chrono::seconds retain = days(7)) {
    items_ = must(plan_vacuum(files_, table_path(), {instant(now), retain}, reader_));
    std::vector<std::string> list;
    for (const VacuumItem& item : items_)
      list.push_back(concat(name_of(item.reason), " ", io::file_name(item.path)));
    return list;
  }
  CopiedCheckpointReader reader_;
  std::vector<VacuumItem> items_;
};

TEST_F(VacuumTest, AFileGoesOnceItLeftTheTableLongerAgoThanTheRetention) {
  clock_ = FixedClock(instant("2026-11-01"));
  create_table();
  commit_at(2, "part-a.parquet");
  commit_at(5, "part-b.parquet", "part-a.parquet");
  EXPECT_THAT(plan("2026-11-11T23:59:59Z"), IsEmpty());
  EXPECT_THAT(plan("2026-11-12"), ElementsAre("expired part-a.parquet"));
  EXPECT_THAT(plan("2026-11-12", days(30)), IsEmpty());
  EXPECT_THAT(plan("2026-11-05T00:00:01Z", std::chrono::seconds(1)),
              ElementsAre("expired part-a.parquet"));
  EXPECT_EQ(items_[0].size_bytes, 7U);
  ASSERT_TRUE(remove_items(files_, items_));
  EXPECT_FALSE(files_.exists(items_[0].path));
  EXPECT_TRUE(files_.exists(path("calls/part-b.parquet")));
  ASSERT_TRUE(remove_items(files_, items_)) << "what is gone already is fine";
}

TEST_F(VacuumTest, ATablesOwnRetentionOfRemovedFilesHolds) {
  clock_ = FixedClock(instant("2026-11-01"));
  create_table();
  commit_at(2, "part-a.parquet");
  commit_at(5, "part-b.parquet", "part-a.parquet");
  Metadata metadata = latest().metadata();
  metadata.configuration["delta.deletedFileRetentionDuration"] = "interval 20 days";
  const Table table = must(Table::open(files_, table_path(), &reader_));
  const Snapshot snapshot = must(table.snapshot());
  auto transaction = must(Transaction::begin(table, snapshot));
  transaction.set_metadata(metadata);
  ASSERT_TRUE(std::move(transaction).commit(operation("SET"), clock_));
  EXPECT_THAT(plan("2026-11-12"), IsEmpty());
  EXPECT_THAT(plan("2026-11-24T23:00:00Z", std::chrono::seconds(1)), IsEmpty());
  EXPECT_THAT(plan("2026-11-25T00:00:01Z"), ElementsAre("expired part-a.parquet"));
  EXPECT_THAT(plan("2026-11-25T00:00:01Z", days(30)), IsEmpty()) << "the longer one counts";
}

TEST_F(VacuumTest, WhatACrashLeftGoesAndWhatHarkDidNotMakeStays) {
  create_table();
  write_data("part-lost.parquet");
  write_data(".part-x.parquet.1-2-3.tmp");
  write_data("notes.txt");
  write(io::join_path(log_folder(table_path()), ".00000000000000000001.json.1-2-3.tmp"), "{}");
  EXPECT_THAT(
      plan("2026-11-01T12:00:00Z"),
      ElementsAre("temporary .part-x.parquet.1-2-3.tmp",
                  "temporary .00000000000000000001.json.1-2-3.tmp", "orphan part-lost.parquet"));
}

TEST_F(VacuumTest, LogEntriesGoThatAreOldAndThatACheckpointStandsFor) {
  clock_ = FixedClock(instant("2026-11-01"));
  create_table();
  for (int day = 2; day <= 9; ++day) commit_at(day, concat("part-", day, ".parquet"));
  EXPECT_THAT(plan("2027-03-01"), IsEmpty()) << "no checkpoint";
  checkpoint(2, instant("2026-11-03"));
  checkpoint(4, instant("2026-11-05"));
  // 30 days after the commits of versions 0 to 4; version 5 is of 2026-11-06.
  EXPECT_THAT(
      plan("2026-12-05T12:00:00Z"),
      ElementsAre("log_entry 00000000000000000000.json", "log_entry 00000000000000000001.json",
                  "log_entry 00000000000000000002.json", "log_entry 00000000000000000003.json",
                  "checkpoint 00000000000000000002.checkpoint.parquet"));
  EXPECT_THAT(plan("2026-12-04T12:00:00Z"), ElementsAre("log_entry 00000000000000000000.json",
                                                        "log_entry 00000000000000000001.json"))
      << "version 4 was current within the last 30 days, so 3 is still told of";
  EXPECT_THAT(plan("2026-12-05T12:00:00Z", days(60)), IsEmpty()) << "a longer retention counts";

  EXPECT_FALSE(plan("2026-12-05T12:00:00Z").empty());
  const auto before = names_of(latest());
  // Stopped after any number of removals the latest version is there.
  for (const VacuumItem& item : items_) {
    ASSERT_TRUE(remove_items(files_, {item}));
    const Table table = must(Table::open(files_, table_path(), &reader_));
    EXPECT_EQ(names_of(must(table.snapshot())), before) << item.path;
    EXPECT_TRUE(table.snapshot_at({4})) << item.path;
  }
  EXPECT_THAT(plan("2026-12-05T12:00:00Z"), IsEmpty());
}

TEST_F(VacuumTest, ACheckpointThatDoesNotSayWhatTheLogSaysProtectsTheLog) {
  clock_ = FixedClock(instant("2026-11-01"));
  create_table();
  for (int day = 2; day <= 5; ++day) commit_at(day, concat("part-", day, ".parquet"));
  checkpoint(1, instant("2026-11-05"));
  checkpoint(3, instant("2026-11-05"));
  std::string damaged = must(files_.read_text(checkpoint_path(table_path(), {3})));
  const auto size = damaged.find("\"size\":1010");
  ASSERT_NE(size, std::string::npos);
  write(checkpoint_path(table_path(), {3}), damaged.replace(size, 11, "\"size\":1011"));
  EXPECT_THAT(plan("2027-03-01"), ElementsAre("log_entry 00000000000000000000.json"));
}

TEST_F(VacuumTest, WhereTheLogsBeginningIsGoneACheckpointIsComparedWithTheOneBefore) {
  clock_ = FixedClock(instant("2026-11-01"));
  create_table();
  for (int day = 2; day <= 9; ++day) commit_at(day, concat("part-", day, ".parquet"));
  checkpoint(2, instant("2026-11-05"));
  checkpoint(5, instant("2026-11-09"));
  for (const std::int64_t version : {0, 1})
    ASSERT_TRUE(files_.remove(log_entry_path(table_path(), {version})));
  const auto all = plan("2027-03-01");
  EXPECT_THAT(
      all, ElementsAre("log_entry 00000000000000000002.json", "log_entry 00000000000000000003.json",
                       "log_entry 00000000000000000004.json",
                       "checkpoint 00000000000000000002.checkpoint.parquet"));
  const std::string path = checkpoint_path(table_path(), {5});
  const std::string whole = must(files_.read_text(path));
  std::string other = whole;
  const auto size = other.find("\"size\":1010");
  ASSERT_NE(size, std::string::npos);
  write(path, other.replace(size, 11, "\"size\":1011"));
  EXPECT_THAT(plan("2027-03-01"), IsEmpty()) << "it contradicts version 2 and the log since";
  // Where the one before cannot be read there is nothing to compare it with.
  write(path, whole);
  write(checkpoint_path(table_path(), {2}), "{");
  EXPECT_EQ(plan("2027-03-01"), all);
}

TEST_F(VacuumTest, ADamagedLogProtectsEverything) {
  create_table();
  append("part-a.parquet");
  write_data("part-lost.parquet");
  write_entry(1, "{");
  EXPECT_FALSE(plan_vacuum(files_, table_path(), {clock_.now(), days(7)}, reader_));
}

}  // namespace
}  // namespace hark::lake
