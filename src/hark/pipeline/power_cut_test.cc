// What is left of a lake when the power goes, or the disk fails, at any moment of a commit with its
// checkpoint and of the vacuum after it.
#include <gmock/gmock.h>

#include "hark/io/fault_file_system.h"
#include "hark/lake/checkpoint.h"
#include "hark/lake/vacuum.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

struct Disaster {
  const char* name;
  io::FaultPlan plan;
};

std::vector<Disaster> disasters() {
  std::vector<Disaster> all;
  for (const ErrorCode code : {ErrorCode::kIo, ErrorCode::kExhausted}) {
    io::FaultPlan once;
    once.keep_failing = false;
    once.code = code;
    all.push_back({code == ErrorCode::kIo ? "one EIO" : "one ENOSPC", once});
  }
  io::FaultPlan cut;
  all.push_back({"process dies", cut});
  cut.lose_unsynced_bytes = true;
  all.push_back({"un-synced bytes lost", cut});
  cut.lose_names = io::NameLoss::kAll;
  all.push_back({"un-synced bytes and names lost", cut});
  cut.lose_names = io::NameLoss::kEarlier;
  all.push_back({"later names on disk, earlier not", cut});
  return all;
}

#if defined(__SANITIZE_ADDRESS__)
// Ten times slower there; the plain build tries every change.
constexpr std::uint64_t kStep = 5;
#else
constexpr std::uint64_t kStep = 1;
#endif

class PowerCut : public LakeTest {
 protected:
  std::string file_name(std::int64_t load) { return concat("part-0000", load, ".parquet"); }

  /// Commits load number `load`: one file, which replaces the one before.
  Result<void> commit(io::FileSystem& files, const std::string& table, std::int64_t load) {
    const std::string path = io::join_path(table, file_name(load));
    HARK_TRY_VOID(files.create_directories(table));
    HARK_TRY(const auto output, files.open_output(path));
    HARK_TRY_VOID(output->write(concat("load ", load)));
    HARK_TRY_VOID(output->sync());
    HARK_TRY_VOID(output->close());
    HARK_TRY(const TableState state, open_table(files, table));
    CommitRequest request;
    request.operation = "WRITE";
    request.fields = {{"id", columnar::Type::kInt64}};
    request.added.push_back({file_name(load), 6, "{\"numRecords\":1}", {}});
    if (state.snapshot) request.removed = state.snapshot->files();
    request.txns = {{"loads", load}};
    HARK_TRY_VOID(commit_table(files, state, std::move(request), clock_));
    return {};
  }
  Result<void> clean(io::FileSystem& files, const std::string& table) {
    HARK_TRY(const auto items,
             lake::plan_vacuum(files, table, {now_ + std::chrono::days(60), std::chrono::days(7)},
                               checkpoint_reader()));
    return lake::remove_items(files, items);
  }
  /// The table is whole: its version, its one file with its bytes, its progress.
  void expect_whole(const std::string& table, std::int64_t least, std::int64_t most) {
    const auto state = open_table(files_, table);
    ASSERT_TRUE(state) << state.error().to_string();
    ASSERT_TRUE(state->snapshot);
    const std::int64_t version = state->version();
    EXPECT_GE(version, least);
    EXPECT_LE(version, most);
    EXPECT_EQ(state->txn_version("loads"), version);
    const auto paths = state->file_paths();
    ASSERT_EQ(paths->size(), 1U);
    const auto bytes = files_.read_text(paths->front());
    ASSERT_TRUE(bytes) << bytes.error().to_string();
    EXPECT_EQ(*bytes, concat("load ", version));
  }
  const Instant now_ = clock_.now();
};

TEST_F(PowerCut, AtAnyMomentOfCommitCheckpointAndVacuumTheTableIsAsBeforeOrAsAfter) {
  const std::string prepared = path("prepared");
  for (std::int64_t load = 0; load <= 9; ++load) ASSERT_TRUE(commit(files_, prepared, load));
  for (const Disaster& disaster : disasters()) {
    bool has_succeeded = false;
    std::uint64_t n = 0;
    for (; !has_succeeded; n += kStep) {
      SCOPED_TRACE(concat(disaster.name, " at change ", n));
      ASSERT_LT(n, 200U);
      const std::string table = path("table");
      ASSERT_EQ(std::system(concat("cp -r '", prepared, "' '", table, "'").c_str()), 0);
      io::FaultPlan plan = disaster.plan;
      plan.fail_at = n;
      io::FaultFileSystem faulty(files_, plan);
      const bool is_committed = commit(faulty, table, 10).has_value();
      const bool is_cleaned = is_committed && clean(faulty, table).has_value();
      // A commit that was reported stands, whatever came after; one that was not may stand.
      expect_whole(table, is_committed ? 10 : 9, 10);
      has_succeeded = is_cleaned && faulty.num_changes() <= n;
      // The next to come finds a table that it can go on with.
      const auto state = open_table(files_, table);
      ASSERT_TRUE(state) << state.error().to_string();
      if (state->version() == 9) {
        ASSERT_TRUE(commit(files_, table, 10));
      }
      ASSERT_TRUE(clean(files_, table));
      expect_whole(table, 10, 10);
      const auto left = files_.list(table);
      EXPECT_EQ(left->size(), 2U) << "the log and one file";
      ASSERT_EQ(std::system(("rm -rf '" + table + "'").c_str()), 0);
    }
    EXPECT_GT(n, 30U) << disaster.name << ": data, commit, checkpoint and vacuum had their turn";
  }
}

