// The shape and the names of a JSON file's records.
#pragma once

#include <string_view>

#include "hark/tabular/byte_source.h"
#include "hark/tabular/probe.h"

namespace hark::tabular {

/// Reads the whole of `source`, whose first bytes are `head`, and fills in the layout, header and
/// first rows. Errors: kInvalidInput for JSON that is no table of records (what it is, and what to
/// try) or is broken between its records.
Result<void> probe_json(ByteSource& source, std::string_view head, bool is_whole,
                        std::size_t num_first_rows, FileProbe& probe);

}  // namespace hark::tabular
