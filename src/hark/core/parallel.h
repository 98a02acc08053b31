// Work on several threads.
#pragma once

#include <cstddef>
#include <functional>

#include "hark/core/result.h"

namespace hark {

/// Number of threads to use where the user named none: the processors this process may run on.
unsigned default_threads() noexcept;

/// Calls `work(worker)` on `threads` threads (the calling one is worker 0) and waits for all.
/// Returns the error of the lowest-numbered worker that failed; the work itself must notice a
/// neighbour's failure if it is to stop early. std::bad_alloc becomes kExhausted.
Result<void> run_workers(unsigned threads,
                         const std::function<Result<void>(unsigned worker)>& work);

/// Calls `work(i)` for every i in [0, count), handed out in order to `threads` threads. After a
/// failure no new index is started; returns the error with the smallest index.
Result<void> parallel_for(std::size_t count, unsigned threads,
                          const std::function<Result<void>(std::size_t)>& work);

}  // namespace hark
