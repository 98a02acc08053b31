#include "hark/lake/transaction.h"

#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

#include "hark/io/fault_file_system.h"
#include "hark/lake/test_lake.h"
#include "hark/lake/unreferenced.h"

namespace hark::lake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TransactionTest : public LakeTest {
 protected:
  /// Error of a commit on top of the latest version, after `fill` put actions in.
  Error commit_error(const std::function<void(Transaction&)>& fill) {
    const Table table = must(Table::open(files_, table_path()));
    const Snapshot snapshot = must(table.snapshot());
    auto transaction = must(Transaction::begin(table, snapshot));
    fill(transaction);
    const auto version = std::move(transaction).commit(operation("WRITE"), clock_);
    EXPECT_FALSE(version);
    EXPECT_EQ(latest().version(), snapshot.version());
    return version ? Error(ErrorCode::kInternal, "it was committed") : version.error();
  }
};

TEST_F(TransactionTest, ANewTableIsWrittenByteForByteAsDocumented) {
  auto transaction = Transaction::create(files_, table_path(), calls_metadata());
  transaction.set_uuid_source(counting_uuids());
  CommitInfo info = operation("CREATE TABLE");
  info.operation_metrics = Json::object({{"numFiles", 0}});
  info.extra = Json::object({{"landing", Json::array()}});
  ASSERT_TRUE(std::move(transaction).commit(std::move(info), clock_));
  EXPECT_EQ(
      must(files_.read_text(path("calls/_delta_log/00000000000000000000.json"))),
      R"({"commitInfo":{"timestamp":1793534400000,"operation":"CREATE TABLE","operationParameters":{},"isolationLevel":"Serializable","operationMetrics":{"numFiles":"0"},"engineInfo":"hark/0.1.0","txnId":"00000000-0000-4000-8000-000000000001","runId":"run-1","landing":[]}})"
      "\n"
      R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
      "\n"
      R"({"metaData":{"id":"00000000-0000-4000-8000-000000000002","name":"calls","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"call_id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"queue\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},{\"name\":\"started_at\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{},"createdTime":1793534400000}})"
      "\n");
}

TEST_F(TransactionTest, ActionsStandInTheirOrderAfterTheCommitInfo) {
  create_table();
  append("a");
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  auto transaction = must(Transaction::begin(table, snapshot));
  transaction.add(data_file("b"));
  transaction.remove(snapshot.files()[0], /*data_change=*/false);
  transaction.set_txn("calls", 4);
  Metadata metadata = snapshot.metadata();
  metadata.description = "every call";
  transaction.set_metadata(metadata);
  EXPECT_EQ(transaction.version().value, 2);
  ASSERT_EQ(must(std::move(transaction).commit(operation("OPTIMIZE"), clock_)).value, 2);

  const auto actions = must(read_log_entry(files_, table_path(), {2}));
  ASSERT_EQ(actions.size(), 5U);
  const auto& info = std::get<CommitInfo>(actions[0].action);
  EXPECT_EQ(info.read_version, 1);
  EXPECT_EQ(std::get<Metadata>(actions[1].action).description, "every call");
  EXPECT_EQ(std::get<SetTransaction>(actions[2].action).last_updated_ms, 1793534400000);
  const auto& removed = std::get<RemoveFile>(actions[3].action);
  EXPECT_EQ(removed.deletion_timestamp_ms, 1793534400000);
  EXPECT_TRUE(removed.has_extended_metadata);
  EXPECT_EQ(removed.size_bytes, 1010);
  EXPECT_FALSE(removed.data_change);
  EXPECT_EQ(std::get<AddFile>(actions[4].action).path.name(), "b");
}

TEST_F(TransactionTest, CommitAfterAnotherWriterReturnsConflict) {
  create_table();
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  auto transaction = must(Transaction::begin(table, snapshot));
  transaction.add(data_file("mine"));
  append("theirs");
  const auto version = std::move(transaction).commit(operation("WRITE"), clock_);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(version.error().message(), HasSubstr("version 1"));
  EXPECT_THAT(names_of(latest()), ElementsAre("theirs"));
}

TEST_F(TransactionTest, ATableIsMadeOnce) {
  create_table();
  auto second = Transaction::create(files_, table_path(), calls_metadata());
  const auto version = std::move(second).commit(operation("CREATE TABLE"), clock_);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code(), ErrorCode::kConflict);
}

