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

#include "hark/tabular/block_chain.h"
#include "hark/tabular/byte_source.h"
#include "hark/tabular/scan.h"

namespace hark::tabular {

enum class RecordProblem : std::uint8_t { kNone, kTooLong, kUnterminatedQuote };

/// One record; places count from the block's first byte.
struct RecordSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  ///< behind its last byte, line end not included; where it is too long,
                          ///< the end of the part that is kept
  std::uint32_t first_position = 0;  ///< of its structural positions
  std::uint32_t num_fields = 0;
  std::uint32_t index = 0;  ///< among the block's records
  RecordProblem problem = RecordProblem::kNone;
};

struct BlockOptions {
  std::uint64_t data_offset = 0;  ///< plain offset of the first byte behind the header
  std::size_t block_bytes = 0;
  std::size_t max_record_bytes = 0;
  Dialect dialect;
};

/// Reads blocks for one worker; the chain and the source are shared by all.
class BlockReader {
 public:
  BlockReader(ByteSource& source, BlockChain& chain, const BlockOptions& options, unsigned worker)
      : source_(source), chain_(chain), options_(options), worker_(worker) {}

  /// Reads the next block nobody has; false at the end, or after BlockChain::stop(). Errors: the
  /// source's.
  Result<bool> next();

  std::uint64_t index() const noexcept { return index_; }
  /// Plain offset of the block's first byte.
  std::uint64_t offset() const noexcept {
    return options_.data_offset + index_ * options_.block_bytes;
  }
  /// Number of bytes of the block itself; 0 only where there is no data at all.
  std::size_t size() const noexcept { return size_; }
  /// What was true at its start.
  const BlockChain::Carry& carry() const noexcept { return carry_; }
  /// All records that begin here, refused ones too. Dies with the next next().
  std::span<const RecordSpan> records() const noexcept { return records_; }
  std::uint64_t num_blank_lines() const noexcept { return num_blank_lines_; }

  /// A record's bytes.
  std::string_view text(const RecordSpan& record) const noexcept {
    return {data() + record.begin, record.end - record.begin};
  }
  /// A field's bytes with its quotes; `field` < record.num_fields.
  std::string_view raw_field(const RecordSpan& record, std::uint32_t field) const noexcept {
    const std::uint32_t* const ends = positions_.data() + record.first_position;
    const std::uint32_t begin = field == 0 ? record.begin : ends[field - 1] + 1;
    return {data() + begin, ends[field] - begin};
  }
  /// Bytes of the block before place `end`, from place `begin`; used to count lines.
  std::string_view bytes(std::uint32_t begin, std::uint32_t end) const noexcept {
    return {data() + begin, end - begin};
  }
  char byte_before(std::uint32_t place) const noexcept { return buffer_[place]; }

 private:
  const char* data() const noexcept { return buffer_.data() + 1; }
  Result<void> load();
  ScanState guess_state(bool is_quoted) const noexcept;
  /// Scans the block from `state`; returns the state at its end.
  ScanState scan_block(ScanState state);
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

  std::vector<char>
      buffer_;              // the byte before the block, the block, what follows of its last record
  std::size_t size_ = 0;    // of the block
  std::size_t loaded_ = 0;  // block and what follows
  std::uint64_t index_ = 0;
  BlockChain::Carry carry_;
  std::vector<std::uint32_t> positions_;
  std::size_t num_positions_ = 0;
  std::vector<RecordSpan> records_;
  bool has_open_record_ = false;
  std::uint64_t num_blank_lines_ = 0;
};

}  // namespace hark::tabular
