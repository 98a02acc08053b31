#include "hark/pipeline/inspect.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "hark/core/text.h"
#include "hark/lake/actions_json.h"
#include "hark/lake/checkpoint.h"
#include "hark/lake/unreferenced.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/compact.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Inspect : public LakeTest {
 protected:
  void SetUp() override {
    LakeTest::SetUp();
    lake_ = make_lake();
    for (int i = 0; i < 3; ++i) {
      std::string text = "Unique Key,Created Date,Agency,Complaint Type\n1,not a date,NYPD,Noise\n";
      for (int row = 0; row < 24; ++row)
        text += concat(i * 100 + row, ",03/02/2024 01:00:00 AM,NYPD,Noise\n");
      hashes_.push_back(load(*lake_, write(concat(i, ".csv"), text)).landing_hash);
    }
  }
  std::vector<std::string> damages() {
    const auto found = inspect(*lake_);
    EXPECT_TRUE(found) << found.error().to_string();
    std::vector<std::string> list;
    for (const Damage& damage : found->damages)
      list.push_back(concat(name_of(damage.kind), damage.is_repairable ? " (repairable)" : ""));
    return list;
  }
  std::string path_of_copy() const { return lake_->root() + "-copy"; }
  std::string trusted() const { return lake_->trusted_table("nyc311"); }
  std::string landing(std::size_t i) const {
    return io::join_path(lake_->landing_folder("nyc311"), hashes_[i]);
  }
  std::optional<LakeFolder> lake_;
  std::vector<std::string> hashes_;
};

TEST_F(Inspect, AWholeLakeHasNothingToTell) {
  EXPECT_THAT(damages(), IsEmpty());
  const auto found = inspect(*lake_);
  EXPECT_EQ(found->num_landing_files, 3);
  ASSERT_EQ(found->tables.size(), 2U);
  EXPECT_EQ(found->tables[0].version, 2);
  EXPECT_EQ(found->tables[0].num_files, 3);
}

TEST_F(Inspect, DataFilesThatAreGoneOrChangedAreNamed) {
  const auto paths = open_table(files_, trusted())->file_paths();
  ASSERT_TRUE(files_.remove((*paths)[0]));
  ASSERT_TRUE(files_.write_atomically((*paths)[1], "short"));
  EXPECT_THAT(damages(), UnorderedElementsAre("missing_file", "wrong_size"));
  EXPECT_EQ(inspect(*lake_)->damages[0].path, (*paths)[0]);
}

TEST_F(Inspect, AnyByteOfADataFileThatIsAnotherIsFound) {
  const std::string path = open_table(files_, trusted())->file_paths()->front();
  const std::string whole = *files_.read_text(path);
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    std::string bytes = whole;
    bytes[at] ^= 1;
    ASSERT_TRUE(files_.write_atomically(path, bytes));
    ASSERT_THAT(damages(), ElementsAre("file_hash")) << "byte " << at;
  }
  ASSERT_TRUE(files_.write_atomically(path, std::string(whole.size(), '\0')));
  EXPECT_THAT(damages(), ElementsAre("file_hash"));
  EXPECT_EQ(inspect(*lake_)->damages[0].path, path);
  ASSERT_TRUE(files_.write_atomically(path, whole));
  EXPECT_EQ(inspect(*lake_)->tables[0].num_hashed, 3);
}

// A file that is read with fewer values for a flipped bit must not be written again as a sound one.
TEST_F(Inspect, NoWriterMakesADamagedFileASoundOne) {
  const std::string path = open_table(files_, trusted())->file_paths()->front();
  const std::string whole = *files_.read_text(path);
  const std::string update =
      write("update.csv",
            "Unique Key,Created Date,Agency,Complaint Type\n5,03/02/2024 01:00:00 AM,NYPD,Heat\n");
  const std::string copy = path_of_copy();
  int num_read = 0;
  for (std::size_t at = whole.size() - 2400; at < whole.size(); at += 40) {
    for (const bool is_compacting : {false, true}) {
      std::filesystem::remove_all(copy);
      std::filesystem::copy(lake_->root(), copy, std::filesystem::copy_options::recursive);
      std::string bytes = whole;
      bytes[at] ^= 1;
      ASSERT_TRUE(files_.write_atomically(copy + path.substr(lake_->root().size()), bytes));
      const LakeFolder damaged = *LakeFolder::open(files_, copy);
      if (is_compacting) {
        num_read += compact(damaged, "nyc311", {}, clock_) ? 1 : 0;
      } else {
        const auto done = ingest(damaged, update, options(), clock_);
        num_read += done || done.error().message().find("is damaged") != std::string::npos ? 1 : 0;
      }
      EXPECT_THAT(inspect(damaged)->damages, testing::Not(IsEmpty())) << at << is_compacting;
    }
  }
  EXPECT_GT(num_read, 0) << "some damage is not seen by reading";
}

