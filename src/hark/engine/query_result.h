// How an Engine makes a QueryResult. Internal to engine; include <duckdb.h> first.
#pragma once

#include <memory>
#include <string>

#include "hark/engine/database.h"

namespace hark::engine {

Result<std::unique_ptr<QueryResult>> start_query(const std::shared_ptr<Database>& database,
                                                 const std::string& sql, SqlOrigin origin,
                                                 QueryLimits limits);

}  // namespace hark::engine
