// A file made of blocks that are generated in parallel and written in order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "hark/core/result.h"
#include "hark/io/file_system.h"

namespace hark::generate {

/// Writes `head`, then block 0, 1, ... `num_blocks` - 1 to `path`; returns the bytes written.
///
/// `make(block, worker, out)` appends one block's bytes to `out`; it is called by `threads` workers
/// at once, each block once, and must depend on the block's number only. Memory: about two blocks
/// per thread. The bytes go to a temporary file beside `path`, which is then moved there: after a
/// failure `path` is as before. Errors: those of the file system.
Result<std::uint64_t> write_blocks(
    io::FileSystem& files, const std::string& path, std::string_view head, std::uint64_t num_blocks,
    unsigned threads,
    const std::function<void(std::uint64_t block, unsigned worker, std::string& out)>& make);

}  // namespace hark::generate
