// JSON as a run of records: where each begins and ends in the bytes, not what is in it.
//
// Shapes: an array of objects; JSON lines (one object a line); an object with the array in it:
// GeoJSON
// ("features") and Opendatasoft's answers ("results").
// What is wrong inside a record is that record's fault. What is wrong between records, an array
// that does not end, or a broken record whose end cannot be told from the next one's is the file's:
// nothing behind it can be trusted.
// Memory: a window, and of a record never more than max_record_bytes.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hark/tabular/byte_source.h"
#include "hark/tabular/record_block.h"
#include "hark/tabular/text_block.h"

namespace hark::tabular {

enum class JsonShape : std::uint8_t { kArray, kLines, kFeatures, kResults };

/// A record among the bytes that were cut.
struct JsonRecord {
  RecordPlace place;
  std::size_t begin = 0;
  std::size_t end = 0;
  RecordProblem problem = RecordProblem::kNone;
  const char* reason = nullptr;  ///< where it is kMalformed
};

/// Whole records, one behind the other with a line end between two.
struct JsonCut {
  std::vector<char> bytes;
  std::vector<JsonRecord> records;
  std::uint64_t num_blank_lines = 0;
  std::uint64_t num_plain_bytes = 0;  ///< of the file, with what stands between the records
};

class JsonCutter {
 public:
  JsonCutter(ByteSource& source, JsonShape shape, std::size_t max_record_bytes)
      : source_(source), shape_(shape), max_record_bytes_(max_record_bytes) {}

  /// Cuts records until `out` (replaced) has `wanted_bytes` of them or `max_records`; at the end of
  /// the file fewer, and is_at_end() is true. Errors: kInvalidInput with the line where the file is
  /// broken; the source's.
  Result<void> cut(std::size_t wanted_bytes, std::size_t max_records, JsonCut& out);
  bool is_at_end() const noexcept { return state_ == State::kDone; }

 private:
  enum class State : std::uint8_t { kStart, kFirstRecord, kNextRecord, kDone };

  /// The next byte, or -1 at the end of the file.
  Result<int> peek();
  void advance() noexcept;
  /// Passes white space; returns the byte behind it as peek() does.
  Result<int> skip_space();
  Result<void> refill();
  /// Passes everything up to the array's first record.
  Result<void> enter();
  Result<void> enter_member(std::string_view wanted);
  /// Passes a string whose quote is next; returns its first bytes, raw.
  Result<std::string> pass_string();
  /// Passes any value without looking at it.
  Result<void> pass_value();
  Result<void> leave();
  Result<void> cut_element(JsonCut& out);
  Result<void> cut_line(JsonCut& out);
  /// Takes bytes of the window into the record, or only counts them where it is too long already.
  void take(JsonRecord& record, JsonCut& out, std::size_t num_bytes);
  /// Takes on to the next line that begins like a record; returns its first byte as peek() does.
  Result<int> resynchronise(JsonRecord& record, JsonCut& out);
  Error broken(std::string_view what) const;
  Error ends_early() const;

  ByteSource& source_;
  JsonShape shape_;
  std::size_t max_record_bytes_;
  State state_ = State::kStart;
  std::vector<char> window_;
  std::size_t at_ = 0;                // in the window
  std::uint64_t offset_ = 0;          // of the window's first byte
  std::int64_t line_ = 1;             // of the next byte
  std::uint64_t line_begin_ = 0;      // offset of that line's first byte
  std::int64_t last_sound_line_ = 0;  // where the record before ended, 0 if it is refused
  bool shares_lines_ = false;         // a record began on the line another ended on
  std::uint64_t taken_bytes_ = 0;     // of the record being cut
};

}  // namespace hark::tabular
