// Old workbooks. Serial numbers are checked in xlsx_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "hark/tabular/compound_file.h"
#include "hark/tabular/whole_file.h"
#include "hark/tabular/workbook.h"
#include "hark/tabular/xls_for_tests.h"

namespace hark::tabular {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Row = std::vector<std::string>;

XlsSheet with_header() { return XlsSheet{"Data"}.text(0, 0, "a").text(0, 1, "b"); }

WholeFile read(const XlsSheet& sheet, XlsParts parts = {}) {
  parts.sheets = {sheet};
  return read_whole_text(make_xls(parts));
}

TEST(XlsSource, ReadsEveryKindOfCell) {
  XlsParts parts;
  parts.shared_texts = {biff_text("one"), biff_text("caf\xE9")};
  const auto whole = read(with_header()
                              .shared(1, 0, 1)
                              .text(1, 1, "own")
                              .number(2, 0, 1.5)
                              .rk(2, 1, 7, false)
                              .rk(3, 0, 125, true)
                              .rk(3, 1, -5, false)
                              .mul_rk(4, 0, {1, 22})
                              .boolean(5, 0, true)
                              .boolean(5, 1, false)
                              .error(6, 0, 0x07)
                              .error(6, 1, 0x2A)
                              .formula_number(7, 0, 3.25)
                              .formula_text(7, 1, "said")
                              .formula_boolean(8, 0, true)
                              .number(8, 1, 1'000'000),
                          parts);
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.columns, ElementsAre("a", "b", "_record", "_line", "_offset"));
  EXPECT_THAT(
      whole.rows,
      ElementsAre(Row{"caf\xC3\xA9", "own", "1", "2", "0"}, Row{"1.5", "7", "2", "3", "0"},
                  Row{"1.25", "-5", "3", "4", "0"}, Row{"1", "22", "4", "5", "0"},
                  Row{"true", "false", "5", "6", "0"}, Row{"#DIV/0!", "#N/A", "6", "7", "0"},
                  Row{"3.25", "said", "7", "8", "0"}, Row{"true", "1000000", "8", "9", "0"}));
}

TEST(XlsSource, ReadsDatesByTheirStyleAndLeavesOtherNumbersAlone) {
  const auto whole = read(with_header()
                              .number(1, 0, 43202.466273148151, 1)
                              .number(1, 1, 43202)
                              .rk(2, 0, 43202, false, 2)
                              .number(2, 1, 0.25, 3)
                              .number(3, 0, 43202.5, 4)
                              .text(3, 1, "10/21/18 0:00")
                              .formula_number(4, 0, 43202.5, 1)
                              .blank(4, 1, 1));
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.rows, ElementsAre(Row{"2018-04-12T11:11:26", "43202", "1", "2", "0"},
                                      Row{"2018-04-12", "06:00:00", "2", "3", "0"},
                                      Row{"2018-04-12T12:00:00", "10/21/18 0:00", "3", "4", "0"},
                                      Row{"2018-04-12T12:00:00", "<null>", "4", "5", "0"}));
}

TEST(XlsSource, CountsFrom1904WhereTheWorkbookSaysSo) {
  XlsParts parts;
  parts.is_1904 = true;
  const auto whole = read(with_header().number(1, 0, 0, 2), parts);
  ASSERT_EQ(whole.rows.size(), 1U) << whole.error;
  EXPECT_EQ(whole.rows[0][0], "1904-01-01");
}

TEST(XlsSource, ReadsTextsThatGoOnInAnotherRecordAndOnesWithFormats) {
  // The second text begins in one record as bytes and goes on in the next as UTF-16.
  const std::string tail =
      std::string("\x3D\xD8\x00\xDE", 4) + std::string("\x00\xD8", 2) + le('!', 2);
  const std::string begin = le(3, 4) + le(3, 4) + biff_text("one") + le(6, 2) + '\0' + "ab";
  const std::string rich = le(2, 2) + '\x0C' + le(1, 2) + le(3, 4) + "hi" + std::string(4 + 3, '?');
  XlsParts parts;
  parts.before_sheets = biff(0x00FC, begin) + biff(0x003C, '\1' + tail + rich);
  parts.has_shared_texts = false;
  const auto whole = read(with_header().shared(1, 0, 1).shared(1, 1, 2).shared(2, 0, 0), parts);
  EXPECT_EQ(whole.error, "");
  // A pair makes one character; half a pair is none.
  EXPECT_THAT(whole.rows, ElementsAre(Row{"ab\xF0\x9F\x98\x80\xEF\xBF\xBD!", "hi", "1", "2", "0"},
                                      Row{"one", "<null>", "2", "3", "0"}));
}