TEST_F(PowerCut, AtMomentsOfALoadLeavesTheLakeAsBeforeOrAsAfter) {
  constexpr std::string_view kHeader = "Unique Key,Created Date,Agency,Complaint Type\n";
  const auto file = [&](std::string_view name, int first) {
    std::string text = concat(kHeader, "1,not a date,NYPD,Noise\n");
    for (int row = 0; row < 24; ++row)
      text += concat(first + row, ",03/02/2024 01:00:00 AM,NYPD,Noise\n");
    return write(name, text);
  };
  const std::string first = file("a.csv", 100);
  const std::string second = file("b.csv", 200);
  const LakeFolder prepared = make_lake("prepared");
  load(prepared, first);
  const LakePicture before = picture(prepared.root(), "nyc311");
  const LakeFolder reference = make_lake("reference");
  load(reference, first);
  load(reference, second);
  const LakePicture after = picture(reference.root(), "nyc311");
  for (const Disaster& disaster : disasters()) {
    if (disaster.plan.lose_names == io::NameLoss::kNone) continue;
    bool has_succeeded = false;
    for (std::uint64_t n = 0; !has_succeeded; n += 11 * kStep) {
      SCOPED_TRACE(concat(disaster.name, " at change ", n));
      ASSERT_LT(n, 2000U);
      const std::string root = path("lake");
      ASSERT_EQ(std::system(concat("cp -r '", prepared.root(), "' '", root, "'").c_str()), 0);
      io::FaultPlan plan = disaster.plan;
      plan.fail_at = n;
      io::FaultFileSystem faulty(files_, plan);
      const auto lake = LakeFolder::open(faulty, root);
      ASSERT_TRUE(lake);
      has_succeeded = ingest(*lake, second, options(), clock_).has_value();
      const LakePicture now = picture(root, "nyc311");
      EXPECT_TRUE(now == after || (!has_succeeded && now == before));
      load(*LakeFolder::open(files_, root), second);
      EXPECT_EQ(picture(root, "nyc311"), after);
      ASSERT_EQ(std::system(("rm -rf '" + root + "'").c_str()), 0);
    }
  }
}

// A lake's first load has no table to go back to, and the contract and the profile come before the
// commit.
TEST_F(PowerCut, AFailureAtAnyWriteOfTheFirstLoadLeavesALakeThatTakesIt) {
  class NoProfile final : public LoadProfiler {
   public:
    void look(const columnar::Batch&, unsigned) override {}
    Json finish() override { return Json::object({{"rows", 1}}); }
  };
  IngestOptions with = options();
  with.profiler = [](const contract::Contract&, std::span<const columnar::Field>, unsigned) {
    return std::make_unique<NoProfile>();
  };
  std::string text = "Unique Key,Created Date,Closed Date,Agency,Complaint Type\n";
  for (int key = 100; key < 160; ++key)
    text += concat(key, ",03/01/2024 01:15:00 PM,03/02/2024 01:15:00 PM,NYPD,Noise\n");
  const std::string file = write("a.csv", text + "8,too,few\n");
  const LakeFolder reference = make_lake("reference");
  load(reference, file, with);
  const LakePicture after = picture(reference.root(), "nyc311");
  bool has_succeeded = false;
  for (std::uint64_t n = 0; !has_succeeded; ++n) {
    SCOPED_TRACE(concat("change ", n));
    ASSERT_LT(n, 200U);
    const LakeFolder lake = make_lake(concat("lake", n));
    io::FaultFileSystem faulty(files_, {.fail_at = n});
    const auto faulty_lake = LakeFolder::open(faulty, lake.root());
    ASSERT_TRUE(faulty_lake);
    has_succeeded = ingest(*faulty_lake, file, with, clock_).has_value();
    const auto again = ingest(lake, file, with, clock_);
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_EQ(picture(lake.root(), "nyc311"), after);
    (void)std::system(("rm -rf '" + lake.root() + "'").c_str());
  }
}

}  // namespace
}  // namespace hark::pipeline
