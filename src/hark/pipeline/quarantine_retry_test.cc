#include <gmock/gmock.h>

#include "hark/io/fault_file_system.h"
#include "hark/pipeline/lake_at.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kHeader = "Unique Key,Created Date,Closed Date,Agency,Complaint Type\n";

/// `count` good records from key `first` on.
std::string good(int first, int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += concat(first + i, ",03/02/2024 01:00:00 AM,,NYPD,Noise\n");
  return text;
}

class QuarantineRetry : public LakeTest {
 protected:
  /// Two loads: two records with a clock that the contract does not know, one that nobody can mend;
  /// and one more of the former, for a key that is in the lake.
  LakeFolder loaded(std::string_view name) {
    const LakeFolder lake = make_lake(name);
    load(lake,
         write("a.csv", concat(kHeader, good(100, 60), "1,24.12.2024 18:30,,NYPD,Noise\n",
                               "2,24.12.2024 19:30,,NYPD,Heat\n", "3,some day,,NYPD,Noise\n")));
    load(lake, write("b.csv", concat(kHeader, good(200, 30),
                                     "100,24.12.2024 18:30,03/05/2024 01:00:00 AM,NYPD,Noise\n")));
    return lake;
  }
  /// The lake's contract with one more way to write a clock.
  std::string mended(const LakeFolder& lake) {
    std::string text = *files_.read_text(lake.contract_path("nyc311"));
    const std::string_view known = "      - \"MM/dd/yyyy hh:mm:ss a\" ";
    const std::size_t at = text.find(known);
    EXPECT_NE(at, std::string::npos);
    text.insert(at, "      - \"dd.MM.yyyy HH:mm\"\n");
    return text;
  }
  Result<std::vector<LoadReport>> retry(const LakeFolder& lake, IngestOptions with = options()) {
    return retry_quarantine(lake, "nyc311", with, clock_);
  }
};

TEST_F(QuarantineRetry, LoadsWhatAMendedContractUnderstandsAndLeavesTheRest) {
  const LakeFolder lake = loaded("lake");
  const LakePicture before = picture(lake.root(), "nyc311");
  ASSERT_EQ(before.quarantine.size(), 4U);
  ASSERT_TRUE(files_.write_atomically(lake.contract_path("nyc311"), mended(lake)));
  const auto reports = retry(lake);
  ASSERT_TRUE(reports) << reports.error().to_string();
  ASSERT_THAT(*reports, SizeIs(2));
  const LoadReport& first = (*reports)[0];
  EXPECT_EQ(first.retried_load, 1);
  EXPECT_EQ(first.rows_read, 3);
  EXPECT_EQ(first.rows.inserted, 2);
  EXPECT_EQ(first.rows_quarantined, 1);
  EXPECT_EQ(first.version, 2);
  const LoadReport& second = (*reports)[1];
  EXPECT_EQ(second.rows_read, 1);
  EXPECT_EQ(second.rows.updated, 1) << "it has a closing time";
  EXPECT_EQ(second.rows_quarantined, 0);

  const LakePicture after = picture(lake.root(), "nyc311");
  EXPECT_EQ(after.trusted.size(), before.trusted.size() + 2);
  EXPECT_THAT(after.quarantine, SizeIs(1));
  EXPECT_NE(after.quarantine[0].find("some day"), std::string::npos);
  EXPECT_EQ(after.num_loads, 4);
  EXPECT_EQ(after.landing, before.landing);
  // The rows say where they came from, as if they had passed at once.
  EXPECT_EQ(std::ranges::count_if(after.trusted,
                                  [&](const std::string& row) {
                                    return row.find("_record=61|") != std::string::npos ||
                                           row.find("_record=62|") != std::string::npos;
                                  }),
            2);

  const auto again = retry(lake);
  ASSERT_TRUE(again);
  ASSERT_THAT(*again, SizeIs(1));
  EXPECT_EQ((*again)[0].rows_quarantined, 1);
  EXPECT_EQ(picture(lake.root(), "nyc311"), after) << "again is nothing";
}

TEST_F(QuarantineRetry, AKeyThatOneLoadsRetryBringsIsKnownToTheNext) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", concat(kHeader, good(100, 60), "1,24.12.2024 18:30,,NYPD,Noise\n")));
  load(lake, write("b.csv", concat(kHeader, good(200, 60),
                                   "1,24.12.2024 18:30,12/25/2024 01:00:00 AM,NYPD,Noise\n")));
  ASSERT_TRUE(files_.write_atomically(lake.contract_path("nyc311"), mended(lake)));
  const auto reports = retry(lake);
  ASSERT_TRUE(reports) << reports.error().to_string();
  ASSERT_THAT(*reports, SizeIs(2));
  EXPECT_EQ((*reports)[0].rows.inserted, 1);
  EXPECT_EQ((*reports)[1].rows.inserted, 0);
  EXPECT_EQ((*reports)[1].rows.updated, 1);
  EXPECT_THAT(picture(lake.root(), "nyc311").trusted, SizeIs(121));
}

