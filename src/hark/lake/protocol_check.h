// What of the Delta protocol this program understands.
//
// Reads: reader version 1, and reader version 3 where every reader feature asks nothing of readers
// of data (vacuumProtocolCheck). Writes: writer version 2 and below (append-only tables, no column
// invariants), and version 7 with just those features. Everything else is refused by name: a table
// is never read in part. Source: Delta Lake PROTOCOL.md, "Table Features", "Writer Version
// Requirements".
#pragma once

#include "hark/core/result.h"
#include "hark/lake/actions.h"

namespace hark::lake {

/// Errors: kUnsupported naming the features (or the version) that reading needs.
Result<void> check_readable(const Protocol& protocol, const Metadata& metadata);
/// Errors: kUnsupported naming the features (or the version) that writing needs.
Result<void> check_writable(const Protocol& protocol, const Metadata& metadata);
/// True if rows must never leave the table (`delta.appendOnly`).
bool is_append_only(const Metadata& metadata);

}  // namespace hark::lake
