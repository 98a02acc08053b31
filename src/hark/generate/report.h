// What a generator hands back.
#pragma once

#include <cstdint>

#include "hark/core/json.h"

namespace hark::generate {

struct GenerateReport {
  std::uint64_t num_rows = 0;  ///< records written, the header not counted
  std::uint64_t size_bytes = 0;
  /// The known truth: `planted` (parameters and expected shares) and `counts` (exact, of the
  /// records written, by the definitions of METRICS). Fields: README.md.
  Json truth;
};

}  // namespace hark::generate
