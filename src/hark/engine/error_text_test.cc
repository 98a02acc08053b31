#include "hark/engine/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::engine {
namespace {

using testing::HasSubstr;

Error user_error(std::string_view message, std::string_view sql = "SELECT 1") {
  return error_from_duckdb(message, sql, SqlOrigin::kUser);
}

TEST(ErrorText, TheCaretStandsUnderThePlace) {
  const std::string sql = "SELECT a,\n  \tbé, nope\nFROM t";
  const Error error =
      error_at(ErrorCode::kInvalidArgument, "no such column", sql, sql.find("nope"));
  EXPECT_EQ(error.message(),
            "no such column (line 2, column 8)\n"
            "       bé, nope\n"
            "           ^");
}

TEST(ErrorText, PlacesAtTheEdgesAreShownToo) {
  EXPECT_EQ(error_at(ErrorCode::kInternal, "m", "ab", 0).message(),
            "m (line 1, column 1)\n    ab\n    ^");
  EXPECT_EQ(error_at(ErrorCode::kInternal, "m", "ab", 2).message(),
            "m (line 1, column 3)\n    ab\n      ^");
  EXPECT_EQ(error_at(ErrorCode::kInternal, "m", "ab\n", 3).message(),
            "m (line 2, column 1)\n    \n    ^");
  EXPECT_EQ(error_at(ErrorCode::kInternal, "m", "ab", 3).message(), "m");
  EXPECT_EQ(error_at(ErrorCode::kInternal, "m", "ab", ~std::size_t{0}).message(), "m");
  EXPECT_EQ(error_at(ErrorCode::kInternal, "m", "", 0).message(),
            "m (line 1, column 1)\n    \n    ^");
}

TEST(ErrorText, OfALongLineTheNeighbourhoodIsShown) {
  // Two-byte characters everywhere, so that the cut must not fall into one.
  std::string sql = "SELECT ";
  for (int i = 0; i < 300; ++i) sql += "é";
  const std::size_t place = sql.size();
  sql += "X";
  for (int i = 0; i < 300; ++i) sql += "é";
  const std::string message = error_at(ErrorCode::kInternal, "m", sql, place).message();
  const std::size_t shown = message.find('\n') + 5;
  const std::size_t caret_line = message.find('\n', shown);
  EXPECT_LT(caret_line - shown, 150U);
  EXPECT_THAT(message, HasSubstr("    ...é"));
  EXPECT_THAT(message, HasSubstr("é...\n"));
  EXPECT_THAT(message, HasSubstr("column 308"));
  // As many characters before the X as before the caret.
  std::size_t before = 0;
  for (const char c : message.substr(shown, message.find('X') - shown)) {
    before += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  }
  EXPECT_EQ(message.find('^') - caret_line - 5, before);
}

TEST(ErrorText, CodesSayWhoMustMendIt) {
  const std::vector<std::tuple<const char*, ErrorCode, ErrorCode>> cases{
      // message, from hark's own SQL, from a user's
      {R"({"exception_type":"Out of Memory","exception_message":"no"})", ErrorCode::kExhausted,
       ErrorCode::kExhausted},
      {R"({"exception_type":"INTERRUPT","exception_message":"Interrupted!"})",
       ErrorCode::kInterrupted, ErrorCode::kInterrupted},
      {R"({"exception_type":"IO","exception_message":"No files found that match \"x\""})",
       ErrorCode::kNotFound, ErrorCode::kNotFound},
      {R"({"exception_type":"IO","exception_message":"could not write: No space left on device"})",
       ErrorCode::kExhausted, ErrorCode::kExhausted},
      {R"({"exception_type":"IO","exception_message":"could not read"})", ErrorCode::kIo,
       ErrorCode::kIo},
      {R"({"exception_type":"Invalid Input","exception_message":"No magic bytes found at end of file"})",
       ErrorCode::kCorrupt, ErrorCode::kCorrupt},
      {R"({"exception_type":"Invalid Input","exception_message":"File 'x' too small to be a Parquet file"})",
       ErrorCode::kCorrupt, ErrorCode::kCorrupt},
      {R"({"exception_type":"Binder","exception_message":"no column"})", ErrorCode::kInternal,
       ErrorCode::kInvalidArgument},
      {R"(Parser Error: {"exception_type":"Parser","exception_message":"syntax error"})",
       ErrorCode::kInternal, ErrorCode::kInvalidArgument},
      {R"({"exception_type":"Conversion","exception_message":"no number"})", ErrorCode::kCorrupt,
       ErrorCode::kInvalidArgument},
      {R"({"exception_type":"Permission","exception_message":"Cannot access file"})",
       ErrorCode::kInvalidArgument, ErrorCode::kInvalidArgument},
      {R"({"exception_type":"Not implemented","exception_message":"not yet"})",
       ErrorCode::kUnsupported, ErrorCode::kUnsupported},
      {R"({"exception_type":"INTERNAL","exception_message":"assertion"})", ErrorCode::kInternal,
       ErrorCode::kInternal},
      {"Catalog Error: Table with name x does not exist!\nDid you mean y", ErrorCode::kInternal,
       ErrorCode::kInvalidArgument},
      {"something nobody foresaw", ErrorCode::kInternal, ErrorCode::kInternal},
      {"{\"broken json", ErrorCode::kInternal, ErrorCode::kInternal},
      {"", ErrorCode::kInternal, ErrorCode::kInternal},
  };
  for (const auto& [message, program, user] : cases) {
    EXPECT_EQ(error_from_duckdb(message, "SELECT 1", SqlOrigin::kProgram).code(), program)
        << message;
    EXPECT_EQ(user_error(message).code(), user) << message;
  }
}

