// A bounded queue between a source's workers and the threads that take its batches. Internal to
// engine; knows nothing of DuckDB's library.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "hark/columnar/stream.h"

namespace hark::engine {

/// Threads: any number put in and take out at once.
class BatchQueue final : public columnar::BatchSink {
 public:
  /// Holds about `capacity` batches. With `in_order` they come out by their ordinals, 0, 1, 2, …
  BatchQueue(std::size_t capacity, bool in_order) : capacity_(capacity), in_order_(in_order) {}

  /// Waits until there is room. Errors: kInterrupted after cancel().
  Result<void> consume(columnar::Batch batch, unsigned worker) override;
  /// Says that no batch comes any more, or why.
  void finish(Result<void> result);
  /// Says that nobody takes batches any more: consume() fails from now on.
  void cancel();

  /// Waits for the next batch; null after the last. Errors: the one given to finish().
  Result<std::shared_ptr<const columnar::Batch>> pop();

 private:
  const std::size_t capacity_;
  const bool in_order_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable has_room_, has_batch_;
  std::map<std::uint64_t, std::shared_ptr<const columnar::Batch>> ready_;
  std::uint64_t next_ordinal_ = 0;
  std::optional<Error> error_;
  bool is_finished_ = false;
  bool is_cancelled_ = false;
  bool is_gate_open_ = false;  ///< it may hold more than its capacity
};

}  // namespace hark::engine
