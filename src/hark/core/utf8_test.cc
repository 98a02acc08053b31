#include <gtest/gtest.h>

#include <random>
#include <string>

#include "hark/core/text.h"

namespace hark {
namespace {

TEST(FindInvalidUtf8, FindsTheFirstBadByteWhateverStandsBefore) {
  // The oracle takes one sequence at a time.
  const auto slow = [](std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t length = utf8_sequence_length(text.substr(at));
      if (length == 0) return at;
      at += length;
    }
    return std::string_view::npos;
  };
  const std::string pieces[] = {"a", "abcdefgh", "\xC3\xA9", "\xE2\x80\x99", "\xF0\x9F\x98\x80"};
  const std::string bad[] = {"\xFF", "\xC3", "\xE2\x80", "\xC0\x80", "\xED\xA0\x80"};
  std::mt19937 random(8);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += pieces[random() % std::size(pieces)];
    if (round % 2 == 0) text += bad[random() % std::size(bad)];
    for (std::size_t i = random() % 12; i > 0; --i) text += pieces[random() % std::size(pieces)];
    ASSERT_EQ(find_invalid_utf8(text), slow(text)) << "round " << round;
  }
}

}  // namespace
}  // namespace hark
