// Work on several threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

#include "hark/core/result.h"

namespace hark {

/// Number of threads to use where the user named none: the processors this process may run on.
unsigned default_threads() noexcept;

/// Calls `work(worker)` on `threads` threads (the calling one is worker 0) and waits for all.
/// Returns the error of the lowest-numbered worker that failed; the work itself must notice a
/// neighbour's failure if it is to stop early. std::bad_alloc becomes kExhausted, any other
/// exception is thrown here.
///
/// Where the machine starts no more threads, only the lower-numbered workers run: work is to be
/// taken by whoever is there, never dealt out by the worker's number.
Result<void> run_workers(unsigned threads,
                         const std::function<Result<void>(unsigned worker)>& work);

/// Calls `work(i)` for every i in [0, count), handed out in order to `threads` threads. After a
/// failure no new index is started; returns the error with the smallest index.
Result<void> parallel_for(std::size_t count, unsigned threads,
                          const std::function<Result<void>(std::size_t)>& work);

/// [0, size) in even stretches: one per thread, fewer where they would not be worth a thread.
class Stretches {
 public:
  Stretches(std::size_t size, unsigned threads) noexcept
      : size_(size),
        threads_(threads),
        count_(
            std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(1, size / kWorthAThread))) {}
  std::size_t count() const noexcept { return count_; }
  std::size_t begin(std::size_t stretch) const noexcept { return size_ * stretch / count_; }
  std::size_t end(std::size_t stretch) const noexcept { return begin(stretch + 1); }

  /// Calls `work(stretch, begin, end)` for each, side by side. Errors: kExhausted.
  template <typename Work>
  Result<void> each(const Work& work) const {
    return parallel_for(count_, threads_, [&](std::size_t stretch) -> Result<void> {
      work(stretch, begin(stretch), end(stretch));
      return {};
    });
  }

 private:
  static constexpr std::size_t kWorthAThread = std::size_t{1} << 16;
  std::size_t size_;
  unsigned threads_;
  std::size_t count_;
};

}  // namespace hark