TEST_F(TransactionTest, ALoadThatIsInTheTableIsAConflict) {
  create_table();
  const auto load = [&](std::int64_t number) {
    const Table table = must(Table::open(files_, table_path()));
    const Snapshot snapshot = must(table.snapshot());
    auto transaction = must(Transaction::begin(table, snapshot));
    transaction.add(data_file(random_uuid()));
    transaction.set_txn("calls", number);
    return std::move(transaction).commit(operation("WRITE"), clock_);
  };
  EXPECT_TRUE(load(1));
  EXPECT_TRUE(load(2));
  for (const std::int64_t number : {1, 2}) {
    const auto again = load(number);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::kConflict);
  }
  EXPECT_EQ(latest().version().value, 2);
}

TEST_F(TransactionTest, WhatContradictsTheSnapshotIsRefused) {
  create_table();
  append("a");
  const AddFile here = latest().files()[0];
  const std::pair<std::function<void(Transaction&)>, const char*> cases[] = {
      {[&](Transaction& t) { t.add(here); }, "there twice"},
      {[&](Transaction& t) {
         t.add(data_file("b"));
         t.add(data_file("b"));
       },
       "there twice"},
      {[&](Transaction& t) {
         t.remove(here);
         t.add(here);
       },
       "there twice"},
      {[&](Transaction& t) {
         t.remove(here);
         t.remove(here);
       },
       "cannot leave it"},
      {[&](Transaction& t) { t.remove(data_file("never")); }, "cannot leave it"},
      {[&](Transaction& t) {
         AddFile file = data_file("b");
         file.path = *LogPath::from_log("file:/elsewhere/b.parquet");
         t.add(file);
       },
       "not a name in the table's folder"},
      {[&](Transaction& t) {
         AddFile file = data_file("b");
         file.partition_values = {{"month", "2024-03"}};
         t.add(file);
       },
       "partition column"},
      {[&](Transaction& t) {
         t.set_txn("x", 1);
         t.set_txn("x", 2);
       },
       "set twice"},
      {[&](Transaction& t) {
         Metadata metadata = latest().metadata();
         metadata.id = "other";
         t.set_metadata(metadata);
       },
       "id cannot change"},
      {[&](Transaction& t) {
         Metadata metadata = latest().metadata();
         metadata.partition_columns = {"queue"};
         t.set_metadata(metadata);
       },
       "partition columns"},
  };
  for (const auto& [fill, message] : cases) {
    const Error error = commit_error(fill);
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << message;
    EXPECT_THAT(error.message(), HasSubstr(message));
  }
}

TEST_F(TransactionTest, APartitionColumnMustBeInTheSchema) {
  Metadata metadata = calls_metadata();
  metadata.partition_columns = {"month"};
  auto transaction = Transaction::create(files_, table_path(), metadata);
  const auto version = std::move(transaction).commit(operation("CREATE TABLE"), clock_);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(files_.exists(table_path()));
}

TEST_F(TransactionTest, RowsCannotLeaveAnAppendOnlyTable) {
  Metadata metadata = calls_metadata();
  metadata.configuration["delta.appendOnly"] = "true";
  create_table(metadata);
  append("a");
  const AddFile file = latest().files()[0];
  const Error error = commit_error([&](Transaction& t) { t.remove(file); });
  EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error.message(), HasSubstr("append-only"));
}

TEST_F(TransactionTest, TablesThatNeedMoreAreReadAndNotWritten) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"minReaderVersion":1,"minWriterVersion":4})",
       "checkConstraints, changeDataFeed, generatedColumns"},
      {R"({"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["appendOnly","rowTracking"]})",
       "writer features rowTracking"},
      {R"({"minReaderVersion":1,"minWriterVersion":8})", "writer version 8"},
  };
  for (const auto& [protocol, message] : cases) {
    write_entry(0, concat(R"({"protocol":)", protocol, "}\n",
                          to_json(Action(calls_metadata())).dump(), "\n"));
    const Table table = must(Table::open(files_, table_path()));
    const Snapshot snapshot = must(table.snapshot());
    const auto transaction = Transaction::begin(table, snapshot);
    ASSERT_FALSE(transaction) << protocol;
    EXPECT_EQ(transaction.error().code(), ErrorCode::kUnsupported);
    EXPECT_THAT(transaction.error().message(), HasSubstr(message));
  }
}

