#include "hark/engine/batch_queue.h"

namespace hark::engine {

using columnar::Batch;

Result<void> BatchQueue::consume(Batch batch, unsigned /*worker*/) {
  std::unique_lock lock(mutex_);
  // In order, the batch everybody waits for may always come in; else a full queue of later ones
  // would keep it out for ever.
  has_room_.wait(lock, [&] {
    return is_cancelled_ || is_gate_open_ || ready_.size() < capacity_ ||
           (in_order_ && batch.ordinal == next_ordinal_);
  });
  if (is_cancelled_) return Error(ErrorCode::kInterrupted, "the query needs no more rows");
  const std::uint64_t ordinal = batch.ordinal;
  ready_.emplace(ordinal, std::make_shared<const Batch>(std::move(batch)));
  has_batch_.notify_one();
  return {};
}

void BatchQueue::finish(Result<void> result) {
  {
    const std::lock_guard lock(mutex_);
    is_finished_ = true;
    if (!result) error_ = std::move(result).error();
  }
  has_batch_.notify_all();
}

void BatchQueue::cancel() {
  {
    const std::lock_guard lock(mutex_);
    is_cancelled_ = true;
  }
  has_room_.notify_all();
}

Result<std::shared_ptr<const Batch>> BatchQueue::pop() {
  std::unique_lock lock(mutex_);
  const auto can_go_on = [&] {
    return is_finished_ ||
           (!ready_.empty() && (!in_order_ || ready_.begin()->first == next_ordinal_));
  };
  while (!has_batch_.wait_for(lock, std::chrono::milliseconds(100), can_go_on)) {
    // Perhaps the worker that had the next batch failed. The others must get on, or the source
    // will never end and say so.
    is_gate_open_ = true;
    has_room_.notify_all();
  }
  is_gate_open_ = false;
  if (error_) return *error_;
  if (ready_.empty()) return std::shared_ptr<const Batch>();
  auto batch = std::move(ready_.begin()->second);
  ready_.erase(ready_.begin());
  ++next_ordinal_;
  has_room_.notify_all();
  // Another thread may wait for the one after this, which may be here already.
  has_batch_.notify_one();
  return batch;
}

}  // namespace hark::engine
