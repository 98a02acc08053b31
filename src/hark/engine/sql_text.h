// Pieces of SQL, safely quoted. Internal to engine; knows nothing of DuckDB's library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/core/result.h"

namespace hark::engine {

std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);

/// "TIMESTAMPTZ" for kTimestamp, and so on.
std::string_view sql_type(columnar::Type type) noexcept;

/// A path as DuckDB must get it so that it means this very file: absolute (no "~", no "s3:"), glob
/// characters escaped. Errors: kUnsupported for a path with both glob characters and a backslash,
/// which DuckDB cannot be told.
Result<std::string> file_pattern(const std::string& path);
/// The absolute path that file_pattern() stands for.
std::string absolute_path(const std::string& path);

/// A SELECT over Parquet files, as Engine::create_parquet_view() describes its view.
Result<std::string> parquet_select(const std::vector<std::string>& files,
                                   const std::vector<columnar::Field>& fields);

}  // namespace hark::engine
