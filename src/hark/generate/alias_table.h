// Draws from a discrete distribution in constant time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hark/stats/random.h"

namespace hark::generate {

/// Immutable once built. Source: Vose, IEEE Transactions on Software Engineering 17 (1991).
class AliasTable {
 public:
  AliasTable() = default;
  /// `weights` are 0 or more, at least one above 0; they need not sum to 1.
  explicit AliasTable(std::span<const double> weights);

  /// An index in [0, size()), with the probability of its weight.
  std::uint32_t draw(stats::Pcg64& random) const noexcept {
    const std::uint64_t column = random.below(columns_.size());
    const Column& chosen = columns_[column];
    return random.uniform() < chosen.own_share ? static_cast<std::uint32_t>(column) : chosen.other;
  }
  std::size_t size() const noexcept { return columns_.size(); }

 private:
  struct Column {
    double own_share = 1;
    std::uint32_t other = 0;
  };
  std::vector<Column> columns_;
};

}  // namespace hark::generate
