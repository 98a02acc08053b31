// What one block hands to the next, so that any number of threads sees the same records.
//
// A block's records depend on the state its predecessor ends in. Waiting for that would make
// scanning serial, so each worker guesses: it counts its block's quotes, and the parity of all
// quotes before tells whether the block begins inside a quoted field. It scans with that guess,
// waits for the truth, and scans again if the guess was wrong (stray quotes). Blocks are taken in
// order, so the worker with the first unfinished block never waits.
// Threads: all functions may be called by any thread; a block's calls come from one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "hark/simd/scan_types.h"

namespace hark::tabular {

using simd::ScanState;

class BlockChain {
 public:
  /// What is true at the start of a block.
  struct Carry {
    ScanState state = ScanState::kFieldStart;
    std::uint64_t num_records = 0;    ///< begun before
    std::uint64_t num_line_ends = 0;  ///< before
    friend bool operator==(const Carry&, const Carry&) = default;
  };

  BlockChain(Carry first, unsigned num_workers);

  /// Takes the next block for `worker`; nullopt after stop() or finish().
  std::optional<std::uint64_t> take(unsigned worker);
  /// The first block that some worker still needs bytes of.
  std::uint64_t first_needed() const;

  /// The carry of `block`, if its predecessor has published it already.
  std::optional<Carry> carry_if_known(std::uint64_t block) const;
  /// Waits until the quotes of all earlier blocks are counted, adds this block's parity and returns
  /// whether the block seems to begin inside a quoted field; nullopt after stop().
  std::optional<bool> guess_is_quoted(std::uint64_t block, bool has_odd_quotes);
  /// Waits for the carry of `block`; nullopt after stop().
  std::optional<Carry> wait_for_carry(std::uint64_t block);
  /// Says what is true at the end of `block`; its own carry must have been seen.
  void publish(std::uint64_t block, Carry next);

  /// There are no more blocks: take() returns nullopt; blocks taken go on.
  void finish();
  /// Everybody stops as soon as he looks.
  void stop();
  bool is_stopped() const;

 private:
  static constexpr std::uint64_t kNoBlock = ~std::uint64_t{0};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_finished_ = false;
  bool is_stopped_ = false;
  std::uint64_t next_block_ = 0;
  std::vector<std::uint64_t> current_;  // the block each worker is at

  std::uint64_t published_ = 0;  // carry_ belongs to this block
  Carry carry_;
  /// Whether a block begins inside a quoted field: the truth for block published_, then a guess
  /// for each further block whose predecessors' quotes are counted.
  std::deque<bool> guesses_;
};

}  // namespace hark::tabular
