#include "hark/insight/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hark::insight {
namespace {

// Ertl's sigma: what registers that are still 0 say.
double sigma(double x) {
  if (x == 1) return HUGE_VAL;
  double y = 1;
  double z = x;
  for (double before = -1; z != before;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

// Ertl's tau: what registers at the largest rank say.
double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1;
  double z = 1 - x;
  for (double before = -1; z != before;) {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

}  // namespace

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mix_hash(std::uint64_t value) noexcept {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

void DistinctSketch::add(std::uint64_t hash) noexcept {
  const auto index = static_cast<std::size_t>(hash >> (64 - kIndexBits));
  const auto rank =
      std::min<unsigned>(static_cast<unsigned>(std::countl_zero(hash << kIndexBits)) + 1, kMaxRank);
  // Most hashes change nothing: a store each would hold up the next.
  if (registers_[index] < rank) registers_[index] = static_cast<std::uint8_t>(rank);
}

void DistinctSketch::merge(const DistinctSketch& other) noexcept {
  for (std::size_t i = 0; i < kRegisters; ++i) {
    registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
}

double DistinctSketch::estimate() const noexcept {
  std::array<double, kMaxRank + 1> counts{};
  for (const std::uint8_t rank : registers_) ++counts[rank];
  const auto m = static_cast<double>(kRegisters);
  double z = m * tau(1 - counts[kMaxRank] / m);
  for (unsigned rank = kMaxRank - 1; rank >= 1; --rank) z = 0.5 * (z + counts[rank]);
  z += m * sigma(counts[0] / m);
  const double alpha = 1 / (2 * std::log(2.0));
  return alpha * m * m / z;
}

void RowSample::shrink() {
  if (values_.size() <= kSize) return;
  std::nth_element(values_.begin(), values_.begin() + kSize, values_.end());
  threshold_ = values_[kSize].first;
  values_.resize(kSize);
}

void RowSample::merge(const RowSample& other) {
  num_seen_ += other.num_seen_;
  threshold_ = std::min(threshold_, other.threshold_);
  values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  std::erase_if(values_, [&](const auto& value) { return value.first >= threshold_; });
  shrink();
}

std::vector<double> RowSample::sorted_values() const {
  RowSample exact = *this;
  exact.shrink();
  std::vector<double> out;
  out.reserve(exact.values_.size());
  for (const auto& [hash, value] : exact.values_) out.push_back(value);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace hark::insight
