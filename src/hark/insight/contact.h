// A contact centre's periods in memory: what every contact figure is computed from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/insight/quantity.h"
#include "hark/insight/selection.h"
#include "hark/insight/warning.h"
#include "hark/series/peaks.h"

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
  // How many calls these are over, where the source tells; where not, METRICS takes `handled`.
  std::optional<std::int64_t> asa_over = {}, service_level_over = {}, aht_over = {};
  friend bool operator==(const ContactRow&, const ContactRow&) = default;
};

/// Records of single calls that are no offered call.
struct CallsLeftOut {
  std::int64_t ignored = 0;       ///< by their outcome, which the contract says is no call
  std::int64_t before_queue = 0;  ///< ended before they came to the queue
};

/// Offered calls of a day by the hour of the local clock.
struct DayHours {
  std::int32_t day = 0;
  series::HoursOfDay offered{};
};

/// Periods of two datasets that were joined by day.
struct JoinedPeriods {
  std::int64_t both = 0;
  std::int64_t only_own = 0;
  std::int64_t only_completing = 0;
};

struct ContactTable {
  std::vector<ContactRow> rows;  ///< by day, then in the order of the source
  std::int64_t rows_read = 0;    ///< rows of the selection before deduplication
  std::int64_t duplicates = 0;   ///< rows left out because an earlier or better one has their key
  std::int64_t undecided = 0;    ///< of these: differ, and nothing tells which is newer
  std::int64_t without_day = 0;  ///< rows left out because period_start has no value
  std::vector<NoValues> no_values;       ///< columns that have any
  std::optional<CallsLeftOut> left_out;  ///< of a source with one row per call
  std::vector<DayHours> hours;           ///< likewise, one per row; else empty
  std::optional<JoinedPeriods> joined;   ///< of two datasets
};

/// What a reader of the figures should know: values and versions that cannot be trusted.
std::vector<Warning> contact_warnings(const ContactTable& table);

/// Loads the selected rows of a contact centre's data; of one row per call it makes days
/// (docs/models/calls.md). Errors: kInvalidArgument if the contract is of another kind; else the
/// source's. Within a key the rows of versions.h stay, which reads a source with repeated keys once
/// more; the selection is applied after that.
Result<ContactTable> load_contact(columnar::BatchSource& source, const contract::Contract& contract,
                                  const Selection& selection, unsigned threads);

/// Which days a join gives: of both tables, or only those of its own.
enum class JoinedDays { kAll, kOwn };
/// Completes the rows of a table by those of another dataset of the same periods: what a row lacks
/// comes from the other one's row of its day. A day that only one of them has keeps what it has.
ContactTable join_periods(ContactTable own, const ContactTable& completing,
                          JoinedDays days = JoinedDays::kAll);

}  // namespace hark::insight
