#include "hark/lake/table.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "hark/lake/history.h"
#include "hark/lake/test_lake.h"

namespace hark::lake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kProtocol = R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
                                       "\n";
constexpr std::string_view kMetadata =
    R"({"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"m\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}})"
    "\n";

std::string add_line(std::string_view name) {
  return concat(R"({"add":{"path":")", name,
                R"(","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})",
                "\n");
}
std::string remove_line(std::string_view name) {
  return concat(R"({"remove":{"path":")", name, R"(","dataChange":true}})", "\n");
}
std::string time_line(std::int64_t milliseconds) {
  return concat(R"({"commitInfo":{"timestamp":)", milliseconds, R"(,"operation":"WRITE"}})", "\n");
}

class TableTest : public LakeTest {
 protected:
  Error open_error(const CheckpointReader* reader = nullptr) {
    const auto table = Table::open(files_, table_path(), reader);
    if (!table) return table.error();
    const auto snapshot = table->snapshot();
    EXPECT_FALSE(snapshot);
    return snapshot ? Error(ErrorCode::kInternal, "it opened") : snapshot.error();
  }
  /// Version 0 with protocol and metaData, then one added file per version.
  void write_versions(std::int64_t count) {
    write_entry(0, concat(kProtocol, kMetadata));
    for (std::int64_t v = 1; v < count; ++v) write_entry(v, add_line(concat("f", v)));
  }
};

TEST_F(TableTest, NoFolderNoLogAndAnEmptyLogAreNotFound) {
  EXPECT_EQ(open_error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(files_.create_directories(table_path()));
  EXPECT_EQ(open_error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(files_.create_directories(log_folder(table_path())));
  EXPECT_EQ(open_error().code(), ErrorCode::kNotFound);
  write(io::join_path(log_folder(table_path()), ".00000000000000000000.json.1-2-3.tmp"), "{}");
  EXPECT_EQ(open_error().code(), ErrorCode::kNotFound);
}

TEST_F(TableTest, FilesComeAndGoWithTheLog) {
  write_entry(0, concat(kProtocol, kMetadata, add_line("a"), add_line("b")));
  write_entry(1, concat(remove_line("a"), add_line("c")));
  write_entry(2, concat(remove_line("b"), remove_line("c"), add_line("a")));
  const Table table = must(Table::open(files_, table_path()));
  EXPECT_EQ(table.latest_version().value, 2);
  EXPECT_THAT(names_of(must(table.snapshot_at({0}))), ElementsAre("a", "b"));
  EXPECT_THAT(names_of(must(table.snapshot_at({1}))), ElementsAre("b", "c"));
  const Snapshot snapshot = must(table.snapshot());
  EXPECT_THAT(names_of(snapshot), ElementsAre("a"));
  ASSERT_EQ(snapshot.tombstones().size(), 2U);
  EXPECT_EQ(snapshot.tombstones()[0].path.name(), "b");
  EXPECT_EQ(snapshot.tombstones()[1].path.name(), "c");
  EXPECT_EQ(snapshot.version().value, 2);
  EXPECT_EQ(snapshot.size_bytes(), 1);
}

TEST_F(TableTest, AnAddOfAFileThatIsThereReplacesItsStatistics) {
  write_entry(0, concat(kProtocol, kMetadata, add_line("a")));
  write_entry(
      1,
      R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":false,"stats":"{\"numRecords\":4}"}})");
  const Snapshot snapshot = latest();
  EXPECT_THAT(names_of(snapshot), ElementsAre("a"));
  EXPECT_EQ(must(snapshot.num_records()), 4);
}

TEST_F(TableTest, RowsAreUnknownWhereAFileHasNoStatistics) {
  write_entry(0, concat(kProtocol, kMetadata, add_line("a")));
  EXPECT_EQ(must(latest().num_records()), std::nullopt);
}

TEST_F(TableTest, AnImpossibleNumberOfRowsIsCorrupt) {
  const auto add = [](std::string_view name, std::int64_t rows) {
    return concat(R"({"add":{"path":")", name,
                  R"(","partitionValues":{},"size":9223372036854775807,"modificationTime":1,)",
                  R"("dataChange":true,"stats":"{\"numRecords\":)", rows, R"(}"}})", "\n");
  };
  write_entry(0, concat(kProtocol, kMetadata, add("a", -1)));
  EXPECT_EQ(latest().num_records().error().code(), ErrorCode::kCorrupt);
  write_entry(0, concat(kProtocol, kMetadata, add("a", INT64_MAX), add("b", 1)));
  EXPECT_EQ(latest().num_records().error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(latest().size_bytes(), INT64_MAX);
}

