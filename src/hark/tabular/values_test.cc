#include "hark/tabular/values.h"

#include <gtest/gtest.h>

#include <limits>

namespace hark::tabular {
namespace {

TEST(TrimValue, TakesWhiteSpaceAndNoBreakSpacesOff) {
  EXPECT_EQ(trim_value(" \t a b\r\n "), "a b");
  EXPECT_EQ(trim_value("\xC2\xA0 a\xC2\xA0"), "a");
  EXPECT_EQ(trim_value(" \xC2\xA0 "), "");
  EXPECT_EQ(trim_value("\xC3\xA0"), "\xC3\xA0");
}

TEST(FieldText, UnquotesAndUndoublesQuotes) {
  std::string scratch;
  EXPECT_EQ(field_text("a\"b", '"', scratch), "a\"b");
  EXPECT_EQ(field_text("\" a \"", '"', scratch), "a");
  EXPECT_EQ(field_text("\"say \"\"hi\"\"\"", '"', scratch), "say \"hi\"");
  EXPECT_EQ(field_text("\"5\" pipe\"", '"', scratch), "5\" pipe");
  EXPECT_EQ(field_text("\"\"", '"', scratch), "");
  EXPECT_EQ(field_text("\"\"\"\"", '"', scratch), "\"");
  EXPECT_EQ(field_text("", '"', scratch), "");
}

TEST(IntegerValue, ReadsWhatSpreadsheetsWrite) {
  EXPECT_EQ(parse_integer_value("0"), 0);
  EXPECT_EQ(parse_integer_value("-5"), -5);
  EXPECT_EQ(parse_integer_value("+5"), 5);
  EXPECT_EQ(parse_integer_value("1,017,901"), 1'017'901);
  EXPECT_EQ(parse_integer_value("-1,017"), -1'017);
  EXPECT_EQ(parse_integer_value("11368.0"), 11'368);
  EXPECT_EQ(parse_integer_value("1,000.00"), 1'000);
  EXPECT_EQ(parse_integer_value("11368."), 11'368);
  EXPECT_EQ(parse_integer_value("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_integer_value("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(IntegerValue, RefusesWhatIsNoWholeNumber) {
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           ".0",
                           "a",
                           "1a",
                           "1.5",
                           "1.01",
                           "1,5",
                           "12,34",
                           "1,2345",
                           ",123",
                           "1,234,",
                           "1234,567",
                           "1 234",
                           "0x10",
                           "1e3",
                           "--1",
                           "+-1",
                           "9223372036854775808",
                           "99999999999999999999",
                           "12:40"})
    EXPECT_FALSE(parse_integer_value(text)) << text;
}

TEST(NumberValue, ReadsDecimalsThousandsAndExponents) {
  EXPECT_EQ(parse_number_value("40.7"), 40.7);
  EXPECT_EQ(parse_number_value("-73.9"), -73.9);
  EXPECT_EQ(parse_number_value("+1"), 1.0);
  EXPECT_EQ(parse_number_value("1,017,901.25"), 1'017'901.25);
  EXPECT_EQ(parse_number_value("-1,017.5"), -1'017.5);
  EXPECT_EQ(parse_number_value(".5"), 0.5);
  EXPECT_EQ(parse_number_value("5."), 5.0);
  EXPECT_EQ(parse_number_value("1e-3"), 0.001);
  EXPECT_EQ(parse_number_value("1,000e1"), 10'000.0);
}

// Found by clock_fuzz: a whole number to one reader, no number to the other.
TEST(NumberValue, ReadsAsManyDecimalsBehindThousandsAsWithoutThem) {
  const std::string zeros(129, '0');
  EXPECT_EQ(parse_integer_value("2,004,002,200." + zeros), 2'004'002'200);
  EXPECT_EQ(parse_number_value("2,004,002,200." + zeros), 2'004'002'200.0);
  EXPECT_EQ(parse_number_value("-2,004,002,200." + zeros + "5"), -2'004'002'200.0);
}

TEST(NumberValue, RefusesWhatIsNoNumber) {
  for (const char* text : {"",         "-",       ".",      ",",   "a",     "1a",  "1,5",    "12,5",
                           "1,2345",   "1.5,000", "1,000,", "1e",  "nan",   "inf", "-inf",   "NaN",
                           "infinity", "1e999",   "+-1",    "++1", "0x1p3", "1 2", "1e5,000"})
    EXPECT_FALSE(parse_number_value(text)) << text;
}

TEST(BooleanValue, ReadsTheUsualWordsInAnyCase) {
  for (const char* text : {"true", "TRUE", "Yes", "y", "T", "1"})
    EXPECT_EQ(parse_boolean_value(text), true) << text;
  for (const char* text : {"false", "False", "NO", "n", "f", "0"})
    EXPECT_EQ(parse_boolean_value(text), false) << text;
  for (const char* text : {"", "2", "yess", "ye", "on", "-1"})
    EXPECT_FALSE(parse_boolean_value(text)) << text;
}

TEST(CodeDecimals, AreCutOffBehindADigitOnly) {
  EXPECT_EQ(strip_code_decimals("11368.0"), "11368");
  EXPECT_EQ(strip_code_decimals("11368.00"), "11368");
  EXPECT_EQ(strip_code_decimals("0.0"), "0");
  for (const char* text : {"11368", "10", "0", "A.0", ".0", "1.5", "1.", "1.050", "", "000"})
    EXPECT_EQ(strip_code_decimals(text), text) << text;
}

TEST(MissingMarkers, CompareWithoutCase) {
  const std::string long_marker(80, 'X');
  const MissingMarkers markers({"N/A", "null", long_marker});
  EXPECT_TRUE(markers.contains(""));
  EXPECT_TRUE(markers.contains("n/a"));
  EXPECT_TRUE(markers.contains("NULL"));
  EXPECT_TRUE(markers.contains(std::string(80, 'x')));
  EXPECT_FALSE(markers.contains("none"));
  EXPECT_FALSE(markers.contains("N/B"));
  EXPECT_FALSE(markers.contains(std::string(81, 'x')));
  EXPECT_TRUE(MissingMarkers().contains(""));
  EXPECT_FALSE(MissingMarkers().contains("NA"));
}

}  // namespace
}  // namespace hark::tabular
