// Block compression for stored columns.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hark/core/result.h"

namespace hark::io {

/// Compresses with zstd into one frame, replacing `out`, with the checksum by which every reader
/// sees that the bytes are damaged. Reuses a context per thread.
/// Errors: kExhausted if there is no memory.
Result<void> zstd_compress(std::string_view bytes, int level, std::string& out);

/// Unpacks a frame that holds exactly the bytes of `out`. Errors: kCorrupt if it is no such frame,
/// kExhausted if there is no memory.
Result<void> zstd_decompress(std::string_view frame, std::span<char> out);

}  // namespace hark::io
