// DuckDB's error messages as Errors of hark. Internal to engine; knows nothing of DuckDB's library.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "hark/core/error.h"

namespace hark::engine {

/// Who wrote the SQL: an error in hark's own is a bug, one in a user's is for the user to mend.
enum class SqlOrigin { kProgram, kUser };

/// Whether the position a message gives is one in the SQL it is about.
enum class ErrorPlace { kInSql, kUnknown };

/// Reads a message of DuckDB (plain, or JSON as with errors_as_json) about `sql`.
///
/// The first line of the message stays, with values of the data left out unless they stand in the
/// SQL itself; suggestions go to the hint. For a user's SQL, line, column and a caret are added.
Error error_from_duckdb(std::string_view message, std::string_view sql, SqlOrigin origin,
                        ErrorPlace place = ErrorPlace::kInSql);

/// The first line of a message of DuckDB, without advice to change settings, which nobody can here.
std::string_view first_line(std::string_view message) noexcept;

/// An error at a byte position of `sql`: "message (line 1, column 15)", the line and a caret under
/// the place. A position beyond the text (DuckDB's "nowhere") adds nothing.
Error error_at(ErrorCode code, std::string message, std::string_view sql, std::size_t position);

}  // namespace hark::engine
