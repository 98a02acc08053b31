#include "hark/core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
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

namespace {

Error error_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kExhausted, "out of memory")
        .hint("try --threads 1 or a smaller --memory-limit");
  }
}

}  // namespace

Result<void> run_workers(unsigned threads, const std::function<Result<void>(unsigned)>& work) {
  threads = std::max(1U, threads);
  std::vector<Result<void>> results(threads);
  // Kept as they are: an Error's words would take memory that is not there, and an exception that
  // leaves a thread ends the program.
  std::vector<std::exception_ptr> thrown(threads);
  const auto guarded = [&](unsigned worker) noexcept {
    try {
      results[worker] = work(worker);
    } catch (...) {
      thrown[worker] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    others.reserve(threads - 1);
    try {
      for (unsigned worker = 1; worker < threads; ++worker)
        others.emplace_back(std::cref(guarded), worker);
    } catch (const std::system_error&) {
      // A limit on threads or memory: those that are there do the work.
    } catch (const std::bad_alloc&) {
    }
    guarded(0);
  }
  for (unsigned worker = 0; worker < threads; ++worker) {
    if (thrown[worker]) return error_of(thrown[worker]);
    if (!results[worker]) return std::move(results[worker]);
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