TEST_F(Inspect, EveryWriterOfALakeKeepsHashes) {
  ASSERT_TRUE(build(*lake_, "nyc311", {}, clock_));
  ASSERT_TRUE(compact(*lake_, "nyc311", {}, clock_));
  load(*lake_,
       write("again.csv", "Unique Key,Created Date,Agency\n7,03/05/2024 01:00:00 AM,DOT\n"));
  const auto found = inspect(*lake_);
  ASSERT_GT(found->tables.size(), 2U) << "trusted, quarantine, curated";
  for (const TableHealth& table : found->tables) EXPECT_EQ(table.num_hashed, table.num_files);
}

TEST_F(Inspect, ADamagedCuratedFileIsMadeAnew) {
  ASSERT_TRUE(build(*lake_, "nyc311", {}, clock_));
  const std::string table = lake_->curated_table("nyc311", "request_facts");
  const std::string path = open_table(files_, table)->file_paths()->front();
  ASSERT_TRUE(files_.write_atomically(path, std::string(files_.stat(path)->size_bytes, '\0')));
  EXPECT_THAT(damages(), ElementsAre("file_hash"));
  EXPECT_THAT(inspect(*lake_)->damages[0].fix, HasSubstr("hark build LAKE --force"));
  ASSERT_TRUE(build(*lake_, "nyc311", {.is_forced = true}, clock_));
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_F(Inspect, LandingBytesThatWereChangedOrRemovedAreNamed) {
  std::string bytes = *files_.read_text(landing(0));
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(files_.write_atomically(landing(0), bytes));
  ASSERT_TRUE(files_.remove(landing(1)));
  ASSERT_TRUE(files_.remove(landing(2) + ".json"));
  EXPECT_THAT(damages(), UnorderedElementsAre("landing_hash", "missing_landing", "provenance"));
}

/// A profiler that only says that it was there.
class NoProfile final : public LoadProfiler {
 public:
  void look(const columnar::Batch&, unsigned) override {}
  Json finish() override { return Json::object({{"rows", 1}}); }
};

TEST_F(Inspect, AProfileThatIsGoneCutOrOfNoLoadIsNamed) {
  IngestOptions profiled = options();
  profiled.profiler = [](const contract::Contract&, std::span<const columnar::Field>, unsigned) {
    return std::make_unique<NoProfile>();
  };
  for (int i = 5; i < 8; ++i) {
    const std::string file = write(
        concat(i, ".csv"), concat("Unique Key,Created Date\n", i, ",03/02/2024 01:00:00 AM\n"));
    hashes_.push_back(load(*lake_, file, profiled).landing_hash);
  }
  EXPECT_THAT(damages(), IsEmpty()) << "loads without a profiler lack none";
  ASSERT_TRUE(files_.remove(profile_path(landing(3))));
  const std::string whole = *files_.read_text(profile_path(landing(4)));
  ASSERT_TRUE(files_.write_atomically(profile_path(landing(4)), whole.substr(0, 5)));
  const std::string stray =
      profile_path(io::join_path(lake_->landing_folder("nyc311"), std::string(64, 'a')));
  ASSERT_TRUE(files_.write_atomically(stray, whole));
  EXPECT_THAT(damages(), UnorderedElementsAre("profile", "profile", "orphan (repairable)"));
  const auto found = inspect(*lake_);
  EXPECT_EQ(found->damages[0].path, profile_path(landing(3)));
  ASSERT_TRUE(repair(*lake_, clock_));
  EXPECT_FALSE(files_.exists(stray));
  EXPECT_THAT(damages(), UnorderedElementsAre("profile", "profile"));
}

TEST_F(Inspect, ALostLogIsNamedAndNoLoadTakesItsFilesForGarbage) {
  const std::string log = trusted() + "/_delta_log";
  std::filesystem::rename(log, path("taken_away"));
  EXPECT_THAT(damages(), ElementsAre("log"));
  const auto refused =
      ingest(*lake_, write("new.csv", "Unique Key,Created Date\n7,03/02/2024 01:00:00 AM\n"),
             options(), clock_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(files_.exists(landing(0)));
  std::filesystem::rename(path("taken_away"), log);
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_F(Inspect, AGapAndADamagedEntryInTheLogAreNamed) {
  ASSERT_TRUE(files_.write_atomically(lake::log_entry_path(trusted(), {2}), "{"));
  ASSERT_TRUE(files_.remove(lake::log_entry_path(lake_->quarantine_table("nyc311"), {1})));
  const auto found = inspect(*lake_);
  ASSERT_TRUE(found);
  std::vector<std::string> paths;
  for (const Damage& damage : found->damages) {
    EXPECT_EQ(damage.kind, DamageKind::kLog);
    EXPECT_FALSE(damage.is_repairable);
    paths.push_back(damage.path);
  }
  EXPECT_THAT(paths, testing::Contains(lake::log_entry_path(trusted(), {2})));
  EXPECT_THAT(paths,
              testing::Contains(lake::log_entry_path(lake_->quarantine_table("nyc311"), {1})));
}

TEST_F(Inspect, LeftoversAreFoundAndRepairRemovesJustThem) {
  const LakePicture before = picture(lake_->root(), "nyc311");
  for (const std::string& left :
       {trusted() + "/part-00000-lost-c000.zstd.parquet", trusted() + "/_delta_log/.x.1-2-3.tmp",
        lake_->landing_folder("nyc311") + "/" + std::string(64, '0')}) {
    ASSERT_TRUE(files_.write_atomically(left, "left"));
  }
  // Refused records of a load that was killed before its trusted commit.
  const auto quarantine = open_table(files_, lake_->quarantine_table("nyc311"));
  QuarantineWriter writer(
      files_, quarantine->path,
      {[&]() -> Result<std::string> { return hashes_[0]; }, [] { return true; }}, "x.csv", 9);
  ASSERT_TRUE(writer.add({tabular::Reject{}}));
  CommitRequest killed;
  killed.operation = "QUARANTINE";
  killed.fields = quarantine_fields();
  killed.added = *writer.finish();
  ASSERT_TRUE(commit_table(files_, *quarantine, std::move(killed), clock_));

  EXPECT_THAT(damages(),
              UnorderedElementsAre("orphan (repairable)", "orphan (repairable)",
                                   "temporary (repairable)", "killed_quarantine (repairable)"));
  EXPECT_EQ(inspect(*lake_)->damages.size(), 4U) << "looking changes nothing";
  const auto mended = repair(*lake_, clock_);
  ASSERT_TRUE(mended) << mended.error().to_string();
  EXPECT_EQ(mended->size(), 4U);
  EXPECT_THAT(damages(), IsEmpty());
  EXPECT_EQ(picture(lake_->root(), "nyc311"), before);
}

TEST_F(Inspect, AnUnsoundCheckpointIsRemovedWhereTheLogMakesUpForIt) {
  ASSERT_TRUE(write_checkpoint(files_, trusted(), {1}, clock_.now()));
  EXPECT_THAT(damages(), IsEmpty());
  const std::string file = lake::checkpoint_path(trusted(), {1});
  const std::string whole = *files_.read_text(file);
  ASSERT_TRUE(files_.write_atomically(file, whole.substr(0, whole.size() / 2)));
  EXPECT_THAT(damages(), ElementsAre("checkpoint (repairable)"));
  ASSERT_TRUE(repair(*lake_, clock_));
  EXPECT_THAT(damages(), IsEmpty());
  EXPECT_FALSE(files_.exists(file));
  // Without the older entries it is all there is.
  ASSERT_TRUE(files_.write_atomically(file, whole.substr(0, whole.size() / 2)));
  ASSERT_TRUE(files_.remove(lake::log_entry_path(trusted(), {0})));
  EXPECT_THAT(damages(), testing::Each(testing::Not(HasSubstr("repairable"))));
  EXPECT_TRUE(files_.exists(file));
}

TEST_F(Inspect, WhatMayBeAMissedFileUnderAnotherNameIsNotRemoved) {
  const auto files = lake::find_data_files(files_, trusted());
  ASSERT_TRUE(files);
  const std::string path = files->front().path;
  const std::string other = io::join_path(trusted(), "part-00000-moved.zstd.parquet");
  const std::string bytes = *files_.read_text(path);
  ASSERT_TRUE(files_.write_atomically(other, bytes));
  EXPECT_THAT(damages(), ElementsAre("orphan (repairable)"));
  ASSERT_TRUE(files_.remove(path));
  EXPECT_THAT(damages(), UnorderedElementsAre("missing_file", "orphan"));
  EXPECT_EQ(repair(*lake_, clock_)->size(), 0U);
  ASSERT_TRUE(files_.exists(other));
  ASSERT_TRUE(files_.write_atomically(path, bytes));
  EXPECT_THAT(damages(), ElementsAre("orphan (repairable)"));
}

TEST_F(Inspect, AnyBitOfACheckpointThatIsAnotherIsFoundOrSaysNothingElse) {
  ASSERT_TRUE(write_checkpoint(files_, trusted(), {1}, clock_.now()));
  const std::string file = lake::checkpoint_path(trusted(), {1});
  const std::string whole = *files_.read_text(file);
  const auto told = [&] {
    const auto table = lake::Table::open(files_, trusted(), &checkpoint_reader());
    const auto snapshot = table->snapshot_of(table->log().checkpoints.front());
    EXPECT_TRUE(snapshot);
    std::string text;
    for (const lake::AddFile& add : snapshot->files()) text += lake::to_json(add).dump();
    return text;
  };
  const std::string before = told();
  int num_found = 0;
  for (std::size_t i = 0; i < 80; ++i) {
    std::string bytes = whole;
    bytes[i * whole.size() / 80] ^= static_cast<char>(1 << i % 8);
    ASSERT_TRUE(files_.write_atomically(file, bytes));
    const auto found = damages();
    if (found.empty()) {
      EXPECT_EQ(told(), before) << i;
      continue;
    }
    // What it says wrongly may look like other damage; but nothing else is removed for it.
    EXPECT_EQ(std::ranges::count(found, "checkpoint (repairable)"), 1) << i;
    for (const std::string& damage : found)
      EXPECT_EQ(damage.ends_with(" (repairable)"), damage.starts_with("checkpoint")) << damage;
    ++num_found;
  }
  EXPECT_GT(num_found, 20);
}

}  // namespace
}  // namespace hark::pipeline