TEST_F(TableTest, TheLatestTxnOfAnApplicationCounts) {
  write_entry(0, concat(kProtocol, kMetadata, R"({"txn":{"appId":"x","version":7}})", "\n",
                        R"({"txn":{"appId":"y","version":1}})"));
  write_entry(1, R"({"txn":{"appId":"x","version":3}})");
  EXPECT_EQ(latest().txn_version("x"), 3);
  EXPECT_EQ(latest().txn_version("y"), 1);
  EXPECT_EQ(latest().txn_version("z"), std::nullopt);
}

TEST_F(TableTest, AGapInTheLogIsCorruptAndNamesTheMissingFile) {
  write_versions(4);
  ASSERT_TRUE(files_.remove(log_entry_path(table_path(), {2})));
  const Error error = open_error();
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  EXPECT_THAT(error.message(), HasSubstr("00000000000000000002.json' is missing"));
  // What lies before the gap can still be read.
  EXPECT_TRUE(must(Table::open(files_, table_path())).snapshot_at({1}));
}

TEST_F(TableTest, AMissingFirstEntryIsCorrupt) {
  write_versions(3);
  ASSERT_TRUE(files_.remove(log_entry_path(table_path(), {0})));
  const Error error = open_error();
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  EXPECT_THAT(error.message(), HasSubstr("00000000000000000000.json' is missing"));
}

TEST_F(TableTest, ASecondFileForAVersionIsCorrupt) {
  write_versions(2);
  write(io::join_path(log_folder(table_path()), "1.json"), add_line("x"));
  const Error error = open_error();
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  EXPECT_THAT(error.message(), HasSubstr("/1.json'"));
}

TEST_F(TableTest, AVersionBeyondSixtyThreeBitsIsCorrupt) {
  write_versions(1);
  write(io::join_path(log_folder(table_path()), "99999999999999999999.json"), add_line("x"));
  EXPECT_EQ(open_error().code(), ErrorCode::kCorrupt);
}

TEST_F(TableTest, ADamagedEntryIsNamedByFileAndLine) {
  write_versions(3);
  write_entry(1, concat(add_line("a"), "{\"add\":"));
  const Error error = open_error();
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  EXPECT_THAT(error.message(), HasSubstr("00000000000000000001.json' line 2"));
}

TEST_F(TableTest, ContradictionsInOneCommitAreCorrupt) {
  const std::string entries[] = {
      concat(add_line("a"), add_line("a")),
      concat(add_line("a%20b"), remove_line("a b")),
      concat(R"({"txn":{"appId":"x","version":7}})", "\n", R"({"txn":{"appId":"x","version":8}})"),
      concat(kMetadata, kMetadata),
      concat(kProtocol, kProtocol),
  };
  for (const std::string& entry : entries) {
    write_versions(1);
    write_entry(1, entry);
    const Error error = open_error();
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << entry;
    EXPECT_THAT(error.message(), HasSubstr("00000000000000000001.json' line 2")) << entry;
  }
}

TEST_F(TableTest, WithoutProtocolOrMetadataTheTableIsCorrupt) {
  write_entry(0, kProtocol);
  EXPECT_THAT(open_error().message(), HasSubstr("no metaData"));
  write_entry(0, kMetadata);
  EXPECT_THAT(open_error().message(), HasSubstr("no protocol"));
  EXPECT_EQ(open_error().code(), ErrorCode::kCorrupt);
}

TEST_F(TableTest, FeaturesBeyondOursAreRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"minReaderVersion":2,"minWriterVersion":5})", "columnMapping"},
      {R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors","vacuumProtocolCheck","timestampNtz"],"writerFeatures":[]})",
       "reader features deletionVectors, timestampNtz"},
      {R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":[]})",
       "v2Checkpoint"},
      {R"({"minReaderVersion":99,"minWriterVersion":2})", "reader version 99"},
  };
  for (const auto& [protocol, message] : cases) {
    write_entry(0, concat(R"({"protocol":)", protocol, "}\n", kMetadata));
    const Error error = open_error();
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported) << protocol;
    EXPECT_THAT(error.message(), HasSubstr(message)) << protocol;
  }
}

TEST_F(TableTest, FeaturesThatAskNothingOfReadersAreRead) {
  write_entry(
      0,
      concat(
          R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["vacuumProtocolCheck"],"writerFeatures":["vacuumProtocolCheck","domainMetadata"]}})",
          "\n", kMetadata, add_line("a")));
  EXPECT_THAT(names_of(latest()), ElementsAre("a"));
}

