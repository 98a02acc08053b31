// gzip in, plain bytes out, also for files of several members (RFC 1952).
#pragma once

#include <memory>

#include "hark/io/file_system.h"

namespace hark::io {

/// Reads `file` from its start as a plain stream.
std::unique_ptr<InputStream> open_stream(std::shared_ptr<const InputFile> file);

/// True if these first bytes are those of a gzip file.
bool is_gzip(std::string_view first_bytes) noexcept;

/// Unpacks `compressed`. Errors: kInvalidInput if the stream is damaged or ends early (the message
/// says which); bytes that are no gzip after a complete member are an error too.
std::unique_ptr<InputStream> gunzip(std::unique_ptr<InputStream> compressed);

}  // namespace hark::io
