// A block of a file's records as the batch builder sees them, whatever the format.
//
// The fields' texts stand one behind the other with one byte between two of them. In delimited text
// that is the file itself; readers of other formats write their records' texts down like this.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/raw_vector.h"
#include "hark/core/result.h"

namespace hark::tabular {

enum class RecordProblem : std::uint8_t { kNone, kTooLong, kUnterminatedQuote, kMalformed };

/// One record; places count from the block's first byte.
struct RecordSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  ///< behind its last byte, line end not included; where it is too long,
                          ///< the end of the part that is kept
  std::uint32_t first_position = 0;  ///< of its structural positions
  std::uint32_t num_fields = 0;
  std::uint32_t index = 0;  ///< among the block's records
  RecordProblem problem = RecordProblem::kNone;
  bool is_ascii = false;        ///< known to be; else it may be anything
  bool may_hold_lines = false;  ///< a line end may stand in a quoted field
};

/// Reads blocks for one worker. What it shows dies with the next next().
class RecordBlock {
 public:
  RecordBlock() = default;
  RecordBlock(const RecordBlock&) = delete;
  RecordBlock& operator=(const RecordBlock&) = delete;
  virtual ~RecordBlock() = default;

  /// Reads the next block nobody has; false at the end, or when the reading was stopped.
  virtual Result<bool> next() = 0;

  /// Number of the block, from 0.
  std::uint64_t index() const noexcept { return index_; }
  /// Records of the file before this block.
  std::uint64_t records_before() const noexcept { return records_before_; }
  /// All records that begin here, refused ones too.
  std::span<const RecordSpan> records() const noexcept { return records_; }
  std::uint64_t num_blank_lines() const noexcept { return num_blank_lines_; }
  /// A field's bytes with its quotes; `field` < record.num_fields.
  std::string_view raw_field(const RecordSpan& record, std::uint32_t field) const noexcept {
    const std::uint32_t* const ends = positions_.data() + record.first_position;
    const std::uint32_t begin = field == 0 ? record.begin : ends[field - 1] + 1;
    return {data() + begin, ends[field] - begin};
  }
  /// Behind the last byte that may be read.
  const char* data_end() const noexcept { return buffer_.data() + buffer_.size(); }
  /// Bytes of the block before place `end`, from place `begin`.
  std::string_view bytes(std::uint32_t begin, std::uint32_t end) const noexcept {
    return {data() + begin, end - begin};
  }

  /// Plain bytes of the file that the block stands for.
  virtual std::size_t num_plain_bytes() const noexcept = 0;
  /// Bytes of the block less those of its whole records, line ends included: summed over a file's
  /// blocks, what stands in records that are too long or never end.
  virtual std::int64_t num_unaccounted_bytes() const noexcept { return 0; }
  /// A record as it stands in the file, for the quarantine.
  virtual std::string_view source_text(const RecordSpan& record) const noexcept = 0;
  /// Why a record is kMalformed, for people; no text of the record in it.
  virtual std::string reason(const RecordSpan& record) const = 0;
  /// The physical line each of `records` (ascending) begins on, from 1.
  virtual std::vector<std::int64_t> lines_of(std::span<const RecordSpan> records) const = 0;
  /// The plain offset of a record's first byte in the file.
  virtual std::int64_t offset_of(const RecordSpan& record) const noexcept = 0;

 protected:
  const char* data() const noexcept { return buffer_.data() + 1; }

  std::vector<char>
      buffer_;  // the byte before the block, the block, what follows of its last record
  RawVector<std::uint32_t> positions_;  // behind each field: its delimiter or the record's end
  std::vector<RecordSpan> records_;
  std::uint64_t index_ = 0;
  std::uint64_t records_before_ = 0;
  std::uint64_t num_blank_lines_ = 0;
};

}  // namespace hark::tabular
