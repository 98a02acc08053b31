// zstd in, plain bytes out, also for files of several frames (RFC 8878).
#pragma once

#include <memory>

#include "hark/io/file_system.h"

namespace hark::io {

/// True if these first bytes are those of a zstd file.
bool is_zstd(std::string_view first_bytes) noexcept;

/// Unpacks `compressed` with a window of at most 128 MiB. Errors: kInvalidInput if the stream is
/// damaged, ends early or wants a larger window (the message says which).
std::unique_ptr<InputStream> unzstd(std::unique_ptr<InputStream> compressed);

}  // namespace hark::io
