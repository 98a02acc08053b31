#include "hark/simd/csv_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace hark::simd {
namespace {

using enum ScanState;

struct Scanned {
  std::vector<std::uint32_t> positions;
  ScanState end;
  std::size_t num_line_ends = 0;
  std::vector<std::uint32_t> record_ends = {};
  std::vector<std::uint8_t> quoted_lines = {};
  friend bool operator==(const Scanned&, const Scanned&) = default;
};

Scanned scan_with(const ScanKernel& kernel, const ScanInput& input) {
  // Heap memory of just the input's size: the sanitizer sees a read past its end.
  const std::vector<char> bytes(input.bytes, input.bytes + input.size);
  ScanInput copied = input;
  copied.bytes = bytes.data();
  std::vector<std::uint32_t> positions(input.size + kScanSlack);
  std::vector<std::uint32_t> record_ends(input.size + kScanSlack);
  // What is not ASCII is told alike by every kernel, whatever the state.
  std::vector<std::uint8_t> non_ascii(num_lines(input.size), 7);
  std::vector<std::uint8_t> wanted(num_lines(input.size), 0);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (static_cast<unsigned char>(bytes[i]) > 0x7F) wanted[i / kLineBytes] = 1;
  std::vector<std::uint8_t> quoted_lines(num_lines(input.size), 7);
  const ScanResult result = kernel.scan(
      copied, {positions.data(), record_ends.data(), non_ascii.data(), quoted_lines.data()});
  positions.resize(result.num_positions);
  record_ends.resize(result.num_record_ends);
  EXPECT_EQ(non_ascii, wanted) << kernel.name;
  return {positions, result.end, result.num_line_ends, record_ends, quoted_lines};
}

Scanned scan_with(const ScanKernel& kernel, std::string_view text, ScanState start = kFieldStart,
                  char before = '\n') {
  return scan_with(kernel,
                   {.bytes = text.data(), .size = text.size(), .before = before, .start = start});
}

const ScanKernel& scalar() { return scan_kernels().back(); }

std::vector<const ScanKernel*> runnable_kernels() {
  std::vector<const ScanKernel*> kernels;
  for (const ScanKernel& kernel : scan_kernels()) {
    if (kernel.runs_here()) kernels.push_back(&kernel);
  }
  return kernels;
}

Scanned scan(std::string_view text, ScanState start = kFieldStart) {
  return scan_with(scalar(), text, start);
}

TEST(Scan, FindsDelimitersAndLineEndsOutsideQuotes) {
  EXPECT_EQ(scan("a,b\nc\r\n"), (Scanned{{1, 3, 5, 6}, kFieldStart, 2, {1, 2, 3}, {0}}));
  EXPECT_EQ(scan("\"a,\n\",b"), (Scanned{{5}, kUnquoted, 1, {}, {1}}));
}

TEST(Scan, TakesAQuoteInsideAnUnquotedFieldForACharacter) {
  EXPECT_EQ(scan("5\" pipe,\n"), (Scanned{{7, 8}, kFieldStart, 1, {1}, {0}}));
}

TEST(Scan, TakesAQuoteBeforeOtherTextInAQuotedFieldForACharacter) {
  EXPECT_EQ(scan("\"5\" pipe, long\",\n"), (Scanned{{15, 16}, kFieldStart, 1, {1}, {0}}));
}

TEST(Scan, TakesTwoQuotesInAQuotedFieldForOne) {
  EXPECT_EQ(scan("\"a\"\",b\",c"), (Scanned{{7}, kUnquoted, 0, {}, {0}}));
}

TEST(Scan, MarksTheLinesThatHoldALineEndInAQuotedField) {
  const std::string line(63, 'x');
  const auto marks = [](const std::string& text, ScanState start = kFieldStart) {
    return scan(text, start).quoted_lines;
  };
  using Marks = std::vector<std::uint8_t>;
  EXPECT_EQ(marks(""), Marks{});
  EXPECT_EQ(marks(line + "\n" + line), (Marks{0, 0}));
  EXPECT_EQ(marks(line + "\n" + line, kQuoted), (Marks{1, 0}));
  EXPECT_EQ(marks("\"" + line + "\r" + line + line + "\""), (Marks{0, 1, 0}));
  EXPECT_EQ(marks("\"a\"\n" + line), (Marks{0, 0})) << "the quote is closed";
  EXPECT_EQ(marks("a\"\n" + line), (Marks{0, 0})) << "and here a character";
  EXPECT_EQ(marks("\"a\"b\n" + line), (Marks{1, 0})) << "not closed by a quote before others";
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
    const Scanned second = scan_with(scalar(), std::string_view(text).substr(cut), first.end,
                                     cut == 0 ? '\n' : text[cut - 1]);
    for (const std::uint32_t index : second.record_ends)
      first.record_ends.push_back(index + static_cast<std::uint32_t>(first.positions.size()));
    for (const std::uint32_t at : second.positions)
      first.positions.push_back(at + static_cast<std::uint32_t>(cut));
    first.end = second.end;
    first.num_line_ends += second.num_line_ends;
    const bool has_quoted_line = first.quoted_lines == std::vector<std::uint8_t>{1} ||
                                 second.quoted_lines == std::vector<std::uint8_t>{1};
    first.quoted_lines = {std::uint8_t{has_quoted_line}};
    EXPECT_EQ(first, whole) << "cut at " << cut;
  }
}

