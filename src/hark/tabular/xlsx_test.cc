// Workbooks as tables. Serial numbers are checked against the dates Excel's documentation gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hark/tabular/reading.h"
#include "hark/tabular/sheet_values.h"
#include "hark/tabular/whole_file.h"
#include "hark/tabular/workbook.h"
#include "hark/tabular/xlsx_for_tests.h"

namespace hark::tabular {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Row = std::vector<std::string>;

WholeFile read(const std::string& rows, XlsxParts parts = {}) {
  parts.sheets = {{"Data", rows}};
  return read_whole_text(make_xlsx(parts));
}

constexpr const char* kHeader =
    "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a</t></is></c>"
    "<c r=\"B1\" t=\"inlineStr\"><is><t>b</t></is></c></row>";

TEST(SheetValues, SerialNumbersAreDaysSince1900WithTheDayThatNeverWas) {
  const auto text = [](double value) { return number_text(value, NumberKind::kDate, false); };
  EXPECT_EQ(text(1), "1900-01-01");
  EXPECT_EQ(text(59), "1900-02-28");
  EXPECT_EQ(text(60), "1900-02-29");
  EXPECT_EQ(text(61), "1900-03-01");
  EXPECT_EQ(text(39448), "2008-01-01");  // the example of Excel's help on DATE
  EXPECT_EQ(text(2'958'465), "9999-12-31");
  EXPECT_EQ(text(2'958'466), "2958466");
  EXPECT_EQ(text(-1), "-1");
}

TEST(SheetValues, SerialNumbersMayCountFrom1904) {
  EXPECT_EQ(number_text(0, NumberKind::kDate, true), "1904-01-01");
  EXPECT_EQ(number_text(60, NumberKind::kDate, true), "1904-03-01");
  EXPECT_EQ(number_text(39448 - 1462, NumberKind::kDate, true), "2008-01-01");
}

TEST(SheetValues, ClocksAreRoundedToTheMillisecondTheyMean) {
  EXPECT_EQ(number_text(43202.466273148151, NumberKind::kDateTime, false), "2018-04-12T11:11:26");
  EXPECT_EQ(number_text(43202.466273, NumberKind::kDateTime, false), "2018-04-12T11:11:25.987");
  EXPECT_EQ(number_text(43202.99999999999, NumberKind::kDateTime, false), "2018-04-13T00:00:00");
  EXPECT_EQ(number_text(43202, NumberKind::kDateTime, false), "2018-04-12T00:00:00");
  EXPECT_EQ(number_text(0.5, NumberKind::kTime, false), "12:00:00");
  EXPECT_EQ(number_text(43202.5, NumberKind::kTime, false), "2018-04-12T12:00:00");
}

TEST(SheetValues, NumbersAreWrittenAsShortAsTheyCanBe) {
  const auto text = [](double value) { return number_text(value, NumberKind::kNumber, false); };
  EXPECT_EQ(text(1'000'000), "1000000");
  EXPECT_EQ(text(39.347010728111998), "39.347010728112");
  EXPECT_EQ(text(-0.25), "-0.25");
  EXPECT_EQ(text(123456789012345), "123456789012345");
  EXPECT_EQ(text(1e300), "1e+300");
}

TEST(SheetValues, AFormatOfDatesIsToldFromOneOfNumbers) {
  for (const char* format :
       {"m/d/yy h:mm", "[$-409]m/d/yy h:mm AM/PM;@", "yyyy\\-mm\\-dd hh:mm:ss"})
    EXPECT_EQ(number_kind_of(format), NumberKind::kDateTime) << format;
  for (const char* format : {"dd.mm.yyyy", "mmm-yy", "[$-F800]dddd, mmmm dd, yyyy", "mmmm"})
    EXPECT_EQ(number_kind_of(format), NumberKind::kDate) << format;
  for (const char* format : {"h:mm", "hh:mm:ss"})
    EXPECT_EQ(number_kind_of(format), NumberKind::kTime) << format;
  for (const char* format : {"General", "0.00", "#,##0", "0\" days\"", "@", "[h]:mm", "\"dmy\"0"})
    EXPECT_EQ(number_kind_of(format), NumberKind::kNumber) << format;
}

TEST(XlsxSource, ReadsSharedInlineFormulaAndBooleanCells) {
  XlsxParts parts;
  parts.shared_texts =
      "<si><t>one</t></si><si><r><t>ri</t></r><rPh><t>no</t></rPh><r><t xml:space=\"preserve\">ch "
      "&amp; &#233;</t></r></si>";
  const auto whole = read(
      concat(kHeader,
             "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c></row>"
             "<row r=\"3\"><c r=\"A3\" t=\"str\"><f>A1</f><v>res</v></c><c r=\"B3\" "
             "t=\"b\"><v>1</v></c></row>"
             "<row r=\"4\"><c r=\"A4\"><v>5</v></c><c r=\"B4\" t=\"n\"><v>1.50</v></c></row>"),
      parts);
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.columns, ElementsAre("a", "b", "_record", "_line", "_offset"));
  EXPECT_THAT(whole.rows,
              ElementsAre(Row{"one", "rich & \xC3\xA9", "1", "2", "0"},
                          Row{"res", "true", "2", "3", "0"}, Row{"5", "1.5", "3", "4", "0"}));
}

