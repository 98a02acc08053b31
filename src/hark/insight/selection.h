// Which rows a figure is asked for.
#pragma once

#include <cstdint>
#include <optional>

namespace hark::insight {

/// Local dates of the city, days since 1970-01-01, on the created time or period start. The same
/// selection gives the same rows from a file and from the lake that holds it.
struct Selection {
  std::optional<std::int32_t> since_day;  ///< first day that counts
  std::optional<std::int32_t> until_day;  ///< first day that does not count any more
  bool holds_all() const noexcept { return !since_day && !until_day; }
  bool holds(std::int32_t day) const noexcept {
    return (!since_day || day >= *since_day) && (!until_day || day < *until_day);
  }
};

}  // namespace hark::insight
