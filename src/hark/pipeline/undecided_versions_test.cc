// Versions of a record that only a hash tells apart: what a load says of them.
#include <gmock/gmock.h>

#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using UndecidedVersions = LakeTest;

/// The text of the warning that versions cannot be told apart; empty where there is none.
std::string undecided(const LoadReport& report) {
  for (const Warning& warning : report.warnings) {
    if (warning.code == "undecided_versions") return warning.message;
  }
  return {};
}

TEST_F(UndecidedVersions, VersionsThatOnlyAHashTellsApartAreToldOf) {
  const LakeFolder lake = make_lake();
  const std::string header =
      "Unique Key,Created Date,Agency,Complaint Type,Resolution Action Updated Date\n";
  const std::string first = header +
                            "1,03/02/2024 01:00:00 AM,NYPD,Noise,03/03/2024 01:00:00 AM\n"
                            "2,03/02/2024 01:00:00 AM,NYPD,Noise,03/03/2024 01:00:00 AM\n"
                            "3,03/02/2024 01:00:00 AM,NYPD,Noise,03/03/2024 01:00:00 AM\n";
  EXPECT_EQ(undecided(load(lake, write("first.csv", first))), "");
  // 1 is corrected without a stamp, 2 with one, 3 is the same.
  const std::string corrected = header +
                                "1,03/02/2024 01:00:00 AM,DOT,Noise,03/03/2024 01:00:00 AM\n"
                                "2,03/02/2024 01:00:00 AM,DOT,Noise,03/04/2024 01:00:00 AM\n"
                                "3,03/02/2024 01:00:00 AM,NYPD,Noise,03/03/2024 01:00:00 AM\n";
  const LoadReport second = load(lake, write("corrected.csv", corrected));
  EXPECT_THAT(undecided(second), testing::StartsWith("1 record differs"));
  EXPECT_THAT(undecided(second), testing::HasSubstr("in agency (1)"));
  EXPECT_THAT(undecided(second),
              testing::HasSubstr("'resolution_action_updated_date' is the same"));
  EXPECT_THAT(undecided(second), testing::EndsWith("look at 1"));
  // Within one file too.
  const LakeFolder other = make_lake("other");
  const LoadReport both = load(other, write("both.csv", first + corrected.substr(header.size())));
  EXPECT_EQ(undecided(both), undecided(second));
}

TEST_F(UndecidedVersions, AKeyThatIsPersonalIsNamedInNoWarning) {
  const auto built_in = contract::built_in_contract("nyc311");
  ASSERT_TRUE(built_in);
  std::string text = (*built_in)->text;
  const std::string role = "{property: role, value: key}";
  const std::size_t at = text.find(role);
  ASSERT_NE(at, text.npos);
  text.insert(at + role.size(), "\n          - {property: personal, value: true}");
  IngestOptions with = options();
  with.contract = write("private.yaml", text);
  const LakeFolder lake = make_lake();
  const std::string header = "Unique Key,Created Date,Agency\n";
  load(lake, write("a.csv", header + "7041,03/02/2024 01:00:00 AM,NYPD\n"), with);
  const LoadReport again =
      load(lake, write("b.csv", header + "7041,03/02/2024 01:00:00 AM,DOT\n"), with);
  EXPECT_THAT(undecided(again), testing::HasSubstr("in agency (1)"));
  EXPECT_THAT(undecided(again), testing::Not(testing::HasSubstr("7041")));
}

TEST_F(UndecidedVersions, VersionsWithoutAVersionColumnAreToldOfWithTheColumnsThatDiffer) {
  const LakeFolder lake = make_lake();
  const std::string header =
      "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\n";
  load(lake, write("march.csv",
                   header + "2024-03-02;100;90;10;25.5;0.8;1\n2024-03-01;100;90;10;25.5;0.8;2\n"));
  const LoadReport again = load(
      lake, write("april.csv",
                  header + "2024-03-02;101;90;10;30.5;0.8;1\n2024-03-01;100;90;10;25.5;0.8;3\n"));
  EXPECT_THAT(undecided(again), testing::StartsWith("1 record differs"));
  EXPECT_THAT(undecided(again), testing::HasSubstr("in asa_s (1), offered (1), and contract "
                                                   "'vancouver-metrics' names no version column"));
  EXPECT_THAT(undecided(again), testing::EndsWith("look at 2024-03-02"));
  // The number of a row in its export says nothing of the day.
  EXPECT_EQ(again.rows.unchanged, 1);
  for (const Warning& warning : again.warnings) EXPECT_NE(warning.code, "unknown_columns");
}

}  // namespace
}  // namespace hark::pipeline
