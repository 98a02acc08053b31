#include "hark/engine/batch_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace hark::engine {
namespace {

using columnar::Batch;

Batch batch(std::uint64_t ordinal) {
  Batch made;
  made.ordinal = ordinal;
  made.num_rows = 1;
  return made;
}

// Workers take numbers from a counter, as sources do, and hold each up a little differently.
void run_workers_into(BatchQueue& queue, unsigned num_workers, std::uint64_t num_batches) {
  std::atomic<std::uint64_t> next{0};
  std::vector<std::thread> workers;
  for (unsigned worker = 0; worker < num_workers; ++worker) {
    workers.emplace_back([&, worker] {
      for (std::uint64_t i = next++; i < num_batches; i = next++) {
        if (i % (worker + 2) == 0) std::this_thread::yield();
        if (!queue.consume(batch(i), worker)) return;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
}

TEST(BatchQueue, InOrderBatchesComeByTheirOrdinals) {
  BatchQueue queue(3, true);
  std::thread source([&] {
    run_workers_into(queue, 4, 2000);
    queue.finish({});
  });
  for (std::uint64_t expected = 0; expected < 2000; ++expected) {
    const auto next = queue.pop();
    ASSERT_TRUE(next);
    ASSERT_TRUE(*next);
    ASSERT_EQ((*next)->ordinal, expected);
  }
  const auto end = queue.pop();
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, nullptr);
  source.join();
}

TEST(BatchQueue, ManyTakersGetEveryBatchOnce) {
  for (const bool in_order : {false, true}) {
    BatchQueue queue(2, in_order);
    std::thread source([&] {
      run_workers_into(queue, 3, 2000);
      queue.finish({});
    });
    std::mutex mutex;
    std::multiset<std::uint64_t> seen;
    std::vector<std::thread> takers;
    for (int taker = 0; taker < 3; ++taker) {
      takers.emplace_back([&] {
        while (true) {
          const auto next = queue.pop();
          if (!next || !*next) return;
          const std::lock_guard lock(mutex);
          seen.insert((*next)->ordinal);
        }
      });
    }
    source.join();
    for (std::thread& taker : takers) taker.join();
    ASSERT_EQ(seen.size(), 2000U);
    EXPECT_EQ(std::set<std::uint64_t>(seen.begin(), seen.end()).size(), 2000U);
  }
}

TEST(BatchQueue, ItHoldsNoMoreThanItsCapacityAndTheBatchThatIsDue) {
  BatchQueue queue(2, true);
  std::atomic<int> put_in{0};
  std::thread source([&] {
    for (std::uint64_t i = 0; i < 50; ++i) {
      if (!queue.consume(batch(i), 0)) return;
      ++put_in;
    }
    queue.finish({});
  });
  for (int taken = 0; taken < 50; ++taken) {
    // Never more ahead than two in the queue, one being taken and one being put in.
    EXPECT_LE(put_in - taken, 4);
    const auto next = queue.pop();
    ASSERT_TRUE(next && *next);
  }
  source.join();
}

TEST(BatchQueue, AWorkerThatFailedDoesNotHoldUpTheOthersForEver) {
  BatchQueue queue(2, true);
  std::atomic<std::uint64_t> next{0};
  std::thread source([&] {
    // One of three workers takes number 5 and dies of it; its neighbours do not look.
    std::vector<std::thread> workers;
    for (unsigned worker = 0; worker < 3; ++worker) {
      workers.emplace_back([&, worker] {
        for (std::uint64_t i = next++; i < 40; i = next++) {
          if (i == 5 || !queue.consume(batch(i), worker)) return;
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    queue.finish(Error(ErrorCode::kCorrupt, "number 5"));
  });
  std::optional<Error> error;
  while (!error) {
    const auto taken = queue.pop();
    if (!taken) error = taken.error();
  }
  EXPECT_EQ(error->message(), "number 5");
  source.join();
}

TEST(BatchQueue, AfterCancelNobodyWaitsInIt) {
  for (const bool in_order : {false, true}) {
    BatchQueue queue(1, in_order);
    std::thread source([&] {
      // Far more than it holds; ends because consume() fails.
      run_workers_into(queue, 3, ~std::uint64_t{0});
      queue.finish({});
    });
    ASSERT_TRUE(queue.pop());
    queue.cancel();
    source.join();
  }
}

}  // namespace
}  // namespace hark::engine
