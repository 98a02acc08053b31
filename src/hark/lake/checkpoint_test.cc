#include "hark/lake/checkpoint.h"

#include <gmock/gmock.h>

#include "hark/lake/test_lake.h"

namespace hark::lake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kStart =
    R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
    "\n"
    R"({"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[]}","partitionColumns":[],"configuration":{}}})"
    "\n";

std::string add_line(std::string_view name) {
  return concat(R"({"add":{"path":")", name,
                R"(","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})",
                "\n");
}

Metadata with(std::string name, std::string value) {
  Metadata metadata = calls_metadata();
  metadata.configuration.emplace(std::move(name), std::move(value));
  return metadata;
}

/// Reads a "checkpoint" that is text: the names of its files, or "damaged".
class TextCheckpointReader final : public CheckpointReader {
 public:
  Result<std::vector<Action>> read(const io::FileSystem& files,
                                   std::span<const std::string> parts) const override {
    HARK_TRY(const std::string text, files.read_text(parts[0]));
    if (text == "damaged") return Error(ErrorCode::kCorrupt, "no sound Parquet");
    if (text == "empty") return std::vector<Action>();
    std::vector<Action> actions{Protocol{}, calls_metadata()};
    for (const std::string_view name : split(text, ' ')) {
      AddFile file;
      file.path = LogPath::of_name(name);
      actions.emplace_back(std::move(file));
    }
    return actions;
  }
};

class CheckpointChoice : public LakeTest {
 protected:
  /// Versions 0 to 6, each with its file "f<version>"; checkpoints of 2 and 4 that name other
  /// files, so that one sees which was read.
  void SetUp() override {
    LakeTest::SetUp();
    write_entry(0, concat(kStart, add_line("f0")));
    for (std::int64_t v = 1; v <= 6; ++v) write_entry(v, add_line(concat("f", v)));
    write(checkpoint_path(table_path(), {2}), "two");
    write(checkpoint_path(table_path(), {4}), "four");
  }
  std::vector<std::string> names_at(std::int64_t version) {
    return names_of(must(must(Table::open(files_, table_path(), &reader_)).snapshot_at({version})));
  }
  void remove_entries_before(std::int64_t version) {
    for (std::int64_t v = 0; v < version; ++v)
      ASSERT_TRUE(files_.remove(log_entry_path(table_path(), {v})));
  }
  TextCheckpointReader reader_;
};

TEST_F(CheckpointChoice, TheNewestOneThatIsNotTooNewIsRead) {
  EXPECT_THAT(names_at(6), ElementsAre("f5", "f6", "four"));
  EXPECT_THAT(names_at(4), ElementsAre("four"));
  EXPECT_THAT(names_at(3), ElementsAre("f3", "two"));
  EXPECT_THAT(names_at(1), ElementsAre("f0", "f1"));
}

TEST_F(CheckpointChoice, ADamagedOneGivesWayToAnEarlierOneAndThatToTheLog) {
  for (const char* damage : {"damaged", "empty"}) {
    SCOPED_TRACE(damage);
    write(checkpoint_path(table_path(), {4}), damage);
    write(checkpoint_path(table_path(), {2}), "two");
    EXPECT_THAT(names_at(6), ElementsAre("f3", "f4", "f5", "f6", "two"));
    write(checkpoint_path(table_path(), {2}), damage);
    EXPECT_THAT(names_at(6), ElementsAre("f0", "f1", "f2", "f3", "f4", "f5", "f6"));
  }
}

TEST_F(CheckpointChoice, WithoutAWholeLogADamagedOneIsAnErrorThatSaysSo) {
  remove_entries_before(4);
  EXPECT_THAT(names_at(5), ElementsAre("f5", "four"));
  write(checkpoint_path(table_path(), {4}), "damaged");
  write(checkpoint_path(table_path(), {2}), "damaged");
  const auto snapshot = must(Table::open(files_, table_path(), &reader_)).snapshot();
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code(), ErrorCode::kCorrupt);
  EXPECT_THAT(snapshot.error().to_string(), HasSubstr("older log entries were cleaned up"));
}

