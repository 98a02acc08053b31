#include "hark/tabular/block_chain.h"

#include <gtest/gtest.h>

namespace hark::tabular {
namespace {

TEST(BlockChain, GuessesFromTheParityOfAllQuotesBefore) {
  BlockChain chain({}, 4);
  for (unsigned worker = 0; worker < 4; ++worker) EXPECT_EQ(chain.take(worker), worker);
  EXPECT_EQ(chain.guess_is_quoted(0, true), false);
  EXPECT_EQ(chain.guess_is_quoted(1, false), true);
  EXPECT_EQ(chain.guess_is_quoted(2, true), true);
  EXPECT_EQ(chain.guess_is_quoted(3, false), false);
}

TEST(BlockChain, TurnsLaterGuessesRoundWhenTheTruthIsKnown) {
  BlockChain chain({}, 4);
  for (unsigned worker = 0; worker < 4; ++worker) EXPECT_EQ(chain.take(worker), worker);
  // Block 0 has one stray quote: by parity block 1 begins inside quotes, in truth it does not.
  EXPECT_EQ(chain.guess_is_quoted(0, true), false);
  EXPECT_EQ(chain.guess_is_quoted(1, false), true);
  chain.publish(0, {.state = ScanState::kUnquoted});
  EXPECT_EQ(chain.guess_is_quoted(2, false), false);
  EXPECT_EQ(chain.guess_is_quoted(3, false), false);
}

TEST(BlockChain, NeedsNoGuessOfAWorkerThatKnewItsCarry) {
  BlockChain chain({}, 2);
  ASSERT_EQ(chain.take(0), 0U);
  ASSERT_EQ(chain.take(1), 1U);
  ASSERT_TRUE(chain.carry_if_known(0));
  EXPECT_FALSE(chain.carry_if_known(1));
  chain.publish(0, {.state = ScanState::kQuoted, .num_records = 7, .num_line_ends = 9});
  EXPECT_EQ(chain.guess_is_quoted(1, false), true);
  const auto carry = chain.wait_for_carry(1);
  ASSERT_TRUE(carry);
  EXPECT_EQ(carry->num_records, 7U);
  EXPECT_EQ(carry->num_line_ends, 9U);
}

TEST(BlockChain, KnowsTheFirstBlockStillNeeded) {
  BlockChain chain({}, 2);
  EXPECT_EQ(chain.first_needed(), 0U);
  ASSERT_EQ(chain.take(0), 0U);
  ASSERT_EQ(chain.take(1), 1U);
  ASSERT_EQ(chain.take(1), 2U);
  EXPECT_EQ(chain.first_needed(), 0U);
  ASSERT_EQ(chain.take(0), 3U);
  EXPECT_EQ(chain.first_needed(), 2U);
}

TEST(BlockChain, StopWakesThoseWhoWaitAndEndsTheBlocks) {
  BlockChain chain({}, 2);
  ASSERT_EQ(chain.take(0), 0U);
  ASSERT_EQ(chain.take(1), 1U);
  chain.stop();
  EXPECT_FALSE(chain.wait_for_carry(1));
  EXPECT_FALSE(chain.guess_is_quoted(1, true));
  EXPECT_FALSE(chain.take(0));
}

TEST(BlockChain, FinishEndsTheBlocksButNotThoseTaken) {
  BlockChain chain({}, 2);
  ASSERT_EQ(chain.take(0), 0U);
  ASSERT_EQ(chain.take(1), 1U);
  chain.finish();
  EXPECT_FALSE(chain.take(1));
  chain.publish(0, {});
  EXPECT_TRUE(chain.wait_for_carry(1));
}

}  // namespace
}  // namespace hark::tabular
