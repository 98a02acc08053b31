// Which rows a figure is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hark/contract/expression.h"

namespace hark::insight {

/// The same selection gives the same rows from a file and from the lake that holds it.
struct Selection {
  // Local dates of the city, days since 1970-01-01, on the created time or period start.
  std::optional<std::int32_t> since_day;      ///< first day that counts
  std::optional<std::int32_t> until_day;      ///< first day that does not count any more
  std::optional<contract::Expression> where;  ///< rows where it is true

  bool is_everything() const noexcept { return !since_day && !until_day && !where; }
  bool has_days() const noexcept { return since_day || until_day; }
  bool holds(std::int32_t day) const noexcept {
    return (!since_day || day >= *since_day) && (!until_day || day < *until_day);
  }
  /// One byte per row: 1 where `where` is true or absent.
  Result<std::vector<std::uint8_t>> rows_of(const columnar::Batch& batch) const;
};

}  // namespace hark::insight