TEST(XlsxSource, DecodesCharactersThatXmlCannotHold) {
  XlsxParts parts;
  parts.shared_texts =
      "<si><t>two_x000D_\nlines</t></si><si><t>_x005F_x0041_ _x00E9__x4E2D_ _x00_ _xD800_ _x0000_ "
      "_x12</t></si>";
  const auto whole = read(
      concat(kHeader,
             "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c></row>"
             "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>a_x0009_b</t></is></c></row>"),
      parts);
  EXPECT_EQ(whole.error, "");
  ASSERT_EQ(whole.rows.size(), 2U);
  EXPECT_EQ(whole.rows[0][0], "two\r\nlines");
  EXPECT_EQ(whole.rows[0][1], "_x0041_ \xC3\xA9\xE4\xB8\xAD _x00_ _xD800_ _x0000_ _x12");
  EXPECT_EQ(whole.rows[1][0], "a\tb");
}

TEST(XlsxSource, ReadsDatesByTheirStyleAndLeavesOtherNumbersAlone) {
  const auto whole = read(concat(
      kHeader, "<row><c s=\"1\"><v>43202.466273148151</v></c><c s=\"0\"><v>43202</v></c></row>",
      "<row><c s=\"2\"><v>43202</v></c><c s=\"3\"><v>0.25</v></c></row>",
      "<row><c s=\"4\"><v>43202.5</v></c><c t=\"d\" s=\"1\"><v>2018-04-12T01:00:00</v></c></row>"));
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.rows,
              ElementsAre(Row{"2018-04-12T11:11:26", "43202", "1", "2", "0"},
                          Row{"2018-04-12", "06:00:00", "2", "3", "0"},
                          Row{"2018-04-12T12:00:00", "2018-04-12T01:00:00", "3", "4", "0"}));
}

TEST(XlsxSource, CountsFrom1904WhereTheWorkbookSaysSo) {
  XlsxParts parts;
  parts.workbook_properties = "date1904=\"1\"";
  const auto whole = read(concat(kHeader, "<row><c s=\"2\"><v>0</v></c></row>"), parts);
  ASSERT_EQ(whole.rows.size(), 1U);
  EXPECT_EQ(whole.rows[0][0], "1904-01-01");
}

TEST(XlsxSource, LeavesGapsInRowsAndCellsWhereTheyAre) {
  const auto whole = read(concat(kHeader, "<row r=\"3\"><c r=\"B3\"><v>1</v></c></row>",
                                 "<row r=\"7\"><c r=\"A7\" s=\"1\"/></row>",
                                 "<row r=\"9\"><c r=\"A9\"><v>2</v></c></row>"));
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.rows,
              ElementsAre(Row{"<null>", "1", "1", "3", "0"}, Row{"2", "<null>", "2", "9", "0"}));
}

