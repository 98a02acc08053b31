#include "hark/pipeline/checkpoint_file.h"

#include <gmock/gmock.h>

#include "hark/io/fault_file_system.h"
#include "hark/lake/checkpoint.h"
#include "hark/lake/schema.h"
#include "hark/lake/transaction.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using testing::HasSubstr;

class CheckpointFile : public LakeTest {
 protected:
  std::string table() const { return path("table"); }

  /// A table whose state has everything a checkpoint can hold: partitions with and without value,
  /// tags, statistics, quotes, letters beyond ASCII, removed files, txns, properties.
  void make_table(std::int64_t num_versions) {
    lake::Metadata metadata;
    metadata.name = "calls – \"all\"";
    const columnar::Field fields[] = {{"id", columnar::Type::kInt64},
                                      {"city", columnar::Type::kString}};
    metadata.schema_string = *lake::format_schema(fields);
    metadata.partition_columns = {"city"};
    metadata.configuration.emplace("delta.checkpointInterval", "4");
    auto create = lake::Transaction::create(files_, table(), metadata);
    ASSERT_TRUE(std::move(create).commit(info("CREATE TABLE"), clock_));
    for (std::int64_t v = 1; v < num_versions; ++v) {
      const auto opened = lake::Table::open(files_, table());
      ASSERT_TRUE(opened);
      const auto snapshot = opened->snapshot();
      ASSERT_TRUE(snapshot) << snapshot.error().to_string();
      auto transaction = lake::Transaction::begin(*opened, *snapshot);
      ASSERT_TRUE(transaction);
      lake::AddFile add;
      add.path = lake::LogPath::of_name(concat("city=Qu%C3%A9bec/part-", v, ".parquet"));
      add.partition_values.emplace(
          "city", v % 2 == 0 ? std::optional<std::string>("Qu\"é'bec\n") : std::nullopt);
      add.size_bytes = (std::int64_t{1} << 53) + v;
      add.modification_time_ms = 1'700'000'000'000 + v;
      if (v % 3 != 0) add.stats = concat("{\"numRecords\":", v, ",\"minValues\":{\"id\":-1}}");
      if (v % 2 == 0) add.tags.emplace("hark.load", std::to_string(v));
      transaction->add(std::move(add));
      if (v == 3) transaction->remove(snapshot->files().front());
      transaction->set_txn("load", v);
      transaction->set_txn(concat("once-", v), 1);
      ASSERT_TRUE(std::move(*transaction).commit(info("WRITE"), clock_));
    }
  }
  static lake::CommitInfo info(std::string operation) {
    lake::CommitInfo info;
    info.operation = std::move(operation);
    return info;
  }
  lake::Snapshot snapshot(const lake::CheckpointReader* reader) {
    const auto opened = lake::Table::open(files_, table(), reader);
    EXPECT_TRUE(opened) << opened.error().to_string();
    auto snapshot = opened->snapshot();
    EXPECT_TRUE(snapshot) << snapshot.error().to_string();
    return snapshot ? *std::move(snapshot) : lake::Snapshot{};
  }
  /// Everything but data_change, which a checkpoint sets to false.
  static void expect_same(lake::Snapshot a, lake::Snapshot b) {
    EXPECT_EQ(a.version(), b.version());
    EXPECT_EQ(a.timestamp(), b.timestamp());
    EXPECT_EQ(a.protocol(), b.protocol());
    EXPECT_EQ(a.metadata(), b.metadata());
    EXPECT_EQ(a.txns(), b.txns());
    const auto plain = [](auto files) {
      for (auto& file : files) file.data_change = true;
      return files;
    };
    EXPECT_EQ(plain(a.files()), plain(b.files()));
    EXPECT_EQ(plain(a.tombstones()), plain(b.tombstones()));
  }
  void keep_only_entries_from(std::int64_t version) {
    for (std::int64_t v = 0; v < version; ++v)
      ASSERT_TRUE(files_.remove(lake::log_entry_path(table(), {v})));
  }
};

TEST_F(CheckpointFile, GivesTheStateThatTheLogGives) {
  make_table(8);
  const lake::Snapshot replayed = snapshot(nullptr);
  ASSERT_TRUE(write_checkpoint(files_, table(), {6}, clock_.now()));
  expect_same(snapshot(&checkpoint_reader()), replayed);
  keep_only_entries_from(6);
  expect_same(snapshot(&checkpoint_reader()), replayed);
  const auto last = files_.read_text(lake::last_checkpoint_path(table()));
  ASSERT_TRUE(last);
  EXPECT_THAT(*last, HasSubstr("{\"version\":6,\"size\":"));
}

TEST_F(CheckpointFile, InSeveralPartsIsReadAsOne) {
  make_table(8);
  const lake::Snapshot replayed = snapshot(nullptr);
  ASSERT_TRUE(write_checkpoint(files_, table(), {7}, clock_.now()));
  const std::string whole = lake::checkpoint_path(table(), {7});
  std::string stem = whole;
  stem.resize(stem.size() - std::string_view("parquet").size());
  for (const int part : {1, 2, 3}) {
    const std::string condition =
        part == 1 ? "\"add\" IS NULL" : concat("\"add\".modificationTime % 2 = ", part - 2);
    const auto done =
        engine().execute(concat("COPY (SELECT * FROM '", whole, "' WHERE ", condition, ") TO '",
                                stem, "000000000", part, ".0000000003.parquet' (FORMAT parquet)"));
    ASSERT_TRUE(done) << done.error().to_string();
  }
  ASSERT_TRUE(files_.remove(whole));
  keep_only_entries_from(7);
  expect_same(snapshot(&checkpoint_reader()), replayed);
}

