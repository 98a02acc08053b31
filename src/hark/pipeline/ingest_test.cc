#include "hark/pipeline/ingest.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "hark/core/parallel.h"
#include "hark/io/fault_file_system.h"
#include "hark/lake/file_stats.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/check.h"
#include "hark/pipeline/lake_fixture_test.h"
#include "hark/pipeline/landing.h"

namespace hark::pipeline {
namespace {

constexpr std::string_view kHeader =
    "Unique Key,Created Date,Closed Date,Agency,Complaint Type,Incident "
    "Zip,Status,Borough,Resolution Action Updated Date\n";

std::string record(int key, std::string_view created, std::string_view closed,
                   std::string_view type, std::string_view updated) {
  return concat(key, ",", created, ",", closed, ",NYPD,", type, ",10001,",
                closed.empty() ? "Open" : "Closed", ",BRONX,", updated, "\n");
}

/// `count` requests from key `first` on, three hours apart, every fifth one open.
std::string some_records(int first, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const int day = i / 8 + 1;
    const std::string date = concat(day % 28 < 9 ? "03/0" : "03/", day % 28 + 1, "/2024 ");
    const std::string created = concat(date, "0", i % 8 + 1, ":15:00 AM");
    const std::string closed = i % 5 == 0 ? std::string() : concat(date, "11:30:00 PM");
    text += record(first + i, created, closed, i % 3 == 0 ? "Noise" : "Heat",
                   closed.empty() ? created : closed);
  }
  return text;
}

using Ingest = LakeTest;

TEST_F(Ingest, RowsGoToTrustedAndTheBalanceHolds) {
  const LakeFolder lake = make_lake();
  const std::string file =
      write("a.csv", concat(kHeader, some_records(100, 40),
                            "7,not a date,,NYPD,Noise,10001,Open,BRONX,\n", "8,too,few\n"));
  IngestOptions with = options();
  const LoadReport report = load(lake, file, with);
  EXPECT_EQ(report.dataset, "nyc311");
  EXPECT_EQ(report.rows_read, 42);
  EXPECT_EQ(report.rows.inserted, 40);
  EXPECT_EQ(report.rows_quarantined, 2);
  EXPECT_EQ(report.version, 0);
  const LakePicture picture = this->picture(lake.root(), "nyc311");
  EXPECT_EQ(picture.trusted.size(), 40u);
  EXPECT_EQ(picture.num_loads, 1);
  EXPECT_EQ(picture.landing, std::vector<std::string>{report.landing_hash});
  ASSERT_EQ(picture.quarantine.size(), 2u);
  EXPECT_NE(picture.quarantine[0].find("unreadable_value:created_date"), std::string::npos)
      << picture.quarantine[0];
  EXPECT_NE(picture.quarantine[1].find("field_count"), std::string::npos) << picture.quarantine[1];
  EXPECT_NE(picture.quarantine[1].find(":43:"), std::string::npos)
      << "line 43: " << picture.quarantine[1];
}

TEST_F(Ingest, TheSameBytesAgainCommitNothing) {
  const LakeFolder lake = make_lake();
  const std::string file = write("a.csv", concat(kHeader, some_records(100, 10)));
  load(lake, file);
  const LakePicture before = picture(lake.root(), "nyc311");
  const LoadReport again = load(lake, file);
  EXPECT_TRUE(again.is_already_loaded);
  EXPECT_EQ(again.version, 0);
  EXPECT_EQ(picture(lake.root(), "nyc311"), before);
}

TEST_F(Ingest, AFileThatGrowsWhileItLandsIsNotLoaded) {
  // The landing asks for the time once the bytes are copied: that is when the file grows.
  class GrowingFile final : public Clock {
   public:
    GrowingFile(io::FileSystem& files, std::string landing, std::string file, const Clock& clock)
        : files_(files), landing_(std::move(landing)), file_(std::move(file)), clock_(clock) {}
    Instant now() const override {
      const auto entries = files_.list(landing_);
      if (entries && !entries->empty()) {
        const std::string text = *files_.read_text(file_);
        EXPECT_TRUE(files_.write_atomically(
            file_, text + "900,03/05/2024 01:15:00 AM,,NYPD,Noise,10001,Open,BRONX,\n"));
      }
      return clock_.now();
    }

   private:
    io::FileSystem& files_;
    std::string landing_;
    std::string file_;
    const Clock& clock_;
  };
  for (const unsigned threads : {1U, 2U}) {
    const LakeFolder lake = make_lake(concat("lake", threads));
    const std::string file = write("a.csv", concat(kHeader, some_records(100, 10)));
    const GrowingFile clock(files_, lake.landing_folder("nyc311"), file, clock_);
    IngestOptions with = options();
    with.threads = threads;
    const auto report = ingest(lake, file, with, clock);
    ASSERT_FALSE(report) << threads;
    EXPECT_EQ(report.error().code(), ErrorCode::kConflict) << report.error().to_string();
    EXPECT_EQ(picture(lake.root(), "nyc311"), LakePicture());
    EXPECT_EQ(load(lake, file).rows.inserted, 11) << "once it is whole it loads";
  }
}

TEST_F(Ingest, AProfilerSeesEveryRowThatWasNotRefusedAndItsNoteGoesWithTheLandingFile) {
  class RowCounter final : public LoadProfiler {
   public:
    void look(const columnar::Batch& batch, unsigned worker) override {
      EXPECT_LT(worker, 2U);
      EXPECT_NE(batch.find("complaint_type"), nullptr);
      rows_ += static_cast<std::int64_t>(batch.num_rows);
    }
    Json finish() override { return Json::object({{"rows", rows_.load()}}); }

   private:
    std::atomic<std::int64_t> rows_ = 0;
  };
  const LakeFolder lake = make_lake();
  IngestOptions with = options();
  with.block_bytes = 4096;
  int num_made = 0;
  with.profiler = [&](const contract::Contract& contract, std::span<const columnar::Field> fields,
                      unsigned threads) {
    ++num_made;
    EXPECT_EQ(contract.name, "nyc311");
    EXPECT_GT(fields.size(), contract.columns.size());
    EXPECT_EQ(threads, 2U);
    return std::make_unique<RowCounter>();
  };
  const std::string file = write("a.csv", concat(kHeader, some_records(100, 300), "8,too,few\n"));
  const LoadReport report = load(lake, file, with);
  const std::string landing = io::join_path(lake.landing_folder("nyc311"), report.landing_hash);
  EXPECT_THAT(*files_.read_text(profile_path(landing)), testing::HasSubstr("300"));
  EXPECT_EQ(num_made, 1);
  // A load that is refused leaves none, and one that a crash left is swept by the next load.
  with.is_strict = true;
  const std::string bad = write("b.csv", concat(kHeader, some_records(900, 5), "8,too,few\n"));
  EXPECT_FALSE(ingest(lake, bad, with, clock_));
  const std::string orphan =
      profile_path(io::join_path(lake.landing_folder("nyc311"), std::string(64, 'a')));
  ASSERT_TRUE(files_.write_atomically(orphan, "{}"));
  load(lake, write("c.csv", concat(kHeader, some_records(700, 5))));
  EXPECT_FALSE(files_.exists(orphan));
  EXPECT_TRUE(files_.exists(profile_path(landing)));
}

TEST_F(Ingest, BytesThatTheLakeHasAreFoundWhateverTheThreadsAndTheFormOfTheRun) {
  const LakeFolder lake = make_lake();
  const std::string file = write("a.csv", concat(kHeader, some_records(100, 300), "8,too,few\n"));
  load(lake, file);
  const LakePicture before = picture(lake.root(), "nyc311");
  for (const unsigned threads : {1U, 2U, 5U}) {
    for (const std::size_t run_bytes : {1U, 100'000U, 0U}) {
      IngestOptions with = options();
      with.threads = threads;
      with.run_bytes = run_bytes;
      with.block_bytes = 4096;
      const LoadReport again = load(lake, file, with);
      EXPECT_TRUE(again.is_already_loaded);
      EXPECT_EQ(again.load, 1);
      EXPECT_GT(again.bytes, 0U);
      EXPECT_EQ(picture(lake.root(), "nyc311"), before);
    }
  }
}

/// A clock that keeps the landing, which asks for the time once the bytes are copied, until there
/// are some files of rows, or for too long.
class SlowLanding final : public Clock {
 public:
  SlowLanding(const LakeFolder& lake, std::size_t num_files, const Clock& clock)
      : lake_(lake), num_files_(num_files), clock_(clock) {}
  Instant now() const override {
    if (std::this_thread::get_id() == loading_) return clock_.now();
    const auto too_late = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (num_row_files(lake_) < num_files_ && std::chrono::steady_clock::now() < too_late)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    seen_ = num_row_files(lake_);
    return clock_.now();
  }
  /// Files of rows while the file was landing.
  std::size_t seen() const { return seen_; }

  static std::size_t num_row_files(const LakeFolder& lake) {
    const auto entries = lake.files().list(lake.trusted_table("nyc311"));
    if (!entries) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(
        *entries, [](const io::FileInfo& file) { return file.path.ends_with(".parquet"); }));
  }

 private:
  const LakeFolder& lake_;
  std::size_t num_files_;
  const Clock& clock_;
  std::thread::id loading_ = std::this_thread::get_id();
  mutable std::atomic<std::size_t> seen_ = 0;
};

TEST_F(Ingest, RowsAreWrittenWhileTheFileIsStillLanding) {
  const std::string file = write("a.csv", concat(kHeader, some_records(100, 400)));
  const LakeFolder whole = make_lake("whole");
  load(whole, file);
  const LakeFolder lake = make_lake();
  IngestOptions with = options();
  with.run_bytes = 1;  // every batch is a run of its own
  with.block_bytes = 4096;
  const SlowLanding clock(lake, 4, clock_);
  const auto report = ingest(lake, file, with, clock);
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->rows.inserted, 400);
  EXPECT_GE(clock.seen(), 4u);
  EXPECT_EQ(picture(lake.root(), "nyc311"), picture(whole.root(), "nyc311"));
}

