#include "hark/pipeline/schema_drift.h"

#include <gmock/gmock.h>

#include "hark/pipeline/ingest.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// "code: message" of the warnings that are about drift.
std::vector<std::string> drift_of(const LoadReport& report) {
  std::vector<std::string> texts;
  for (const Warning& warning : report.warnings) {
    if (warning.code.starts_with("columns_"))
      texts.push_back(concat(warning.code, ": ", warning.message));
  }
  return texts;
}

TEST(SchemaDrift, OrderCaseAndSignsAreNoDrift) {
  const auto* contract = *contract::built_in_contract("nyc311");
  const SchemaDrift drift =
      compare_headers(*contract, std::vector<std::string>{"Unique Key", "Created Date", "Agency"},
                      std::vector<std::string>{"agency", "unique_key", "created_date"});
  EXPECT_THAT(drift.added, IsEmpty());
  EXPECT_THAT(drift.gone, IsEmpty());
  EXPECT_THAT(drift.renamed, IsEmpty());
}

TEST(SchemaDrift, TellsNewGoneAndRenamedColumns) {
  const auto* contract = *contract::built_in_contract("nyc311");
  const SchemaDrift drift = compare_headers(
      *contract,
      std::vector<std::string>{"Unique Key", "Created Date", "Complaint Type", "Borough", "Old"},
      std::vector<std::string>{"Unique Key", "Created Date", "Problem", "Agency", "Odd"});
  EXPECT_THAT(drift.renamed, ElementsAre(Pair("Complaint Type", "Problem")));
  EXPECT_THAT(drift.gone, ElementsAre("Borough", "Old"));
  EXPECT_THAT(drift.added, ElementsAre("Agency", "Odd"));
}

using SchemaDriftOfLoads = LakeTest;

TEST_F(SchemaDriftOfLoads, IsReportedAgainstTheLatestLoadAndOnlyOnce) {
  const LakeFolder lake = make_lake();
  const std::string row = ",03/02/2024 01:15:00 AM,";
  const auto first = load(
      lake, write("a.csv", concat("Unique Key,Created Date,Complaint Type\n1", row, "Noise\n")));
  EXPECT_THAT(drift_of(first), IsEmpty());
  const auto second = load(
      lake, write("b.csv", concat("Unique Key,Created Date,Problem,Agency\n2", row, "Heat,HPD\n")));
  EXPECT_THAT(drift_of(second),
              ElementsAre("columns_new: columns that the load before did not have: Agency",
                          "columns_renamed: columns have another name than in the load before: "
                          "Complaint Type to Problem"));
  const auto third = load(
      lake, write("c.csv", concat("Unique Key,Created Date,Problem,Agency\n3", row, "Heat,HPD\n")));
  EXPECT_THAT(drift_of(third), IsEmpty());
  const auto fourth =
      load(lake, write("d.csv", concat("Unique Key,Created Date,Problem\n4", row, "Heat\n")));
  EXPECT_THAT(drift_of(fourth),
              ElementsAre("columns_gone: columns that the load before had are gone: Agency"));
}

TEST_F(SchemaDriftOfLoads, AFileWithFewerColumnsThatEmptiesSomeSaysHowManyValues) {
  const LakeFolder lake = make_lake();
  const std::string created = ",03/02/2024 01:15:00 AM,";
  load(lake, write("wide.csv",
                   concat("Unique Key,Created Date,Agency,Complaint Type,Borough\n1", created,
                          "HPD,Heat,BRONX\n2", created, "HPD,,BRONX\n3", created, "HPD,Heat,\n")));
  // 1 and 2 have a newer version without the columns, 3 has none.
  const std::string header = "Unique Key,Created Date,Agency,Resolution Action Updated Date\n";
  const auto report =
      load(lake, write("narrow.csv", concat(header, "1", created, "HPD,03/04/2024 01:15:00 AM\n2",
                                            created, "DOT,03/04/2024 01:15:00 AM\n")));
  EXPECT_EQ(report.rows.updated, 2);
  const auto emptied =
      std::ranges::find(report.warnings, std::string("emptied_columns"), &Warning::code);
  ASSERT_NE(emptied, report.warnings.end());
  EXPECT_THAT(emptied->message, testing::HasSubstr("borough (2), complaint_type (1). "));
  EXPECT_THAT(emptied->message, testing::EndsWith("lake@v0"));
}

TEST_F(SchemaDriftOfLoads, AContractForBytesThatAreThereIsNotForgottenInSilence) {
  const LakeFolder lake = make_lake();
  const std::string file = write("a.csv", "Unique Key,Created Date\n1,03/02/2024 01:15:00 AM\n");
  load(lake, file);
  const auto ignored = [](const LoadReport& report) {
    return std::ranges::count(report.warnings, std::string("contract_ignored"), &Warning::code);
  };
  EXPECT_EQ(ignored(load(lake, file)), 0);
  std::string text = (*contract::built_in_contract("nyc311"))->text;
  text.replace(text.find("slaHours, value: 24"), 19, "slaHours, value: 48");
  IngestOptions with = options();
  with.contract = write("mended.yaml", text);
  const LoadReport again = load(lake, file, with);
  EXPECT_TRUE(again.is_already_loaded);
  EXPECT_EQ(ignored(again), 1);
}

}  // namespace
}  // namespace hark::pipeline