TEST(XlsxSource, RefusesARecordThatIsWiderThanTheHeader) {
  const auto whole =
      read(concat(kHeader, "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"D2\"><v>4</v></c></row>",
                  "<row r=\"3\"><c r=\"A3\"><v>2</v></c></row>"));
  EXPECT_EQ(whole.rows.size(), 1U);
  EXPECT_THAT(whole.rejects, ElementsAre("1 2 0 field_count: 4 fields where the header has 2 "
                                         "[1\t\t\t4]"));
}

std::string text_row(std::initializer_list<const char*> texts) {
  std::string row = "<row>";
  for (const char* text : texts) row += concat("<c t=\"inlineStr\"><is><t>", text, "</t></is></c>");
  return row + "</row>";
}

TEST(XlsxSource, TakesTheSheetAndTheRowThatAContractKnows) {
  XlsxParts parts;
  parts.sheets = {{"Cover", concat(text_row({"Report", "2024"}), text_row({"made by", "nobody"}))},
                  {"Data", concat(text_row({"Service requests, all boroughs"}),
                                  text_row({"Unique Key", "Created Date", "Agency"}),
                                  text_row({"7", "05/31/2024 01:05:00 PM", "NYPD"}))}};
  MemoryFiles files;
  files.put("f", make_xlsx(parts));
  const auto probe = probe_file(files, "f");
  ASSERT_TRUE(probe) << probe.error().to_string();
  EXPECT_EQ(probe->sheet, "Data");
  EXPECT_THAT(probe->header, ElementsAre("Unique Key", "Created Date", "Agency"));
  EXPECT_THAT(probe->first_rows, ElementsAre(ElementsAre("7", "05/31/2024 01:05:00 PM", "NYPD")));
}

TEST(XlsxSource, NamesTheSheetsThatAContractKnowsAndThatAreNotRead) {
  const std::string header = text_row({"Unique Key", "Created Date", "Agency"});
  const std::string row = text_row({"7", "05/31/2024 01:05:00 PM", "NYPD"});
  XlsxParts parts;
  parts.sheets = {{"2023", header + row},
                  {"Notes", text_row({"made by", "nobody"})},
                  {"2024", header + row},
                  {"broken", "<row"},
                  {"2025", header + row}};
  MemoryFiles files;
  files.put("f", make_xlsx(parts));
  auto probe = probe_file(files, "f");
  ASSERT_TRUE(probe) << probe.error().to_string();
  EXPECT_EQ(probe->sheet, "2023");
  EXPECT_THAT(probe->other_sheets, ElementsAre("2024")) << "what lies behind need not be sound";
  parts.sheets.erase(parts.sheets.begin() + 3);
  files.put("f", make_xlsx(parts));
  EXPECT_THAT(probe_file(files, "f")->other_sheets, ElementsAre("2024", "2025"));
}

TEST(XlsxSource, TakesTheFirstSheetWithRowsWhereNoContractKnowsAny) {
  XlsxParts parts;
  parts.sheets = {{"Empty", ""}, {"One", text_row({"x", "y"}) + text_row({"1", "2"})}};
  const auto whole = read_whole_text(make_xlsx(parts));
  EXPECT_EQ(whole.error, "");
  EXPECT_EQ(whole.rows.size(), 1U);
  EXPECT_THAT(read_whole_text(make_xlsx({.sheets = {{"Empty", ""}}})).error,
              HasSubstr("no sheet with a header and rows"));
}