TEST_F(Ingest, AnOverlappingExportUpdatesInsertsAndLeavesAlone) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", concat(kHeader, some_records(100, 20))));
  // Ten known rows, of which one was closed since, and five new ones.
  std::string second = some_records(100, 10);
  second = second.substr(second.find('\n') + 1);
  second = record(100, "03/02/2024 01:15:00 AM", "03/09/2024 01:15:00 AM", "Noise",
                  "03/09/2024 01:15:00 AM") +
           second + some_records(500, 5);
  const LoadReport report = load(lake, write("b.csv", concat(kHeader, second)));
  EXPECT_EQ(report.rows_read, 15);
  EXPECT_EQ(report.rows.inserted, 5);
  EXPECT_EQ(report.rows.updated, 1);
  EXPECT_EQ(report.rows.unchanged, 9);
  EXPECT_EQ(report.version, 1);
  const LakePicture now = picture(lake.root(), "nyc311");
  EXPECT_EQ(now.trusted.size(), 25u);
  EXPECT_EQ(std::ranges::count_if(now.trusted,
                                  [](const std::string& row) {
                                    return row.find("unique_key=100|") != std::string::npos;
                                  }),
            1);
}

TEST_F(Ingest, OverlappingExportsGiveTheSameTableInEitherOrder) {
  const std::string older = concat(kHeader, some_records(100, 30));
  std::string newer(kHeader);
  for (int key = 110; key < 120; ++key)
    newer += record(key, "03/02/2024 01:15:00 AM", "03/19/2024 01:15:00 AM", "Noise",
                    "03/19/2024 01:15:00 AM");
  const auto contract_rows = [&](std::string_view name, const std::vector<std::string>& contents) {
    const LakeFolder lake = make_lake(name);
    for (std::size_t i = 0; i < contents.size(); ++i)
      load(lake, write(concat(name, i, ".csv"), contents[i]));
    std::vector<std::string> rows = picture(lake.root(), "nyc311").trusted;
    for (std::string& row : rows) row.resize(row.find("_file="));
    std::ranges::sort(rows);
    return rows;
  };
  const auto forward = contract_rows("forward", {older, newer});
  EXPECT_EQ(forward, contract_rows("backward", {newer, older}));
  EXPECT_EQ(forward.size(), 30u);
}

