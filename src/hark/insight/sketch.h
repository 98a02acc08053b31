// Small summaries of many values that several threads make apart and put together afterwards; the
// result does not depend on who saw what.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace hark::insight {

/// A well spread hash of a number (not for security, never stored).
std::uint64_t mix_hash(std::uint64_t value) noexcept;

/// How many different values there were, from their hashes: 16 KiB, standard error 0.8 %.
/// Source: Flajolet et al. (2007), HyperLogLog; estimator: Ertl, "New cardinality estimation
/// algorithms for HyperLogLog sketches" (2017), section 4.
class DistinctSketch {
 public:
  void add(std::uint64_t hash) noexcept;
  void merge(const DistinctSketch& other) noexcept;
  double estimate() const noexcept;

 private:
  static constexpr unsigned kIndexBits = 14;
  static constexpr std::size_t kRegisters = std::size_t{1} << kIndexBits;
  static constexpr unsigned kMaxRank = 64 - kIndexBits + 1;
  std::array<std::uint8_t, kRegisters> registers_{};
};

/// A uniform sample without replacement: the values whose rows hash lowest. All values while there
/// are at most `kSize`.
class RowSample {
 public:
  static constexpr std::size_t kSize = 16'384;

  /// `row_hash`: mix_hash() of the row's number in the whole source.
  void add(std::uint64_t row_hash, double value) {
    ++num_seen_;
    if (row_hash >= threshold_) return;
    values_.emplace_back(row_hash, value);
    if (values_.size() >= 2 * kSize) shrink();
  }
  void merge(const RowSample& other);
  bool is_everything() const noexcept { return num_seen_ <= kSize; }
  /// Ascending.
  std::vector<double> sorted_values() const;

 private:
  void shrink();
  std::vector<std::pair<std::uint64_t, double>> values_;
  std::uint64_t threshold_ = ~std::uint64_t{0};
  std::size_t num_seen_ = 0;
};

}  // namespace hark::insight