TEST(XlsxSource, ReadsTheSameForAllBlockSizesAndThreads) {
  std::string rows = kHeader;
  for (int i = 0; i < 3000; ++i)
    rows += concat("<row><c><v>", i, "</v></c><c t=\"str\"><v>t", i % 17, "</v></c></row>");
  const auto once = read(rows);
  ASSERT_EQ(once.rows.size(), 3000U);
  const std::string bytes = make_xlsx({.sheets = {{"Data", rows}}});
  for (const std::size_t block_bytes : {1, 100, 5000}) {
    for (const unsigned threads : {1U, 4U}) {
      EXPECT_EQ(read_whole_text(bytes, {.block_bytes = block_bytes}, threads).rows, once.rows);
    }
  }
}

TEST(XlsxSource, RefusesADamagedWorkbookWithItsReason) {
  const auto error = [](const std::string& rows) { return read(concat(kHeader, rows)).error; };
  EXPECT_THAT(error("<row><c><v>1</v></row>"), HasSubstr("kInvalidInput: the workbook is damaged"));
  EXPECT_THAT(error("<row><c t=\"s\"><v>9</v></c></row>"), HasSubstr("shared text"));
  EXPECT_THAT(error("<row r=\"1\"><c><v>1</v></c></row>"), HasSubstr("it says it is row 1"));
  EXPECT_THAT(error("<row><c r=\"B2\"><v>1</v></c><c r=\"A2\"><v>1</v></c></row>"),
              HasSubstr("out of order"));
  EXPECT_THAT(error("<row><c r=\"ZZZZ2\"><v>1</v></c></row>"), HasSubstr("out of order"));
  EXPECT_THAT(read_whole_text(io::stored_zip({{"xl/workbook.xml",
                                               "<!DOCTYPE x [<!ENTITY e \"eee\">]><x>&e;</x>"}}))
                  .error,
              HasSubstr("document type"));
  EXPECT_THAT(read_whole_text(io::stored_zip({{"xl/workbook.xml", "<workbook/>"}})).error,
              HasSubstr("it lacks xl/_rels/workbook.xml.rels"));
}

/// What each call of a workbook's reader hands over, as bytes of texts and of the fields' places.
std::vector<std::size_t> sizes_of_steps(const std::string& bytes, std::size_t& num_rows) {
  MemoryFiles files;
  files.put("f", bytes);
  const auto table = find_workbook_table(files, "f", open_xlsx,
                                         [](std::span<const std::string>) { return false; });
  EXPECT_TRUE(table) << table.error().to_string();
  const auto rows = table->open("f");
  EXPECT_TRUE(rows) << rows.error().to_string();
  std::vector<std::size_t> sizes;
  num_rows = 0;
  for (bool has_more = true; has_more;) {
    std::size_t& size = sizes.emplace_back();
    const auto next =
        (*rows)->next([&](std::span<const std::string_view> fields, const RecordPlace&) {
          ++num_rows;
          for (const std::string_view field : fields) size += field.size() + sizeof(std::string);
        });
    EXPECT_TRUE(next) << next.error().to_string();
    has_more = next && *next;
  }
  return sizes;
}

TEST(XlsxSource, HandsRowsOverBeforeTheyHoldMuchHoweverFewBytesOfTheFileTheyAre) {
  std::string wide = kHeader;
  for (int i = 2; i < 302; ++i)
    wide += concat("<row r=\"", i, "\"><c r=\"XFD", i, "\"><v>1</v></c></row>");
  XlsxParts parts;
  parts.shared_texts = concat("<si><t>", std::string(1 << 20, 'x'), "</t></si>");
  std::string shared = kHeader;
  for (int i = 0; i < 150; ++i) shared += "<row><c t=\"s\"><v>0</v></c></row>";
  for (const auto& [rows, num_expected] : {std::pair(wide, 300U), std::pair(shared, 150U)}) {
    parts.sheets = {{"Data", rows}};
    std::size_t num_rows = 0;
    for (const std::size_t size : sizes_of_steps(make_xlsx(parts), num_rows))
      EXPECT_LT(size, std::size_t{20} << 20);
    EXPECT_EQ(num_rows, num_expected);
  }
}