TEST_F(Ingest, RowsRestatedInManyFilesAreTheRowsOfTheNewerExport) {
  std::string older(kHeader);
  std::string newer(kHeader);
  std::string final(kHeader);
  for (int key = 100; key < 500; ++key) {
    const std::string created =
        concat("03/", 10 + key % 20, "/2024 01:15:00 ", key % 3 == 0 ? "AM" : "PM");
    const std::string before = record(key, created, "", "Noise", created);
    const std::string after =
        record(key, created, "04/19/2024 01:15:00 AM", "Noise", "04/19/2024 01:15:00 AM");
    older += before;
    if (key % 2 == 0) newer += after;
    final += key % 2 == 0 ? after : before;
  }
  const auto contract_rows = [&](const LakeFolder& lake) {
    std::vector<std::string> rows = picture(lake.root(), "nyc311").trusted;
    for (std::string& row : rows) row.resize(row.find("_file="));
    std::ranges::sort(rows);
    return rows;
  };
  const LakeFolder once = make_lake("once");
  load(once, write("final.csv", final));
  for (const unsigned threads : {1U, 3U}) {
    SCOPED_TRACE(threads);
    IngestOptions with = options();
    with.threads = threads;
    with.rows_per_file = 50;
    const LakeFolder lake = make_lake(concat("twice", threads));
    load(lake, write("older.csv", older), with);
    const auto files_of = [&] {
      return open_table(files_, lake.trusted_table("nyc311"))->file_paths().value();
    };
    ASSERT_GE(files_of().size(), 8U);
    const LoadReport report = load(lake, write("newer.csv", newer), with);
    EXPECT_EQ(report.rows.updated, 200);
    EXPECT_EQ(report.rows.inserted, 0);
    EXPECT_EQ(contract_rows(lake), contract_rows(once));
  }
}

