// A BatchSource as a table function of DuckDB. Internal to engine; include <duckdb.h> first.
#pragma once

#include <memory>
#include <string>

#include "hark/columnar/stream.h"
#include "hark/engine/database.h"

namespace hark::engine {

/// Registers table function `function` over `source`. Each scan streams the columns it needs on a
/// thread of its own, through a queue that holds few batches; DuckDB's threads take them from
/// there. Strings are not copied: vectors point into the batch's dictionary, which lives until the
/// same thread asks for more rows.
Result<void> register_source_function(Connection& connection, const std::string& function,
                                      std::shared_ptr<columnar::BatchSource> source);

}  // namespace hark::engine
