// A contact centre's periods in memory: what every contact figure is computed from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/insight/selection.h"

namespace hark::insight {

/// One period (mostly a day) of one queue. What the file did not say is absent.
struct ContactRow {
  std::int32_t day = 0;  ///< local date of period_start, days since 1970-01-01
  std::optional<std::int64_t> offered;
  std::optional<std::int64_t> handled;
  std::optional<std::int64_t> abandoned;
  std::optional<double> asa_s;
  std::optional<double> service_level;  ///< 0 to 1
  std::optional<double> aht_s;
};

struct ContactTable {
  std::vector<ContactRow> rows;  ///< by day, then in the order of the source
  std::int64_t rows_read = 0;    ///< rows of the selection before deduplication
  std::int64_t duplicates = 0;   ///< rows left out because an earlier or better one has their key
  std::int64_t without_day = 0;  ///< rows left out because period_start has no value
};

/// Loads the selected rows of a contact centre's data. Errors: kInvalidArgument if the contract is
/// of another kind; else the source's. Within a key the version column decides, then the first row.
Result<ContactTable> load_contact(columnar::BatchSource& source, const contract::Contract& contract,
                                  const Selection& selection, unsigned threads);

}  // namespace hark::insight
