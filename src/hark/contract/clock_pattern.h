// How a file writes its clocks and dates: "MM/dd/yyyy hh:mm:ss a".
//
// A pattern becomes a list of items that a reader walks; reading itself is tabular's (hot path).
// Letters: docs/formats/contract.md, a small part of Java's DateTimeFormatter, as ODCS asks.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "hark/core/result.h"

namespace hark::contract {

struct ClockItem {
  enum class Part : std::uint8_t {
    kLiteral,   ///< exactly `literal`
    kSpace,     ///< one or more spaces
    kYear4,     ///< yyyy: four digits
    kYear2,     ///< yy: two digits, 00-29 are 2000-2029, 30-99 are 1930-1999 (as Excel reads them)
    kMonth,     ///< M, MM: 1 to 12
    kDay,       ///< d, dd: 1 to the month's last
    kHour24,    ///< H, HH: 0 to 23
    kHour12,    ///< h, hh: 1 to 12, with kAmPm
    kMinute,    ///< m, mm
    kSecond,    ///< s, ss: 0 to 59
    kFraction,  ///< S...: one to nine digits after the decimal point; beyond microseconds cut off
    kAmPm,      ///< a: AM or PM, any case
    kOffset,    ///< XXX: Z, +hh:mm, +hhmm or +hh
  };
  Part part = Part::kLiteral;
  char literal = 0;
  /// Numbers: exactly two digits (MM); otherwise one or two (M).
  bool is_padded = false;
  friend bool operator==(const ClockItem&, const ClockItem&) = default;
};
using ClockPattern = std::vector<ClockItem>;

/// Parses a pattern. Optional parts in [] are spelt out, so several patterns may come back: the one
/// with every optional part first. Each has a year, month and day, each at most once; a time of day
/// begins with hours; hh needs a. Errors: kInvalidInput saying which letter is wrong.
Result<std::vector<ClockPattern>> parse_clock_pattern(std::string_view text);

/// Whether a pattern says its own distance from UTC, so that it names an instant by itself.
bool has_offset(const ClockPattern& pattern) noexcept;

}  // namespace hark::contract