TEST_F(Ingest, CopiesAndOlderVersionsInOneFileCountOnce) {
  const LakeFolder lake = make_lake();
  std::string text(kHeader);
  text += record(1, "03/02/2024 01:00:00 AM", "", "Noise", "03/02/2024 01:00:00 AM");
  text += record(1, "03/02/2024 01:00:00 AM", "", "Noise", "03/02/2024 01:00:00 AM");  // a copy
  text += record(1, "03/02/2024 01:00:00 AM", "03/03/2024 01:00:00 AM", "Noise",
                 "03/03/2024 01:00:00 AM");  // counts
  text += record(2, "03/02/2024 01:00:00 AM", "03/03/2024 01:00:00 AM", "Heat",
                 "");  // counts: has a closing time
  text += record(2, "03/02/2024 01:00:00 AM", "", "Heat", "");
  const LoadReport report = load(lake, write("a.csv", text));
  EXPECT_EQ(report.rows_read, 5);
  EXPECT_EQ(report.rows.inserted, 2);
  EXPECT_EQ(report.rows.duplicate, 3);
  EXPECT_EQ(report.rows.superseded, 2);
  for (const std::string& row : picture(lake.root(), "nyc311").trusted) {
    EXPECT_EQ(row.find("closed_date=|"), std::string::npos)
        << "the version with a closing time must stay: " << row;
  }
}

TEST_F(Ingest, ALoadInManyRunsGivesTheLakeOfALoadInOne) {
  std::string text = concat(kHeader, some_records(100, 400), some_records(300, 100));
  for (int key = 150; key < 170; ++key)
    text += record(key, "03/02/2024 01:15:00 AM", "03/29/2024 01:15:00 AM", "Noise",
                   "03/29/2024 01:15:00 AM");
  const std::string file = write("a.csv", text);
  const LakeFolder whole = make_lake("whole");
  const LoadReport expected = load(whole, file);
  IngestOptions small = options();
  small.run_bytes = 1;  // every batch is a run of its own
  small.block_bytes = 8192;
  small.rows_per_file = 50;
  const LakeFolder pieces = make_lake("pieces");
  const LoadReport report = load(pieces, file, small);
  EXPECT_EQ(report.rows.inserted, expected.rows.inserted);
  EXPECT_EQ(report.rows.duplicate, expected.rows.duplicate);
  EXPECT_EQ(report.rows.superseded, expected.rows.superseded);
  EXPECT_EQ(picture(pieces.root(), "nyc311"), picture(whole.root(), "nyc311"));
}

