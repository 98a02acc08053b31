// What a user's statement may contain. Internal to engine; knows nothing of DuckDB's library.
//
// The statement comes as the tree DuckDB's own parser made of it (json_serialize_sql), so nothing
// here guesses at SQL. Everything not known to be harmless is refused: kinds of nodes, functions,
// table functions, tables. What parts of a statement the tree leaves out is no way around it: those
// kinds of node (PIVOT's subquery) are refused as a whole.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/result.h"

namespace hark::engine {

/// Functions, aggregates and operators that a user may call, sorted. None of them reads a file, the
/// environment, a setting or the catalogue, changes the session, or runs SQL from a text.
std::span<const std::string_view> allowed_functions();

/// Checks a tree against what is allowed. `sql` is the text it was made of, `tables` are the views
/// that may be read. Errors: kInvalidArgument with message, place and hint; kUnsupported for a tree
/// without a query in it.
Result<void> check_tree(std::string_view tree_json, std::string_view sql,
                        const std::vector<std::string>& tables);

}  // namespace hark::engine
