// How a spreadsheet's numbers become texts: dates are numbers that a format shows as dates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hark::tabular {

/// What a cell's format makes of its number.
enum class NumberKind : std::uint8_t { kNumber, kDate, kDateTime, kTime };

/// By the format's number, for those that need no text (ECMA-376 Part 1, 18.8.30); others kNumber.
NumberKind built_in_number_kind(std::uint32_t format_id) noexcept;
/// By the format's text: "m/d/yy h:mm", "[$-409]mmmm d", "0.00".
NumberKind number_kind_of(std::string_view format) noexcept;

/// A number as text: whole numbers without a point, others with as few digits as tell it apart;
/// dates and clocks as row_reader.h has them, times of day as "13:05:00". Days count from 1900 with
/// its 29 February that never was (which stays "1900-02-29", no date), or from 1904. What is
/// outside of the calendar stays a number. `value` is finite.
std::string number_text(double value, NumberKind kind, bool is_1904);

}  // namespace hark::tabular