TEST_F(Ingest, FilesAreOfEqualSizeAndFollowEachOtherInTimeHoweverTheRecordsCome) {
  // Times in no order, each about three times; every tenth record is a copy of one before.
  std::string text(kHeader);
  for (int i = 0; i < 640; ++i) {
    const int key = i % 10 == 9 ? i - 5 : i;
    const int hour = key * 37 % 213;
    char created[32];
    std::snprintf(created, sizeof created, "03/%02d/2024 %02d:15:00 %s", hour / 24 + 1,
                  hour % 12 == 0 ? 12 : hour % 12, hour % 24 < 12 ? "AM" : "PM");
    text += record(key, created, "", "Noise", created);
  }
  const std::string file = write("a.csv", text);
  for (const std::size_t run_bytes : {std::size_t{0}, std::size_t{1}}) {
    const LakeFolder lake = make_lake(concat("lake", run_bytes));
    IngestOptions with = options();
    with.rows_per_file = 100;
    with.block_bytes = 4096;
    with.run_bytes = run_bytes;
    const LoadReport report = load(lake, file, with);
    EXPECT_EQ(report.rows.inserted, 576);
    EXPECT_EQ(report.rows.duplicate, 64);
    if (run_bytes != 0) continue;  // each block has files of its own
    const auto trusted = open_table(files_, lake.trusted_table("nyc311"));
    ASSERT_TRUE(trusted && trusted->snapshot);
    std::map<std::string, std::pair<std::string, std::int64_t>> files;  // by first time: last, rows
    for (const lake::AddFile& added : trusted->snapshot->files()) {
      const auto stats = lake::parse_stats(*added.stats);
      ASSERT_TRUE(stats);
      files[std::string(stats->min_values["created_date"].as_string())] = {
          std::string(stats->max_values["created_date"].as_string()), *stats->num_records};
    }
    ASSERT_EQ(files.size(), 6U);
    std::string last;
    for (const auto& [first, rest] : files) {
      EXPECT_EQ(rest.second, 96);
      EXPECT_LE(last, first);
      last = rest.first;
    }
  }
}

TEST_F(Ingest, RowsWithoutATimeAreCutInTheOrderOfTheirRecords) {
  // Every row is of the same time, and each third is there twice: equal files all the same.
  std::string text(kHeader);
  for (int key = 0; key < 250; ++key) {
    for (int copy = key % 3 == 0 ? 2 : 1; copy > 0; --copy)
      text += record(key, "03/02/2024 01:15:00 AM", "", "Noise", "03/02/2024 01:15:00 AM");
  }
  const LakeFolder lake = make_lake();
  IngestOptions with = options();
  with.rows_per_file = 100;
  with.block_bytes = 4096;
  load(lake, write("a.csv", text), with);
  const auto trusted = open_table(files_, lake.trusted_table("nyc311"));
  ASSERT_TRUE(trusted && trusted->snapshot);
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (const lake::AddFile& added : trusted->snapshot->files()) {
    const auto stats = lake::parse_stats(*added.stats);
    ASSERT_TRUE(stats);
    ranges.emplace_back(stats->min_values["unique_key"].as_int(),
                        stats->max_values["unique_key"].as_int());
  }
  std::ranges::sort(ranges);
  EXPECT_EQ(ranges,
            (std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 82}, {83, 165}, {166, 249}}));
}

TEST_F(Ingest, TooManyRefusedRecordsCommitNothing) {
  const LakeFolder lake = make_lake();
  const auto report = ingest(
      lake, write("a.csv", concat(kHeader, some_records(1, 5), "8,too,few\n")), options(), clock_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kCheckFailed);
  EXPECT_EQ(picture(lake.root(), "nyc311"), LakePicture{});
  EXPECT_FALSE(files_.exists(lake.trusted_table("nyc311") + "/_delta_log"));
  const auto landed = files_.list(lake.landing_folder("nyc311"));
  ASSERT_TRUE(landed);
  EXPECT_TRUE(landed->empty()) << "nothing of a failed load stays";
}

TEST_F(Ingest, WhatIsNoDataFileWritesNothing) {
  const LakeFolder lake = make_lake();
  const auto report = ingest(lake, write("page.csv", "<!DOCTYPE html><html><body>no</body></html>"),
                             options(), clock_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kInvalidInput);
  EXPECT_TRUE(files_.list(path("lake/landing"))->empty());
}

