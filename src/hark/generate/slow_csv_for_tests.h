// A slow, obvious reader of delimited text and of the portal's clocks; only tests include this.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/calendar/civil.h"

namespace hark::generate {

/// The records of a text with LF or CRLF line ends, quotes as in RFC 4180, fields unquoted.
inline std::vector<std::vector<std::string>> slow_csv(std::string_view text, char delimiter) {
  std::vector<std::vector<std::string>> records;
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && c == delimiter) {
      fields.emplace_back();
    } else if (!is_quoted && c == '\n') {
      if (!fields.back().empty() && fields.back().back() == '\r') fields.back().pop_back();
      records.push_back(std::move(fields));
      fields.assign(1, "");
    } else {
      fields.back() += c;
    }
  }
  return records;
}

/// Seconds on the wall of "03/10/2024 01:30:00 PM"; nullopt for anything else.
inline std::optional<std::int64_t> slow_portal_clock(const std::string& text) {
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int year = 0, length = 0;
  char half[3] = {};
  if (std::sscanf(text.c_str(), "%2u/%2u/%4d %2u:%2u:%2u %2s%n", &month, &day, &year, &hour,
                  &minute, &second, half, &length) != 7 ||
      length != static_cast<int>(text.size()) || text.size() != 22) {
    return std::nullopt;
  }
  const bool is_afternoon = std::string_view(half) == "PM";
  if (!is_afternoon && std::string_view(half) != "AM") return std::nullopt;
  if (!calendar::is_valid_date(year, month, day) || hour < 1 || hour > 12 || minute > 59 ||
      second > 59) {
    return std::nullopt;
  }
  return calendar::days_from_civil(year, month, day) * std::int64_t{86'400} +
         (hour % 12 + (is_afternoon ? 12 : 0)) * 3600 + minute * 60 + second;
}

}  // namespace hark::generate
