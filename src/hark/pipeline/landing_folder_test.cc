// What a load removes from the landing folder, and what it leaves alone.
#include "hark/pipeline/landing.h"

#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using LandingFolder = LakeTest;

constexpr std::string_view kFile = "Unique Key,Created Date\n1,03/02/2024 01:00:00 AM\n";

TEST_F(LandingFolder, LeavesFilesOfSomebodyElseInLandingAloneAndRemovesItsOwnLeftovers) {
  const LakeFolder lake = make_lake();
  const std::string folder = lake.landing_folder("nyc311");
  ASSERT_TRUE(files_.create_directories(folder));
  const std::string hash(64, 'a');
  for (const char* const name : {"notes.txt", "march.csv", ".keep", "letter.json"})
    ASSERT_TRUE(files_.write_atomically(io::join_path(folder, name), "mine"));
  for (const std::string& name :
       {hash, hash + ".json", hash + ".profile.json", std::string(".landing.1-2.tmp")})
    ASSERT_TRUE(files_.write_atomically(io::join_path(folder, name), "left"));
  load(lake, write("a.csv", kFile));
  for (const char* const name : {"notes.txt", "march.csv", ".keep", "letter.json"})
    EXPECT_TRUE(files_.exists(io::join_path(folder, name))) << name;
  for (const std::string& name :
       {hash, hash + ".json", hash + ".profile.json", std::string(".landing.1-2.tmp")})
    EXPECT_FALSE(files_.exists(io::join_path(folder, name))) << name;
}

TEST_F(LandingFolder, LeavesAFolderOfSomebodyElseInLandingAlone) {
  const LakeFolder lake = make_lake();
  const std::string foreign = io::join_path(lake.landing_folder("nyc311"), "@eaDir/thumbs");
  ASSERT_TRUE(files_.create_directories(foreign));
  load(lake, write("a.csv", kFile));
  EXPECT_TRUE(files_.exists(foreign));
}

TEST_F(LandingFolder, LoadingAFileAgainMendsTheLakesDamagedCopyOfIt) {
  const LakeFolder lake = make_lake();
  const std::string file = write("a.csv", kFile);
  const std::string landing =
      io::join_path(lake.landing_folder("nyc311"), load(lake, file).landing_hash);
  const std::string note = *files_.read_text(landing + ".json");
  EXPECT_TRUE(load(lake, file).warnings.empty());
  std::string flipped(kFile);
  flipped[0] ^= 1;
  for (const std::string& damaged : {std::string(kFile.substr(0, 10)), std::string(), flipped}) {
    ASSERT_TRUE(files_.write_atomically(landing, damaged));
    const LoadReport again = load(lake, file);
    EXPECT_TRUE(again.is_already_loaded);
    ASSERT_EQ(again.warnings.size(), 1U);
    EXPECT_EQ(again.warnings[0].code, "landing_mended");
    EXPECT_EQ(*files_.read_text(landing), kFile);
    EXPECT_EQ(*files_.read_text(landing + ".json"), note);
    EXPECT_EQ(files_.list(lake.landing_folder("nyc311"))->size(), 2U);
  }
}

}  // namespace
}  // namespace hark::pipeline