/// The n-th write fails, for every n, and everything after it, as when the machine dies.
TEST_F(Ingest, AFailureAtAnyWriteLeavesTheLakeAsBeforeOrAsAfterAndARerunSettlesIt) {
  const std::string first = write("a.csv", concat(kHeader, some_records(100, 60)));
  const std::string second =
      write("b.csv", concat(kHeader, some_records(140, 60), "7,bad,,NYPD,Noise,10001,Open,BRONX,\n",
                            record(100, "03/02/2024 01:15:00 AM", "03/09/2024 01:15:00 AM", "Noise",
                                   "03/09/2024 01:15:00 AM")));
  const LakeFolder reference = make_lake("reference");
  load(reference, first);
  const LakePicture before = picture(reference.root(), "nyc311");
  load(reference, second);
  const LakePicture after = picture(reference.root(), "nyc311");
  ASSERT_NE(before, after);

  const LakeFolder prepared = make_lake("prepared");
  load(prepared, first);
  std::uint64_t num_changes = 0;
  bool has_succeeded = false;
#if defined(__SANITIZE_ADDRESS__)
  // Ten times slower there; the plain build tries every n.
  constexpr std::uint64_t kStep = 7;
#else
  constexpr std::uint64_t kStep = 1;
#endif
  for (std::uint64_t n = 0; !has_succeeded; n += kStep) {
    const std::string root = path(concat("lake", n));
    ASSERT_EQ(std::system(concat("cp -r '", prepared.root(), "' '", root, "'").c_str()), 0);
    io::FaultFileSystem faulty(files_, {.fail_at = n});
    const auto faulty_lake = LakeFolder::open(faulty, root);
    ASSERT_TRUE(faulty_lake);
    const auto result = ingest(*faulty_lake, second, options(), clock_);
    has_succeeded = result.has_value();
    const LakePicture now = picture(root, "nyc311");
    EXPECT_TRUE(now == before || now == after)
        << "change " << n << " failed: the lake is neither as before nor as after";
    load(*LakeFolder::open(files_, root), second);
    EXPECT_EQ(picture(root, "nyc311"), after) << "rerun after failed change " << n;
    num_changes = faulty.num_changes();
    (void)std::system(("rm -rf '" + root + "'").c_str());
    ASSERT_LT(n, 500u);
  }
  EXPECT_GT(num_changes, 15u)
      << "landing, data, quarantine and log writes must all have had their turn";
}

TEST_F(Ingest, SaysThatCompleteDidNothingForBytesThatAreThere) {
  const LakeFolder lake = make_lake();
  const std::string file = write("a.csv", concat(kHeader, some_records(100, 5)));
  IngestOptions complete = options();
  complete.is_complete = true;
  const auto has_warning = [](const LoadReport& report) {
    return std::ranges::any_of(
        report.warnings, [](const Warning& warning) { return warning.code == "complete_ignored"; });
  };
  EXPECT_FALSE(has_warning(load(lake, file, complete)));
  EXPECT_TRUE(has_warning(load(lake, file, complete)));
  EXPECT_FALSE(has_warning(load(lake, file)));
}

TEST_F(Ingest, TwoLoadsAtOnceBothLandOnce) {
  const LakeFolder lake = make_lake();
  const std::string a = write("a.csv", concat(kHeader, some_records(100, 50)));
  const std::string b = write("b.csv", concat(kHeader, some_records(900, 50)));
  ASSERT_TRUE(parallel_for(2, 2, [&](std::size_t i) -> Result<void> {
    HARK_TRY_VOID(ingest(lake, i == 0 ? a : b, options(), clock_));
    return {};
  }));
  const LakePicture now = picture(lake.root(), "nyc311");
  EXPECT_EQ(now.trusted.size(), 100u);
  EXPECT_EQ(now.num_loads, 2);
}