TEST_F(TransactionTest, ATableWithARuleInSqlIsNotWritten) {
  Metadata metadata = calls_metadata();
  const std::string empty = "\"metadata\":{}";
  metadata.schema_string.replace(metadata.schema_string.find(empty), empty.size(),
                                 R"("metadata":{"delta.invariants":"{}"})");
  write_entry(0, format_log_entry(std::vector<Action>{Protocol{}, metadata}));
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  EXPECT_EQ(Transaction::begin(table, snapshot).error().code(), ErrorCode::kUnsupported);
}

/// Publishes, and then says that it failed.
class AnswerLost final : public io::FileSystem {
 public:
  explicit AnswerLost(io::FileSystem& base, ErrorCode code) : base_(base), code_(code) {}
  Result<std::unique_ptr<io::InputFile>> open_input(const std::string& p) const override {
    return base_.open_input(p);
  }
  Result<std::unique_ptr<io::OutputFile>> open_output(const std::string& p) override {
    return base_.open_output(p);
  }
  Result<io::FileInfo> stat(const std::string& p) const override { return base_.stat(p); }
  Result<std::vector<io::FileInfo>> list(const std::string& p) const override {
    return base_.list(p);
  }
  Result<void> create_directories(const std::string& p, unsigned mode) override {
    return base_.create_directories(p, mode);
  }
  Result<void> rename(const std::string& a, const std::string& b) override {
    return base_.rename(a, b);
  }
  Result<void> publish_if_absent(const std::string& from, const std::string& to) override {
    HARK_TRY_VOID(base_.publish_if_absent(from, to));
    return Error(code_, "the answer was lost");
  }
  Result<void> remove(const std::string& p) override { return base_.remove(p); }
  Result<void> sync_file(const std::string& p) override { return base_.sync_file(p); }
  Result<void> sync_directory(const std::string& p) override {
    if (is_folder_lost) return Error(ErrorCode::kIo, "the folder cannot be synced");
    return base_.sync_directory(p);
  }
  Result<std::unique_ptr<io::FileLock>> lock(const std::string& p,
                                             std::chrono::milliseconds patience) override {
    return base_.lock(p, patience);
  }
  bool is_folder_lost = false;

 private:
  io::FileSystem& base_;
  ErrorCode code_;
};

TEST_F(TransactionTest, ACommitWhoseAnswerWasLostIsFoundInTheLog) {
  create_table();
  // An object store may answer a repeated request with "it exists", having written the first.
  std::int64_t expected = 0;
  for (const ErrorCode code : {ErrorCode::kIo, ErrorCode::kConflict, ErrorCode::kNotFound}) {
    AnswerLost lossy(files_, code);
    const Table table = must(Table::open(lossy, table_path()));
    const Snapshot snapshot = must(table.snapshot());
    auto transaction = must(Transaction::begin(table, snapshot));
    transaction.add(data_file(random_uuid()));
    const auto version = std::move(transaction).commit(operation("WRITE"), clock_);
    ASSERT_TRUE(version) << version.error().to_string();
    EXPECT_EQ(version->value, ++expected);
  }
}

