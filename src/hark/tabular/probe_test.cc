#include "hark/tabular/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hark/core/text.h"
#include "hark/io/zip_for_tests.h"
#include "hark/tabular/memory_files.h"

namespace hark::tabular {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<FileProbe> probe(std::string bytes, const ProbeOptions& options = {}) {
  MemoryFiles files;
  files.put("f.csv", std::move(bytes));
  return probe_file(files, "f.csv", options);
}

/// Code, message and hint of the refusal; a failure if there is none.
std::string refusal(std::string bytes) {
  const auto result = probe(std::move(bytes));
  if (result) return "accepted";
  EXPECT_NE(result.error().hint(), "");
  return concat(name_of(result.error().code()), ": ", result.error().message());
}

TEST(Probe, FindsTheDelimiterThatGivesRecordsTheHeadersWidth) {
  for (const char delimiter : {',', ';', '\t', '|'}) {
    std::string text = "name,x;n\t|b\n";
    text = concat("a", delimiter, "b", delimiter, "c\n", "1", delimiter, "x y", delimiter, "3\n",
                  "4", delimiter, "\"5,6;7\"", delimiter, "\n");
    const auto found = probe(text);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->dialect.delimiter, delimiter);
    EXPECT_THAT(found->header, ElementsAre("a", "b", "c"));
    EXPECT_THAT(found->first_rows,
                ElementsAre(ElementsAre("1", "x y", "3"), ElementsAre("4", "5,6;7", "")));
  }
}

TEST(Probe, IsNotMisledByOtherDelimitersInsideTexts) {
  const auto found = probe("id;remark, if any;day\n1;a, b, c;x\n2;d;y\n3;e, f;z\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->dialect.delimiter, ';');
}

TEST(Probe, TakesAFileOfOneColumn) {
  const auto found = probe("name\nAda\nBo\n");
  ASSERT_TRUE(found);
  EXPECT_THAT(found->header, ElementsAre("name"));
  EXPECT_EQ(found->first_rows.size(), 2U);
}

TEST(Probe, FindsLineEndsAndTheByteOrderMark) {
  const auto lf = probe("a,b\nx,y\n");
  const auto crlf = probe(
      "\xEF\xBB\xBF"
      "a,b\r\nx,y\r\n");
  const auto cr = probe("a,b\rx,y\r");
  ASSERT_TRUE(lf && crlf && cr);
  EXPECT_EQ(lf->dialect.line_end, LineEnd::kLf);
  EXPECT_EQ(crlf->dialect.line_end, LineEnd::kCrLf);
  EXPECT_EQ(cr->dialect.line_end, LineEnd::kCr);
  EXPECT_EQ(lf->data_offset, 4U);
  EXPECT_EQ(crlf->data_offset, 8U);
  EXPECT_EQ(cr->data_offset, 4U);
  EXPECT_TRUE(crlf->dialect.has_bom);
  EXPECT_THAT(crlf->header, ElementsAre("a", "b"));
}

TEST(Probe, CountsTheLinesOfAHeaderWithLineEndsInIt) {
  const auto found = probe("\n\"a\nname\",b\nx,y\n");
  ASSERT_TRUE(found);
  EXPECT_THAT(found->header, ElementsAre("a\nname", "b"));
  EXPECT_EQ(found->lines_before_data, 3U);
  EXPECT_EQ(found->data_offset, 12U);
}

TEST(Probe, SaysWhatEncodingItSaw) {
  EXPECT_EQ(probe("a,b\nx,y\n")->encoding, Encoding::kAscii);
  EXPECT_EQ(probe("a,b\nx,é\n")->encoding, Encoding::kUtf8);
  EXPECT_EQ(probe("a,b\nx,\xE9\n")->encoding, Encoding::kNotUtf8);
}

TEST(Probe, DoesNotMistakeACharacterCutOffAtTheEndOfItsLookForBadUtf8) {
  const std::string text = "a,b\nx,é\nx,y\n";
  EXPECT_EQ(probe(text, {.head_bytes = 7})->encoding, Encoding::kUtf8);
}

TEST(Probe, SeesADelimiterAtTheEndOfEveryRecord) {
  const auto found = probe("a,b\n1,x,\n2,y,\n");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->dialect.has_trailing_delimiter);
  EXPECT_FALSE(probe("a,b\n1,x,\n2,y\n")->dialect.has_trailing_delimiter);
  EXPECT_FALSE(probe("a,b\n1,x,\"\"\n2,y,\"\"\n")->dialect.has_trailing_delimiter);
}

