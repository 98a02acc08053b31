// Appending fields of a delimited file, fast and the same on every machine.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace hark::generate {

inline void append_int(std::string& out, std::int64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

/// Appends a field, quoted where RFC 4180 asks for it.
void append_field(std::string& out, std::string_view text);
/// "03/10/2024 01:30:00 PM", seconds since 1970-01-01T00:00:00 on the wall; years 0 to 9999.
void append_portal_clock(std::string& out, std::int64_t local_s);
/// "2024-03-10T13:30:00".
std::string iso_clock(std::int64_t local_s);
/// 40.69009232784334 from 4069009232784334: degrees in units of 1e-14.
void append_degrees(std::string& out, std::int64_t units);

}  // namespace hark::generate