TEST(ErrorText, SuggestionsBecomeTheHint) {
  EXPECT_EQ(
      user_error(
          R"({"exception_type":"Catalog","exception_message":"no f\nDid you mean","candidates":"floor"})")
          .hint(),
      "did you mean 'floor'?");
  EXPECT_EQ(
      user_error(R"({"exception_type":"Binder","exception_message":"no c","candidates":"a,b"})")
          .hint(),
      "there are: a,b");
  std::string many = "first_of_many";
  for (int i = 0; i < 100; ++i) many += ",another_candidate";
  const std::string hint =
      user_error(R"({"exception_type":"Binder","exception_message":"no c","candidates":")" + many +
                 "\"}")
          .hint();
  EXPECT_LT(hint.size(), 330U);
  EXPECT_TRUE(hint.ends_with(", ..."));
}

TEST(ErrorText, OnlyTheFirstLineWithoutAdviceThatNobodyCanFollowStays) {
  EXPECT_EQ(user_error("{\"exception_type\":\"Invalid Input\",\"exception_message\":"
                       "\"More than one row. Use \\\"SET x=false\\\" to revert\\nmore\"}")
                .message(),
            "More than one row.");
}

TEST(ErrorText, ValuesOfTheDataAreLeftOutUnlessTheUserWroteThem) {
  const auto message = [](const std::string& text, const std::string& sql) {
    return user_error(R"({"exception_type":"Conversion","exception_message":")" + text + "\"}", sql)
        .message();
  };
  EXPECT_EQ(message("Could not convert string 'O'Brien's' to INT32", "SELECT x"),
            "Could not convert string '…' to INT32");
  EXPECT_EQ(message("Could not convert string 'abc' to INT32", "SELECT 'abc'::INT"),
            "Could not convert string 'abc' to INT32");
  EXPECT_EQ(message("Type INT64 with value 6045550123 can't be cast to INT32", "SELECT x"),
            "Type INT64 with value … can't be cast to INT32");
  EXPECT_EQ(message("date field value out of range: \\\"1967-13-01\\\"", "SELECT x"),
            "date field value out of range: \"…\"");
  // A name in a binder's message is a piece of the statement, not of the data.
  EXPECT_EQ(
      user_error(R"({"exception_type":"Binder","exception_message":"column \"agenzy\" not found"})")
          .message(),
      "column \"agenzy\" not found");
}

}  // namespace
}  // namespace hark::engine
