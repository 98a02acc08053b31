// Which of the rows with one key counts: contract/version_order.h, for any source.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/insight/keys.h"
#include "hark/insight/warning.h"

namespace hark::insight {

/// Why a row is left out.
enum class LostTo : std::uint8_t {
  kCopy,       ///< the row that stays says the same in every column
  kNewer,      ///< the records tell that the row that stays is the newer
  kOtherHash,  ///< they differ, and nothing in them tells which is newer
};

struct Loser {
  std::uint32_t row = 0;
  std::uint32_t kept = 0;  ///< the row of its key that stays
  LostTo lost_to = LostTo::kCopy;
};

/// Chooses one row of every repeated key and returns the others, ascending by row; of copies the
/// earliest stays. Reads the source once more, all columns of the contract, if there are repeats:
/// a figure needs few columns, the order of versions all. Rows count from 0 in the order of the
/// source, as in `repeats`. Errors: kConflict if the rows are not those of `repeats` any more; the
/// source's.
Result<std::vector<Loser>> losing_rows(columnar::BatchSource& source,
                                       const contract::Contract& contract,
                                       std::span<const Repeat> repeats, unsigned threads);

/// What to say of rows lost to another's hash.
Warning undecided_warning(std::int64_t rows);

}  // namespace hark::insight
