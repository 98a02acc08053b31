// JSON files as tables. The oracle is core's Json, another parser, on random documents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "hark/core/json.h"
#include "hark/tabular/whole_file.h"

namespace hark::tabular {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Row = std::vector<std::string>;

/// The rows without their places.
std::vector<Row> values_of(const WholeFile& whole) {
  std::vector<Row> rows = whole.rows;
  for (Row& row : rows) row.resize(row.size() - 3);
  return rows;
}

TEST(JsonSource, ReadsAnArrayWithAbsentNamesAsNullsWhereverANameComesUpFirst) {
  const auto whole = read_whole_text(R"([{"a":"1","b":"x"}
,{"b":"y"}
,{"c":true,"a":null,"b":""}])");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.columns, ElementsAre("a", "b", "c", "_record", "_line", "_offset"));
  EXPECT_THAT(whole.rows, ElementsAre(Row{"1", "x", "<null>", "1", "1", "1"},
                                      Row{"<null>", "y", "<null>", "2", "2", "20"},
                                      Row{"<null>", "<null>", "true", "3", "3", "31"}));
}

TEST(JsonSource, KeepsNumbersAsTheyAreWrittenAndTextsWithQuotesLineEndsAndUmlauts) {
  const auto whole = read_whole_text(
      R"([{"n":40.70,"big":123456789012345678901234567890,"e":-1.5E-3,"s":"\"5\" pipe\",\nM\u00fcnch\ud83d\ude00"}])");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(values_of(whole),
              ElementsAre(Row{"40.70", "123456789012345678901234567890", "-1.5E-3",
                              "\"5\" pipe\",\nM\xC3\xBCnch\xF0\x9F\x98\x80"}));
}

TEST(JsonSource, KeepsNestedValuesAsTheirJsonAndTakesAPlaceFromThem) {
  const auto whole = read_whole_text(
      R"([{"location":{"latitude":"40.7","longitude":"-73.9","human_address":"{\"city\": \"\"}"},"tags":[1,{"x":[]}]},
{"location":{"type":"Point","coordinates":[-74.0,41.0]}},{"location":null},{"location":{"type":"Polygon","coordinates":[[0,0]]}}])");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.columns, ElementsAre("location", "tags", "latitude", "longitude", "_record",
                                         "_line", "_offset"));
  EXPECT_THAT(
      values_of(whole),
      ElementsAre(
          Row{R"({"latitude":"40.7","longitude":"-73.9","human_address":"{\"city\": \"\"}"})",
              R"([1,{"x":[]}])", "40.7", "-73.9"},
          Row{R"({"type":"Point","coordinates":[-74.0,41.0]})", "<null>", "41.0", "-74.0"},
          Row{"<null>", "<null>", "<null>", "<null>"},
          Row{R"({"type":"Polygon","coordinates":[[0,0]]})", "<null>", "<null>", "<null>"}));
}

TEST(JsonSource, TakesNoPlaceWhereTheRecordsHaveALatitudeOfTheirOwn) {
  const auto whole = read_whole_text(R"([{"Latitude":"1","at":{"latitude":"2","longitude":"3"}}])");
  EXPECT_THAT(whole.columns, ElementsAre("Latitude", "at", "_record", "_line", "_offset"));
}

TEST(JsonSource, ReadsTheFeaturesOfGeoJsonByTheirProperties) {
  const auto whole = read_whole_text(R"({"type":"FeatureCollection","name":"x",
"crs":{"type":"name","properties":{"name":"urn"}},"features":[
{"type":"Feature","id":7,"properties":{"kind":"Pothole"},"geometry":{"type":"Point","coordinates":[-123.1,49.2]}},
{"type":"Feature","properties":{"kind":"Tree"},"geometry":null}
],"totalFeatures":2})");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.columns, ElementsAre("id", "kind", "geometry", "latitude", "longitude",
                                         "_record", "_line", "_offset"));
  EXPECT_THAT(values_of(whole),
              ElementsAre(Row{"7", "Pothole", R"({"type":"Point","coordinates":[-123.1,49.2]})",
                              "49.2", "-123.1"},
                          Row{"<null>", "Tree", "<null>", "<null>", "<null>"}));
}

TEST(JsonSource, ReadsTheResultsOfAnOpendatasoftAnswer) {
  const auto whole = read_whole_text(R"({"total_count": 2, "results": [{"a": 1}, {"a": 2}]})");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(values_of(whole), ElementsAre(Row{"1"}, Row{"2"}));
}

