#include "hark/generate/alias_table.h"

namespace hark::generate {

AliasTable::AliasTable(std::span<const double> weights) : columns_(weights.size()) {
  double total = 0;
  for (const double weight : weights) total += weight;
  // Shares in units of one column; the lean ones are filled up from the rich ones.
  std::vector<double> share(weights.size());
  std::vector<std::uint32_t> lean, rich;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    share[i] = weights[i] / total * static_cast<double>(weights.size());
    (share[i] < 1 ? lean : rich).push_back(i);
  }
  while (!lean.empty() && !rich.empty()) {
    const std::uint32_t small = lean.back();
    const std::uint32_t large = rich.back();
    lean.pop_back();
    columns_[small] = {share[small], large};
    share[large] -= 1 - share[small];
    if (share[large] < 1) {
      rich.pop_back();
      lean.push_back(large);
    }
  }
  // What is left is full but for rounding.
  for (const std::uint32_t i : lean) columns_[i] = {1, i};
  for (const std::uint32_t i : rich) columns_[i] = {1, i};
}

}  // namespace hark::generate