TEST(Probe, TakesTheDelimiterItIsTold) {
  const auto found = probe("a;b,c\nx;y,z\n", {.delimiter = ','});
  ASSERT_TRUE(found);
  EXPECT_THAT(found->header, ElementsAre("a;b", "c"));
}

TEST(Probe, RefusesWhatIsNoTable) {
  EXPECT_EQ(refusal(""), "kInvalidInput: 'f.csv' is empty");
  EXPECT_EQ(refusal(" \r\n\n"), "kInvalidInput: 'f.csv' is empty");
  EXPECT_EQ(refusal("\xEF\xBB\xBF"), "kInvalidInput: 'f.csv' is empty");
  EXPECT_EQ(refusal("\n <!DOCTYPE html>\n<html lang=\"en\">"),
            "kInvalidInput: 'f.csv' is a web page (HTML), not data");
  EXPECT_EQ(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
            "kInvalidInput: 'f.csv' is a Git-LFS pointer, not the data it points to");
  EXPECT_EQ(refusal(std::string("a,b\n1,\0\0\0", 9)),
            "kInvalidInput: 'f.csv' is binary data, not text");
  EXPECT_EQ(refusal("\x01\x02\x03\x04 text"), "kInvalidInput: 'f.csv' is binary data, not text");
  EXPECT_THAT(refusal(std::string("\xFF\xFE"
                                  "a\0,\0b\0",
                                  8)),
              HasSubstr("UTF-16"));
  EXPECT_EQ(refusal("a,b,c\n"), "kInvalidInput: 'f.csv' has a header and no rows");
  EXPECT_EQ(refusal("a,b,c\n\n\r\n"), "kInvalidInput: 'f.csv' has a header and no rows");
  EXPECT_EQ(refusal("a,b,c"), "kInvalidInput: 'f.csv' has a header and no rows");
  EXPECT_EQ(refusal("\"a,b\nc,d\n"),
            "kInvalidInput: 'f.csv' is one field with a quote that is never closed");
  EXPECT_EQ(refusal("a,\xE9\nx,y\n"), "kInvalidInput: 'f.csv' has a header that is not UTF-8");
}