TEST(XlsSource, LeavesGapsAndRefusesARecordThatIsWiderThanTheHeader) {
  const auto whole = read(
      with_header().number(2, 1, 1).blank(6, 0, 1).number(8, 0, 2).number(9, 0, 3).number(9, 3, 4));
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.rows,
              ElementsAre(Row{"<null>", "1", "1", "3", "0"}, Row{"2", "<null>", "2", "9", "0"}));
  EXPECT_THAT(whole.rejects,
              ElementsAre("3 10 0 field_count: 4 fields where the header has 2 [3\t\t\t4]"));
}

TEST(XlsSource, DoesNotBelieveWhatTheSheetSaysOfItsSize) {
  XlsSheet sheet = with_header().number(1, 0, 1).number(2, 1, 2);
  const auto rows = read(sheet).rows;
  for (const std::uint32_t num_rows : {0U, 1U, 65'536U, 0xFFFFFFFFU}) {
    sheet.num_rows = num_rows;
    sheet.num_columns = static_cast<std::uint16_t>(num_rows);
    EXPECT_EQ(read(sheet).rows, rows) << num_rows;
  }
}

TEST(XlsSource, TakesTheSheetAndTheRowThatAContractKnows) {
  XlsParts parts;
  parts.sheets = {XlsSheet{"Cover"}.text(0, 0, "Report").text(1, 0, "made by nobody"),
                  XlsSheet{"Data"}
                      .text(0, 0, "Service requests, all boroughs")
                      .text(3, 0, "Unique Key")
                      .text(3, 1, "Created Date")
                      .text(3, 2, "Agency")
                      .number(4, 0, 7)
                      .number(4, 1, 43202.5, 1)
                      .text(4, 2, "NYPD")};
  MemoryFiles files;
  files.put("f.csv", make_xls(parts));  // the name does not matter
  const auto probe = probe_file(files, "f.csv");
  ASSERT_TRUE(probe) << probe.error().to_string();
  EXPECT_EQ(probe->format, FileFormat::kXls);
  EXPECT_EQ(probe->sheet, "Data");
  EXPECT_THAT(probe->header, ElementsAre("Unique Key", "Created Date", "Agency"));
  EXPECT_THAT(probe->first_rows, ElementsAre(ElementsAre("7", "2018-04-12T12:00:00", "NYPD")));
}

TEST(XlsSource, TakesTheFirstSheetWithRowsAndNoChart) {
  XlsParts parts;
  parts.sheets = {XlsSheet{"Empty"}, XlsSheet{"One"}.text(0, 0, "x").text(1, 0, "1")};
  // A chart within the sheet has records of its own.
  parts.sheets[1].records += biff(0x0809, le(0x0600, 2) + le(0x20, 2)) +
                             biff(0x0203, std::string(14, '\7')) + biff(0x000A, "");
  parts.sheets[1].text(2, 0, "2");
  const auto whole = read_whole_text(make_xls(parts));
  EXPECT_EQ(whole.error, "");
  EXPECT_EQ(whole.rows.size(), 2U);
  EXPECT_THAT(read_whole_text(make_xls({.sheets = {XlsSheet{"Empty"}}})).error,
              HasSubstr("no sheet with a header and rows"));
}

TEST(XlsSource, ReadsTheSameForAllBlockSizesAndThreads) {
  XlsSheet sheet = with_header();
  for (std::uint16_t i = 1; i <= 600; ++i)
    sheet.number(i, 0, i).text(i, 1, std::string(i % 17, 't') + "x");
  const std::string bytes = make_xls({.sheets = {sheet}});
  const auto once = read_whole_text(bytes);
  ASSERT_EQ(once.rows.size(), 600U) << once.error;
  for (const std::size_t block_bytes : {1, 100, 5000}) {
    for (const unsigned threads : {1U, 4U})
      EXPECT_EQ(read_whole_text(bytes, {.block_bytes = block_bytes}, threads).rows, once.rows);
  }
}

TEST(XlsSource, ReadsStreamsInSmallSectorsAndOnesWithALongListOfLinks) {
  const XlsSheet small = with_header().number(1, 0, 5);
  const std::string stream = make_biff({.sheets = {small}});
  ASSERT_LT(stream.size(), 4096U);
  EXPECT_EQ(read_whole_text(compound_file(stream, u"Workbook", true)).rows, read(small).rows);
  // 109 sectors of links stand for 7 MB; what is behind them is in lists of their own.
  XlsSheet large = with_header();
  for (std::uint16_t i = 1; i <= 280; ++i)
    large.number(i, 0, i).text(i, 1, std::string(60'000, 'x'));
  const std::string bytes = make_xls({.sheets = {large}});
  ASSERT_GT(bytes.size(), std::size_t{16} << 20);
  const auto whole = read_whole_text(bytes);
  EXPECT_EQ(whole.error, "");
  ASSERT_EQ(whole.rows.size(), 280U);
  EXPECT_EQ(whole.rows[279][0], "280");
  EXPECT_EQ(whole.rows[279][1].size(), 60'000U);
}

TEST(XlsSource, RefusesWhatIsLockedTooOldOrNoWorkbook) {
  XlsParts locked;
  locked.is_locked = true;
  EXPECT_THAT(read(with_header().number(1, 0, 1), locked).error,
              HasSubstr("kInvalidInput: the workbook is locked with a password"));
  EXPECT_THAT(read_whole_text(compound_file("x", u"EncryptedPackage")).error,
              HasSubstr("kInvalidInput: the workbook is locked with a password"));
  EXPECT_THAT(read_whole_text(compound_file("x", u"Book")).error,
              HasSubstr("kUnsupported: the workbook is older than Excel 97"));
  EXPECT_THAT(read_whole_text(compound_file(biff(0x0809, le(0x0500, 2) + le(5, 2)))).error,
              HasSubstr("kUnsupported: the workbook is older than Excel 97"));
  EXPECT_THAT(read_whole_text(compound_file("x", u"WordDocument")).error,
              HasSubstr("kInvalidInput: an Office document without a workbook in it"));
}

TEST(XlsSource, RefusesADamagedWorkbookWithItsReason) {
  const auto error = [](const XlsSheet& sheet) { return read(sheet).error; };
  EXPECT_THAT(error(with_header().shared(1, 0, 9)), HasSubstr("row 2: it names a shared text"));
  EXPECT_THAT(error(with_header().number(5, 0, 1).number(4, 0, 1)), HasSubstr("out of order"));
  EXPECT_THAT(error(with_header().number(1, 300, 1)), HasSubstr("too many columns"));
  XlsSheet cut = with_header();
  cut.records += biff(0x0203, le(1, 2) + le(0, 2));
  EXPECT_THAT(error(cut), HasSubstr("a cell is cut short"));
  cut = with_header();
  cut.records += biff(0x0204, le(1, 2) + le(0, 2) + le(0, 2) + le(9, 2) + '\0' + "abc");
  EXPECT_THAT(error(cut), HasSubstr("a record of it is cut short"));
  // A stream whose sectors are linked in a ring, and one with links to nowhere.
  std::string bytes = make_xls({.sheets = {with_header().number(1, 0, 1)}});
  const std::size_t link_of_stream = 512 + 4 * 2;
  EXPECT_THAT(read_whole_text(std::string(bytes).replace(link_of_stream, 4, le(2, 4))).error,
              HasSubstr("kInvalidInput: the workbook is damaged: its sectors"));
  EXPECT_THAT(read_whole_text(std::string(bytes).replace(link_of_stream, 4, le(77'777, 4))).error,
              HasSubstr("kInvalidInput: the workbook is damaged: its sectors"));
}

TEST(XlsSource, LeavesAListOfLinksThatNamesItselfBeforeItIsLong) {
  // 32 MB of sectors; all but the header is one that lists itself, and sector 0 over and over.
  class Ring final : public io::InputFile {
   public:
    std::uint64_t size() const noexcept override { return std::uint64_t{32} << 20; }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) const override {
      std::string bytes;
      if (offset == 0) {
        bytes = compound_file("x").substr(0, 512);
        bytes.replace(68, 4, le(1, 4));
      } else {
        for (int i = 0; i < 127; ++i) bytes += le(0, 4);
        bytes += le(1, 4);
        ++num_read;
      }
      std::ranges::copy(bytes, buffer.begin());
      return bytes.size();
    }
    mutable int num_read = 0;
  };
  const auto ring = std::make_shared<Ring>();
  const auto opened = CompoundFile::open(ring);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().to_string(), HasSubstr("its sectors are not linked rightly"));
  EXPECT_LT(ring->num_read, 32);  // the links of 65,536 sectors are 512 sectors, 5 lists
}

TEST(XlsSource, RefusesMoreBehindATextThanAnyTextHas) {
  const auto with_behind = [](std::uint32_t size) {
    std::string records =
        biff(0x00FC, le(1, 4) + le(1, 4) + le(2, 2) + '\x04' + le(size, 4) + "hi");
    for (std::uint32_t left = size; left > 0;) {
      const std::uint32_t some = std::min<std::uint32_t>(left, 8000);
      records += biff(0x003C, std::string(some, '?'));
      left -= some;
    }
    XlsParts parts;
    parts.before_sheets = records;
    parts.has_shared_texts = false;
    return read(with_header().shared(1, 0, 0), parts);
  };
  EXPECT_EQ(with_behind(1 << 20).rows.at(0).at(0), "hi");
  EXPECT_THAT(with_behind((1 << 20) + 1).error,
              HasSubstr("kInvalidInput: the workbook is damaged: more stands behind a text"));
}

TEST(XlsSource, EveryTruncationOfTheFileIsAnError) {
  const std::string whole = make_xls({.sheets = {with_header().number(1, 0, 1)}});
  // Behind the stream's own end there is only padding.
  const std::size_t needed =
      whole.size() - 4096 + make_biff({.sheets = {with_header().number(1, 0, 1)}}).size();
  for (std::size_t length = 8; length < needed; length += 7)
    EXPECT_THAT(read_whole_text(whole.substr(0, length)).error, HasSubstr("kInvalidInput"))
        << length;
}

TEST(XlsSource, HandsRowsOverBeforeTheyHoldMuchHoweverFewBytesOfTheFileTheyAre) {
  XlsParts parts;
  parts.shared_texts = {biff_text(std::string(60'000, 'x'))};
  parts.sheets = {XlsSheet{"Data"}};
  for (std::uint16_t row = 0; row < 2000; ++row) parts.sheets[0].shared(row, 0, 0);
  MemoryFiles files;
  files.put("f", make_xls(parts));
  const auto book = open_xls(*files.open_input("f"));
  ASSERT_TRUE(book) << book.error().to_string();
  const auto sheet = (*book)->open_sheet(0);
  ASSERT_TRUE(sheet);
  std::size_t num_rows = 0;
  for (bool has_more = true; has_more;) {
    std::size_t num_bytes = 0;
    const auto next = (*sheet)->next([&](std::vector<std::string>& cells, std::int64_t) {
      ++num_rows;
      num_bytes += cells[0].size();
    });
    ASSERT_TRUE(next) << next.error().to_string();
    EXPECT_LT(num_bytes, std::size_t{9} << 20);
    has_more = *next;
  }
  EXPECT_EQ(num_rows, 2000U);
}

}  // namespace
}  // namespace hark::tabular