TEST(Scan, EveryKernelEqualsScalarAtLaneBoundaries) {
  const std::vector<std::string> pieces = {
      ",\"a\nb\"\n", "\"\"\"\"", "\"a\"b\",\n", "x\"y\",",    "\r\n", "\r",    "\n\r\n",
      "\"",          ",\"\",\"", "\"a\"\"b\"",  "5\" pipe\n", "\x80", "\xFF,", "\"\xC3\xA9\"x"};
  for (const std::size_t at : {0, 1, 15, 16, 17, 31, 32, 33, 61, 62, 63, 64, 65, 66, 127, 128}) {
    for (const char fill : {'x', ',', '"', '\n'}) {
      for (const std::string& piece : pieces) {
        const std::string input = std::string(at, fill) + piece + std::string(70, 'y') + ",z\n";
        for (const ScanState start : {kFieldStart, kUnquoted, kQuoted, kQuoteInQuoted}) {
          const Scanned expected = scan(input, start);
          for (const ScanKernel* const kernel : runnable_kernels())
            EXPECT_EQ(scan_with(*kernel, input, start), expected)
                << kernel->name << ": piece " << piece << " behind " << at << " of " << fill;
        }
      }
    }
  }
}

TEST(Scan, EveryKernelEqualsScalarOnRandomTexts) {
  std::mt19937 random(311);
  const std::string common = "abcdefgh,,,,\n";
  const std::string hard = "a,\"\n\r\xC3";
  for (int round = 0; round < 20'000; ++round) {
    const std::string& alphabet = round % 2 == 0 ? hard : common;
    std::string text;
    const std::size_t size = random() % 400;
    while (text.size() < size) {
      if (alphabet == common && random() % 20 == 0) {
        text += ",\"quoted, \"\"twice\"\"\n\",";
      } else {
        text += alphabet[random() % alphabet.size()];
      }
    }
    const ScanInput input{.bytes = text.data(),
                          .size = text.size(),
                          .delimiter = ",;\t|"[random() % 4],
                          .before = random() % 2 == 0 ? '\r' : 'x',
                          .start = static_cast<ScanState>(random() % 4)};
    const Scanned expected = scan_with(scalar(), input);
    for (const ScanKernel* const kernel : runnable_kernels()) {
      ASSERT_EQ(scan_with(*kernel, input), expected)
          << kernel->name << " round " << round << " text <<" << text << ">>";
      ASSERT_EQ(kernel->has_odd_quotes(text.data(), text.size(), '"'),
                has_odd_quotes_scalar(text.data(), text.size(), '"'))
          << kernel->name << " round " << round;
    }
  }
}

TEST(ScanKernels, TheFirstThatRunsHereIsTakenUnlessOneIsNamed) {
  const auto chosen = choose_scan_kernel("");
  ASSERT_TRUE(chosen);
  EXPECT_EQ((*chosen)->name, runnable_kernels().front()->name);
  const auto named = choose_scan_kernel("scalar");
  ASSERT_TRUE(named);
  EXPECT_EQ((*named)->name, "scalar");
}

TEST(ScanKernels, AnUnknownNameIsRefusedWithTheKnownOnes) {
  const auto refused = choose_scan_kernel("mmx");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().hint().find("scalar"), std::string::npos);
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
  for (const ScanKernel* const kernel : runnable_kernels()) {
    const auto is_odd = [&](const std::string& text) {
      return kernel->has_odd_quotes(text.data(), text.size(), '"');
    };
    EXPECT_FALSE(is_odd(""));
    EXPECT_TRUE(is_odd("a\"b"));
    EXPECT_FALSE(is_odd("\"a\"b'"));
    EXPECT_TRUE(is_odd(std::string(301, '"')));
  }
}

}  // namespace
}  // namespace hark::simd
