#include "hark/core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <vector>

namespace hark {

unsigned default_threads() noexcept {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

Result<void> run_workers(unsigned threads, const std::function<Result<void>(unsigned)>& work) {
  threads = std::max(1U, threads);
  std::vector<Result<void>> results(threads);
  const auto guarded = [&](unsigned worker) {
    try {
      results[worker] = work(worker);
    } catch (const std::bad_alloc&) {
      results[worker] = Error(ErrorCode::kExhausted, "out of memory")
                            .hint("try --threads 1 or a smaller --memory-limit");
    }
  };
  {
    std::vector<std::jthread> others;
    others.reserve(threads - 1);
    for (unsigned worker = 1; worker < threads; ++worker) others.emplace_back(guarded, worker);
    guarded(0);
  }
  for (Result<void>& result : results) {
    if (!result) return std::move(result);
  }
  return {};
}

Result<void> parallel_for(std::size_t count, unsigned threads,
                          const std::function<Result<void>(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> has_failed{false};
  std::mutex mutex;
  std::optional<Error> first_error;
  std::size_t first_index = count;
  const auto limit =
      static_cast<unsigned>(std::min<std::size_t>(threads, std::max<std::size_t>(count, 1)));
  HARK_TRY_VOID(run_workers(limit, [&](unsigned) -> Result<void> {
    while (!has_failed.load(std::memory_order_relaxed)) {
      const std::size_t index = next.fetch_add(1);
      if (index >= count) break;
      if (auto result = work(index); !result) {
        has_failed = true;
        const std::lock_guard lock(mutex);
        if (index < first_index) {
          first_index = index;
          first_error = std::move(result).error();
        }
      }
    }
    return {};
  }));
  if (first_error) return *std::move(first_error);
  return {};
}

}  // namespace hark