TEST_F(TableTest, AFileWithADeletionVectorIsNeverReadWhole) {
  const std::string vector = R"("deletionVector":{"storageType":"u","pathOrInlineDv":"x"})";
  write_versions(1);
  write_entry(
      1,
      concat(
          R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,)",
          vector, "}}\n"));
  const Error error = open_error();
  EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error.message(), HasSubstr("deletionVectors"));
  // The file without the vector is another logical file: purging gives the table back.
  write_entry(2,
              concat(R"({"remove":{"path":"a","dataChange":true,)", vector, "}}\n", add_line("a")));
  EXPECT_THAT(names_of(latest()), ElementsAre("a"));
}

TEST_F(TableTest, OtherFileFormatsAreRefused) {
  std::string metadata(kMetadata);
  metadata.replace(metadata.find("parquet"), 7, "orc");
  write_entry(0, concat(kProtocol, metadata));
  EXPECT_EQ(open_error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(open_error().message(), HasSubstr("'orc'"));
}

TEST_F(TableTest, AVersionThatIsNotThereIsNotFound) {
  write_versions(3);
  const Table table = must(Table::open(files_, table_path()));
  for (const std::int64_t version : {std::int64_t{-1}, std::int64_t{3}, INT64_MAX}) {
    const auto snapshot = table.snapshot_at({version});
    ASSERT_FALSE(snapshot) << version;
    EXPECT_EQ(snapshot.error().code(), ErrorCode::kNotFound) << version;
  }
}

TEST_F(TableTest, ATimeGivesTheVersionThatWasCurrent) {
  write_entry(0, concat(time_line(1000), kProtocol, kMetadata));
  write_entry(1, concat(time_line(5000), add_line("a")));
  write_entry(2, concat(time_line(3000), add_line("b")));  // a clock that went backwards
  write_entry(3, concat(time_line(9000), add_line("c")));
  const Table table = must(Table::open(files_, table_path()));
  const auto at = [&](std::int64_t milliseconds) {
    return table.version_at(Instant(std::chrono::milliseconds(milliseconds)));
  };
  EXPECT_EQ(at(999).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(at(1000)->value, 0);
  EXPECT_EQ(at(4999)->value, 0);
  EXPECT_EQ(at(5000)->value, 1);
  EXPECT_EQ(at(5001)->value, 2);
  EXPECT_EQ(at(8999)->value, 2);
  EXPECT_EQ(at(1'000'000)->value, 3);
  EXPECT_EQ(must(table.snapshot_at({3})).timestamp(), Instant(std::chrono::seconds(9)));
}

TEST_F(TableTest, WithoutAUsableCommitInfoTheFilesTimeCounts) {
  for (const std::string& info : {std::string(), time_line(INT64_MAX), time_line(-1)}) {
    write_entry(0, concat(info, kProtocol, kMetadata));
    const std::string entry = log_entry_path(table_path(), {0});
    const timespec times[2] = {{100, 0}, {200, 5'000'000}};
    ASSERT_EQ(utimensat(AT_FDCWD, entry.c_str(), times, 0), 0);
    EXPECT_EQ(latest().timestamp(), Instant(std::chrono::milliseconds(200'005))) << info;
  }
}

TEST_F(TableTest, OtherFilesInTheLogFolderAreNoMatter) {
  write_versions(2);
  for (const char* name :
       {"00000000000000000000.crc", ".00000000000000000009.json.crc", "_last_checkpoint",
        "00000000000000000000.00000000000000000001.compacted.json",
        "00000000000000000007.checkpoint.0000000001.0000000002.parquet"}) {
    write(io::join_path(log_folder(table_path()), name), "not for us");
  }
  ASSERT_TRUE(files_.create_directories(io::join_path(log_folder(table_path()), "_sidecars")));
  EXPECT_EQ(latest().version().value, 1);
}

class CheckpointTest : public TableTest {
 protected:
  /// A log of versions 3 and 4 after a clean-up, with a checkpoint of version 2 in two parts.
  void SetUp() override {
    TableTest::SetUp();
    write_entry(3, add_line("f3"));
    write_entry(4, remove_line("f1"));
    for (const char* part : {"0000000001", "0000000002"}) {
      write(io::join_path(log_folder(table_path()),
                          concat("00000000000000000002.checkpoint.", part, ".0000000002.parquet")),
            "parquet");
    }
    const auto add = [](const char* name) {
      AddFile file = data_file(name);
      file.path = LogPath::of_name(name);
      return file;
    };
    RemoveFile gone;
    gone.path = LogPath::of_name("f0");
    actions_ = {Protocol{}, calls_metadata(), SetTransaction{"x", 5, {}},
                add("f1"),  add("f2"),        gone};
  }
  std::vector<Action> actions_;
};

TEST_F(CheckpointTest, ALogThatBeginsWithACheckpointNeedsAReader) {
  const Error error = open_error();
  EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error.message(), HasSubstr("its log begins with a checkpoint"));
}

TEST_F(CheckpointTest, ReplayBeginsWithTheCheckpoint) {
  const FakeCheckpointReader reader(actions_);
  const Table table = must(Table::open(files_, table_path(), &reader));
  const Snapshot snapshot = must(table.snapshot());
  EXPECT_THAT(names_of(snapshot), ElementsAre("f2", "f3"));
  EXPECT_EQ(snapshot.txn_version("x"), 5);
  EXPECT_EQ(snapshot.tombstones().size(), 2U);
  ASSERT_EQ(reader.parts_.size(), 2U);
  EXPECT_THAT(reader.parts_[0], HasSubstr("0000000001.0000000002"));
  EXPECT_THAT(reader.parts_[1], HasSubstr("0000000002.0000000002"));
  EXPECT_THAT(names_of(must(table.snapshot_at({2}))), ElementsAre("f1", "f2"));
  const auto cleaned_up = table.snapshot_at({1});
  ASSERT_FALSE(cleaned_up);
  EXPECT_EQ(cleaned_up.error().code(), ErrorCode::kNotFound);
}

TEST_F(CheckpointTest, ACheckpointWithAMissingPartDoesNotCount) {
  ASSERT_TRUE(files_.remove(io::join_path(
      log_folder(table_path()), "00000000000000000002.checkpoint.0000000001.0000000002.parquet")));
  const FakeCheckpointReader reader(actions_);
  EXPECT_EQ(open_error(&reader).code(), ErrorCode::kCorrupt);
}

TEST_F(CheckpointTest, ACheckpointWithoutMetadataIsCorrupt) {
  actions_.erase(actions_.begin() + 1);
  const FakeCheckpointReader reader(actions_);
  EXPECT_EQ(open_error(&reader).code(), ErrorCode::kCorrupt);
}

TEST_F(CheckpointTest, AGapAfterTheCheckpointIsCorrupt) {
  ASSERT_TRUE(files_.remove(log_entry_path(table_path(), {3})));
  const FakeCheckpointReader reader(actions_);
  EXPECT_EQ(open_error(&reader).code(), ErrorCode::kCorrupt);
}

TEST_F(CheckpointTest, AVersion2CheckpointIsRefusedByName) {
  TearDown();
  write_entry(3, add_line("f3"));
  write(io::join_path(log_folder(table_path()),
                      "00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"),
        "{}");
  const Error error = open_error();
  EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error.message(), HasSubstr("v2Checkpoint"));
}

TEST_F(TableTest, HistoryIsNewestFirstWithRunMetricsAndMetadata) {
  write_entry(0, concat(kProtocol, kMetadata));
  write_entry(
      1,
      concat(
          R"({"commitInfo":{"timestamp":5000,"operation":"WRITE","operationMetrics":{"numFiles":"2","mode":"x"},"runId":"r7","userMetadata":"by hand","landing":["ab"]}})",
          "\n", add_line("a")));
  const auto entries = must(history(must(Table::open(files_, table_path()))));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].version.value, 1);
  EXPECT_EQ(entries[0].timestamp, Instant(std::chrono::seconds(5)));
  EXPECT_EQ(entries[0].info.operation, "WRITE");
  EXPECT_EQ(entries[0].info.run_id, "r7");
  EXPECT_EQ(entries[0].info.operation_metrics["numFiles"].as_int(), 2);
  EXPECT_EQ(entries[0].info.operation_metrics["mode"].as_string(), "x");
  EXPECT_EQ(entries[0].info.user_metadata, "by hand");
  EXPECT_EQ(entries[0].info.extra["landing"].items().size(), 1U);
  EXPECT_EQ(entries[1].version.value, 0);
  EXPECT_EQ(entries[1].info.operation, "");
  EXPECT_EQ(must(history(must(Table::open(files_, table_path())), 1)).size(), 1U);
}

}  // namespace
}  // namespace hark::lake
