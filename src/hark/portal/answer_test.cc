#include "hark/portal/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hark/core/text.h"

namespace hark::portal {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> texts(std::string_view body) {
  const auto records = cut_records(body, "", "");
  EXPECT_TRUE(records) << records.error().to_string();
  std::vector<std::string> out;
  if (records)
    for (const AnswerRecord& record : *records)
      out.emplace_back(body.substr(record.offset, record.size));
  return out;
}

TEST(Answer, RecordsAreCutWhateverStandsInTheirTexts) {
  const std::vector<std::string> records = {R"({"a":"}],[{\"\\"})", R"({})",
                                            R"({"a":{"b":[1,{"c":"]"}]}})", "{\"a\":\n1}"};
  EXPECT_EQ(texts(concat("[", join(records, ","), "]")), records);
  EXPECT_EQ(texts(concat("\xEF\xBB\xBF \n[ ", join(records, "\r\n, "), "\t]\n ")), records);
  EXPECT_TRUE(texts("[]").empty());
  EXPECT_TRUE(texts(" [ \n ] ").empty());
}

TEST(Answer, TimeAndIdAreReadAndAbsentOnesAreEmpty) {
  const auto records = cut_records(
      R"([{"t":"2024-05-01T12:34:56.789Z","i":"row-1"},{"t":null,"i":5},{}])", "t", "i");
  ASSERT_TRUE(records) << records.error().to_string();
  ASSERT_EQ(records->size(), 3U);
  EXPECT_EQ((*records)[0].at, "2024-05-01T12:34:56.789Z");
  EXPECT_EQ((*records)[0].instant, *parse_instant("2024-05-01T12:34:56.789Z"));
  EXPECT_EQ((*records)[0].id, "row-1");
  EXPECT_EQ((*records)[1].at + (*records)[1].id + (*records)[2].at + (*records)[2].id, "");
}

TEST(Answer, AnythingThatIsNoWholeListOfRecordsIsRefused) {
  const std::string whole = R"([{"a":"x"},{"b":[1,2]}])";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto records = cut_records(whole.substr(0, size), "", "");
    ASSERT_FALSE(records) << whole.substr(0, size);
    EXPECT_EQ(records.error().code(), ErrorCode::kRemote);
  }
  for (const char* body :
       {"<!DOCTYPE html><html></html>", R"({"error":true,"message":"no"})", "[1,2]", "[{}{}]",
        "[{}x", "[{},]", "[{}]x", "[]x", R"([{"a":1]])", R"([{"a":tru}])", R"([{"a":"x
"}])",
        "null", "[,{}]"}) {
    EXPECT_FALSE(cut_records(body, "", "")) << body;
  }
  const auto nested = [](std::size_t depth) {
    return concat("[{\"a\":", std::string(depth, '['), std::string(depth, ']'), "}]");
  };
  EXPECT_TRUE(cut_records(nested(60), "", ""));
  EXPECT_FALSE(cut_records(nested(100'000), "", ""));
  EXPECT_FALSE(cut_records(R"([{"t":"yesterday"}])", "t", ""));
}

TEST(Answer, NoMessageQuotesTheAnswer) {
  for (const char* body : {R"([{"name":"Ada Example" "x"}])", R"([{"t":"Ada Example"}])",
                           "Ada Example", R"([{"name":"Ada Example"}, "Ada Example"])"}) {
    const auto records = cut_records(body, "t", "");
    ASSERT_FALSE(records);
    EXPECT_THAT(records.error().to_string() + records.error().hint(), Not(HasSubstr("Ada")));
  }
}

}  // namespace
}  // namespace hark::portal
