// The records of an old workbook's stream ([MS-XLS], BIFF8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hark/tabular/compound_file.h"

namespace hark::tabular {

/// Numbers of the records that are read.
enum class Biff : std::uint16_t {
  kFormula = 0x0006,
  kEnd = 0x000A,
  kDateMode = 0x0022,
  kFilePass = 0x002F,
  kContinue = 0x003C,
  kSheet = 0x0085,
  kMulRk = 0x00BD,
  kRichText = 0x00D6,
  kStyle = 0x00E0,
  kSharedTexts = 0x00FC,
  kSharedText = 0x00FD,
  kNumber = 0x0203,
  kText = 0x0204,
  kBoolOrError = 0x0205,
  kFormulaText = 0x0207,
  kRk = 0x027E,
  kFormat = 0x041E,
  kBegin = 0x0809,
};

struct BiffRecord {
  Biff type = Biff::kEnd;
  std::string_view body;  ///< dies with the next reading
};

/// Reads records one behind the other.
class BiffReader {
 public:
  /// From an offset of the stream, which is to outlive the reader.
  BiffReader(const CompoundStream& stream, std::uint64_t at) : stream_(stream), next_(at) {}

  /// The next record; nullopt at the stream's end. Errors: kInvalidInput where the stream ends
  /// within a record; kIo.
  Result<std::optional<BiffRecord>> next();
  /// Bytes read since the last call of this.
  std::uint64_t take_num_bytes() noexcept { return std::exchange(num_bytes_, 0); }

 private:
  Result<std::string_view> bytes(std::uint64_t offset, std::size_t count);

  const CompoundStream& stream_;
  std::uint64_t next_;
  std::uint64_t num_bytes_ = 0;
  std::string buffer_;
  std::uint64_t buffer_at_ = 0;
};

/// Reads what a record holds, and the CONTINUE records behind it.
class BiffCursor {
 public:
  BiffCursor(BiffReader& reader, BiffRecord record) : reader_(reader), body_(record.body) {}

  /// Errors of all: kInvalidInput where the record ends before; kIo.
  Result<std::uint64_t> number(std::size_t num_bytes);
  Result<void> skip(std::uint64_t num_bytes);
  /// A text with its length in `length_bytes` bytes before it and what stands behind its
  /// characters; UTF-8, half pairs replaced.
  Result<std::string> text(std::size_t length_bytes);

 private:
  Result<void> advance();

  BiffReader& reader_;
  std::string_view body_;
};

}  // namespace hark::tabular
