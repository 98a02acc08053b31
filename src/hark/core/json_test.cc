#include "hark/core/json.h"

#include <gtest/gtest.h>

#include "hark/core/yaml.h"

namespace hark {
namespace {

TEST(Json, ParsesAndPrintsTheSameText) {
  const std::string text =
      R"({"b":1,"a":[1.5,true,null,"x\n\"y\""],"n":-9223372036854775808,"e":{}})";
  const auto value = Json::parse(text);
  ASSERT_TRUE(value) << value.error().to_string();
  EXPECT_EQ(value->dump(), text);
}

TEST(Json, DoublesKeepTheirKindAndPrecision) {
  EXPECT_EQ(Json(3.0).dump(), "3.0");
  EXPECT_EQ(Json(0.1).dump(), "0.1");
  EXPECT_EQ(Json(1e-300).dump(), "1e-300");
  EXPECT_EQ(Json(0.0 / 0.0).dump(), "null");
}

TEST(Json, RefusesBrokenTextWithItsPlace) {
  const auto value = Json::parse(R"({"a":1,})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), ErrorCode::kInvalidInput);
  EXPECT_NE(value.error().message().find("byte 8"), std::string::npos) << value.error().message();
}

TEST(Json, RefusesDeepNestingInsteadOfOverflowingTheStack) {
  EXPECT_FALSE(Json::parse(std::string(100'000, '[')));
  EXPECT_FALSE(Json::parse(std::string(501, '[') + std::string(501, ']')));
  EXPECT_TRUE(Json::parse(std::string(400, '[') + std::string(400, ']')));
}

TEST(Json, InvalidUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(Json("a\xff"
                 "b")
                .dump(),
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(Yaml, PlainScalarsAreTypedAndQuotedOnesStayText) {
  const auto value = parse_yaml("a: 1\nb: \"1\"\nc: 1.5\nd: true\ne: no\nf:\ng: 12:30\n");
  ASSERT_TRUE(value) << value.error().to_string();
  EXPECT_EQ(value->dump(), R"({"a":1,"b":"1","c":1.5,"d":true,"e":"no","f":null,"g":"12:30"})");
  EXPECT_EQ((*value)["c"].line(), 3);
}

TEST(Yaml, MoreKeysInOnePlaceThanAnyContractHasAreRefused) {
  const auto with_keys = [](int count) {
    std::string text = "map:\n";
    for (int i = 0; i < count; ++i) text += "  k" + std::to_string(i) + ": 1\n";
    return parse_yaml(text);
  };
  EXPECT_TRUE(with_keys(10'000));
  const auto refused = with_keys(10'001);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("10000 keys"), std::string::npos)
      << refused.error().message();
}

TEST(Yaml, ARepeatedKeyIsRefusedWithItsLine) {
  const auto value = parse_yaml("a: 1\nb: 2\na: 3\n");
  ASSERT_FALSE(value);
  EXPECT_NE(value.error().message().find("line 3"), std::string::npos) << value.error().message();
}

}  // namespace
}  // namespace hark
