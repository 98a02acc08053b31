#include "hark/tabular/recent_texts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace hark::tabular {
namespace {

/// A text with room behind it, where others may stand.
class Field {
 public:
  explicit Field(std::string_view text, char behind = 'x') : size_(text.size()) {
    bytes_ = std::string(text) + std::string(RecentTexts::kLongest, behind);
  }
  std::string_view raw() const { return std::string_view(bytes_).substr(0, size_); }
  std::optional<RecentTexts::Key> key() const {
    return RecentTexts::key_of(raw(), bytes_.data() + bytes_.size());
  }

 private:
  std::size_t size_;
  std::string bytes_;
};

TEST(RecentTexts, ATextIsKnownByItsBytesAndLengthAloneNotByWhatStandsBehind) {
  RecentTexts texts;
  texts.put(*Field("NYPD", ',').key(), 3);
  texts.put(*Field("", ',').key(), RecentTexts::kNoValue);
  const auto find = [&](std::string_view text, char behind) {
    const auto* const found = texts.find(*Field(text, behind).key());
    return found == nullptr ? -1 : static_cast<std::int64_t>(*found);
  };
  EXPECT_EQ(find("NYPD", '\n'), 3);
  EXPECT_EQ(find("", '\n'), RecentTexts::kNoValue);
  EXPECT_EQ(find("NYP", 'D'), -1);
  EXPECT_EQ(find("nypd", ','), -1);
  EXPECT_EQ(find(std::string_view("NYPD\0", 5), ','), -1);
  texts.clear();
  EXPECT_EQ(find("NYPD", '\n'), -1);
}

TEST(RecentTexts, TakesTextsUpToTheLongestThatMayBeRead) {
  EXPECT_TRUE(Field(std::string(RecentTexts::kLongest, 'a')).key());
  EXPECT_FALSE(Field(std::string(RecentTexts::kLongest + 1, 'a')).key());
  const std::string bytes(RecentTexts::kLongest, 'a');
  const char* const end = bytes.data() + bytes.size();
  EXPECT_TRUE(RecentTexts::key_of(std::string_view(bytes).substr(0, 2), end));
  EXPECT_FALSE(RecentTexts::key_of(std::string_view(bytes).substr(1, 2), end));
}

TEST(RecentTexts, NeverGivesOneTextForAnother) {
  // More texts than places, alike but for one byte or their length.
  std::mt19937 random(311);
  RecentTexts texts;
  std::map<std::string, std::uint32_t> codes;
  std::size_t num_found = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random() % (RecentTexts::kLongest + 1), 'a');
    if (!text.empty()) text[random() % text.size()] = static_cast<char>('a' + random() % 3);
    const Field field(text, static_cast<char>(random()));
    const auto [known, is_new] = codes.try_emplace(text, codes.size());
    if (const auto* const found = texts.find(*field.key())) {
      ASSERT_EQ(*found, known->second);
      ++num_found;
    } else {
      texts.put(*field.key(), known->second);
    }
  }
  EXPECT_GT(num_found, 10'000u);
}

}  // namespace
}  // namespace hark::tabular
