// Logs that lost entries: nothing of theirs may pass for the leftovers of a crash.
#include "hark/pipeline/lost_commits.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "hark/lake/log_io.h"
#include "hark/pipeline/build.h"
#include "hark/pipeline/check.h"
#include "hark/pipeline/inspect.h"
#include "hark/pipeline/lake_fixture_test.h"
#include "hark/pipeline/quarantine.h"
#include "hark/pipeline/vacuum.h"

namespace hark::pipeline {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LostCommitsTest : public LakeTest {
 protected:
  void SetUp() override {
    LakeTest::SetUp();
    lake_ = make_lake();
    for (int i = 0; i < 3; ++i) hashes_.push_back(load(*lake_, write_file(i)).landing_hash);
    ASSERT_TRUE(build(*lake_, "nyc311", {}, clock_));
  }
  std::string write_file(int i) {
    std::string text = "Unique Key,Created Date,Agency,Complaint Type\n1,not a date,NYPD,Noise\n";
    for (int row = 0; row < 24; ++row)
      text += concat(i * 100 + row, ",03/02/2024 01:00:00 AM,NYPD,Noise\n");
    return write(concat(i, ".csv"), text);
  }
  void remove_log_entry(const std::string& table, std::int64_t version) {
    ASSERT_TRUE(files_.remove(lake::log_entry_path(table, {version})));
  }
  /// "log: what", "orphan" and so on, one per damage.
  std::vector<std::string> damages() {
    std::vector<std::string> list;
    const auto found = inspect(*lake_);
    EXPECT_TRUE(found) << found.error().to_string();
    for (const Damage& damage : found->damages)
      list.push_back(concat(name_of(damage.kind), damage.is_repairable ? " (repairable): " : ": ",
                            damage.what));
    return list;
  }
  /// That a load, a build and a vacuum are refused and take nothing away.
  void expect_no_load() {
    const auto files = tree();
    const auto cleaned = vacuum(*lake_, {"nyc311"}, {}, clock_);
    ASSERT_FALSE(cleaned);
    EXPECT_EQ(cleaned.error().code(), ErrorCode::kCorrupt) << cleaned.error().to_string();
    const auto built = build(*lake_, "nyc311", {}, clock_);
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().code(), ErrorCode::kCorrupt) << built.error().to_string();
    EXPECT_EQ(tree(), files);
    const auto refused = ingest(*lake_, write_file(7), options(), clock_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kCorrupt) << refused.error().to_string();
    EXPECT_THAT(refused.error().hint(), HasSubstr("nothing was changed"));
  }
  /// That nobody is told how many records were refused, as if these were all.
  void expect_no_count(const std::string& what) {
    const auto counted = count_quarantine(*lake_, "nyc311");
    ASSERT_FALSE(counted);
    EXPECT_EQ(counted.error().code(), ErrorCode::kCorrupt);
    EXPECT_THAT(counted.error().message(), HasSubstr(what));
    EXPECT_FALSE(read_quarantine(*lake_, "nyc311", "", 10));
    EXPECT_FALSE(check(*lake_, "nyc311", {}));
  }
  std::set<std::string> tree() const {
    std::set<std::string> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(lake_->root()))
      paths.insert(entry.path().string());
    return paths;
  }
  std::optional<LakeFolder> lake_;
  std::vector<std::string> hashes_;
};

TEST_F(LostCommitsTest, AWholeLakeHasNone) {
  EXPECT_THAT(damages(), IsEmpty());
  load(*lake_, write_file(5));
}

TEST_F(LostCommitsTest, TheNewestEntryOfTheTrustedLog) {
  remove_log_entry(lake_->trusted_table("nyc311"), 2);
  EXPECT_THAT(damages(),
              Contains(HasSubstr("log: its newest log entries are gone: it is at version "
                                 "1, and 'request_facts' was made from version 2")));
  EXPECT_THAT(damages(), Not(Contains(HasSubstr("repairable"))));
  expect_no_load();
  const std::string landed = io::join_path(lake_->landing_folder("nyc311"), hashes_[2]);
  EXPECT_TRUE(files_.exists(landed));
  EXPECT_TRUE(repair(*lake_, clock_));
  EXPECT_TRUE(files_.exists(landed)) << "a repair takes it for a load's";
  // Without a backup: made anew from what is left, and loaded again.
  BuildOptions forced;
  forced.is_forced = true;
  ASSERT_TRUE(build(*lake_, "nyc311", forced, clock_));
}

TEST_F(LostCommitsTest, TheWholeLogOfTheQuarantine) {
  const std::string table = lake_->quarantine_table("nyc311");
  for (std::int64_t version = 0; version < 3; ++version) remove_log_entry(table, version);
  EXPECT_THAT(damages(), Contains(HasSubstr("log: its log is gone: loads refused 3 records")));
  expect_no_count("loads refused 3 records");
  EXPECT_THAT(damages(), Not(Contains(HasSubstr("repairable"))));
  expect_no_load();
  const auto left = files_.list(table);
  EXPECT_EQ(std::ranges::count_if(
                *left, [](const io::FileInfo& file) { return file.path.ends_with(".parquet"); }),
            3);
}

TEST_F(LostCommitsTest, TheNewestEntryOfTheQuarantinesLog) {
  remove_log_entry(lake_->quarantine_table("nyc311"), 2);
  EXPECT_THAT(damages(), Contains(HasSubstr("its newest log entries are gone: load 3 refused "
                                            "records, and the last it knows of is 2")));
  expect_no_count("load 3 refused");
  EXPECT_THAT(damages(), Not(Contains(HasSubstr("repairable"))));
  expect_no_load();
}

TEST_F(LostCommitsTest, TheLogOfACuratedTableIsMadeAnew) {
  const std::string table = lake_->curated_table("nyc311", "requests_daily");
  remove_log_entry(table, 0);
  EXPECT_THAT(damages(), Contains(HasSubstr("log: has data files and no log")));
  ASSERT_TRUE(build(*lake_, "nyc311", {}, clock_));
  EXPECT_THAT(damages(), testing::Each(HasSubstr("orphan (repairable)"))) << "the file of before";
  ASSERT_TRUE(repair(*lake_, clock_));
  EXPECT_THAT(damages(), IsEmpty());
  // A damaged one too, if that is asked for.
  ASSERT_TRUE(files_.write_atomically(lake::log_entry_path(table, {0}), "{\"metaData\""));
  EXPECT_THAT(damages(), Not(IsEmpty()));
  BuildOptions options;
  EXPECT_FALSE(build(*lake_, "nyc311", options, clock_));
  options.is_forced = true;
  const auto built = build(*lake_, "nyc311", options, clock_);
  ASSERT_TRUE(built) << built.error().to_string();
  EXPECT_THAT(damages(), IsEmpty());
}

}  // namespace
}  // namespace hark::pipeline
