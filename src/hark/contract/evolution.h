// How a contract may change once there is a table of its rows.
//
// Formats, markers, rules and limits may change, and columns may be added. What stands in the table
// keeps its meaning: no column changes its type or goes, the key and the time zone stay.
// Threads: pure function.
#pragma once

#include "hark/contract/contract.h"
#include "hark/core/result.h"

namespace hark::contract {

/// Whether rows read by `now` may join those read by `before`. Errors: kConflict with the first
/// thing that differs.
Result<void> check_evolution(const Contract& before, const Contract& now);

}  // namespace hark::contract
