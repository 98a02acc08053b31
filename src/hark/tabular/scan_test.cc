#include "hark/tabular/scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hark::tabular {
namespace {

struct Scanned {
  std::vector<std::uint32_t> positions;
  ScanState end;
  friend bool operator==(const Scanned&, const Scanned&) = default;
};

Scanned scan(std::string_view text, ScanState start = ScanState::kFieldStart) {
  std::vector<std::uint32_t> positions(text.size());
  const ScanResult result = scan_scalar(text, Dialect{}, start, positions.data());
  positions.resize(result.num_positions);
  return {positions, result.end};
}

using enum ScanState;

TEST(Scan, FindsDelimitersAndLineEndsOutsideQuotes) {
  EXPECT_EQ(scan("a,b\nc\r\n"), (Scanned{{1, 3, 5, 6}, kFieldStart}));
  EXPECT_EQ(scan("\"a,\n\",b"), (Scanned{{5}, kUnquoted}));
}

TEST(Scan, TakesAQuoteInsideAnUnquotedFieldForACharacter) {
  EXPECT_EQ(scan("5\" pipe,\n"), (Scanned{{7, 8}, kFieldStart}));
}

TEST(Scan, TakesAQuoteBeforeOtherTextInAQuotedFieldForACharacter) {
  EXPECT_EQ(scan("\"5\" pipe, long\",\n"), (Scanned{{15, 16}, kFieldStart}));
}

TEST(Scan, TakesTwoQuotesInAQuotedFieldForOne) {
  EXPECT_EQ(scan("\"a\"\",b\",c"), (Scanned{{7}, kUnquoted}));
}

TEST(Scan, EndsInTheStateThatTheNextBlockBeginsIn) {
  EXPECT_EQ(scan("").end, kFieldStart);
  EXPECT_EQ(scan("a,").end, kFieldStart);
  EXPECT_EQ(scan("a").end, kUnquoted);
  EXPECT_EQ(scan("\"").end, kQuoted);
  EXPECT_EQ(scan("\"a\"").end, kQuoteInQuoted);
  EXPECT_EQ(scan("\"a\"b").end, kQuoted);
  EXPECT_EQ(scan("\"a\"\"").end, kQuoted);
}

TEST(Scan, CutAnywhereGivesTheSamePositionsAndState) {
  const std::string text = "a,\"b\r\n\"\"c\",d\"e\r\"f\"g\",\"\"\n,\"h";
  const Scanned whole = scan(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Scanned first = scan(std::string_view(text).substr(0, cut));
    const Scanned second = scan(std::string_view(text).substr(cut), first.end);
    for (const std::uint32_t at : second.positions)
      first.positions.push_back(at + static_cast<std::uint32_t>(cut));
    first.end = second.end;
    EXPECT_EQ(first, whole) << "cut at " << cut;
  }
}

TEST(CountLineEnds, CountsLfCrAndBothTogetherOnce) {
  EXPECT_EQ(count_line_ends('x', ""), 0U);
  EXPECT_EQ(count_line_ends('x', "a\nb\rc\r\nd"), 3U);
  EXPECT_EQ(count_line_ends('x', "\n\n\r\r\n\n"), 5U);
  EXPECT_EQ(count_line_ends('\r', "\na"), 0U);
  EXPECT_EQ(count_line_ends('\n', "\na"), 1U);
}

TEST(CountLineEnds, CountsBeyondWhatOneByteHolds) {
  EXPECT_EQ(count_line_ends('x', std::string(1000, '\n')), 1000U);
  EXPECT_EQ(count_line_ends('x', std::string(1000, '\r')), 1000U);
}

TEST(HasOddQuotes, CountsQuotesOnly) {
  EXPECT_FALSE(has_odd_quotes("", '"'));
  EXPECT_TRUE(has_odd_quotes("a\"b", '"'));
  EXPECT_FALSE(has_odd_quotes("\"a\"b'", '"'));
  EXPECT_TRUE(has_odd_quotes(std::string(301, '"'), '"'));
}

}  // namespace
}  // namespace hark::tabular
