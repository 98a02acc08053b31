// Blocks of plain bytes with the records that begin in them.
//
// The bytes behind the header are cut into blocks of equal size. A record belongs to the block it
// begins in; its worker reads on past the block's end to finish it. So the records, their numbers,
// lines and offsets do not depend on block size or threads. A record is never held twice, and never
// more of it than `max_record_bytes`.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "hark/simd/csv_scan.h"
#include "hark/tabular/block_chain.h"
#include "hark/tabular/byte_source.h"
#include "hark/tabular/dialect.h"
#include "hark/tabular/record_block.h"

namespace hark::tabular {

struct BlockOptions {
  std::uint64_t data_offset = 0;  ///< plain offset of the first byte behind the header
  std::size_t block_bytes = 0;
  std::size_t max_record_bytes = 0;
  Dialect dialect;
  const simd::ScanKernel* kernel = nullptr;
};

/// Reads blocks for one worker; the chain and the source are shared by all.
class BlockReader final : public RecordBlock {
 public:
  BlockReader(ByteSource& source, BlockChain& chain, const BlockOptions& options, unsigned worker)
      : source_(source), chain_(chain), options_(options), worker_(worker) {}

  /// Reads the next block nobody has; false at the end, or after BlockChain::stop(). Errors: the
  /// source's.
  Result<bool> next() override;

  /// Number of bytes of the block itself; 0 only where there is no data at all.
  std::size_t num_plain_bytes() const noexcept override { return size_; }
  std::int64_t num_unaccounted_bytes() const noexcept override;
  std::string_view source_text(const RecordSpan& record) const noexcept override {
    return bytes(record.begin, record.end);
  }
  std::string reason(const RecordSpan&) const override { return {}; }
  std::vector<std::int64_t> lines_of(std::span<const RecordSpan> records) const override;
  std::int64_t offset_of(const RecordSpan& record) const noexcept override {
    return static_cast<std::int64_t>(offset() + record.begin);
  }

 private:
  /// Plain offset of the block's first byte.
  std::uint64_t offset() const noexcept {
    return options_.data_offset + index_ * options_.block_bytes;
  }
  char byte_before(std::uint32_t place) const noexcept { return buffer_[place]; }
  Result<void> load();
  ScanState guess_state(bool is_quoted) const noexcept;
  /// Finds the block's positions, beginning in `start`.
  simd::ScanResult scan_block(ScanState start);
  void check_length(RecordSpan& record) const noexcept;
  /// Makes records of the positions of a block that begins in `state`.
  void split(ScanState state);
  /// Reads on until the record that is open at the block's end is complete.
  Result<void> complete_open_record(ScanState state);
  Result<bool> load_more(std::size_t begin);

  ByteSource& source_;
  BlockChain& chain_;
  const BlockOptions& options_;
  unsigned worker_;

  std::size_t size_ = 0;     // of the block
  std::size_t loaded_ = 0;   // block and what follows
  BlockChain::Carry carry_;  // what was true at the block's start
  std::size_t num_positions_ = 0;
  RawVector<std::uint32_t> record_ends_;  // which of the positions end a record
  std::size_t num_record_ends_ = 0;
  std::vector<std::uint8_t> non_ascii_;     // per simd::kLineBytes of the block
  std::vector<std::uint8_t> quoted_lines_;  // likewise
  bool has_open_record_ = false;
};

}  // namespace hark::tabular