TEST_F(CheckpointFile, ColumnsOfOtherWritersAreNoMatter) {
  make_table(6);
  const lake::Snapshot replayed = snapshot(nullptr);
  ASSERT_TRUE(write_checkpoint(files_, table(), {5}, clock_.now()));
  const std::string file = lake::checkpoint_path(table(), {5});
  // Statistics as structs with values that JSON cannot carry, members in another order, one more
  // column, and none for removed files and txns.
  const auto done = engine().execute(
      concat("COPY (SELECT protocol, CASE WHEN metaData IS NOT NULL THEN struct_insert(metaData, "
             "other := 1) END AS metaData, CASE WHEN "
             "\"add\" IS NOT NULL THEN {'stats_parsed': {'maxValues': {'x': 'inf'::DOUBLE}}, "
             "'dataChange': true, 'size': \"add\".size, 'path': \"add\".path, 'modificationTime': "
             "\"add\".modificationTime, 'partitionValues': \"add\".partitionValues, 'stats': "
             "\"add\".stats, 'tags': \"add\".tags} END AS \"add\", 'x' AS cdc FROM '",
             file, "') TO '", file, ".new' (FORMAT parquet)"));
  ASSERT_TRUE(done) << done.error().to_string();
  ASSERT_TRUE(files_.rename(file + ".new", file));
  keep_only_entries_from(5);
  const lake::Snapshot read = snapshot(&checkpoint_reader());
  EXPECT_EQ(read.metadata(), replayed.metadata());
  EXPECT_EQ(read.files(), replayed.files());
  EXPECT_TRUE(read.txns().empty());
}

TEST_F(CheckpointFile, CutOffAtAnyPlaceGivesWayToTheLog) {
  make_table(6);
  const lake::Snapshot replayed = snapshot(nullptr);
  ASSERT_TRUE(write_checkpoint(files_, table(), {5}, clock_.now()));
  const std::string file = lake::checkpoint_path(table(), {5});
  const auto bytes = files_.read_text(file);
  ASSERT_TRUE(bytes);
  for (std::size_t size = 0; size < bytes->size(); size += 1 + bytes->size() / 23) {
    ASSERT_TRUE(files_.write_atomically(file, bytes->substr(0, size)));
    expect_same(snapshot(&checkpoint_reader()), replayed);
  }
}

TEST_F(CheckpointFile, ThatCannotBeWrittenLeavesNothingAndFailsNoCommit) {
  make_table(6);
  const lake::Snapshot replayed = snapshot(nullptr);
  std::uint64_t n = 0;
  for (bool has_succeeded = false; !has_succeeded; ++n) {
    ASSERT_LT(n, 50U);
    io::FaultFileSystem faulty(files_, {.fail_at = n, .keep_failing = false});
    has_succeeded = write_checkpoint(faulty, table(), {5}, clock_.now()).has_value();
    expect_same(snapshot(&checkpoint_reader()), replayed);
    const auto in_log = files_.list(lake::log_folder(table()));
    ASSERT_TRUE(in_log);
    for (const io::FileInfo& entry : *in_log)
      EXPECT_FALSE(entry.path.ends_with(".tmp")) << entry.path << " after change " << n;
    if (!has_succeeded && files_.exists(lake::checkpoint_path(table(), {5}))) {
      ASSERT_TRUE(files_.remove(lake::checkpoint_path(table(), {5})));
    }
  }
  EXPECT_GE(n, 5U) << "sync, publish, and the four writes of _last_checkpoint";
}

TEST_F(CheckpointFile, IsWrittenByEveryTenthLoadAndTheLakeIsTheSame) {
  const LakeFolder lake = make_lake();
  for (int i = 0; i < 12; ++i) {
    std::string text = "Unique Key,Created Date,Agency,Complaint Type\n1,not a date,NYPD,Noise\n";
    for (int row = 0; row < 24; ++row)
      text += concat(i * 100 + row, ",03/02/2024 01:00:00 AM,NYPD,Noise\n");
    load(lake, write(concat(i, ".csv"), text));
  }
  const std::string trusted = lake.trusted_table("nyc311");
  EXPECT_TRUE(files_.exists(lake::checkpoint_path(trusted, {10})));
  EXPECT_TRUE(files_.exists(lake::checkpoint_path(lake.quarantine_table("nyc311"), {10})));
  const LakePicture before = picture(lake.root(), "nyc311");
  EXPECT_EQ(before.num_loads, 12);
  EXPECT_EQ(before.trusted.size(), 288U);
  for (std::int64_t v = 0; v < 10; ++v)
    ASSERT_TRUE(files_.remove(lake::log_entry_path(trusted, {v})));
  EXPECT_EQ(picture(lake.root(), "nyc311"), before);
  // Bytes that are in the lake are known by the checkpoint's txns.
  EXPECT_TRUE(load(lake, path("0.csv")).is_already_loaded);
  EXPECT_EQ(picture(lake.root(), "nyc311"), before);
}

}  // namespace
}  // namespace hark::pipeline
