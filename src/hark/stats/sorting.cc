#include "hark/stats/sorting.h"

namespace hark::stats {

Result<void> radix_sort(std::vector<std::uint64_t>& keys, unsigned low_bit, unsigned high_bit,
                        unsigned threads) {
  if (low_bit >= high_bit) return {};
  // The bits wanted, without those above and below.
  return radix_sort_by(
      keys,
      [above = 64 - high_bit, below = 64 - high_bit + low_bit](std::uint64_t key) {
        return key << above >> below;
      },
      threads);
}

}  // namespace hark::stats
