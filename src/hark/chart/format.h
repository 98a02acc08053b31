// Numbers, durations and dates as people read them, in the languages of the reports.
//
// No C or C++ locale is consulted: the same value gives the same bytes on every machine.
// Source of the rules: docs/UX, "Durations" and "Rates".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "hark/chart/chart_spec.h"

namespace hark::chart {

enum class Language : std::uint8_t { kEnglish, kFrench, kSpanish };

/// Separators, names and phrases of a language. "{0}" in a phrase is filled in by fill().
struct Locale {
  std::string_view code;  ///< for `lang`: "en"
  std::string_view thousands, decimal;
  std::string_view months[12];     ///< short: "Mar"
  std::string_view mark_names[9];  ///< in the order of Mark
  std::string_view no_data, few, blank, minute, hour, day, year, million;
  std::string_view cannot_draw, summary, from_to, one_value, extremes, series_extremes;
  std::string_view marked, gaps, not_on_scale, few_marks, thinned, more_rows, rows_shown,
      not_from_zero, cells;
  std::string_view texts_left_out, few_legend, below, from_on;
};

/// Lives as long as the program.
const Locale& locale_of(Language language) noexcept;

/// Replaces {0}, {1}, … by `parts`.
std::string fill(std::string_view phrase, std::initializer_list<std::string_view> parts);

/// Fixed decimals with the language's separators: (1234.5, 1) -> "1,234.5". Rounds half to even on
/// the exact binary value. Never "-0". `value` must be finite.
std::string format_fixed(double value, int decimals, const Locale& locale);

/// At most `digits` significant digits, no trailing zeros, whole numbers in full: 182,734; 31.2.
std::string format_significant(double value, int digits, const Locale& locale);

/// A value with its unit as a chart or a sentence says it: "182,734 calls", "81.4 %", "31.2 h",
/// "$4.87". Shares just below 100 % stay below it.
/// A missing value is "–".
std::string format_value(double value, Format format, std::string_view unit, const Locale& locale);

/// The value of a table cell: the number alone (its unit is table_unit()), more digits than in the
/// picture, "" if missing. Durations are decimal numbers, shares are per cent.
std::string format_cell(double value, Format format, const Locale& locale);
/// What format_cell() counts in: "%", "h", "s", or the column's own unit.
std::string_view table_unit(const Column& column) noexcept;

/// Days since 1970-01-01 -> "4 Mar 2024", with "13:30" behind it if there is a time of day.
/// Outside the years 1 to 9999, and for missing values: "–".
std::string format_date(double days, const Locale& locale);
/// The same as ISO 8601: "2024-03-04" or "2024-03-04T13:30"; "" where format_date() gives "–".
std::string format_iso_date(double days);

}  // namespace hark::chart
