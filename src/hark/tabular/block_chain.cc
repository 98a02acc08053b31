#include "hark/tabular/block_chain.h"

#include <algorithm>

namespace hark::tabular {

BlockChain::BlockChain(Carry first, unsigned num_workers)
    : current_(num_workers, kNoBlock), carry_(first), guesses_{first.state == ScanState::kQuoted} {}

std::optional<std::uint64_t> BlockChain::take(unsigned worker) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_ || is_finished_) {
    current_[worker] = kNoBlock;
    return std::nullopt;
  }
  current_[worker] = next_block_;
  return next_block_++;
}

std::uint64_t BlockChain::first_needed() const {
  const std::lock_guard lock(mutex_);
  return std::min(next_block_, *std::ranges::min_element(current_));
}

std::optional<BlockChain::Carry> BlockChain::carry_if_known(std::uint64_t block) const {
  const std::lock_guard lock(mutex_);
  if (published_ != block) return std::nullopt;
  return carry_;
}

std::optional<bool> BlockChain::guess_is_quoted(std::uint64_t block, bool has_odd_quotes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return is_stopped_ || published_ + guesses_.size() - 1 == block; });
  if (is_stopped_) return std::nullopt;
  const bool guess = guesses_.back();
  guesses_.push_back(guess != has_odd_quotes);
  changed_.notify_all();
  return guess;
}

std::optional<BlockChain::Carry> BlockChain::wait_for_carry(std::uint64_t block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return is_stopped_ || published_ == block; });
  if (is_stopped_) return std::nullopt;
  return carry_;
}

void BlockChain::publish(std::uint64_t block, Carry next) {
  const std::lock_guard lock(mutex_);
  carry_ = next;
  published_ = block + 1;
  guesses_.pop_front();
  const bool is_quoted = next.state == ScanState::kQuoted;
  if (guesses_.empty()) {
    guesses_.push_back(is_quoted);
  } else if (guesses_.front() != is_quoted) {
    // One stray quote would make every later guess wrong; the truth sets them right.
    for (auto&& guess : guesses_) guess = !guess;
  }
  changed_.notify_all();
}

void BlockChain::finish() {
  const std::lock_guard lock(mutex_);
  is_finished_ = true;
}

void BlockChain::stop() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
  changed_.notify_all();
}

bool BlockChain::is_stopped() const {
  const std::lock_guard lock(mutex_);
  return is_stopped_;
}

}  // namespace hark::tabular
