// Single calls as a contact centre's days. What counts as offered, handled and abandoned, and what
// each figure is over: docs/models/calls.md.
#pragma once

#include "hark/insight/contact.h"

namespace hark::insight {

/// Loads the selected calls of a contract of kind kCalls, one row per day that has a call. Of
/// records with one key the first counts. `rows_read`, `duplicates` and `without_day` count calls.
/// Errors: the source's.
Result<ContactTable> load_calls(columnar::BatchSource& source, const contract::Contract& contract,
                                const Selection& selection, unsigned threads);

}  // namespace hark::insight
