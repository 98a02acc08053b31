// Many writers at once, threads and processes: every commit lands once or is reported as lost.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "hark/lake/test_lake.h"

namespace hark::lake {
namespace {

class ConcurrencyTest : public LakeTest, public testing::WithParamInterface<int> {};

TEST_P(ConcurrencyTest, EachVersionHasOneWriterAndALoopWithRetryLosesNothing) {
  const int num_threads = GetParam();
  constexpr int kCommitsEach = 6;
  create_table();
  std::atomic<int> num_conflicts{0};
  std::vector<std::vector<std::int64_t>> won(static_cast<std::size_t>(num_threads));
  std::vector<std::thread> threads;
  for (int t = 0; t < num_threads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCommitsEach;) {
        const Table table = must(Table::open(files_, table_path()));
        const Snapshot snapshot = must(table.snapshot());
        auto transaction = must(Transaction::begin(table, snapshot));
        transaction.add(data_file(concat("t", t, "-", i)));
        const auto version = std::move(transaction).commit(operation("WRITE"), clock_);
        if (version) {
          won[static_cast<std::size_t>(t)].push_back(version->value);
          ++i;
        } else {
          EXPECT_EQ(version.error().code(), ErrorCode::kConflict) << version.error().to_string();
          ++num_conflicts;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::set<std::int64_t> versions;
  for (const auto& mine : won) versions.insert(mine.begin(), mine.end());
  const auto num_commits = static_cast<std::size_t>(num_threads * kCommitsEach);
  EXPECT_EQ(versions.size(), num_commits);
  EXPECT_EQ(*versions.begin(), 1);
  EXPECT_EQ(*versions.rbegin(), static_cast<std::int64_t>(num_commits));
  EXPECT_EQ(latest().files().size(), num_commits);
  // Losers leave no temporary files behind.
  EXPECT_EQ(must(files_.list(log_folder(table_path()))).size(), num_commits + 1);
}

TEST_P(ConcurrencyTest, BlindAppendsOnOneSnapshotAllLandOnce) {
  const int num_threads = GetParam();
  constexpr int kCommitsEach = 6;
  create_table();
  const Table table = must(Table::open(files_, table_path()));
  const Snapshot snapshot = must(table.snapshot());
  std::vector<std::vector<std::int64_t>> landed(static_cast<std::size_t>(num_threads));
  std::vector<std::thread> threads;
  for (int t = 0; t < num_threads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCommitsEach; ++i) {
        auto transaction = must(Transaction::begin(table, snapshot));
        transaction.add(data_file(concat("t", t, "-", i)));
        transaction.set_txn(concat("writer-", t, "-", i), 1);
        landed[static_cast<std::size_t>(t)].push_back(
            must(std::move(transaction).commit(blind_append(), clock_)).value);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::int64_t> versions;
  for (const auto& mine : landed) versions.insert(mine.begin(), mine.end());
  const auto num_commits = static_cast<std::size_t>(num_threads * kCommitsEach);
  EXPECT_EQ(versions.size(), num_commits);
  EXPECT_EQ(*versions.rbegin(), static_cast<std::int64_t>(num_commits));
  EXPECT_EQ(latest().files().size(), num_commits);
  EXPECT_EQ(latest().txns().size(), num_commits);
}

/// Half of the processes append blindly, half replace what they read; each says by its exit status
/// how many of its commits landed.
TEST_P(ConcurrencyTest, OfManyProcessesEachCommitLandsOnceOrIsReportedAsLost) {
  const int num_processes = GetParam();
  constexpr int kCommitsEach = 5;
  create_table();
  append("seed");
  std::vector<pid_t> children;
  for (int p = 0; p < num_processes; ++p) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    int num_landed = 0;
    for (int i = 0; i < kCommitsEach; ++i) {
      const auto table = Table::open(files_, table_path());
      const auto snapshot = table ? table->snapshot() : Result<Snapshot>(table.error());
      if (!snapshot) _exit(100);
      auto transaction = Transaction::begin(*table, *snapshot);
      if (!transaction) _exit(101);
      transaction->add(data_file(concat("p", p, "-", i)));
      const bool reads = p % 2 == 1;
      if (reads) transaction->set_txn("reader", snapshot->txn_version("reader").value_or(0) + 1);
      const auto version =
          std::move(*transaction).commit(reads ? operation("MERGE") : blind_append(), clock_);
      if (version) ++num_landed;
      if (!version && (version.error().code() != ErrorCode::kConflict || !reads)) _exit(102);
    }
    _exit(num_landed);
  }
  int num_landed = 0;
  int num_readers_landed = 0;
  for (std::size_t p = 0; p < children.size(); ++p) {
    int status = 0;
    ASSERT_EQ(waitpid(children[p], &status, 0), children[p]);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_LE(WEXITSTATUS(status), kCommitsEach) << "process " << p;
    num_landed += WEXITSTATUS(status);
    if (p % 2 == 1) num_readers_landed += WEXITSTATUS(status);
    EXPECT_TRUE(p % 2 == 1 || WEXITSTATUS(status) == kCommitsEach) << "a blind append was lost";
  }
  const Snapshot snapshot = latest();
  EXPECT_EQ(snapshot.files().size(), static_cast<std::size_t>(num_landed + 1));
  EXPECT_EQ(snapshot.version().value, num_landed + 1);
  EXPECT_EQ(snapshot.txn_version("reader").value_or(0), num_readers_landed);
}

INSTANTIATE_TEST_SUITE_P(Threads, ConcurrencyTest, testing::Values(2, 8));

}  // namespace
}  // namespace hark::lake
