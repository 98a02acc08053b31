// The footer of a compiled time zone file (TZif, RFC 9636).
#pragma once

#include <string_view>

namespace hark::calendar {

/// The last line of a zone file: how its clock goes on after the file's table, as POSIX writes it
/// ("EST5EDT,M3.2.0,M11.1.0", "IST-5:30"). Empty in a file without one.
std::string_view footer_of(std::string_view zone_file) noexcept;

/// Whether a footer tells of a clock that still changes twice a year.
bool tells_of_changes(std::string_view footer) noexcept;

}  // namespace hark::calendar
