#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/generate/alias_table.h"
#include "hark/generate/block_file.h"
#include "hark/generate/folder_for_tests.h"
#include "hark/generate/text_output.h"
#include "hark/io/fault_file_system.h"

namespace hark::generate {
namespace {

TEST(TextOutput, WritesThePortalsClock) {
  const auto clock = [](std::int32_t year, unsigned month, unsigned day, int second_of_day) {
    std::string out;
    append_portal_clock(
        out, calendar::days_from_civil(year, month, day) * std::int64_t{86'400} + second_of_day);
    return out;
  };
  EXPECT_EQ(clock(2024, 3, 10, 0), "03/10/2024 12:00:00 AM");
  EXPECT_EQ(clock(2024, 12, 31, 12 * 3600), "12/31/2024 12:00:00 PM");
  EXPECT_EQ(clock(2024, 3, 10, 13 * 3600 + 30 * 60 + 9), "03/10/2024 01:30:09 PM");
  EXPECT_EQ(clock(1900, 1, 1, 86'399), "01/01/1900 11:59:59 PM");
  EXPECT_EQ(iso_clock(-1), "1969-12-31T23:59:59");
}

TEST(TextOutput, QuotesOnlyWhatNeedsIt) {
  const auto field = [](std::string_view text) {
    std::string out;
    append_field(out, text);
    return out;
  };
  EXPECT_EQ(field("plain"), "plain");
  EXPECT_EQ(field("a,b"), "\"a,b\"");
  EXPECT_EQ(field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(field("a \"b\""), "\"a \"\"b\"\"\"");
}

TEST(TextOutput, WritesDegreesWithFourteenDecimals) {
  const auto degrees = [](std::int64_t units) {
    std::string out;
    append_degrees(out, units);
    return out;
  };
  EXPECT_EQ(degrees(4'069'009'232'784'334), "40.69009232784334");
  EXPECT_EQ(degrees(-7'384'642'755'940'943), "-73.84642755940943");
  EXPECT_EQ(degrees(-5), "-0.00000000000005");
}

TEST(AliasTable, DrawsEachIndexWithItsShare) {
  const std::vector<double> weights{1, 0, 5, 0.25, 3, 0.75};
  const AliasTable table(weights);
  stats::Pcg64 random(1, 2);
  std::vector<double> counts(weights.size());
  constexpr double kDraws = 200'000;
  for (int i = 0; i < static_cast<int>(kDraws); ++i) counts[table.draw(random)] += 1;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double share = weights[i] / 10;
    EXPECT_NEAR(counts[i] / kDraws, share, 5 * std::sqrt(share * (1 - share) / kDraws)) << i;
  }
}

class BlockFile : public testing::Test {
 protected:
  TestFolder folder_{"block_file"};
  std::string path_ = folder_.file("blocks.txt");
  io::FileSystem& files_ = io::local_file_system();
  static void number(std::uint64_t block, unsigned, std::string& out) {
    // Some blocks take longer than those after them.
    if (block % 5 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    out += concat(block, "\n");
  }
};

TEST_F(BlockFile, BlocksStandInOrderWhateverTheNumberOfThreads) {
  std::string expected = "head\n";
  for (int i = 0; i < 300; ++i) expected += concat(i, "\n");
  for (const unsigned threads : {1U, 2U, 7U}) {
    const auto size = write_blocks(files_, path_, "head\n", 300, threads, number);
    ASSERT_TRUE(size) << size.error().to_string();
    EXPECT_EQ(*size, expected.size());
    EXPECT_EQ(files_.read_text(path_).value(), expected);
  }
}

TEST_F(BlockFile, AnyFailureLeavesTheOldFile) {
  ASSERT_TRUE(files_.write_atomically(path_, "old"));
  io::FaultFileSystem counting(files_, {});
  ASSERT_TRUE(write_blocks(counting, path_, "head\n", 5, 2, number));
  const std::string whole = files_.read_text(path_).value();
  const std::uint64_t num_changes = counting.num_changes();
  ASSERT_GE(num_changes, 9U);
  for (std::uint64_t fail_at = 0; fail_at < num_changes; ++fail_at) {
    for (const bool keep_failing : {false, true}) {
      ASSERT_TRUE(files_.write_atomically(path_, "old"));
      io::FaultFileSystem failing(files_, {.fail_at = fail_at, .keep_failing = keep_failing});
      EXPECT_FALSE(write_blocks(failing, path_, "head\n", 5, 2, number)) << fail_at;
      // The last change makes the finished file's name durable: then the new one is there.
      EXPECT_EQ(files_.read_text(path_).value(), fail_at + 1 < num_changes ? "old" : whole);
      const std::vector<io::FileInfo> left = files_.list(folder_.path()).value();
      for (const io::FileInfo& file : left) {
        if (file.path == path_) continue;
        EXPECT_TRUE(keep_failing) << "left behind: " << file.path;
        ASSERT_TRUE(files_.remove(file.path));
      }
    }
  }
}

TEST_F(BlockFile, AWorkerThatRunsOutOfMemoryStopsTheOthers) {
  const auto result =
      write_blocks(files_, path_, "", 100, 4, [](std::uint64_t block, unsigned, std::string& out) {
        if (block == 7) throw std::bad_alloc();
        out += 'x';
      });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kExhausted);
  EXPECT_FALSE(files_.exists(path_));
}

}  // namespace
}  // namespace hark::generate
