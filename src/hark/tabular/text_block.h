// A record block that a reader fills with texts: for formats whose bytes are no delimited text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hark/tabular/dialect.h"
#include "hark/tabular/record_block.h"

namespace hark::tabular {

/// Fields beyond this end a block early: a record may be a few bytes and its columns thousands.
inline constexpr std::size_t kMaxBlockFields = std::size_t{1} << 22;
/// What is kept of a record that is too long.
inline constexpr std::size_t kKeptBytes = 4096;

/// Where a record stands in its file.
struct RecordPlace {
  std::int64_t line = 0;    ///< physical, from 1
  std::int64_t offset = 0;  ///< plain offset of its first byte
};

class TextBlock : public RecordBlock {
 public:
  std::size_t num_plain_bytes() const noexcept override { return num_plain_bytes_; }
  /// The fields' texts behind one another, tabs between; readers that hold the record's own bytes
  /// override it.
  std::string_view source_text(const RecordSpan& record) const noexcept override {
    return bytes(record.begin, record.end);
  }
  std::string reason(const RecordSpan& record) const override;
  std::vector<std::int64_t> lines_of(std::span<const RecordSpan> records) const override;
  std::int64_t offset_of(const RecordSpan& record) const noexcept override {
    return places_[record.index].offset;
  }

 protected:
  /// Begins block `index`, empty.
  void begin_block(std::uint64_t index, std::uint64_t records_before);
  /// Adds a record of these texts, in the order of the header.
  void add_record(std::span<const std::string_view> fields, const RecordPlace& place);
  /// Adds a record that is refused; `reason` says why where it is kMalformed.
  void add_refused(RecordProblem problem, std::string_view reason, const RecordPlace& place);

  std::size_t num_plain_bytes_ = 0;

 private:
  std::vector<RecordPlace> places_;   // as records_
  std::vector<std::string> reasons_;  // of the malformed ones, by their position's place
};

}  // namespace hark::tabular