TEST_F(Ingest, CheckCountsWhatTheRulesFound) {
  const LakeFolder lake = make_lake();
  std::string text = concat(kHeader, some_records(100, 40));
  text += record(1, "03/02/2024 01:00:00 AM", "03/01/2024 01:00:00 AM", "Noise",
                 "");                                                   // closed before created
  text += record(2, "03/02/2024 01:00:00 AM", "someday", "Noise", "");  // unreadable, kept
  text += record(3, "03/03/2024 01:00:00 AM", "03/01/2024 01:00:00 AM", "Noise", "");
  load(lake, write("a.csv", text));
  std::optional<CheckReport> report;
  const auto look = [&] {
    auto checked = check(lake, "nyc311", {.threads = 2});
    EXPECT_TRUE(checked) << checked.error().to_string();
    report = *std::move(checked);
  };
  const auto rule_named = [&](std::string_view name) {
    for (const CheckedRule& rule : report->rules) {
      if (rule.name == name) return rule;
    }
    ADD_FAILURE() << "no rule " << name;
    return CheckedRule{};
  };
  const auto failed = [&](std::string_view name) { return rule_named(name).failed; };
  look();
  EXPECT_EQ(report->rows, 43);
  // 32 of the 40 have both clocks, and the rows that break the rule; the unreadable one has none.
  EXPECT_EQ(rule_named("closed_before_created").checked, 34);
  EXPECT_EQ(failed("closed_before_created"), 2);
  EXPECT_EQ(failed("readable_closed_date"), 1);
  EXPECT_EQ(failed("unique_key"), 0);
  EXPECT_EQ(failed("present_created_date"), 0);
  EXPECT_FALSE(report->has_failed());
  EXPECT_DOUBLE_EQ(rule_named("closed_before_created").share.value_or(-1), 2.0 / 34);
  // The file has no places: the rule found nothing, but looked at nothing either.
  EXPECT_EQ(rule_named("outside_the_city").checked, 0);
  EXPECT_EQ(rule_named("outside_the_city").share, std::nullopt);
  EXPECT_EQ(name_of(rule_named("outside_the_city").status), "unchecked");

  // Another engine rewrote the file: a row that failed lost what it failed by, another its
  // creation.
  const std::string file = open_table(files_, lake.trusted_table("nyc311"))->file_paths()->front();
  const auto engine = *engine::Engine::open({});
  ASSERT_TRUE(engine->execute(concat(
      "COPY (SELECT * REPLACE (CASE WHEN unique_key <> 1 THEN closed_date END AS closed_date, CASE "
      "WHEN unique_key <> 101 THEN created_date END AS created_date) FROM read_parquet('",
      file, "')) TO '", file, ".new' (FORMAT parquet)")));
  ASSERT_TRUE(files_.rename(file + ".new", file));
  look();
  EXPECT_EQ(report->rows, 43);
  EXPECT_EQ(rule_named("closed_before_created").checked, 33);
  EXPECT_EQ(failed("closed_before_created"), 2);
  EXPECT_EQ(failed("present_created_date"), 1);
  EXPECT_TRUE(report->has_failed());
}

TEST_F(Ingest, BuildMakesCuratedTablesOnceAndSumsAgree) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", concat(kHeader, some_records(100, 200))));
  const auto built = build(lake, "nyc311", {}, clock_);
  ASSERT_TRUE(built) << built.error().to_string();
  ASSERT_GE(built->tables.size(), 3u);
  for (const BuiltTable& table : built->tables) EXPECT_FALSE(table.is_unchanged) << table.name;
  const auto again = build(lake, "nyc311", {}, clock_);
  ASSERT_TRUE(again) << again.error().to_string();
  for (const BuiltTable& table : again->tables) {
    EXPECT_TRUE(table.is_unchanged) << table.name;
    EXPECT_EQ(table.version, 0) << table.name;
  }
  const auto daily = open_table(files_, lake.curated_table("nyc311", "requests_daily"));
  ASSERT_TRUE(daily && daily->snapshot);
  ASSERT_TRUE(engine().create_parquet_view("daily", *daily->file_paths(), {}));
  const auto rows = engine().query(
      "SELECT sum(requests)::BIGINT, sum(closed)::BIGINT, sum(open)::BIGINT FROM daily");
  ASSERT_TRUE(rows) << rows.error().to_string();
  const auto batch = (*rows)->next();
  ASSERT_TRUE(batch && *batch);
  EXPECT_EQ((*batch)->columns[0].int64s()[0], 200);
  EXPECT_EQ((*batch)->columns[1].int64s()[0], 160);
  EXPECT_EQ((*batch)->columns[2].int64s()[0], 40);
}

}  // namespace
}  // namespace hark::pipeline
