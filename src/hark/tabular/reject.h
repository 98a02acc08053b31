// Records that could not be taken: where they stand, why, and their bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/result.h"

namespace hark::tabular {

namespace reject_rule {
inline constexpr std::string_view kFieldCount = "field_count";
inline constexpr std::string_view kInvalidUtf8 = "invalid_utf8";
inline constexpr std::string_view kUnterminatedQuote = "unterminated_quote";  // or far too late
inline constexpr std::string_view kMalformedRecord = "malformed_record";  // not CSV: no such record
inline constexpr std::string_view kRecordTooLong = "record_too_long";
inline constexpr std::string_view kMissingRequired = "missing_required";
inline constexpr std::string_view kUnreadableValue = "unreadable_value";
}  // namespace reject_rule

/// What to try with text that is not UTF-8.
inline constexpr std::string_view kConvertHint =
    "it may be in the encoding of Windows: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW";

/// A refused record of this size is not one record's worth of loss.
inline constexpr std::size_t kLargeRecordBytes = 4096;

struct Reject {
  std::int64_t record = 0;       ///< from 1, the header not counted
  std::int64_t line = 0;         ///< physical line it begins on; the file's first line is 1
  std::int64_t byte_offset = 0;  ///< of its first byte in the plain (unpacked) file
  std::string column;            ///< standard name; empty where the whole record is at fault
  std::string rule;              ///< one of reject_rule
  /// The record's bytes without its line end, as they stand in the file, personal data included:
  /// for the quarantine only, sealed there. Of a record that is too long its beginning.
  std::string text;
  /// For people and logs: of a value its form at most ("Aaaa, 999-9999"), of a column the contract
  /// marks personal nothing.
  std::string message;
};

/// Takes the rejects of one block, in the order of their records. Blocks come in any order, one at
/// a time. An error stops the reading.
using RejectHandler =
    std::function<Result<void>(std::uint64_t ordinal, std::vector<Reject> rejects)>;

}  // namespace hark::tabular
