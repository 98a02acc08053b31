// Forecasts made from many days of one series, each from what was known before that day.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace hark::series {

/// One row per origin (index of the first day that is forecast), one column per horizon from 1.
class OriginTable {
 public:
  OriginTable() = default;
  /// Origins first to last, both included.
  OriginTable(std::size_t first, std::size_t last, std::size_t horizon)
      : first_(first), horizon_(horizon), points_((last - first + 1) * horizon) {}

  std::size_t first_origin() const noexcept { return first_; }
  std::size_t horizon() const noexcept { return horizon_; }
  std::span<double> row(std::size_t origin) noexcept {
    return {points_.data() + (origin - first_) * horizon_, horizon_};
  }
  std::span<const double> row(std::size_t origin) const noexcept {
    return {points_.data() + (origin - first_) * horizon_, horizon_};
  }

 private:
  std::size_t first_ = 0;
  std::size_t horizon_ = 0;
  std::vector<double> points_;
};

/// The scale on which counts are modelled and errors pooled: near a Poisson count's square root the
/// spread is the same for busy and quiet days, and zero is no special case.
/// Source: Anscombe, Biometrika 35 (1948).
inline double to_root(double count) noexcept { return std::sqrt(count + 0.375); }
inline double from_root(double root) noexcept {
  return root <= 0 ? 0 : std::fmax(0, root * root - 0.375);
}

}  // namespace hark::series