TEST(Probe, NamesFormatsThatAreNotReadYet) {
  using std::string_view_literals::operator""sv;
  const auto refuse = [](std::string_view bytes) {
    return refusal(concat(bytes, std::string_view("\0\0\0\0", 4)));
  };
  EXPECT_THAT(refuse("PAR1"), HasSubstr("kUnsupported: 'f.csv' is a Parquet file"));
  EXPECT_THAT(refuse("Obj\x01"), HasSubstr("Avro"));
  EXPECT_THAT(refuse("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv), HasSubstr("cut short"));
  EXPECT_THAT(refusal("<?xml version=\"1.0\"?><rows/>"), HasSubstr("XML"));
}

TEST(Probe, ReadsTheOneDataFileOfAZipArchive) {
  const auto found =
      probe(io::stored_zip({{"__MACOSX/x.csv", "?"}, {".hidden", "?"}, {"x.csv", "a,b\nx,y\n"}}));
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(found->compression, Compression::kZip);
  EXPECT_THAT(found->header, testing::ElementsAre("a", "b"));
}

TEST(Probe, RefusesAZipArchiveOfSeveralFilesNamingThem) {
  EXPECT_THAT(refusal(io::stored_zip({{"x.csv", "a,b\nx,y\n"}, {"readme.txt", "z"}})),
              HasSubstr("kInvalidInput: the zip archive holds 2 files: x.csv, readme.txt"));
  EXPECT_THAT(refusal(io::stored_zip({{"folder/", ""}})), HasSubstr("there is no file"));
}

TEST(Probe, RefusesFilesThatArePackedTwice) {
  EXPECT_THAT(refusal(io::stored_zip({{"x.csv.gz", stored_gzip("a,b\nx,y\n")}})),
              HasSubstr("a gzip file in another packed file"));
}

TEST(Probe, RefusesADamagedPackedFile) {
  const std::string zip = io::stored_zip({{"x.csv", "a,b\nx,y\n"}});
  EXPECT_THAT(refusal(zip.substr(0, zip.size() - 5)), HasSubstr("kInvalidInput: the zip archive"));
  EXPECT_THAT(refusal("\x28\xB5\x2F\xFD\x04"), HasSubstr("kInvalidInput: the zstd file"));
}

TEST(Probe, TakesHeadersThatOnlyBeginLikeAnotherFormat) {
  EXPECT_TRUE(probe("ORC code,b\nx,y\n"));
  EXPECT_TRUE(probe("[id],[name]\nx,y\n"));
}

TEST(Probe, RefusesAFileWithoutAHeaderRow) {
  for (const char* text :
       {"46920293,07/20/2020 10:51:12 AM,BROOKLYN\n46920294,07/20/2020 10:51:13 AM,QUEENS\n",
        "BROOKLYN,2024-12-20\n", "a,1-870704814\nb,1-870704815\n", "-77.0,x\n-78,y\n",
        "Noise,BROOKLYN\nHeating,BROOKLYN\nNoise,BRONX\n", "Noise,,,\nHeating,,,\n"})
    EXPECT_THAT(refusal(text), HasSubstr("has no header row")) << text;
}

TEST(Probe, TakesHeadersThatHoldDigitsOrBlanksOrComeTwice) {
  EXPECT_TRUE(probe("30-60-90 Days Open Window,2010 Census Wards\nx,y\n"));
  EXPECT_TRUE(probe("\"\",\"X\",\"Year\"\n\"5\",5,2014\n"));
  EXPECT_TRUE(probe("key,borough\nkey,borough\n1,BRONX\n"));
  EXPECT_TRUE(probe("area,2019,2020\nx,1,2\n", {.header_may_look_like_data = true}));
}

TEST(Probe, RefusesAHeaderOfAnotherWidthThanAllRows) {
  std::string text = "a,b\n";
  for (int i = 0; i < 10; ++i) text += "r,1,2\n";
  EXPECT_THAT(refusal(text), HasSubstr("has 2 names in its header and 3 fields in its rows"));
  // A few odd rows are the rows' fault.
  EXPECT_TRUE(probe("a,b\nr,1,2\n"));
}

TEST(Probe, AHeaderMustEndWhereItLooks) {
  const auto found = probe(std::string(5000, 'a'), {.head_bytes = 1000});
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message(), HasSubstr("no line end"));
}

TEST(Probe, RecognisesGzipByItsBytes) {
  const auto found = probe(stored_gzip("a,b\nx,y\n"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->compression, Compression::kGzip);
  EXPECT_THAT(found->header, ElementsAre("a", "b"));
  EXPECT_EQ(found->data_offset, 4U);
}

TEST(Probe, RefusesATruncatedGzipAndWhatIsInside) {
  const std::string packed = stored_gzip("a,b\nx,y\n");
  for (std::size_t size = 2; size < packed.size(); ++size)
    EXPECT_THAT(refusal(packed.substr(0, size)), HasSubstr("truncated")) << size;
  EXPECT_EQ(refusal(stored_gzip("")), "kInvalidInput: 'f.csv' is empty");
  EXPECT_THAT(refusal(stored_gzip("<html></html>")), HasSubstr("HTML"));
}

TEST(Probe, SaysThatAFileIsAbsentAndWhatMayBeMeant) {
  const auto absent = probe_file(io::local_file_system(), HARK_SOURCE_DIR "/CMakeList.txt");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(absent.error().hint(), HasSubstr("CMakeLists.txt"));
}

TEST(Probe, RefusesADirectory) {
  const auto directory = probe_file(io::local_file_system(), HARK_SOURCE_DIR);
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code(), ErrorCode::kInvalidInput);
  EXPECT_THAT(directory.error().message(), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace hark::tabular