class OneBigStep final : public RowReader {
 public:
  const std::vector<std::string>& header() const override { return header_; }
  Result<bool> next(const RowTaker& take) override {
    const std::string text(3 << 20, 'x');
    const std::string_view field = text;
    for (int i = 0; i < 100; ++i) take({&field, 1}, {.line = i + 1, .offset = 0});
    return false;
  }
  std::uint64_t file_bytes_read() const override { return 0; }

 private:
  std::vector<std::string> header_ = {"a"};
};

TEST(RowsReading, RowsHandedOverAtOnceThatNoBlockCanHoldAreAnError) {
  const auto reading = read_rows(std::make_unique<OneBigStep>(),
                                 {.block_bytes = 1 << 20, .max_record_bytes = 4 << 20});
  const auto next = reading->worker(0)->next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code(), ErrorCode::kExhausted);
}

TEST(XlsxSource, RefusesElementsThatStandInOneAnotherWithoutEnd) {
  std::string deep = kHeader;
  for (int i = 0; i < 300; ++i) deep += "<x>";
  for (int i = 0; i < 300; ++i) deep += "</x>";
  EXPECT_THAT(read(deep).error, HasSubstr("more than 256 elements in one another"));
}

TEST(XlsxSource, RefusesMoreSheetsThanAnyWorkbookHasAndReadsAPartOnce) {
  const auto book = [](int num_entries) {
    std::string entries;
    for (int i = 0; i < num_entries; ++i)
      entries += concat("<sheet name=\"s", i, "\" r:id=\"r\"/>");
    return io::stored_zip({{"xl/workbook.xml", concat("<workbook xmlns:r=\"r\"><sheets>", entries,
                                                      "</sheets></workbook>")},
                           {"xl/_rels/workbook.xml.rels",
                            "<Relationships><Relationship Id=\"r\" Type=\"x/worksheet\" "
                            "Target=\"s.xml\"/></Relationships>"},
                           {"xl/s.xml", concat("<worksheet><sheetData>", text_row({"a"}),
                                               text_row({"1"}), "</sheetData></worksheet>")}});
  };
  EXPECT_THAT(read_whole_text(book(1001)).error, HasSubstr("more than 1000 sheets"));
  EXPECT_EQ(read_whole_text(book(1000)).rows.size(), 1U);
  MemoryFiles files;
  files.put("f", book(1000));
  int num_heads = 0;
  const auto table = find_workbook_table(files, "f", open_xlsx, [&](std::span<const std::string>) {
    ++num_heads;
    return false;
  });
  EXPECT_TRUE(table);
  EXPECT_EQ(num_heads, 2);  // its two rows
}

TEST(XlsxSource, SheetsWithoutRowsAreNotReadForever) {
  // Blank rows that are more than the first rows of all sheets may take.
  std::string blank;
  for (int i = 0; i < 900; ++i) blank += concat("<row>", std::string(20'000, ' '), "</row>");
  const auto whole = read_whole_text(
      make_xlsx({.sheets = {{"A", blank},
                            {"B", text_row({"a"}) + text_row({"1"}) + blank + text_row({"2"})}}}));
  EXPECT_EQ(whole.error, "");
  EXPECT_EQ(whole.rows.size(), 2U);
  EXPECT_THAT(
      read_whole_text(make_xlsx({.sheets = {{"A", blank + text_row({"a"}) + text_row({"1"})}}}))
          .error,
      HasSubstr("no sheet with a header and rows"));
}

TEST(XlsxSource, EveryTruncationOfTheFileIsAnError) {
  const std::string whole =
      make_xlsx({.sheets = {{"Data", concat(kHeader, "<row><c><v>1</v></c></row>")}}});
  for (std::size_t length = 1; length < whole.size(); length += 7)
    EXPECT_THAT(read_whole_text(whole.substr(0, length)).error, HasSubstr("kInvalidInput"))
        << length;
}

}  // namespace
}  // namespace hark::tabular
