#include "hark/contract/text_match.h"

#include <gtest/gtest.h>

namespace hark::contract {
namespace {

TEST(Like, PercentTakesAnyRunAndUnderscoreOneCharacter) {
  EXPECT_TRUE(is_like("Noise - Street", "Noise%"));
  EXPECT_TRUE(is_like("Noise - Street", "%Street"));
  EXPECT_TRUE(is_like("Noise - Street", "%s%e%"));
  EXPECT_TRUE(is_like("", "%"));
  EXPECT_TRUE(is_like("", ""));
  EXPECT_TRUE(is_like("abc", "a_c"));
  EXPECT_FALSE(is_like("abc", "a_"));
  EXPECT_FALSE(is_like("abc", ""));
  EXPECT_FALSE(is_like("", "_"));
  EXPECT_FALSE(is_like("noise", "Noise"));
  EXPECT_TRUE(is_like("aXbXc", "%X%c"));
  EXPECT_TRUE(is_like("mississippi", "%iss%ippi"));
}

TEST(Like, UnderscoreIsACharacterAndNotAByte) {
  EXPECT_TRUE(is_like("Caf\xC3\xA9", "Caf_"));
  EXPECT_FALSE(is_like("Caf\xC3\xA9", "Caf__"));
  EXPECT_FALSE(
      is_like("\xE2\x82\xAC"
              "bc",
              "%__bc"))
      << "one character, the euro, before bc";
  EXPECT_TRUE(
      is_like("a\xE2\x82\xAC"
              "bc",
              "%__bc"));
  EXPECT_TRUE(is_like("\xFF", "_")) << "a byte that is no UTF-8 is one character";
}

TEST(Like, ABackslashTakesTheSignAsItself) {
  EXPECT_TRUE(is_like("100%", "100\\%"));
  EXPECT_FALSE(is_like("1000", "100\\%"));
  EXPECT_TRUE(is_like("a_b", "a\\_b"));
  EXPECT_FALSE(is_like("axb", "a\\_b"));
  EXPECT_TRUE(is_like("a\\", "a\\")) << "a last one means itself";
}

TEST(HasShape, NineIsADigitAndAIsALetter) {
  EXPECT_TRUE(has_shape("10035", "99999"));
  EXPECT_TRUE(has_shape("10035-1234", "99999-9999"));
  EXPECT_FALSE(has_shape("1003", "99999"));
  EXPECT_FALSE(has_shape("100355", "99999"));
  EXPECT_FALSE(has_shape("1003x", "99999"));
  EXPECT_TRUE(has_shape("V5Y 1V4", "A9A 9A9"));
  EXPECT_FALSE(has_shape("V5Y1V4", "A9A 9A9"));
}

TEST(HasMojibake, FindsUtf8ReadAsLatin1OrWindows1252) {
  EXPECT_TRUE(has_mojibake("can\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2t"))
      << "Windows-1252: a-hat, euro, tm";
  EXPECT_TRUE(has_mojibake("can\xC3\xA2\xC2\x80\xC2\x99t")) << "Latin-1, as in hadro_2018_excel";
  EXPECT_TRUE(has_mojibake("Caf\xC3\x83\xC2\xA9")) << "e-acute";
  EXPECT_TRUE(has_mojibake("\xEF\xBF\xBD")) << "the replacement character";
  EXPECT_TRUE(has_mojibake("\xC3\xB0\xC5\xB8\xCB\x9C\xE2\x82\xAC")) << "four bytes: an emoji";
}

TEST(HasMojibake, LeavesGoodTextAlone) {
  EXPECT_FALSE(has_mojibake(""));
  EXPECT_FALSE(has_mojibake("plain"));
  EXPECT_FALSE(has_mojibake("can\xE2\x80\x99t")) << "a real closing quote";
  EXPECT_FALSE(has_mojibake("Caf\xC3\xA9 M\xC3\xBCller \xC3\x84rger"));
  EXPECT_FALSE(has_mojibake("\xE2\x82\xAC 5")) << "a euro sign alone";
  EXPECT_FALSE(has_mojibake("\xC3\xA2\xE2\x82\xAC")) << "cut off before it is a whole sequence";
  EXPECT_FALSE(has_mojibake("\xC3")) << "no UTF-8 at all is found elsewhere";
}

}  // namespace
}  // namespace hark::contract