TEST_F(QuarantineRetry, WithoutAMendedContractCommitsNothing) {
  const LakeFolder lake = loaded("lake");
  const LakePicture before = picture(lake.root(), "nyc311");
  const auto reports = retry(lake);
  ASSERT_TRUE(reports) << reports.error().to_string();
  EXPECT_THAT(*reports, SizeIs(2));
  for (const LoadReport& report : *reports) EXPECT_EQ(report.rows_quarantined, report.rows_read);
  EXPECT_EQ(picture(lake.root(), "nyc311"), before);
  EXPECT_EQ(open_table(files_, lake.trusted_table("nyc311"))->version(), 1);
}

TEST_F(QuarantineRetry, AContractNamedBecomesTheLakesAndAnothersIsRefused) {
  const LakeFolder lake = loaded("lake");
  IngestOptions with = options();
  with.contract = write("mended.yaml", mended(lake));
  const auto reports = retry(lake, with);
  ASSERT_TRUE(reports) << reports.error().to_string();
  EXPECT_EQ(*files_.read_text(lake.contract_path("nyc311")), *files_.read_text(with.contract));
  EXPECT_THAT(picture(lake.root(), "nyc311").quarantine, SizeIs(1));
  with.contract = "boston311";
  const auto refused = retry(lake, with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(QuarantineRetry, TheLakeOfBeforeStillShowsWhatWasRefusedThen) {
  const LakeFolder lake = loaded("lake");
  ASSERT_TRUE(files_.write_atomically(lake.contract_path("nyc311"), mended(lake)));
  ASSERT_TRUE(retry(lake));
  const auto refused_at = [&](std::int64_t version) {
    const LakeAt at{lake.root(), lake::Version{version}, {}};
    const auto trusted = open_trusted_at(lake, "nyc311", at);
    EXPECT_TRUE(trusted) << trusted.error().to_string();
    const auto quarantine = open_beside(lake, lake.quarantine_table("nyc311"), at, *trusted);
    EXPECT_TRUE(quarantine) << quarantine.error().to_string();
    const auto paths = visible_files(*trusted, *quarantine, "nyc311");
    if (paths->empty()) return std::int64_t{0};
    const std::string view = concat("refused_", version);
    EXPECT_TRUE(engine().create_parquet_view(view, *paths, {}));
    const auto rows = engine().query(concat("SELECT count(*) FROM ", view));
    return (*(*rows)->next())->columns[0].int64s()[0];
  };
  EXPECT_EQ(refused_at(0), 3);
  EXPECT_EQ(refused_at(1), 4);
  EXPECT_EQ(refused_at(2), 2) << "the first load was tried again";
  EXPECT_EQ(refused_at(3), 1);
}

TEST_F(QuarantineRetry, AFailureAtAnyWriteLeavesEachLoadAsBeforeOrAsAfter) {
  const LakeFolder reference = loaded("reference");
  ASSERT_TRUE(files_.write_atomically(reference.contract_path("nyc311"), mended(reference)));
  std::string prepared = path("prepared");
  ASSERT_EQ(std::system(concat("cp -r '", reference.root(), "' '", prepared, "'").c_str()), 0);
  std::vector<LakePicture> states = {picture(reference.root(), "nyc311")};
  ASSERT_TRUE(retry(reference));
  const LakePicture after = picture(reference.root(), "nyc311");
  // Between the two commits only the first load was tried again.
  bool has_succeeded = false;
  std::size_t num_between = 0;
  // Most changes are the writes of two parquet files, alike: every 13th one is tried.
  for (std::uint64_t n = 0; !has_succeeded; n += 13) {
    ASSERT_LT(n, 2000U);
    const std::string root = path("lake");
    ASSERT_EQ(std::system(concat("cp -r '", prepared, "' '", root, "'").c_str()), 0);
    io::FaultFileSystem faulty(files_, {.fail_at = n});
    const auto lake = LakeFolder::open(faulty, root);
    ASSERT_TRUE(lake);
    has_succeeded = retry(*lake).has_value();
    const LakePicture now = picture(root, "nyc311");
    const bool is_known = now == states[0] || now == after;
    if (!is_known) {
      ++num_between;
      EXPECT_EQ(now.trusted.size(), 92U) << n;
      EXPECT_EQ(now.quarantine.size(), 2U) << n;
    }
    const auto opened = LakeFolder::open(files_, root);
    ASSERT_TRUE(retry(*opened)) << n;
    EXPECT_EQ(picture(root, "nyc311"), after) << "rerun after failed change " << n;
    (void)std::system(("rm -rf '" + root + "'").c_str());
  }
  EXPECT_GT(num_between, 0U);
}

}  // namespace
}  // namespace hark::pipeline
