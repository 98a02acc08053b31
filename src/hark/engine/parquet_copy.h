// Rows of a SELECT into a Parquet file. Internal to engine; include <duckdb.h> first.
#pragma once

#include <string>

#include "hark/engine/database.h"

namespace hark::engine {

/// See Engine::copy_to_parquet().
Result<columnar::FileStats> copy_select(const std::shared_ptr<Database>& database,
                                        const std::string& sql, const std::string& path,
                                        const ParquetCopyOptions& options);

}  // namespace hark::engine