TEST_F(TransactionTest, ACommitThatMayNotSurviveAPowerCutIsAnErrorAndCanBeLookedUp) {
  create_table();
  AnswerLost lossy(files_, ErrorCode::kIo);
  lossy.is_folder_lost = true;
  const Table table = must(Table::open(lossy, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  auto transaction = must(Transaction::begin(table, snapshot));
  const Version version = transaction.version();
  const auto result = std::move(transaction).commit(operation("WRITE", "run-9"), clock_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kIo);
  EXPECT_TRUE(must(commit_landed(files_, table_path(), version, "run-9")));
  EXPECT_FALSE(must(commit_landed(files_, table_path(), version, "run-8")));
  EXPECT_FALSE(must(commit_landed(files_, table_path(), version, "")));
  EXPECT_FALSE(must(commit_landed(files_, table_path(), {7}, "run-9")));
}

/// Three commits: a new table, a load, a load that replaces the first one's file. Each is done
/// only if the table does not have it yet, as the pipeline does. Returns the commits that worked.
Result<int> load_all(io::FileSystem& files, const std::string& path, const Clock& clock) {
  int done = 0;
  if (auto table = Table::open(files, path); !table) {
    if (table.error().code() != ErrorCode::kNotFound) return table.error();
    auto transaction = Transaction::create(files, path, calls_metadata());
    HARK_TRY_VOID(std::move(transaction).commit(operation("CREATE TABLE"), clock));
    ++done;
  }
  for (const std::int64_t load : {1, 2}) {
    HARK_TRY(const auto table, Table::open(files, path));
    HARK_TRY(const auto snapshot, table.snapshot());
    if (snapshot.txn_version("calls").value_or(0) >= load) continue;
    HARK_TRY(auto transaction, Transaction::begin(table, snapshot));
    for (const AddFile& file : snapshot.files()) transaction.remove(file);
    transaction.add(data_file(concat("part-", load, ".parquet"), load));
    transaction.set_txn("calls", load);
    HARK_TRY_VOID(std::move(transaction).commit(operation("WRITE"), clock));
    ++done;
  }
  return done;
}

TEST_F(TransactionTest, AFailureAtAnyPointLeavesTheOldOrTheNewVersion) {
  io::FaultFileSystem counting(files_, {});
  ASSERT_EQ(must(load_all(counting, path("count"), clock_)), 3);
  const std::uint64_t num_changes = counting.num_changes();
  ASSERT_GT(num_changes, 10U);
  const std::vector<std::vector<std::string>> contents{{}, {"part-1.parquet"}, {"part-2.parquet"}};

  for (const bool keep_failing : {true, false}) {
    for (std::uint64_t n = 0; n < num_changes; ++n) {
      const std::string at = path(concat("t", n, keep_failing ? "k" : "o"));
      io::FaultPlan plan;
      plan.fail_at = n;
      plan.keep_failing = keep_failing;
      io::FaultFileSystem faulty(files_, plan);
      EXPECT_FALSE(load_all(faulty, at, clock_)) << n;

      std::int64_t version = -1;
      if (const auto table = Table::open(files_, at)) {
        const Snapshot snapshot = must(table->snapshot());
        version = snapshot.version().value;
        EXPECT_EQ(names_of(snapshot), contents[static_cast<std::size_t>(version)]) << n;
        EXPECT_EQ(snapshot.txn_version("calls").value_or(0), version) << n;
      } else {
        EXPECT_EQ(table.error().code(), ErrorCode::kNotFound) << n;
      }
      // A rerun ends in the same table, whatever is lying around.
      EXPECT_EQ(must(load_all(files_, at, clock_)), 2 - version) << n;
      const Snapshot snapshot = must(must(Table::open(files_, at)).snapshot());
      EXPECT_EQ(snapshot.version().value, 2) << n;
      EXPECT_EQ(names_of(snapshot), contents[2]) << n;
    }
  }
}

TEST_F(TransactionTest, ABlindAppendGivesWayToACommitThatChangedWhatItRestsOn) {
  create_table();
  append("a");
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  const auto overtake = [&](const std::function<void(Transaction&)>& theirs,
                            const std::function<void(Transaction&)>& ours) {
    const Table now = must(Table::open(files_, table_path()));
    const Snapshot state = must(now.snapshot());
    auto other = must(Transaction::begin(now, state));
    theirs(other);
    EXPECT_TRUE(std::move(other).commit(operation("WRITE"), clock_));
    const Version before = latest().version();
    auto mine = must(Transaction::begin(table, snapshot));
    ours(mine);
    const auto version = std::move(mine).commit(blind_append(), clock_);
    EXPECT_EQ(latest().version().value, before.value + (version ? 1 : 0));
    return version ? std::string("landed") : version.error().message();
  };
  const auto adds = [](const char* name) {
    return [name](Transaction& t) { t.add(data_file(name)); };
  };
  EXPECT_EQ(overtake(adds("b"), adds("c")), "landed");
  EXPECT_THAT(overtake(adds("d"), adds("d")), HasSubstr("a file of the same name"));
  const auto progress = [](Transaction& t) { t.set_txn("calls", 7); };
  EXPECT_THAT(overtake(progress, progress), HasSubstr("the progress of 'calls'"));
  EXPECT_THAT(overtake(adds("e"),
                       [&](Transaction& t) {
                         t.add(data_file("f"));
                         t.remove(snapshot.files()[0]);
                       }),
              HasSubstr("was committed by another writer"))
      << "it takes out what it read: no blind append";
  Metadata changed = snapshot.metadata();
  changed.description = "another";
  EXPECT_THAT(overtake([&](Transaction& t) { t.set_metadata(changed); }, adds("g")),
              HasSubstr("the metadata"));
}

TEST_F(TransactionTest, OfWritersOnOneSnapshotJustOneWins) {
  create_table();
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  std::atomic<int> num_won{0};
  std::atomic<int> num_conflicts{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      auto transaction = must(Transaction::begin(table, snapshot));
      transaction.add(data_file(concat("t", t)));
      const auto version = std::move(transaction).commit(operation("WRITE"), clock_);
      if (version) ++num_won;
      if (!version && version.error().code() == ErrorCode::kConflict) ++num_conflicts;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_won, 1);
  EXPECT_EQ(num_conflicts, 7);
}

class UnreferencedTest : public LakeTest {
 protected:
  void put(std::string_view name) { write(io::join_path(table_path(), name), "x"); }
  std::vector<std::string> unreferenced(Instant before) {
    std::vector<std::string> names;
    for (const io::FileInfo& info : must(find_unreferenced(files_, table_path(), before))) {
      names.push_back(info.path.substr(table_path().size() + 1));
    }
    return names;
  }
  const Instant later_ = SystemClock().now() + std::chrono::hours(1);
};

TEST_F(UnreferencedTest, OnlyFilesThatNoVersionNamesAreFound) {
  create_table();
  put("part-old.parquet");
  append("part-old.parquet");
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  auto transaction = must(Transaction::begin(table, snapshot));
  transaction.remove(snapshot.files()[0]);
  transaction.add(data_file("month=2024-03/part new.parquet"));
  ASSERT_TRUE(std::move(transaction).commit(operation("WRITE"), clock_));
  put("month=2024-03/part new.parquet");

  put("part-orphan.parquet");
  put("month=2024-03/part-orphan.parquet");
  put("_region=EU/part-orphan.parquet");
  put(".part-x.parquet.1-2-3.tmp");
  put("_delta_log/.00000000000000000003.json.1-2-3.tmp");
  // Not ours to judge.
  put("notes.parquet");
  put("readme.txt");
  put("_change_data/part-cdc.parquet");
  put(".hidden/part-x.parquet");
  put("_delta_log/00000000000000000000.crc");

  EXPECT_THAT(
      unreferenced(later_),
      ElementsAre(".part-x.parquet.1-2-3.tmp", "_delta_log/.00000000000000000003.json.1-2-3.tmp",
                  "_region=EU/part-orphan.parquet", "month=2024-03/part-orphan.parquet",
                  "part-orphan.parquet"));
  EXPECT_THAT(unreferenced(instant("2001-01-01")), IsEmpty());
}

TEST_F(UnreferencedTest, AFileReachedThroughALinkedFolderIsKept) {
  create_table();
  put("part-a.parquet");
  append("part-a.parquet");
  ASSERT_EQ(std::system(("ln -s .. '" + table_path() + "/loop'").c_str()), 0);
  ASSERT_TRUE(files_.stat(table_path() + "/loop"));
  const auto found = find_unreferenced(files_, table_path(), later_);
  // The walk ends at a depth no table has; nothing is offered for removal.
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::kUnsupported);
}

TEST_F(UnreferencedTest, FilesThatOnlyACheckpointNamesAreKept) {
  create_table();
  append("part-a.parquet");
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  RemoveFile removed;
  removed.path = LogPath::of_name("part-removed.parquet");
  const FakeCheckpointReader reader(
      {snapshot.protocol(), snapshot.metadata(), snapshot.files()[0], removed});
  append("part-b.parquet");
  for (const std::int64_t version : {0, 1}) {
    ASSERT_TRUE(files_.remove(log_entry_path(table_path(), {version})));
  }
  put("_delta_log/00000000000000000001.checkpoint.parquet");
  for (const char* name : {"part-a.parquet", "part-b.parquet", "part-removed.parquet"}) put(name);
  put("part-orphan.parquet");
  const auto found = must(find_unreferenced(files_, table_path(), later_, &reader));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(io::file_name(found[0].path), "part-orphan.parquet");
  // Without the reader nobody knows.
  EXPECT_FALSE(find_unreferenced(files_, table_path(), later_));
}

TEST_F(UnreferencedTest, WithoutALogNothingMayGo) {
  put("part-a.parquet");
  const auto found = find_unreferenced(files_, table_path(), later_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::kNotFound);
}

TEST_F(UnreferencedTest, ADamagedLogProtectsEverything) {
  create_table();
  put("part-orphan.parquet");
  write_entry(1, "{");
  const auto found = find_unreferenced(files_, table_path(), later_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace hark::lake
