#include "hark/tabular/differential.h"

#include <gtest/gtest.h>

#include <random>

namespace hark::tabular {
namespace {

/// Texts of the pieces that make reading hard.
std::string random_text(std::mt19937& random, char delimiter, std::size_t max_pieces) {
  const std::string field_end(1, delimiter);
  const std::vector<std::string> pieces = {
      "a",    "bc",  "\"",   "\"",       field_end,        field_end,        "\n",   "\n",
      "\r\n", "\r",  "\"\"", " ",        "\"" + field_end, field_end + "\"", "\"\n", "\n\"",
      "é",    "1.5", "\xFF", "\xC2\xA0", "\"a\nb\"",       "5\" pipe"};
  // Some pieces are left out of some texts, so that long records and clean files occur too.
  std::vector<std::string> used;
  for (const std::string& piece : pieces) {
    if (random() % 4 != 0) used.push_back(piece);
  }
  if (used.empty()) used.push_back("a");
  std::string text;
  const std::size_t count = random() % (max_pieces + 1);
  for (std::size_t i = 0; i < count; ++i) text += used[random() % used.size()];
  return text;
}

std::vector<const simd::ScanKernel*> runnable_kernels() {
  std::vector<const simd::ScanKernel*> kernels;
  for (const simd::ScanKernel& kernel : simd::scan_kernels()) {
    if (kernel.runs_here()) kernels.push_back(&kernel);
  }
  return kernels;
}

TEST(FileSource, ReadsRandomTextsAsTheSlowReaderDoesForAllBlockSizesAndThreads) {
  std::mt19937 random(311);
  const std::string delimiters = ",;\t|";
  const std::vector<const simd::ScanKernel*> kernels = runnable_kernels();
  for (int round = 0; round < 1500; ++round) {
    const char delimiter = delimiters[random() % delimiters.size()];
    const std::string text = random_text(random, delimiter, round % 10 == 0 ? 200 : 40);
    const std::size_t num_columns = 1 + random() % 3;
    for (const unsigned threads : {1U, 2U, 4U}) {
      FastRun run{.block_bytes = 1 + random() % 200, .threads = threads};
      if (random() % 2 == 0) run.block_bytes = 1 + random() % 8;
      if (random() % 4 == 0) run.max_record_bytes = 1 + random() % 30;
      run.kernel = kernels[random() % kernels.size()];
      const std::string difference = difference_from_slow(text, delimiter, num_columns, run);
      ASSERT_EQ(difference, "") << "round " << round << " block " << run.block_bytes << " threads "
                                << threads << " longest " << run.max_record_bytes << " text <<"
                                << text << ">>";
    }
  }
}

TEST(FileSource, ReadsLongTextsWithStrayQuotesInParallelAsTheSlowReaderDoes) {
  // Long enough that workers overtake each other and wrong guesses must be mended.
  std::mt19937 random(2010);
  for (int round = 0; round < 12; ++round) {
    const std::string text = random_text(random, ',', 8000);
    for (const simd::ScanKernel* const kernel : runnable_kernels()) {
      const FastRun run{.block_bytes = 16 + random() % 600, .threads = 4, .kernel = kernel};
      ASSERT_EQ(difference_from_slow(text, ',', 2, run), "")
          << "round " << round << " block " << run.block_bytes << " kernel " << kernel->name;
    }
  }
}

// A quote too many that another one far below closes: what it swallowed is no text of one record.
TEST(FileSource, RefusesARecordThatHoldsOthersWhateverTheBlocksAndLineEnds) {
  const auto lines = [](int from, int to, const char* end) {
    std::string text;
    for (int i = from; i < to; ++i) text += concat(i, ",a,b,c", end);
    return text;
  };
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string sound = lines(1, 40, end);
    const std::string swallowed = concat("40,\"a,b,c", end, lines(41, 80, end), "80,a\",b,c", end);
    const std::string text = concat(sound, swallowed, lines(81, 99, end));
    for (const std::size_t block : {1U, 9U, 100U, 4000U}) {
      ASSERT_EQ(difference_from_slow(text, ',', 4, {.block_bytes = block, .threads = 2}), "");
    }
    // A text of many lines is one as long as they do not look like records.
    std::string letter = concat("40,\"Dear city,", end, lines(41, 50, end));
    for (int i = 0; i < 14; ++i) letter += concat("and so on", end);
    letter += concat("yours\",b,c", end);
    ASSERT_EQ(difference_from_slow(concat(sound, letter), ',', 4, {.block_bytes = 50}), "");
    MemoryFiles files;
    files.put("f", concat("w,x,y,z", end, text));
    const auto source = FileSource::open(files, "f", nullptr);
    KeepingSink sink;
    ASSERT_TRUE((*source)->stream({"w"}, 1, sink));
    EXPECT_EQ((*source)->summary().records_rejected, 1U);
    EXPECT_NEAR(static_cast<double>((*source)->summary().swallowed_bytes),
                static_cast<double>(swallowed.size()), 4.0);
  }
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (std::uint64_t i = 0, n = random() % 60; i < n; ++i) {
      for (int field = 0; field < 4; ++field)
        text += concat(field > 0 ? "," : "", random() % 40 == 0 ? "\"" : "", "a",
                       random() % 40 == 0 ? "\"" : "");
      text += random() % 3 == 0 ? "\r\n" : "\n";
    }
    const FastRun run{.block_bytes = 1 + random() % 300, .threads = round % 2 == 0 ? 1U : 3U};
    ASSERT_EQ(difference_from_slow(text, ',', 4, run), "") << text;
  }
}

TEST(FileSource, ReadsEveryShortTextAsTheSlowReaderDoesForEveryBlockSize) {
  // All texts of up to 5 characters from the alphabet that matters.
  const std::string alphabet = "a,\"\n\r";
  for (std::size_t length = 1; length <= 5; ++length) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < length; ++i) count *= alphabet.size();
    for (std::size_t n = 0; n < count; ++n) {
      std::string text;
      for (std::size_t i = 0, rest = n; i < length; ++i, rest /= alphabet.size())
        text += alphabet[rest % alphabet.size()];
      for (std::size_t block = 1; block <= length; ++block) {
        ASSERT_EQ(difference_from_slow(text, ',', 2, {.block_bytes = block}), "")
            << "block " << block << " text <<" << text << ">>";
      }
    }
  }
}

TEST(FileSource, RecordsLongerThanSeveralReadsAreFinished) {
  // Longer than what is read ahead with a block, and than one step of the search for its end.
  const std::string text =
      concat("a,\"", std::string(50'000, 'x'), "\n", std::string(30'000, 'y'), "\"\nb,c\n");
  for (const std::size_t block : {7U, 1000U, 60'000U}) {
    for (const unsigned threads : {1U, 3U})
      EXPECT_EQ(difference_from_slow(text, ',', 2, {.block_bytes = block, .threads = threads}), "");
  }
}

}  // namespace
}  // namespace hark::tabular
