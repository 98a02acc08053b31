// What is refused: records, files of which too much is refused, contracts that do not fit the
// table.
#include <gmock/gmock.h>

#include "hark/pipeline/lake_fixture_test.h"
#include "hark/pipeline/source.h"

namespace hark::pipeline {
namespace {

constexpr std::string_view kHeader = "Unique Key,Created Date,Closed Date,Agency,Complaint Type\n";

std::string some_records(int first, int count) {
  std::string text;
  for (int key = first; key < first + count; ++key)
    text += concat(key, ",03/01/2024 01:15:00 PM,03/02/2024 01:15:00 PM,NYPD,Noise\n");
  return text;
}

class Refusals : public LakeTest {};

TEST_F(Refusals, AContractThatGivesTheTableAnotherMeaningIsRefusedAndChangesNothing) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", concat(kHeader, some_records(100, 20))));
  const LakePicture before = picture(lake.root(), "nyc311");
  std::string text = *files_.read_text(lake.contract_path("nyc311"));
  const std::string zone = "America/New_York";
  text.replace(text.find(zone), zone.size(), "America/Denver");
  IngestOptions with = options();
  with.contract = write("changed.yaml", text);
  const std::string file = write("b.csv", concat(kHeader, some_records(200, 20)));
  const auto refused = ingest(lake, file, with, clock_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("its time zone was America/New_York"));
  EXPECT_EQ(picture(lake.root(), "nyc311"), before);
  load(lake, file);
}

// A quote that is never closed swallows the rest of the file into one record, which is little as a
// share of the records.
TEST_F(Refusals, AFileMostOfWhichStandsInARefusedRecordIsRefusedAndSaysWhy) {
  const LakeFolder lake = make_lake();
  const std::string half = concat(some_records(100, 60), "7,01/02/2024 01:15:00 AM,,\"NYPD,Noise\n",
                                  some_records(200, 60));
  const auto refused = ingest(lake, write("a.csv", concat(kHeader, half)), options(), clock_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kCheckFailed);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("1 of 61 records (1.6 %)"));
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("% of the file"));
  EXPECT_THAT(refused.error().message(),
              testing::HasSubstr("unterminated_quote (1), first on line 62"));
  EXPECT_FALSE(files_.exists(lake::log_folder(lake.trusted_table("nyc311"))));

  const std::string file = write(
      "b.csv",
      concat(kHeader, some_records(100, 5), "8,too,few\n8,yesterday,,,\n", "9,yesterday,,,\n"));
  const auto why = ingest(lake, file, options(), clock_);
  ASSERT_FALSE(why);
  EXPECT_THAT(why.error().message(),
              testing::HasSubstr("3 of 8 records (37.5 %) were refused; contract 'nyc311' allows "
                                 "5.0 %. Refused: mostly unreadable_value in 'created_date' (2), "
                                 "first on line 8: "));
}

TEST_F(Refusals, AStretchOfZerosIsNotOneRecordsWorthOfLoss) {
  const LakeFolder lake = make_lake();
  std::string text = concat(kHeader, some_records(100, 30'000));
  const std::size_t half = text.size() / 2;
  std::string tail = text;
  tail.replace(half, tail.size() - half, tail.size() - half, '\0');
  const auto refused = ingest(lake, write("tail.csv", tail), options(), clock_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kCheckFailed);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("% of the file"));
  EXPECT_FALSE(files_.exists(lake::log_folder(lake.trusted_table("nyc311"))));
}

TEST_F(Refusals, AFileInAnotherEncodingIsRefusedWithTheCommandThatConvertsIt) {
  const LakeFolder lake = make_lake();
  const std::string text = concat(kHeader, some_records(100, 5),
                                  "8,03/01/2024 01:15:00 PM,,DOT,Stra\xDF"
                                  "e\n",
                                  "9,03/01/2024 01:15:00 PM,,DOT,Caf\xE9\n", "10,too,few\n");
  const auto refused = ingest(lake, write("latin.csv", text), options(), clock_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("mostly invalid_utf8 (2)"));
  EXPECT_THAT(refused.error().hint(), testing::HasSubstr("iconv -f WINDOWS-1252 -t UTF-8"));
}

TEST_F(Refusals, AColumnThatCannotBeReadIsAWarning) {
  const LakeFolder lake = make_lake();
  std::string text(kHeader);
  for (int key = 1; key <= 20; ++key)
    text +=
        concat(key, ",03/01/2024 01:15:00 PM,", key > 9 ? "01.03.2024 13:15" : "", ",NYPD,Noise\n");
  const auto report = load(lake, write("a.csv", text));
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(report.warnings[0].code, "unreadable_column");
  EXPECT_THAT(report.warnings[0].message,
              testing::HasSubstr("column 'closed_date' cannot be read in 11 of 20 rows"));
}

// Figures of a plain file follow the same limit as a load, and say what they leave out.
TEST_F(Refusals, FiguresOfAFileWithRefusedRecordsWarnOrFail) {
  class Nothing final : public columnar::BatchSink {
    Result<void> consume(columnar::Batch, unsigned) override { return {}; }
  };
  Nothing sink;
  std::vector<Warning> warnings;
  SourceOptions source_options;
  source_options.on_warning = [&](Warning warning) { warnings.push_back(std::move(warning)); };
  const auto stream = [&](const std::string& file) -> Result<void> {
    HARK_TRY(const auto source, open_source(files_, file, source_options));
    HARK_TRY_VOID(source.rows->stream({"agency"}, 2, sink));
    return source.rows->stream({"agency"}, 1, sink);
  };
  ASSERT_TRUE(stream(write("a.csv", concat(kHeader, some_records(100, 60)))));
  EXPECT_TRUE(warnings.empty());
  ASSERT_TRUE(stream(write("b.csv", concat(kHeader, some_records(100, 60), "8,too,few\n"))));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, "refused");
  EXPECT_THAT(warnings[0].message, testing::HasSubstr("1 of 61 records"));
  EXPECT_THAT(warnings[0].message, testing::HasSubstr("field_count (1), first on line 62"));
  const auto failed = stream(write("c.csv", concat(kHeader, some_records(1, 5), "8,too,few\n")));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::kCheckFailed);
}

}  // namespace
}  // namespace hark::pipeline