TEST(JsonSource, ReadsJsonLinesWithBlankLinesAndCarriageReturns) {
  const auto whole = read_whole_text("\xEF\xBB\xBF{\"a\":1}\r\n\r\n{\"a\":2}\n  \n{\"b\":3}");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.rows,
              ElementsAre(Row{"1", "<null>", "1", "1", "3"}, Row{"2", "<null>", "2", "3", "14"},
                          Row{"<null>", "3", "3", "5", "25"}));
  EXPECT_EQ(whole.summary.blank_lines, 2U);
}

TEST(JsonSource, ReadsOneRecordOnOneLine) {
  EXPECT_THAT(values_of(read_whole_text("{\"a\":1}\n")), ElementsAre(Row{"1"}));
}

TEST(JsonSource, RefusesABadRecordAndGoesOnBehindIt) {
  const auto whole = read_whole_text(R"([{"a":1},
{"a":"one quote too many""},
{"a":truth},
7,
{"a":"open},
{"a":2} {"a":3},
{"a":01},
{"a":"\ud800"},
{"a":4}])");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(values_of(whole), ElementsAre(Row{"1"}, Row{"3"}, Row{"4"}));
  ASSERT_EQ(whole.rejects.size(), 7U);
  EXPECT_THAT(whole.rejects[0], HasSubstr("2 2 10 malformed_record: a text in it has a line end"));
  EXPECT_THAT(whole.rejects[0], HasSubstr("[{\"a\":\"one quote too many\"\"},\n]"));
  EXPECT_THAT(whole.rejects[1], HasSubstr("3 3 39 malformed_record: "));
  EXPECT_THAT(whole.rejects[1], HasSubstr("[{\"a\":truth}]"));
  EXPECT_EQ(whole.rejects[2], "4 4 52 malformed_record: it is not an object [7]");
  EXPECT_THAT(whole.rejects[3], HasSubstr("[{\"a\":\"open},\n]"));
  EXPECT_EQ(whole.rejects[4],
            "6 6 68 malformed_record: something other than a comma follows it [{\"a\":2}]");
  EXPECT_THAT(whole.rejects[5], HasSubstr("[{\"a\":01}]"));
  EXPECT_THAT(whole.rejects[6], HasSubstr("[{\"a\":\"\\ud800\"}]"));
}

std::string records_with_slips(std::string_view separator, std::string_view slip) {
  std::string text = "[";
  for (int i = 0; i < 400; ++i) {
    if (i > 0) text += separator;
    if (i % 100 == 50) {
      text += slip;
    } else {
      text += concat("{\"a\":", i, ",\"at\":\n {\"x\":1},\"b\":[\n  {},\n  {}]}");
    }
  }
  return text + "]\n";
}

TEST(JsonSource, ARecordThatLostABracketCostsNoOther) {
  for (const std::string separator : {"\n,", ",\n", "\n,\n"}) {
    for (const std::string slip :
         {"{\"a\":1", "{\"a\":{\"x\":1}", "{\"a\":[1}", "{\"a\":[1,[2]}", "{\"a\"", "{\"a\":1}}",
          "{\"a\":\"x}", "{\"a\":\"x\"y\"}", "\"a\":1}", "{", "7"}) {
      const std::string text = records_with_slips(separator, slip);
      const auto once = read_whole_text(text);
      EXPECT_EQ(once.error, "") << slip;
      EXPECT_EQ(once.rows.size(), 396U) << slip;
      EXPECT_EQ(once.rejects.size(), 4U) << slip;
      for (const std::size_t block_bytes : {1, 50, 3000}) {
        const auto again = read_whole_text(text, {.block_bytes = block_bytes}, 2);
        EXPECT_EQ(again.rows, once.rows) << slip;
        EXPECT_EQ(again.rejects, once.rejects) << slip;
      }
    }
  }
}

TEST(JsonSource, ABrokenRecordWhoseEndCannotBeToldIsTheFilesErrorWithItsLine) {
  // One that swallows what follows up to the next slip, on lines of their own and on one line.
  for (const std::string slip : {"{\"a\":[1", "{\"a\":[1,"}) {
    const std::string text =
        concat("[{\"a\":0},\n", slip, "\n,{\"a\":2}\n,{\"a\":3}\n,{\"a\":\"x}\n", ",{\"a\":4}\n]");
    EXPECT_THAT(read_whole_text(text).error, HasSubstr("line 2")) << slip;
  }
  for (const std::string slip : {"{\"a\":1", "{\"a\":[1}", "{\"a\":\"x}", "{\"a\":1}}"}) {
    for (const std::string before : {"[", "[{\"a\":0},", "[{\"a\":0},{\"a\":0},"}) {
      for (const std::string second :
           {"{\"a\":5}}", "{\"a\":5\"}", "{\"a\":x\"5\"}", "{\"a\":5}}}"}) {
        const std::string text = concat(before, slip, ",{\"a\":2},{\"a\":3},", second,
                                        "\n,{\"a\":6},{\"a\":7}\n,{\"a\":8}]");
        EXPECT_THAT(read_whole_text(text).error, HasSubstr("line 1")) << text;
        EXPECT_EQ(read_whole_text(text, {.block_bytes = 3}).error, read_whole_text(text).error);
      }
    }
  }
}

TEST(JsonSource, RefusesALineThatIsNoObjectOrIsCutShort) {
  const auto whole = read_whole_text("{\"a\":1}\n[1]\n{\"a\":2}x\n{\"a\":\"\xE9\"}\n{\"a\":3");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(values_of(whole), ElementsAre(Row{"1"}));
  ASSERT_EQ(whole.rejects.size(), 4U);
  EXPECT_THAT(whole.rejects[0], HasSubstr("it is not an object [[1]]"));
  EXPECT_THAT(whole.rejects[1], HasSubstr("3 3 12 malformed_record: "));
  EXPECT_THAT(whole.rejects[2], HasSubstr("UTF-8"));
  EXPECT_THAT(whole.rejects[3], HasSubstr("5 5 31 malformed_record: JSON document ended early"));
}

// Found by the fuzzer: what stood behind a record, the next one's first byte, told the reason.
TEST(JsonSource, GivesTheSameReasonWhateverStandsBehindARecord) {
  const std::string text = "{\"a\":1}\n{\"a\":1}}}\n}}\n{\"a\":1}}}\n{\"a\":2}\n";
  const WholeFile whole = read_whole_text(text, {});
  ASSERT_EQ(whole.rejects.size(), 3U);
  EXPECT_THAT(whole.rejects[0], HasSubstr("something stands behind its end"));
  EXPECT_EQ(whole.rows.size(), 2U);
  EXPECT_EQ(read_whole_text(text, {.block_bytes = 1}).rejects, whole.rejects);
}

TEST(JsonSource, KeepsTheBeginningOfARecordThatIsTooLong) {
  const std::string record = concat("{\"a\":\"", std::string(9000, 'x'), "\"}");
  for (const std::string& text : {concat("[{\"a\":1},", record, ",{\"a\":2}]"),
                                  concat("{\"a\":1}\n", record, "\n{\"a\":2}\n")}) {
    const auto whole = read_whole_text(text, {.max_record_bytes = 5000});
    EXPECT_THAT(values_of(whole), ElementsAre(Row{"1"}, Row{"2"}));
    ASSERT_EQ(whole.rejects.size(), 1U);
    EXPECT_THAT(whole.rejects[0], HasSubstr("record_too_long"));
    EXPECT_THAT(whole.rejects[0], HasSubstr(concat("[", record.substr(0, 4096), "]")));
  }
}

TEST(JsonSource, AnArrayThatDoesNotEndIsTheFilesError) {
  const std::string text = R"([{"a":"1"},{"a":{"b":[2]}}])";
  for (std::size_t length = 9; length < text.size(); ++length) {
    const auto whole = read_whole_text(text.substr(0, length));
    EXPECT_THAT(whole.error, HasSubstr("kInvalidInput")) << length;
    EXPECT_THAT(whole.error, HasSubstr("ends in the middle of its JSON")) << length;
  }
  EXPECT_EQ(read_whole_text(text).error, "");
  EXPECT_THAT(read_whole_text(text + "]").error, HasSubstr("behind the end"));
  EXPECT_THAT(read_whole_text(R"([{"a":1},])").error, HasSubstr("a record was expected"));
  EXPECT_THAT(read_whole_text(R"({"results":[{"a":1}])").error, HasSubstr("ends in the middle"));
  EXPECT_THAT(read_whole_text(R"({"results":[{"a":1}] "x":2})").error, HasSubstr("line 1"));
}

TEST(JsonSource, SaysWhatJsonThatIsNoTableIs) {
  EXPECT_THAT(read_whole_text("[]").error, HasSubstr("its array is empty"));
  EXPECT_THAT(read_whole_text("[1,2]").error, HasSubstr("does not hold objects"));
  EXPECT_THAT(read_whole_text("[{}]").error, HasSubstr("no record with a name"));
  EXPECT_THAT(read_whole_text("{\"a\":1,\n\"b\":2}").error, HasSubstr("one object, not a list"));
  EXPECT_THAT(read_whole_text("{\"a\":\n1}\n{\"a\":\n2}").error,
              HasSubstr("spread over several lines"));
  EXPECT_THAT(read_whole_text(R"({"meta":{"view":{}},"data":[["row-1",2]]})").error,
              HasSubstr("rows.json"));
  EXPECT_THAT(read_whole_text(R"({"rows":[{"a":1}],"n":1})").error, HasSubstr("(rows)"));
}

TEST(JsonSource, ReadsATextTheSameForAllBlockSizesAndThreads) {
  std::string text = "[";
  for (int i = 0; i < 300; ++i) {
    if (i > 0) text += i % 7 == 0 ? "\n,\n" : ",";
    text += i % 50 == 13 ? concat("{\"a\":tru", i, "}")
                         : concat("{\"a\":", i, ",\"b\":\"", std::string(i % 40, 'y'), "\"}");
  }
  text += "]\n";
  const auto once = read_whole_text(text);
  EXPECT_EQ(once.error, "");
  EXPECT_EQ(once.rows.size() + once.rejects.size(), 300U);
  EXPECT_EQ(once.summary.plain_bytes, text.size());
  for (const std::size_t block_bytes : {1, 7, 100, 5000}) {
    for (const unsigned threads : {1U, 4U}) {
      const auto again = read_whole_text(text, {.block_bytes = block_bytes}, threads);
      EXPECT_EQ(again.rows, once.rows) << block_bytes;
      EXPECT_EQ(again.rejects, once.rejects) << block_bytes;
      EXPECT_EQ(again.summary.plain_bytes, text.size());
    }
  }
}

TEST(JsonSource, ReadsPackedJson) {
  EXPECT_THAT(values_of(read_whole_text(stored_gzip("[{\"a\":1}]"))), ElementsAre(Row{"1"}));
}

Json random_value(std::mt19937_64& random, int depth) {
  switch (random() % (depth < 3 ? 7 : 5)) {
    case 0:
      return Json();
    case 1:
      return Json(static_cast<std::int64_t>(random() % 2000) - 1000);
    case 2:
      return Json(random() % 2 == 0);
    case 3:
      return Json(static_cast<double>(random() % 1000) / 8 + 0.125);
    case 4: {
      std::string text;
      for (std::uint64_t n = random() % 6; n > 0; --n)
        text += std::vector<std::string>{
            "a", "\"", "\\", "\n", "\xC3\xA9", "{", "]", ","}[random() % 8];
      return Json(text);
    }
    case 5: {
      Json array = Json::array();
      for (std::uint64_t n = random() % 3; n > 0; --n)
        array.push_back(random_value(random, depth + 1));
      return array;
    }
    default: {
      Json object = Json::object();
      for (std::uint64_t n = random() % 3; n > 0; --n)
        object.set(concat("k", n), random_value(random, depth + 1));
      return object;
    }
  }
}

TEST(JsonSource, ReadsRandomDocumentsAsAnotherParserDoes) {
  std::mt19937_64 random(20240531);
  for (int round = 0; round < 300; ++round) {
    Json document = Json::array();
    Json first = Json::object();
    first.set("k0", "is there");
    document.push_back(first);
    for (std::uint64_t n = random() % 8; n > 0; --n) {
      Json record = Json::object();
      for (std::uint64_t i = random() % 6; i > 0; --i)
        record.set(concat("k", random() % 9), random_value(random, 0));
      document.push_back(record);
    }
    const std::string text = document.dump(random() % 2 == 0 ? -1 : 2);
    const auto whole = read_whole_text(text, {.block_bytes = 1 + random() % 60});
    ASSERT_EQ(whole.error, "") << text;
    ASSERT_THAT(whole.rejects, IsEmpty()) << text;
    ASSERT_EQ(whole.rows.size(), document.items().size());
    for (std::size_t row = 0; row < whole.rows.size(); ++row) {
      for (std::size_t column = 0; column + 3 < whole.columns.size(); ++column) {
        const std::string& seen = whole.rows[row][column];
        const Json& value = document.items()[row][whole.columns[column]];
        if (value.is_null()) {
          EXPECT_EQ(seen, "<null>") << text;
        } else if (value.is_string()) {
          const std::string_view expected = trim(value.as_string());
          EXPECT_EQ(seen, expected.empty() ? "<null>" : expected) << text;
        } else {
          const auto parsed = Json::parse(seen);
          ASSERT_TRUE(parsed) << seen;
          EXPECT_EQ(parsed->dump(), value.dump()) << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace hark::tabular