TEST_F(CheckpointChoice, TheTimeOfItsVersionIsThatOfTheCommit) {
  write_entry(4, concat(R"({"commitInfo":{"timestamp":5000}})", "\n", add_line("f4")));
  EXPECT_EQ(must(must(Table::open(files_, table_path(), &reader_)).snapshot_at({4})).timestamp(),
            Instant(std::chrono::seconds(5)));
}

TEST(Checkpoint, IsDueEveryTenthVersionOrAsThePropertySays) {
  const Metadata plain = calls_metadata();
  EXPECT_FALSE(is_checkpoint_due(plain, {0}));
  EXPECT_FALSE(is_checkpoint_due(plain, {9}));
  EXPECT_TRUE(is_checkpoint_due(plain, {10}));
  EXPECT_TRUE(is_checkpoint_due(plain, {20}));
  EXPECT_TRUE(is_checkpoint_due(with("delta.checkpointInterval", "3"), {3}));
  for (const char* nonsense : {"0", "-1", "ten", ""}) {
    EXPECT_EQ(checkpoint_interval(with("delta.checkpointInterval", nonsense)), 10) << nonsense;
  }
}

TEST(Checkpoint, RetentionIsReadAsSparkWritesIt) {
  using std::chrono::hours;
  const auto read = [](const char* text) {
    return deleted_file_retention(with("delta.deletedFileRetentionDuration", text));
  };
  EXPECT_EQ(deleted_file_retention(calls_metadata()), hours(24 * 7));
  EXPECT_EQ(log_retention(calls_metadata()), hours(24 * 30));
  EXPECT_EQ(read("interval 1 week"), hours(24 * 7));
  EXPECT_EQ(read("interval 2 weeks 3 days"), hours(24 * 17));
  EXPECT_EQ(read("INTERVAL 36 Hours"), hours(36));
  for (const char* unreadable : {"interval 1 month", "interval", "interval x days", "7"}) {
    EXPECT_GE(read(unreadable), hours(24 * 3650)) << unreadable;
  }
}

TEST_F(CheckpointChoice, HoldsTheStateAndForgetsOldRemovals) {
  const std::int64_t now_ms = 1'793'534'400'000;  // clock_
  const std::int64_t week_ms = std::int64_t{7} * 24 * 3600 * 1000;
  write_entry(7, concat(R"({"remove":{"path":"f0","dataChange":true,"deletionTimestamp":)",
                        now_ms - week_ms, "}}\n",
                        R"({"remove":{"path":"f1","dataChange":true,"deletionTimestamp":)",
                        now_ms - week_ms + 1, "}}\n", R"({"remove":{"path":"f2"}})", "\n",
                        R"({"txn":{"appId":"x","version":3}})", "\n"));
  const Snapshot snapshot = latest();
  const auto actions = checkpoint_actions(snapshot, clock_.now());
  std::vector<std::string> added, removed;
  std::size_t num_others = 0;
  for (const Action& action : actions) {
    if (const auto* add = std::get_if<AddFile>(&action)) {
      EXPECT_FALSE(add->data_change);
      added.push_back(add->path.name());
    } else if (const auto* remove = std::get_if<RemoveFile>(&action)) {
      EXPECT_FALSE(remove->data_change);
      removed.push_back(remove->path.name());
    } else {
      ++num_others;
    }
  }
  EXPECT_THAT(added, ElementsAre("f3", "f4", "f5", "f6"));
  EXPECT_THAT(removed, ElementsAre("f1"));
  EXPECT_EQ(num_others, 3U) << "protocol, metaData, one txn";
  EXPECT_EQ(format_last_checkpoint({7}, actions, 512),
            "{\"version\":7,\"size\":8,\"sizeInBytes\":512,\"numOfAddFiles\":4}\n");
}

}  // namespace
}  // namespace hark::lake
