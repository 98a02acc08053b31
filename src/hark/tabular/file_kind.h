// Recognises, by their first bytes, files that are no delimited text.
#pragma once

#include <optional>
#include <string_view>

#include "hark/core/error.h"

namespace hark::tabular {

/// Why a file that begins with `head` (plain bytes, unpacked if it was gzip) is no delimited text;
/// nullopt if it may be. The messages begin with `name`. `is_whole`: the file ends with `head`.
std::optional<Error> refuse_by_content(std::string_view name, std::string_view head, bool is_whole);

}  // namespace hark::tabular
